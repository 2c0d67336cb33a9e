#include "yingda/realtime/problem.hpp"

#include "yingda/base/json_append.hpp"

namespace yingda::realtime {
namespace {

/// `"code":…,"reason":…,"message":…`
void append_members(std::string& out, const Error& error, messages::Language language) {
  out.append(R"("code":")").append(to_string(error.code)).append(R"(","reason":)");
  json::append_string(out, error.reason);
  out.append(R"(,"message":)");
  json::append_string(out, messages::text(error, language));
}

}  // namespace

int status_of(const Error& error) noexcept {
  switch (error.code) {
    case Code::invalid_argument: return 400;
    case Code::unauthenticated: return 401;
    case Code::permission_denied: return 403;
    case Code::not_found: return 404;
    case Code::conflict: return 409;
    case Code::limit_exceeded: return error.reason.ends_with("too_large") ? 413 : 429;
    case Code::unavailable:
    case Code::cancelled: return 503;
    case Code::timeout: return 504;
    case Code::corrupt:
    case Code::internal: break;
  }
  return 500;
}

net::HttpResponse problem(const Error& error, messages::Language language, std::optional<std::int64_t> retry_after_ms) {
  std::string body = "{";
  append_members(body, error, language);
  body.append(R"(,"fields":[)");
  for (const FieldError& field : error.fields) {
    if (!body.ends_with('[')) body.push_back(',');
    body.append(R"({"field":)");
    json::append_string(body, field.field);
    body.append(R"(,"reason":)");
    json::append_string(body, field.reason);
    body.append(R"(,"message":)");
    json::append_string(body, messages::text(field.reason, language));
    body.push_back('}');
  }
  body.append("]}");
  const int status = status_of(error);
  net::HttpResponse response = net::HttpResponse::json(status, std::move(body));
  if (status == 429 || status == 503)
    response.set("retry-after", std::to_string((retry_after_ms.value_or(1'000) + 999) / 1000));
  return response;
}

std::string error_frame(const Error& error, messages::Language language) {
  std::string out = R"({"t":"error",)";
  append_members(out, error, language);
  out.push_back('}');
  return out;
}

}  // namespace yingda::realtime
