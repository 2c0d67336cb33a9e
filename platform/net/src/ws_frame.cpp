#include "ws_frame.hpp"

#include <algorithm>
#include <cstring>

#include "yingda/base/text.hpp"

namespace yingda::net::ws {

bool is_valid_text(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\0'), bytes.size());
    if (!text::is_valid_utf8(bytes.substr(0, end))) return false;
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return true;
}

bool is_valid_close_code(int code) noexcept {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

std::string close_payload(int code, std::string_view reason) {
  if (code == kCloseNoStatus) return {};
  constexpr std::size_t kReasonBytesMax = 123;
  if (reason.size() > kReasonBytesMax) {
    std::size_t end = kReasonBytesMax;
    while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0) == 0x80) --end;
    reason = reason.substr(0, end);
  }
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return payload.append(reason);
}

std::size_t encode_header(char* out, Opcode opcode, bool compressed, std::uint64_t payload_bytes, const Mask* mask) {
  std::size_t at = 0;
  out[at++] = static_cast<char>(0x80 | (compressed ? 0x40 : 0) | opcode);
  const int mask_bit = mask != nullptr ? 0x80 : 0;
  if (payload_bytes < 126) {
    out[at++] = static_cast<char>(mask_bit | static_cast<int>(payload_bytes));
  } else if (payload_bytes <= 0xFFFF) {
    out[at++] = static_cast<char>(mask_bit | 126);
    out[at++] = static_cast<char>(payload_bytes >> 8);
    out[at++] = static_cast<char>(payload_bytes & 0xFF);
  } else {
    out[at++] = static_cast<char>(mask_bit | 127);
    for (int shift = 56; shift >= 0; shift -= 8) out[at++] = static_cast<char>((payload_bytes >> shift) & 0xFF);
  }
  if (mask != nullptr) {
    std::memcpy(out + at, mask->data(), 4);
    at += 4;
  }
  return at;
}

void apply_mask(std::span<char> bytes, const Mask& mask, std::size_t offset) noexcept {
  std::size_t i = 0;
  for (; i < bytes.size() && ((offset + i) & 3) != 0; ++i)
    bytes[i] = static_cast<char>(bytes[i] ^ mask[(offset + i) & 3]);
  std::uint64_t wide = 0;
  std::memcpy(&wide, mask.data(), 4);
  std::memcpy(reinterpret_cast<char*>(&wide) + 4, mask.data(), 4);
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    word ^= wide;
    std::memcpy(bytes.data() + i, &word, 8);
  }
  for (; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ mask[(offset + i) & 3]);
}

int Decoder::read_header(std::span<const char> bytes, Header& header) const {
  header.bytes = 0;
  if (bytes.size() < 2) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  header.fin = (byte(0) & 0x80) != 0;
  header.compressed = (byte(0) & 0x40) != 0;
  if ((byte(0) & 0x30) != 0) return kCloseProtocolError;
  header.opcode = static_cast<Opcode>(byte(0) & 0x0F);
  header.masked = (byte(1) & 0x80) != 0;
  const int length = byte(1) & 0x7F;
  const std::size_t length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
  const std::size_t total = 2 + length_bytes + (header.masked ? 4 : 0);
  header.payload = static_cast<std::uint64_t>(length);
  // Judged as early as possible: a wrong frame must not make us wait for its rest.
  if (length_bytes == 0)
    if (const int code = check_header(header); code != 0) return code;
  if (bytes.size() < total) return 0;
  if (length_bytes > 0) {
    header.payload = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) header.payload = header.payload << 8 | byte(2 + i);
    const std::uint64_t least = length_bytes == 2 ? 126 : 0x10000;
    if (header.payload < least) return kCloseProtocolError;
    if (const int code = check_header(header); code != 0) return code;
  }
  if (header.masked) std::memcpy(header.mask.data(), bytes.data() + 2 + length_bytes, 4);
  header.bytes = total;
  return 0;
}

