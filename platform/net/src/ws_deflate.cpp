#include "ws_deflate.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "http_text.hpp"
#include "yingda/base/assert.hpp"

namespace yingda::net {
namespace {

constexpr int kLevel = 3;        // chat JSON: three quarters of level 9's gain at a fraction of its time
constexpr int kMemoryLevel = 8;  // one state a thread
constexpr std::string_view kTail("\0\0\xff\xff", 4);

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    out.push_back(trim_blanks(text.substr(0, end)));
    if (end == text.size()) return out;
    text.remove_prefix(end + 1);
  }
}

std::optional<int> window_bits_of(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  const auto bits = parse_decimal(value);
  if (!bits || *bits < 8 || *bits > 15 || value.front() == '0') return std::nullopt;
  return static_cast<int>(*bits);
}

std::optional<DeflateTerms> accept_offer(std::string_view offer) {
  const auto parts = split(offer, ';');
  if (!equals_ignoring_case(parts[0], "permessage-deflate")) return std::nullopt;
  DeflateTerms terms;
  bool server_bits = false;
  std::vector<std::string_view> seen;
  for (const auto part : std::span(parts).subspan(1)) {
    const std::size_t equals = part.find('=');
    const auto name = trim_blanks(part.substr(0, equals));
    const bool has_value = equals != std::string_view::npos;
    if (std::ranges::find(seen, name) != seen.end()) return std::nullopt;
    seen.push_back(name);
    const auto bits = has_value ? window_bits_of(trim_blanks(part.substr(equals + 1))) : std::nullopt;
    if (has_value && !bits) return std::nullopt;
    if (name == "server_max_window_bits") {
      if (!bits) return std::nullopt;
      terms.window_bits = *bits;
      server_bits = true;
    } else if (name == "server_no_context_takeover" || name == "client_no_context_takeover") {
      if (has_value) return std::nullopt;
    } else if (name != "client_max_window_bits") {
      return std::nullopt;
    }
  }
  terms.response = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  if (server_bits) terms.response += "; server_max_window_bits=" + std::to_string(terms.window_bits);
  return terms;
}

}  // namespace

std::optional<DeflateTerms> negotiate_deflate(std::string_view offers) {
  for (const auto offer : list_elements(offers))
    if (auto terms = accept_offer(offer)) return terms;
  return std::nullopt;
}

WsDeflate::~WsDeflate() {
  if (deflater_) deflateEnd(deflater_.get());
  if (inflater_) inflateEnd(inflater_.get());
}

std::string WsDeflate::deflate_once(std::string_view text) {
  if (!deflater_) {
    deflater_ = std::make_unique<z_stream>();
    YD_ASSERT(deflateInit2(deflater_.get(), kLevel, Z_DEFLATED, -15, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK);
  }
  z_stream& z = *deflater_;
  deflateReset(&z);
  std::string out(deflateBound(&z, static_cast<uLong>(text.size())) + 16, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  YD_ASSERT(deflate(&z, Z_SYNC_FLUSH) == Z_OK && z.avail_in == 0);
  out.resize(out.size() - z.avail_out);
  YD_ASSERT(out.ends_with(kTail));
  out.resize(out.size() - kTail.size());
  return out;
}

std::shared_ptr<const std::string> WsDeflate::compress(const std::shared_ptr<const std::string>& text) {
  for (const auto& cached : cache_)
    if (cached.text == text) return cached.payload;
  std::string payload = deflate_once(*text);
  Cached& slot = cache_[cache_next_++ % cache_.size()];
  slot.text = text;
  slot.payload = payload.size() < text->size() ? std::make_shared<const std::string>(std::move(payload)) : nullptr;
  return slot.payload;
}

WsDeflate::Inflated WsDeflate::inflate(std::string_view payload, std::size_t bytes_max, std::string_view& out) {
  if (!inflater_) {
    inflater_ = std::make_unique<z_stream>();
    YD_ASSERT(inflateInit2(inflater_.get(), -15) == Z_OK);
  }
  z_stream& z = *inflater_;
  inflateReset(&z);
  inflated_.resize(bytes_max + 1);
  z.next_out = reinterpret_cast<Bytef*>(inflated_.data());
  z.avail_out = static_cast<uInt>(inflated_.size());
  bool ended = false;
  for (const auto piece : {payload, kTail}) {
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    z.avail_in = static_cast<uInt>(piece.size());
    const int result = ::inflate(&z, Z_SYNC_FLUSH);
    if (z.avail_out == 0) return Inflated::too_big;
    if (result == Z_STREAM_END) ended = true;
    if (ended) break;
    if (result != Z_OK && !(result == Z_BUF_ERROR && z.avail_in == 0)) return Inflated::corrupt;
  }
  out = {inflated_.data(), inflated_.size() - z.avail_out};
  return Inflated::ok;
}

}  // namespace yingda::net
