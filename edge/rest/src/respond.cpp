#include "respond.hpp"

#include <algorithm>

#include "yingda/base/describe.hpp"
#include "yingda/base/json_append.hpp"

namespace yingda::rest {

int status_of(const Error& error) noexcept {
  if (error.reason == "request.method_not_allowed") return 405;
  switch (error.code) {
    case Code::invalid_argument: return 400;
    case Code::unauthenticated: return 401;
    case Code::permission_denied: return 403;
    case Code::not_found: return 404;
    case Code::conflict: return 409;
    case Code::limit_exceeded: {
      const bool body = error.reason == "request.json_too_large" || error.reason == "request.too_large" ||
                        error.reason == "files.too_large";
      return body ? 413 : 429;
    }
    case Code::cancelled: return error.reason == "runtime.stopping" ? 503 : 499;
    case Code::unavailable: return 503;
    case Code::timeout: return 504;
    case Code::corrupt:
    case Code::internal: return 500;
  }
  return 500;
}

std::string error_body(const Error& error, messages::Language language) {
  std::string out = R"({"code":)";
  json::append_string(out, to_string(error.code));
  out += R"(,"reason":)";
  json::append_string(out, error.reason);
  out += R"(,"message":)";
  json::append_string(out, messages::text(error, language));
  out += R"(,"fields":[)";
  for (const auto& field : error.fields) {
    if (!out.ends_with('[')) out += ',';
    out += R"({"field":)";
    json::append_string(out, field.field);
    out += R"(,"reason":)";
    json::append_string(out, field.reason);
    out += R"(,"message":)";
    json::append_string(out, messages::text(field.reason, language));
    out += '}';
  }
  return out + "]}";
}

net::HttpResponse error_response(const Error& error, messages::Language language, std::int64_t retry_after_s) {
  const int status = status_of(error);
  auto response = net::HttpResponse::json(status, error_body(error, language));
  if (status == 503 || status == 429) retry_after_s = std::max<std::int64_t>(retry_after_s, 1);
  if (retry_after_s > 0) response.set("Retry-After", std::to_string(retry_after_s));
  return response;
}

void add_api_headers(net::HttpResponse& response, bool tls) {
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  if (tls) response.set("Strict-Transport-Security", "max-age=31536000");
  // Files bring their own policy and caching.
  const bool has_policy = std::ranges::any_of(response.headers, [](const net::Header& header) {
    return header.name == "content-security-policy" || header.name == "Content-Security-Policy";
  });
  if (has_policy) return;
  response.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  response.set("Cache-Control", "no-store");
}

void set_cookie(Call& call, std::string_view name, std::string_view value, DurationMs life) {
  std::string cookie(name);
  cookie.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Lax; Max-Age=");
  cookie.append(std::to_string(value.empty() ? 0 : life.ms / 1000));
  if (call.request.tls) cookie.append("; Secure");
  call.headers.push_back({"set-cookie", std::move(cookie)});
}

}  // namespace yingda::rest