int Decoder::check_header(const Header& header) const {
  if (header.masked != (role_ == Role::server)) return kCloseProtocolError;
  if (header.opcode >= kClose) {
    if (header.opcode > kPong || !header.fin || header.compressed || header.payload > 125) return kCloseProtocolError;
    return 0;
  }
  if (header.opcode > kBinary) return kCloseProtocolError;
  const bool continues = header.opcode == kContinuation;
  if (continues != fragmented_) return kCloseProtocolError;
  if (header.compressed && (continues || !deflate_)) return kCloseProtocolError;
  if (header.opcode == kBinary) return kCloseUnsupported;
  if (header.payload > message_bytes_max_ || message_.size() + header.payload > message_bytes_max_) return kCloseTooBig;
  return 0;
}

int Decoder::take_frame(const Header& header, std::span<char> payload, Sink& sink, bool& stop) {
  if (header.masked) apply_mask(payload, header.mask, 0);
  const std::string_view bytes(payload.data(), payload.size());
  if (header.opcode >= kClose) {
    if (header.opcode == kClose && !bytes.empty()) {
      if (bytes.size() == 1) return kCloseProtocolError;
      const int code = static_cast<unsigned char>(bytes[0]) << 8 | static_cast<unsigned char>(bytes[1]);
      if (!is_valid_close_code(code)) return kCloseProtocolError;
      if (!is_valid_text(bytes.substr(2))) return kCloseInvalidText;
    }
    stop = !sink.on_control(header.opcode, bytes);
    return 0;
  }
  if (!header.fin) {
    if (!fragmented_) fragmented_compressed_ = header.compressed;
    fragmented_ = true;
    message_.append(bytes);
    return 0;
  }
  if (!fragmented_) {
    if (!header.compressed && !is_valid_text(bytes)) return kCloseInvalidText;
    stop = !sink.on_text(bytes, header.compressed);
    return 0;
  }
  message_.append(bytes);
  fragmented_ = false;
  std::string whole;
  whole.swap(message_);
  if (!fragmented_compressed_ && !is_valid_text(whole)) return kCloseInvalidText;
  stop = !sink.on_text(whole, fragmented_compressed_);
  return 0;
}

int Decoder::take_all(std::span<char> bytes, std::size_t& used, Sink& sink, bool& stop) {
  used = 0;
  while (!stop) {
    Header header;
    const auto rest = bytes.subspan(used);
    if (const int code = read_header(rest, header); code != 0) return code;
    if (header.bytes == 0 || rest.size() - header.bytes < header.payload) return 0;
    const auto payload = rest.subspan(header.bytes, static_cast<std::size_t>(header.payload));
    used += header.bytes + payload.size();
    if (const int code = take_frame(header, payload, sink, stop); code != 0) return code;
  }
  return 0;
}

int Decoder::feed(std::span<char> bytes, Sink& sink) {
  bool stop = false;
  std::size_t used = 0;
  // Finish the frame begun earlier first: only its own bytes are copied, the rest is read where it lies.
  while (!partial_.empty() && !bytes.empty()) {
    Header header;
    if (const int code = read_header(partial_, header); code != 0) return code;
    const std::size_t want =
        header.bytes == 0 ? 1 : header.bytes + static_cast<std::size_t>(header.payload) - partial_.size();
    const std::size_t take = std::min(want, bytes.size());
    partial_.append(bytes.data(), take);
    bytes = bytes.subspan(take);
    if (header.bytes == 0) continue;
    if (take < want) return 0;
    std::string whole;
    whole.swap(partial_);
    if (const int code = take_all(whole, used, sink, stop); code != 0) return code;
  }
  if (!partial_.empty()) {
    // A header that just became complete may announce an empty payload.
    std::string whole;
    whole.swap(partial_);
    if (const int code = take_all(whole, used, sink, stop); code != 0) return code;
    if (!stop) partial_.assign(whole, used);
    return 0;
  }
  if (stop || bytes.empty()) return 0;
  if (const int code = take_all(bytes, used, sink, stop); code != 0) return code;
  if (!stop) partial_.assign(bytes.data() + used, bytes.size() - used);
  return 0;
}

}  // namespace yingda::net::ws
