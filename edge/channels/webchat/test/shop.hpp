// An office with its doors open: real store, real server on the loopback, widgets, visitors' and agents' sockets.
#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <map>

#include "../../../realtime/test/office.hpp"
#include "yingda/base/json.hpp"
#include "yingda/files/file_store.hpp"
#include "yingda/net/client.hpp"
#include "yingda/net/server.hpp"
#include "yingda/realtime/gateway.hpp"
#include "yingda/webchat/webchat.hpp"

namespace yingda::webchat::test {

using realtime::test::must;

struct SessionWire {
  std::string visitor_token;
  std::optional<JsonText> conversation;
  std::vector<JsonText> messages;
  std::int64_t last_seq = 0;
  bool typing_preview = false, online = false;
};
YD_DESCRIBE(SessionWire, (visitor_token, conversation, messages, last_seq, typing_preview, online))

struct ErrorWire {
  std::string code, reason, message;
};
YD_DESCRIBE(ErrorWire, (code, reason, message))

class Shop : public net::HttpApp {
 public:
  explicit Shop(Options options = generous()) : options_(options) {
    must(webchat.start());
    must(gateway.start());
    must(office.dispatcher->start());
    must(server.start());
  }
  ~Shop() override {
    server.stop(seconds(2));
    gateway.stop();
    office.dispatcher->stop();
    office.workers.stop(seconds(5));
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  static Options generous() {
    Options options;
    const Rate much{100'000, 100'000};
    options.rates = {much, much, much, much, much, much, much};
    return options;
  }

  // --- the app
  void handle(net::HttpRequest request, net::HttpReply reply) override {
    if (realtime::Gateway::handles(request.path)) return gateway.handle(std::move(request), std::move(reply));
    webchat.handle(std::move(request), std::move(reply));
  }
  Result<std::unique_ptr<net::WebSocketHandler>> accept(const net::HttpRequest& request) override {
    if (request.path == "/api/v1/socket") return gateway.accept(request);
    return webchat.accept(request);
  }
  std::int64_t body_limit(net::Method method, std::string_view path, std::int64_t default_limit) override {
    return Webchat::body_limit(method, path, default_limit);
  }

  // --- calls
  std::string base() const { return "127.0.0.1:" + std::to_string(server.port()); }
  net::ClientResponse call(net::Method method, const std::string& path, std::string body = {},
                           std::vector<net::Header> headers = {}) {
    net::ClientRequest request;
    request.method = method;
    request.url = "http://" + base() + path;
    request.body = std::move(body);
    request.headers = std::move(headers);
    request.deadline = seconds(40);
    request.guard = net::AddressGuard::any;
    return must(http.send_and_wait(std::move(request)));
  }
  net::ClientResponse post(const std::string& path, std::string body, std::vector<net::Header> headers = {}) {
    return call(net::Method::post, path, std::move(body), std::move(headers));
  }
  net::ClientResponse get(const std::string& path, std::vector<net::Header> headers = {}) {
    return call(net::Method::get, path, {}, std::move(headers));
  }
  SessionWire session(const std::string& token = {}) {
    const auto answer = post("/api/v1/webchat/" + widget.key + "/session",
                             token.empty() ? "{}" : R"({"visitor_token":")" + token + "\"}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return must(json::decode<SessionWire>(answer.body));
  }
  static std::vector<net::Header> bearer(const std::string& token) { return {{"authorization", "Bearer " + token}}; }
  static std::string reason(const net::ClientResponse& answer) {
    const auto error = json::decode<ErrorWire>(answer.body);
    return error ? error->reason : std::string();
  }
  Widget make_widget(WidgetSettings settings) {
    if (settings.name.empty()) settings.name = "Shop";
    return must(office.write([&](auto& tx) { return webchat.create_widget(tx, office.system, settings); }));
  }
  Widget change(const WidgetSettings& settings) {
    return must(office.write([&](auto& tx) { return webchat.change_widget(tx, office.system, widget.id, settings); }));
  }

  realtime::test::Office office{migrations()};
  std::string folder = std::filesystem::temp_directory_path() / ("yd_webchat_" + std::to_string(office.tenant.value));
  files::FileStore files = must(files::FileStore::open(folder));
  Options options_;
  realtime::Gateway gateway{*office.db,
                            *office.dispatcher,
                            office.workers,
                            office.clock,
                            office.room,
                            *office.routing,
                            [this](const net::HttpRequest& request, std::function<void(Result<org::Actor>)> done) {
                              for (const auto* actor : {&office.wang, &office.li, &office.zhao, &office.boss})
                                if (request.header("authorization") == "Bearer " + to_string(actor->user))
                                  return done(*actor);
                              done(fail(Code::unauthenticated, "auth.no_session"));
                            }};
  Webchat webchat{*office.db,  office.workers,  office.clock,  office.ids, office.org, office.customers,
                  office.room, *office.routing, gateway.hub(), files,      options_};
  net::HttpServer server{{}, *this};
  net::HttpClient http;
  Widget widget = make_widget({});
};

}  // namespace yingda::webchat::test
