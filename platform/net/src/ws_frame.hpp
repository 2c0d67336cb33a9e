// WebSocket framing (RFC 6455) without sockets: bytes in, messages and control frames out, for both ends. Idle it holds
// no buffer. Own code and not Beast's, because Beast keeps a deflate and an inflate state (12 KiB) in every socket and
// writes one message a system call.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace yingda::net::ws {

enum Opcode : std::uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

inline constexpr int kCloseNormal = 1000, kCloseGoingAway = 1001, kCloseProtocolError = 1002, kCloseUnsupported = 1003,
                     kCloseNoStatus = 1005, kCloseInvalidText = 1007, kClosePolicy = 1008, kCloseTooBig = 1009,
                     kCloseInternal = 1011, kCloseSlow = 4008;

/// Valid UTF-8; U+0000 is allowed here, unlike in stored text.
bool is_valid_text(std::string_view bytes) noexcept;
/// Codes that may travel in a close frame.
bool is_valid_close_code(int code) noexcept;
/// Payload of a close frame; the reason is cut to what fits (123 bytes, whole code points).
std::string close_payload(int code, std::string_view reason);

using Mask = std::array<std::uint8_t, 4>;
inline constexpr std::size_t kHeaderBytesMax = 14;
/// Writes a frame header to `out`, gives its length. `mask` only for clients.
std::size_t encode_header(char* out, Opcode opcode, bool compressed, std::uint64_t payload_bytes, const Mask* mask);
void apply_mask(std::span<char> bytes, const Mask& mask, std::size_t offset) noexcept;

/// What a Decoder finds. Views last for the call.
class Sink {
 public:
  virtual ~Sink() = default;
  /// A whole message. `compressed`: still to be inflated and checked; else valid UTF-8. False stops the feed.
  virtual bool on_text(std::string_view payload, bool compressed) = 0;
  /// close, ping or pong. False stops the feed.
  virtual bool on_control(Opcode opcode, std::string_view payload) = 0;
};

enum class Role : std::uint8_t { server, client };

class Decoder {
 public:
  Decoder(Role role, std::uint32_t message_bytes_max, bool deflate)
      : message_bytes_max_(message_bytes_max), role_(role), deflate_(deflate) {}

  /// Takes all bytes (and unmasks them in place). 0, or the close code to fail the connection with; after that, or
  /// after the sink said stop, feed no more.
  int feed(std::span<char> bytes, Sink& sink);

 private:
  struct Header {
    std::uint64_t payload = 0;
    std::size_t bytes = 0;  // 0: incomplete
    Mask mask{};
    Opcode opcode = kContinuation;
    bool fin = false, compressed = false, masked = false;
  };
  int read_header(std::span<const char> bytes, Header& header) const;
  int check_header(const Header& header) const;
  int take_frame(const Header& header, std::span<char> payload, Sink& sink, bool& stop);
  int take_all(std::span<char> bytes, std::size_t& used, Sink& sink, bool& stop);

  std::string partial_;  // an unfinished frame
  std::string message_;  // finished fragments of an unfinished message
  std::uint32_t message_bytes_max_;
  Role role_;
  bool deflate_;
  bool fragmented_ = false;
  bool fragmented_compressed_ = false;
};

}  // namespace yingda::net::ws
