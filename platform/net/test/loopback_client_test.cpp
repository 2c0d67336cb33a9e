// HttpClient and WebSocketClientPool against the real server on 127.0.0.1, plain and TLS.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "raw_client.hpp"
#include "test_app.hpp"
#include "yingda/net/client.hpp"

namespace yingda::net::test {
namespace {

/// Redirects: /to?<url> answers 302 there; /loop redirects to itself; /slow never answers; /large a megabyte.
class RedirectApp final : public HttpApp {
 public:
  void handle(HttpRequest request, HttpReply reply) override {
    HttpResponse response;
    if (request.path == "/to" || request.path == "/post-to") {
      response.status = request.path == "/to" ? 302 : 307;
      response.set("location", request.query);
    } else if (request.path == "/loop") {
      response.status = 302;
      response.set("location", "/loop");
    } else if (request.path == "/slow") {
      held_.push_back(std::move(reply));
      return;
    } else if (request.path == "/large") {
      response.body = std::string(1'000'000, 'l');
    } else {
      response.set("x-auth", std::string(request.header("authorization")));
      response.body = std::string(to_string(request.method)) + " " + request.path + " " + request.body;
    }
    reply.send(std::move(response));
  }
  Result<std::unique_ptr<WebSocketHandler>> accept(const HttpRequest&) override {
    return fail(Code::permission_denied, "auth.required");
  }

 private:
  std::vector<HttpReply> held_;
};

class LoopbackClient : public testing::Test {
 protected:
  void SetUp() override {
    server_ = std::make_unique<HttpServer>(ServerOptions{}, app_);
    ASSERT_TRUE(server_->start());
    base_ = "http://127.0.0.1:" + std::to_string(server_->port());
  }
  Result<ClientResponse> fetch(ClientRequest request) {
    request.guard = AddressGuard::any;
    return client_.send_and_wait(std::move(request));
  }
  static std::string reason(const Result<ClientResponse>& result) { return result ? "ok" : result.error().reason; }

