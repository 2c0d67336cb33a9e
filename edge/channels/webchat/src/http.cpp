// Requests under /api/v1/webchat: which one it is, who asks, from which page, how often.
#include <algorithm>
#include <charconv>
#include <utility>

#include "impl.hpp"
#include "origins.hpp"

namespace yingda::webchat {
namespace {

constexpr std::string_view kPrefix = "/api/v1/webchat/";

std::string_view bearer_of(const net::HttpRequest& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view header = request.header("authorization");
  return header.starts_with(kBearer) ? header.substr(kBearer.size()) : std::string_view();
}

Error error_of(Code code, std::string reason) {
  return Error{code, std::move(reason), {}, {}, std::source_location::current()};
}

net::HttpResponse preflight(const net::HttpRequest& request) {
  net::HttpResponse response;
  response.status = 204;
  response.set("access-control-allow-methods", "GET, POST, OPTIONS");
  response.set("access-control-allow-headers", "authorization, content-type, idempotency-key, x-request-id");
  response.set("access-control-max-age", "86400");
  return with_cors(std::move(response), request);
}

}  // namespace

std::uint64_t address_key(std::string_view address) { return std::hash<std::string_view>{}(address); }

messages::Language language_of(const net::HttpRequest& request) {
  return messages::language_of(request.header("accept-language"));
}

net::HttpResponse with_cors(net::HttpResponse response, const net::HttpRequest& request) {
  response.set("vary", "origin");
  if (const std::string_view origin = request.header("origin"); !origin.empty()) {
    response.set("access-control-allow-origin", std::string(origin));
    response.set("access-control-expose-headers", "retry-after, x-request-id");
  }
  return response;
}

std::string query_value(const net::HttpRequest& request, std::string_view name) {
  const auto params = request.query_params();
  if (!params) return {};
  const auto found = std::ranges::find(*params, name, &std::pair<std::string, std::string>::first);
  return found == params->end() ? std::string() : found->second;
}

void Webchat::handle(net::HttpRequest request, net::HttpReply reply) { impl_->handle(std::move(request), reply); }

void Webchat::Impl::refuse(const net::HttpRequest& request, const net::HttpReply& reply, const Error& error,
                           std::int64_t retry_after_ms) const {
  auto response = net::error_response(error, request.header("accept-language"));
  if (retry_after_ms > 0) {
    std::erase_if(response.headers, [](const net::Header& header) { return header.name == "retry-after"; });
    response.set("retry-after", std::to_string((retry_after_ms + 999) / 1000));
  }
  // A page that may not talk to us learns nothing, not even why.
  if (error.reason != "webchat.origin_not_allowed") response = with_cors(std::move(response), request);
  reply.send(std::move(response));
}

void Webchat::Impl::handle(net::HttpRequest request, const net::HttpReply& reply) {
  using net::Method;
  if (request.method == Method::options) return reply.send(preflight(request));
  const std::string_view rest = std::string_view(request.path).substr(kPrefix.size());
  const bool get = request.method == Method::get || request.method == Method::head;
  if (const auto wait = requests_by_address.take(address_key(request.remote_address), steady_ms()); wait > 0)
    return refuse(request, reply, error_of(Code::limit_exceeded, "request.too_many_requests"), wait);
  if (rest == "files" && request.method == Method::post)
    return upload(std::make_shared<const net::HttpRequest>(std::move(request)), reply);
  if (rest.starts_with("files/") && get) return download(request, reply, rest.substr(6));
  if (rest == "messages" && get) return messages(request, reply);
  if (rest == "poll" && request.method == Method::post) return poll(request, reply);
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view key = rest.substr(0, slash), verb = rest.substr(slash + 1);
    if (verb == "config" && get) return config(request, reply, key);
    if (verb == "info" && get) return info(request, reply, key);
    if (verb == "session" && request.method == Method::post) {
      const auto entry = registry.by_key(key);
      if (!entry || !entry->widget.enabled)
        return refuse(request, reply, error_of(Code::not_found, "webchat.widget_not_found"));
      return session(request, reply, entry);
    }
  }
  refuse(request, reply, error_of(Code::not_found, "request.not_found"));
}

