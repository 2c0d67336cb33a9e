#include "front.hpp"

#include "assets.hpp"

namespace yingda::app {

void Front::handle(net::HttpRequest request, net::HttpReply reply) {
  const std::string_view path = request.path;
  if (webchat::Webchat::handles(path)) return webchat_.handle(std::move(request), std::move(reply));
  if (realtime::Gateway::handles(path)) return gateway_.handle(std::move(request), std::move(reply));
  if (rest::Rest::handles(path)) return rest_.handle(std::move(request), std::move(reply));
  serve_asset(request, reply, demo_);
}

Result<std::unique_ptr<net::WebSocketHandler>> Front::accept(const net::HttpRequest& request) {
  if (webchat::Webchat::handles(request.path)) return webchat_.accept(request);
  if (realtime::Gateway::handles(request.path)) return gateway_.accept(request);
  return fail(Code::not_found, "request.not_found");
}

std::int64_t Front::body_limit(net::Method method, std::string_view path, std::int64_t default_limit) {
  if (webchat::Webchat::handles(path)) return webchat::Webchat::body_limit(method, path, default_limit);
  return rest::Rest::body_limit(method, path, default_limit);
}

}  // namespace yingda::app