  RedirectApp app_;
  std::unique_ptr<HttpServer> server_;
  std::string base_;
  HttpClient client_;
};

TEST_F(LoopbackClient, Get_Plain_Whole) {
  const auto response = fetch({.url = base_ + "/hello?x", .headers = {{"Authorization", "a"}}});
  ASSERT_TRUE(response) << describe(response.error());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "GET /hello ");
  EXPECT_EQ(fetch({.method = Method::post, .url = base_ + "/p", .body = "data"})->body, "POST /p data");
  EXPECT_EQ(fetch({.method = Method::head, .url = base_ + "/p"})->status, 200);
  EXPECT_EQ(fetch({.url = "http://localhost:" + std::to_string(server_->port())})->body, "GET / ");
}

TEST_F(LoopbackClient, Guard_InternalAddresses_AreRefused) {
  for (const char* url :
       {"http://127.0.0.1:1/", "http://10.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
        "http://169.254.169.254/latest", "http://100.64.0.1/", "http://[fe80::1]/", "http://[fd00::1]/",
        "http://[64:ff9b::7f00:1]/", "http://localhost/", "http://192.168.1.1/", "http://224.0.0.1/"}) {
    const auto result = client_.send_and_wait({.url = url});
    EXPECT_EQ(reason(result), "net.internal_address") << url;
  }
  // 127.0.0.1 in forms that only some resolvers read: whatever they make of it, it is not reached.
  for (const char* url : {"http://2130706433/", "http://0x7f.1/", "http://127.1/"})
    EXPECT_FALSE(client_.send_and_wait({.url = url, .deadline = seconds(5)})) << url;
}

TEST_F(LoopbackClient, Redirect_Followed_UpToFive) {
  EXPECT_EQ(fetch({.url = base_ + "/to?/there"})->body, "GET /there ");
  EXPECT_EQ(fetch({.method = Method::post, .url = base_ + "/to?/there", .body = "x"})->body, "GET /there ");
  EXPECT_EQ(fetch({.method = Method::post, .url = base_ + "/post-to?/there", .body = "x"})->body, "POST /there x");
  EXPECT_EQ(reason(fetch({.url = base_ + "/loop"})), "net.too_many_redirects");
  EXPECT_EQ(reason(fetch({.url = base_ + "/to?ftp://x/"})), "net.invalid_url");
}

TEST_F(LoopbackClient, Redirect_OtherOrigin_LosesSecrets) {
  HttpServer other(ServerOptions{}, app_);
  ASSERT_TRUE(other.start());
  const std::string there = "http://127.0.0.1:" + std::to_string(other.port()) + "/x";
  const auto auth = [](const Result<ClientResponse>& r) {
    for (const auto& h : r->headers)
      if (h.name == "x-auth") return h.value;
    return std::string("none");
  };
  EXPECT_EQ(auth(fetch({.url = base_ + "/to?/x", .headers = {{"Authorization", "secret"}}})), "secret");
  EXPECT_EQ(auth(fetch({.url = base_ + "/to?" + there, .headers = {{"Authorization", "secret"}}})), "");
}

TEST_F(LoopbackClient, Limits_DeadlineSizeUnreachable_TheirOwnReasons) {
  EXPECT_EQ(reason(fetch({.url = base_ + "/slow", .deadline = milliseconds(100)})), "net.deadline");
  EXPECT_EQ(reason(fetch({.url = base_ + "/large", .response_bytes_max = 999'999})), "net.response_too_large");
  EXPECT_EQ(fetch({.url = base_ + "/large", .response_bytes_max = 1'000'000})->body.size(), 1'000'000U);
  EXPECT_EQ(reason(fetch({.url = "http://127.0.0.1:1/"})), "net.unreachable");
  EXPECT_EQ(reason(fetch({.url = "https://127.0.0.1:" + std::to_string(server_->port())})), "net.tls_failed");
  EXPECT_EQ(reason(fetch({.url = base_, .headers = {{"x", "a\r\nb: c"}}})), "net.invalid_header");
}

TEST_F(LoopbackClient, Destroyed_WithOpenRequest_IsAnswered) {
  std::string why;
  {
    HttpClient client;
    ClientRequest request{.url = base_ + "/slow"};
    request.guard = AddressGuard::any;
    client.send(std::move(request), [&](const Result<ClientResponse>& r) { why = reason(r); });
    client.send_and_wait({.url = "http://10.0.0.1/"});  // the first is under way by then
  }
  EXPECT_EQ(why, "net.stopping");
}

/// A self-signed certificate for 127.0.0.1, in two PEM files.
void make_certificate(const std::string& certificate_file, const std::string& key_file) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* alternative = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(certificate, alternative, -1);
  X509_EXTENSION_free(alternative);
  X509_sign(certificate, key, EVP_sha256());
  FILE* out = std::fopen(certificate_file.c_str(), "w");
  PEM_write_X509(out, certificate);
  std::fclose(out);
  out = std::fopen(key_file.c_str(), "w");
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TEST(LoopbackTls, OwnCertificate_TrustedOrNot) {
  const std::string certificate = testing::TempDir() + "/net_cert.pem", key = testing::TempDir() + "/net_key.pem";
  make_certificate(certificate, key);
  RedirectApp app;
  ServerOptions options;
  options.certificate_file = certificate;
  options.private_key_file = key;
  HttpServer server(options, app);
  const auto started = server.start();
  ASSERT_TRUE(started) << describe(started.error());
  const std::string base = "https://127.0.0.1:" + std::to_string(server.port());
  HttpClient client;
  const auto fetch = [&](std::string url, std::string ca_file, std::string body = {}) {
    ClientRequest request{.method = Method::post, .url = std::move(url), .body = std::move(body)};
    request.guard = AddressGuard::any;
    request.ca_file = std::move(ca_file);
    return client.send_and_wait(std::move(request));
  };
  const auto trusted = fetch(base + "/t", certificate, "body");
  ASSERT_TRUE(trusted) << describe(trusted.error());
  EXPECT_EQ(trusted->body, "POST /t body");
  EXPECT_EQ(fetch(base + "/large", certificate)->body, std::string(1'000'000, 'l'));
  const auto echoed = fetch(base + "/b", certificate, std::string(200'000, 'u'));
  EXPECT_EQ(echoed->body.size(), 8U + 200'000U);
  EXPECT_EQ(fetch(base, "").error().reason, "net.tls_failed");
  EXPECT_EQ(fetch("https://localhost:" + std::to_string(server.port()), certificate).error().reason, "net.tls_failed");
  // Plain bytes on a TLS port end the connection and nothing else.
  RawClient(server.port()).send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(fetch(base + "/t", certificate));
}

TEST(LoopbackTls, UnreadableCertificate_StartSaysSo) {
  RedirectApp app;
  ServerOptions options;
  options.certificate_file = options.private_key_file = "/nonexistent";
  HttpServer server(options, app);
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().reason, "net.invalid_certificate");
}

TEST(LoopbackPool, ManySockets_EchoAndClose) {
  TestApp app;
  ServerOptions options;
  options.threads = 2;
  HttpServer server(options, app);
  ASSERT_TRUE(server.start());
  const std::string url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/ws";
  WebSocketClientPool pool;
  std::mutex mutex;
  std::condition_variable changed;
  int echoed = 0;
  std::vector<std::string> closed;
  constexpr int kSockets = 600, kEach = 5;
  std::vector<std::shared_ptr<WebSocketClientPool::Socket>> sockets(kSockets);
  for (auto& socket : sockets) {
    socket = pool.open(url, {{"x-test", "1"}},
                       {.on_open = {},
                        .on_message =
                            [&](std::string_view text) {
                              const std::lock_guard lock(mutex);
                              echoed += text.starts_with("hello");
                              changed.notify_one();
                            },
                        .on_close =
                            [&](std::string_view why) {
                              const std::lock_guard lock(mutex);
                              closed.emplace_back(why);
                              changed.notify_one();
                            }});
    for (int i = 0; i < kEach; ++i) socket->send("hello " + std::to_string(i));  // before it is open: waits
  }
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return echoed == kSockets * kEach; }));
  sockets[0]->close();
  sockets[1]->cut();
  sockets[2]->send("close");
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return closed.size() == 3; }));
  std::ranges::sort(closed);
  EXPECT_EQ(closed, (std::vector<std::string>{"1000", "4001 asked", "cut"}));
  lock.unlock();
  server.stop(seconds(5));
  lock.lock();
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return closed.size() == kSockets; }));
  EXPECT_EQ(closed.back(), "1001 server is stopping");
}

