// The web server's application: hands every request to the room that knows its path.
#pragma once

#include "yingda/net/server.hpp"
#include "yingda/realtime/gateway.hpp"
#include "yingda/rest/rest.hpp"
#include "yingda/webchat/webchat.hpp"

namespace yingda::app {

class Front final : public net::HttpApp {
 public:
  Front(rest::Rest& rest, realtime::Gateway& gateway, webchat::Webchat& webchat, bool demo)
      : rest_(rest), gateway_(gateway), webchat_(webchat), demo_(demo) {}

  void handle(net::HttpRequest request, net::HttpReply reply) override;
  Result<std::unique_ptr<net::WebSocketHandler>> accept(const net::HttpRequest& request) override;
  std::int64_t body_limit(net::Method method, std::string_view path, std::int64_t default_limit) override;

 private:
  rest::Rest& rest_;
  realtime::Gateway& gateway_;
  webchat::Webchat& webchat_;
  const bool demo_;
};

}  // namespace yingda::app
