// permessage-deflate (RFC 7692), always without context takeover: the zlib states belong to the thread and not to the
// socket, so compression costs an idle socket nothing. A text sent to many sockets is compressed once.
#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace yingda::net {

/// What was agreed in the handshake.
struct DeflateTerms {
  int window_bits = 15;  // largest distance that we may use is 2^window_bits
  std::string response;  // value of Sec-WebSocket-Extensions in the answer
};
/// The first acceptable offer in a Sec-WebSocket-Extensions request header.
std::optional<DeflateTerms> negotiate_deflate(std::string_view offers);

/// Not thread-safe: one a network thread.
class WsDeflate {
 public:
  WsDeflate() = default;
  ~WsDeflate();
  WsDeflate(const WsDeflate&) = delete;
  WsDeflate& operator=(const WsDeflate&) = delete;

  /// The compressed payload, or null when it would not be smaller.
  std::shared_ptr<const std::string> compress(const std::shared_ptr<const std::string>& text);
  enum class Inflated { ok, too_big, corrupt };
  /// Into an own buffer that lasts until the next call.
  Inflated inflate(std::string_view payload, std::size_t bytes_max, std::string_view& out);

 private:
  struct Cached {
    std::shared_ptr<const std::string> text, payload;
  };
  std::string deflate_once(std::string_view text);

  std::unique_ptr<z_stream> deflater_, inflater_;
  std::string inflated_;
  std::array<Cached, 4> cache_;  // newest texts: one commit fans out to many sockets in a row
  std::size_t cache_next_ = 0;
};

}  // namespace yingda::net
