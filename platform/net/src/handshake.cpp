#include "handshake.hpp"

#include <algorithm>

#include "http_text.hpp"
#include "ws_deflate.hpp"
#include "yingda/base/crypto.hpp"

namespace yingda::net {
namespace {

bool is_websocket_key(std::string_view key) {
  // 16 bytes in base64: 22 characters and "==".
  return key.size() == 24 && key.ends_with("==") && std::ranges::all_of(key.substr(0, 22), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
         });
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  return crypto::base64(crypto::sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

Result<AcceptedHandshake> check_handshake(const HttpRequest& request, bool http11) {
  if (request.method != Method::get || !http11 || request.body_bytes > 0)
    return fail(Code::invalid_argument, "request.malformed", "upgrade needs a bare GET of HTTP/1.1");
  if (request.header("sec-websocket-version") != "13") return fail(Code::invalid_argument, "request.upgrade_required");
  const auto key = request.header("sec-websocket-key");
  if (!is_websocket_key(key)) return fail(Code::invalid_argument, "request.malformed", "Sec-WebSocket-Key");
  AcceptedHandshake accepted;
  accepted.response_head =
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: " +
      websocket_accept(key) + "\r\nx-request-id: " + request.request_id + "\r\n";
  std::string offers;
  for (const auto& header : request.headers)
    if (header.name == "sec-websocket-extensions") offers += (offers.empty() ? "" : ",") + header.value;
  if (const auto terms = negotiate_deflate(offers)) {
    accepted.deflate_bits = terms->window_bits;
    accepted.response_head += "sec-websocket-extensions: " + terms->response + "\r\n";
  }
  accepted.response_head += "\r\n";
  return accepted;
}

}  // namespace yingda::net
