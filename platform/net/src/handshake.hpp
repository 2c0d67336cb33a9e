// The HTTP side of a WebSocket's opening (RFC 6455 section 4). Pure.
#pragma once

#include <string>
#include <string_view>

#include "yingda/base/result.hpp"
#include "yingda/net/http.hpp"

namespace yingda::net {

struct AcceptedHandshake {
  std::string response_head;
  int deflate_bits = 0;  // 0: no compression
};
/// invalid_argument `request.upgrade_required` (426) for another version, `request.malformed` for the rest.
Result<AcceptedHandshake> check_handshake(const HttpRequest& request, bool http11);
/// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string websocket_accept(std::string_view key);

}  // namespace yingda::net
