// The one error shape of the product, and which HTTP status a code becomes.
#include <string>

#include "yingda/base/messages.hpp"
#include "yingda/net/http.hpp"

namespace yingda::net {
namespace {

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

int http_status(const Error& error) noexcept {
  if (error.reason == "request.too_large" || error.reason == "request.json_too_large") return 413;
  if (error.reason == "request.head_too_large") return 431;
  if (error.reason == "request.timeout") return 408;
  if (error.reason == "request.unsupported_encoding") return 501;
  if (error.reason == "request.upgrade_required") return 426;
  switch (error.code) {
    case Code::invalid_argument: return 400;
    case Code::not_found: return 404;
    case Code::conflict: return 409;
    case Code::permission_denied: return 403;
    case Code::unauthenticated: return 401;
    case Code::limit_exceeded: return 429;
    case Code::unavailable: return 503;
    case Code::timeout: return 504;
    case Code::cancelled: return 503;
    case Code::corrupt: return 500;
    case Code::internal: break;
  }
  return 500;
}

HttpResponse error_response(const Error& error, std::string_view accept_language) {
  const auto language = messages::language_of(accept_language, messages::Language::en);
  std::string body = "{\"code\":";
  append_json_string(body, to_string(error.code));
  body += ",\"reason\":";
  append_json_string(body, error.reason);
  body += ",\"message\":";
  append_json_string(body, messages::text(error, language));
  body += ",\"fields\":[";
  for (std::size_t i = 0; i < error.fields.size(); ++i) {
    if (i > 0) body += ',';
    body += "{\"field\":";
    append_json_string(body, error.fields[i].field);
    body += ",\"reason\":";
    append_json_string(body, error.fields[i].reason);
    body += ",\"message\":";
    append_json_string(body, messages::text(error.fields[i].reason, language));
    body += '}';
  }
  body += "]}";
  HttpResponse response = HttpResponse::json(http_status(error), std::move(body));
  if (response.status == 429 || response.status == 503) response.set("retry-after", "1");
  return response;
}

}  // namespace yingda::net
