#include "respond.hpp"

#include <algorithm>

namespace yingda::rest {

net::HttpResponse error_response(const Error& error, messages::Language language, std::int64_t retry_after_s) {
  auto response = net::error_response(error, language == messages::Language::en ? "en" : "zh-CN");
  if (error.reason == "request.method_not_allowed") response.status = 405;
  if (retry_after_s > 0) response.set("retry-after", std::to_string(retry_after_s));
  return response;
}

void add_api_headers(net::HttpResponse& response, bool tls) {
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  if (tls) response.set("Strict-Transport-Security", "max-age=31536000");
  // Files bring their own policy and caching.
  const bool has_policy = std::ranges::any_of(
      response.headers, [](const net::Header& header) { return header.name == "content-security-policy"; });
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