void Webchat::Impl::config(const net::HttpRequest& request, const net::HttpReply& reply, std::string_view key) {
  const auto entry = registry.by_key(key);
  if (!entry || !entry->widget.enabled)
    return refuse(request, reply, error_of(Code::not_found, "webchat.widget_not_found"));
  if (!origin_allowed(entry->widget.allowed_origins, request.header("origin"), request.header("host")))
    return refuse(request, reply, error_of(Code::permission_denied, "webchat.origin_not_allowed"));
  const bool online = routing.anyone_online(entry->tenant, entry->widget.team_id);
  auto response = net::HttpResponse::json(
      200, encode_config(entry->config, online, menu_of ? menu_of(entry->tenant, entry->widget.id) : std::nullopt));
  response.set("cache-control", "public, max-age=" + std::to_string(kConfigCached.ms / 1000));
  reply.send(with_cors(std::move(response), request));
}

void Webchat::Impl::info(const net::HttpRequest& request, const net::HttpReply& reply, std::string_view key) {
  const auto entry = registry.by_key(key);
  if (!entry || !entry->widget.enabled)
    return refuse(request, reply, error_of(Code::not_found, "webchat.widget_not_found"));
  if (!origin_allowed(entry->widget.allowed_origins, request.header("origin"), request.header("host")))
    return refuse(request, reply, error_of(Code::permission_denied, "webchat.origin_not_allowed"));
  const std::string lang = query_value(request, "lang");
  const auto language = lang.empty() ? language_of(request) : messages::language_of(lang);
  auto kept = std::make_shared<const net::HttpRequest>(request);
  on_worker(request, reply, [self = shared_from_this(), kept, reply, entry, language] {
    const auto queue = self->published_of(*entry);
    if (!queue) return self->refuse(*kept, reply, queue.error());
    const bool online = self->routing.anyone_online(entry->tenant, entry->widget.team_id);
    auto response = net::HttpResponse::json(200, encode_info(**queue, {self->clock.now(), language, online}));
    response.set("cache-control", "no-store");
    reply.send(with_cors(std::move(response), *kept));
  });
}

Result<Visitor> Webchat::Impl::visitor_of(const net::HttpRequest& request) const {
  const std::string_view token = bearer_of(request);
  YD_TRY(const auto claim, const_cast<Impl*>(this)->check_visitor_token(token));
  const auto entry = registry.by_id(claim.widget);
  if (!entry || entry->tenant != claim.tenant || !entry->widget.enabled)
    return fail(Code::unauthenticated, "auth.invalid_token");
  if (!origin_allowed(entry->widget.allowed_origins, request.header("origin"), request.header("host")))
    return fail(Code::permission_denied, "webchat.origin_not_allowed");
  return Visitor{claim.tenant, claim.customer, claim.widget};
}

void Webchat::Impl::on_worker(const net::HttpRequest& request, const net::HttpReply& reply, std::function<void()> job) {
  if (const Status posted = workers.post(std::move(job)); !posted) refuse(request, reply, posted.error());
}

void Webchat::Impl::messages(const net::HttpRequest& request, const net::HttpReply& reply) {
  const auto number = [&](std::string_view name, std::int64_t otherwise) {
    const std::string text = query_value(request, name);
    std::int64_t value = otherwise;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 ? value : otherwise;
  };
  const std::int64_t before_seq = number("before_seq", 0);
  const int limit = static_cast<int>(std::clamp<std::int64_t>(number("limit", kSessionMessages), 1, kMessagesPageMax));
  auto kept = std::make_shared<const net::HttpRequest>(request);
  on_worker(request, reply, [self = shared_from_this(), kept, reply, before_seq, limit] {
    const auto visitor = self->visitor_of(*kept);
    if (!visitor) return self->refuse(*kept, reply, visitor.error());
    auto page = self->database.read_for<std::vector<conversation::Message>>([&](storage::Transaction& tx) {
      return self->conversations.messages_for_customer(tx, visitor->tenant, visitor->customer, before_seq, limit);
    });
    if (!page) return self->refuse(*kept, reply, page.error());
    auto response = net::HttpResponse::json(
        200, R"({"items":)" + encode_messages(*page, self->file_token(visitor->tenant, visitor->customer)) + "}");
    response.set("cache-control", "no-store");
    reply.send(with_cors(std::move(response), *kept));
  });
}

}  // namespace yingda::webchat