TEST(LoopbackPool, CutsSendsAndStopTogether_EverySocketIsClosedOnce) {
  TestApp app;
  ServerOptions options;
  options.threads = 2;
  options.ws_queue_bytes_max = 16 * 1024;
  auto server = std::make_unique<HttpServer>(options, app);
  ASSERT_TRUE(server->start());
  const std::string url = "ws://127.0.0.1:" + std::to_string(server->port()) + "/ws";
  std::atomic<int> opened{0}, closed{0};
  {
    WebSocketClientPool pool;
    std::vector<std::jthread> senders;
    for (int t = 0; t < 2; ++t)
      senders.emplace_back([&app](const std::stop_token& stop) {
        const auto text = std::make_shared<const std::string>(2000, 't');
        while (!stop.stop_requested()) {
          for (const auto& socket : app.sockets()) socket->send(text);
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
      });
    for (int round = 0; round < 10; ++round) {
      std::vector<std::shared_ptr<WebSocketClientPool::Socket>> sockets;
      for (int i = 0; i < 60; ++i) {
        sockets.push_back(pool.open(url, {{"sec-websocket-extensions", round % 2 != 0 ? "permessage-deflate" : "none"}},
                                    {.on_open = [&opened] { ++opened; },
                                     .on_message = {},
                                     .on_close = [&closed](std::string_view) { ++closed; }}));
        sockets.back()->send("hello");
      }
      if (round == 9) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      for (std::size_t i = 0; i < sockets.size(); ++i) {
        if (i % 3 == 0) sockets[i]->cut();
        if (i % 3 == 1) sockets[i]->close();
      }
    }
    server->stop(milliseconds(500));
    for (int i = 0; i < 2000 && closed < 600; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(closed, 600);
  EXPECT_GT(opened, 0);
  app.wait_for_closed(static_cast<int>(app.sockets().size()));
  server.reset();
  for (const auto& socket : app.sockets()) EXPECT_FALSE(socket->send(std::string("late")));
}

TEST(LoopbackPool, Refused_SaysWhy) {
  RedirectApp app;
  HttpServer server(ServerOptions{}, app);
  ASSERT_TRUE(server.start());
  WebSocketClientPool pool;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> closed;
  const auto note = [&](std::string_view why) {
    const std::lock_guard lock(mutex);
    closed.emplace_back(why);
    changed.notify_one();
  };
  const auto a = pool.open("ws://127.0.0.1:" + std::to_string(server.port()) + "/ws", {}, {.on_close = note});
  const auto b = pool.open("ws://127.0.0.1:1/ws", {}, {.on_close = note});
  const auto c = pool.open("nonsense", {}, {.on_close = note});
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return closed.size() == 3; }));
  std::ranges::sort(closed);
  EXPECT_EQ(closed, (std::vector<std::string>{"refused 403", "unreachable", "unreachable"}));
}

}  // namespace
}  // namespace yingda::net::test
