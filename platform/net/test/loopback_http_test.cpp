// The server through real sockets on 127.0.0.1: sockets are what this room is about.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "raw_client.hpp"
#include "test_app.hpp"

namespace yingda::net::test {
namespace {

class LoopbackHttp : public testing::Test {
 protected:
  void serve(ServerOptions options = {}) {
    options.spool_directory = testing::TempDir();
    server_ = std::make_unique<HttpServer>(std::move(options), app_);
    const auto started = server_->start();
    ASSERT_TRUE(started) << describe(started.error());
  }
  void TearDown() override {
    app_.release();
    if (server_) server_->stop(seconds(5));
  }
  std::uint16_t port() const { return server_->port(); }

  TestApp app_;
  std::unique_ptr<HttpServer> server_;
};

std::string body_of(std::string_view reason) { return "\"reason\":\"" + std::string(reason) + "\""; }

TEST_F(LoopbackHttp, KeepAlive_TwoRequests_OneConnection) {
  serve();
  RawClient client(port());
  EXPECT_EQ(client.get("/echo/a%20b?x=1").body, "GET /echo/a b x=1 ");
  const auto second = client.get("/echo");
  EXPECT_EQ(second.body, "GET /echo  ");
  EXPECT_TRUE(second.has("\r\ndate: "));
  EXPECT_TRUE(second.has("\r\nx-request-id: "));
  EXPECT_EQ(server_->stats().requests, 2);
}

TEST_F(LoopbackHttp, KeepAlive_Http10AndClose_ConnectionEnds) {
  serve();
  RawClient old(port());
  old.send("GET /echo HTTP/1.0\r\n\r\n");
  EXPECT_NE(old.read_to_end().find("connection: close"), std::string::npos);
  RawClient closing(port());
  closing.send("GET /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  EXPECT_NE(closing.read_to_end().find("connection: close"), std::string::npos);
}

TEST_F(LoopbackHttp, Pipelining_ThreeAtOnce_AnsweredInOrder) {
  serve();
  RawClient client(port());
  client.send(
      "POST /echo/1 HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc"
      "GET /held HTTP/1.1\r\nhost: x\r\n\r\n"
      "GET /echo/3 HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_EQ(client.read_answer().body, "POST /echo/1  abc");
  app_.wait_for_held(1);
  app_.release();
  EXPECT_EQ(client.read_answer().body, "\"held\"");
  EXPECT_EQ(client.read_answer().body, "GET /echo/3  ");
}

TEST_F(LoopbackHttp, Body_ChunkedWithTrailer_Whole) {
  serve();
  RawClient client(port());
  client.send(
      "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
      "3;ext=1\r\nabc\r\n");
  client.send("4\r\ndefg\r\n0\r\nx-trailer: t\r\n\r\n");
  EXPECT_EQ(client.read_answer().body, "POST /echo  abcdefg");
  EXPECT_EQ(client.get("/echo").status, 200);
}

TEST_F(LoopbackHttp, Body_AboveSpoolLimit_LiesInAFileThatDiesWithTheRequest) {
  serve();
  RawClient client(port());
  const std::string body(1'000'000, 's');
  client.send("POST /spool HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n" + body);
  EXPECT_EQ(client.read_answer().body, "1000000 0 1000000 ssss");
  ASSERT_FALSE(app_.last_spool_path.empty());
  EXPECT_FALSE(std::filesystem::exists(app_.last_spool_path));
}

TEST_F(LoopbackHttp, Body_ExpectContinue_IsAsked) {
  serve();
  RawClient client(port());
  client.send("POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(client.read_answer().body, "POST /echo  ok");
}

TEST_F(LoopbackHttp, Limits_BodyTooLarge_413BeforeAndWhileReading) {
  ServerOptions options;
  options.body_bytes_max = 1000;
  serve(options);
  RawClient told(port());
  told.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n");
  const auto answer = told.read_answer();
  EXPECT_EQ(answer.status, 413);
  EXPECT_NE(answer.body.find(body_of("request.too_large")), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find("\"fields\":[]"), std::string::npos);
  RawClient untold(port());
  untold.send("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'x') +
              "\r\n0\r\n\r\n");
  EXPECT_EQ(untold.read_answer().status, 413);
}

TEST_F(LoopbackHttp, Limits_HeadTooLarge_431) {
  ServerOptions options;
  options.header_bytes_max = 2048;
  serve(options);
  RawClient client(port());
  client.send("GET / HTTP/1.1\r\nhost: x\r\nx-big: " + std::string(5000, 'h') + "\r\n\r\n");
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 431);
  EXPECT_NE(answer.body.find(body_of("request.head_too_large")), std::string::npos);
  RawClient endless(port());
  endless.send("GET /" + std::string(5000, 'p'));
  EXPECT_EQ(endless.read_answer().status, 431);
}

TEST_F(LoopbackHttp, BadRequests_ManyKinds_AreRefusedAndTheServerLives) {
  serve();
  const std::vector<std::pair<std::string, int>> cases = {
      {"\r\n\r\n", 400},
      {"NONSENSE\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nhost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nhost : x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
      {"GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"GET /%00 HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"GET /a/../b HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"GET /%2e%2e/b HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"GET /%ff HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"GET nothing HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1x\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, gzip\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabcd\r\n", 400},
      {"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff1\r\n", 400},
      {"POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {std::string("GET / HTTP/1.1\r\nhost: x\r\nx: a") + '\0' + "b\r\n\r\n", 400},
      {"GET /\x01 HTTP/1.1\r\nhost: x\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999999\r\n\r\n", 413},
  };
  for (const auto& [bytes, status] : cases) {
    RawClient client(port());
    client.send(bytes);
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, status) << bytes;
    EXPECT_TRUE(answer.has("connection: close")) << bytes;
    EXPECT_NE(answer.body.find("\"reason\":\""), std::string::npos) << bytes;
  }
  RawClient client(port());
  EXPECT_EQ(client.get("/echo").status, 200);
}

TEST_F(LoopbackHttp, SlowHead_DeadlinePasses_408) {
  ServerOptions options;
  options.request_deadline = milliseconds(150);
  serve(options);
  RawClient client(port());
  client.send("GET / HTTP/1.1\r\nhost:");
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 408);
  EXPECT_NE(answer.body.find(body_of("request.timeout")), std::string::npos);
}

TEST_F(LoopbackHttp, SlowBody_Trickling_408) {
  ServerOptions options;
  options.request_deadline = milliseconds(200);
  serve(options);
  RawClient client(port());
  client.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n");
  std::jthread trickle([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      client.send("x");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  EXPECT_EQ(client.read_answer().status, 408);
}

TEST_F(LoopbackHttp, SilentConnections_Expire_WithoutAnswer) {
  ServerOptions options;
  options.request_deadline = milliseconds(100);
  options.keep_alive = milliseconds(100);
  serve(options);
  RawClient silent(port());
  EXPECT_EQ(silent.read_to_end(), "");
  RawClient once(port());
  EXPECT_EQ(once.get("/echo").status, 200);
  EXPECT_EQ(once.read_to_end(), "");
}

TEST_F(LoopbackHttp, Reply_NeverOrThrown_500) {
  serve();
  RawClient client(port());
  const auto never = client.get("/never");
  EXPECT_EQ(never.status, 500);
  EXPECT_NE(never.body.find(body_of("internal")), std::string::npos);
  EXPECT_EQ(client.get("/throw").status, 500);
  EXPECT_EQ(client.get("/echo").status, 200);
}

TEST_F(LoopbackHttp, Reply_PeerLeaves_IsCancelled) {
  serve();
  auto client = std::make_unique<RawClient>(port());
  client->send("GET /held HTTP/1.1\r\nhost: x\r\n\r\n");
  app_.wait_for_held(1);
  EXPECT_FALSE(app_.held_is_cancelled());
  client.reset();
  for (int i = 0; i < 1000 && !app_.held_is_cancelled(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_TRUE(app_.held_is_cancelled());
}

TEST_F(LoopbackHttp, Head_SameHeadersNoBody) {
  serve();
  RawClient client(port());
  client.send("HEAD /echo HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_TRUE(client.read_answer(true).has("content-length: 12"));
  EXPECT_EQ(client.get("/echo").body, "GET /echo  ");
}

TEST_F(LoopbackHttp, Response_HeaderWithLineBreak_CannotSplit) {
  serve();
  RawClient client(port());
  const auto answer = client.get("/split");
  EXPECT_FALSE(answer.has("\r\nset-cookie:"));
}

TEST_F(LoopbackHttp, Response_LargeToSlowReader_Whole) {
  serve();
  RawClient client(port(), 8 * 1024);
  EXPECT_EQ(client.get("/big").body, std::string(8 * 1024 * 1024, 'b'));
}

TEST_F(LoopbackHttp, RequestId_WellFormedIsKept_OthersAreReplaced) {
  serve();
  RawClient client(port());
  EXPECT_TRUE(client.get("/who", "x-request-id: abc-1.2_3\r\n").has("x-request-id: abc-1.2_3\r\n"));
  EXPECT_FALSE(client.get("/who", "x-request-id: a b\r\n").has("x-request-id: a b"));
}

TEST_F(LoopbackHttp, ForwardedFor_OnlyFromTrustedProxies) {
  const std::string forwarded = "x-forwarded-for: 1.1.1.1, 203.0.113.9, 10.1.2.3\r\nx-forwarded-proto: https\r\n";
  serve();
  EXPECT_TRUE(RawClient(port()).get("/who", forwarded).body.starts_with("127.0.0.1 plain"));
  server_->stop(seconds(1));
  ServerOptions options;
  options.trusted_proxies = {"127.0.0.1", "10.0.0.0/8"};
  serve(options);
  EXPECT_TRUE(RawClient(port()).get("/who", forwarded).body.starts_with("203.0.113.9 tls"));
}

TEST_F(LoopbackHttp, Asset_Encodings_NegotiatedWithOwnEtags) {
  serve();
  RawClient client(port());
  const auto brotli = client.get("/asset?hashed", "accept-encoding: gzip, deflate, br\r\n");
  EXPECT_EQ(brotli.body, "brotlied");
  EXPECT_TRUE(brotli.has("content-encoding: br\r\n"));
  EXPECT_TRUE(brotli.has("vary: accept-encoding\r\n"));
  EXPECT_TRUE(brotli.has("cache-control: public, max-age=31536000, immutable\r\n"));
  EXPECT_EQ(client.get("/asset", "accept-encoding: gzip\r\n").body, "zipped");
  const auto plain = client.get("/asset");
  EXPECT_EQ(plain.body, "plain");
  EXPECT_TRUE(plain.has("cache-control: no-cache\r\n"));
  EXPECT_EQ(client.get("/asset", "if-none-match: \"abc\"\r\n").status, 304);
  EXPECT_EQ(client.get("/asset", "if-none-match: \"abc\"\r\naccept-encoding: br\r\n").status, 200);
  EXPECT_EQ(client.get("/asset", "if-none-match: W/\"abc-br\"\r\naccept-encoding: br\r\n").status, 304);
}

TEST_F(LoopbackHttp, File_Ranges_206And416) {
  app_.file = testing::TempDir() + "/net_range.bin";
  std::ofstream(app_.file) << std::string(200'000, 'a') + "tail";
  serve();
  RawClient client(port());
  const auto whole = client.get("/file");
  EXPECT_EQ(whole.body.size(), 200'004U);
  EXPECT_TRUE(whole.has("accept-ranges: bytes\r\n"));
  EXPECT_TRUE(whole.has("content-type: video/mp4\r\n"));
  const auto tail = client.get("/file", "range: bytes=-4\r\n");
  EXPECT_EQ(tail.status, 206);
  EXPECT_EQ(tail.body, "tail");
  EXPECT_TRUE(tail.has("content-range: bytes 200000-200003/200004\r\n"));
  EXPECT_EQ(client.get("/file", "range: bytes=0-99999\r\n").body.size(), 100'000U);
  EXPECT_EQ(client.get("/file", "range: bytes=300000-\r\n").status, 416);
  EXPECT_EQ(client.get("/file", "range: bytes=0-1\r\nif-range: \"old\"\r\n").status, 200);
  app_.file = "/nonexistent/file";
  EXPECT_EQ(client.get("/file").status, 404);
}

TEST_F(LoopbackHttp, Connections_AboveTheLimit_AreRefused) {
  ServerOptions options;
  options.connections_max = 1;
  serve(options);
  RawClient first(port());
  EXPECT_EQ(first.get("/echo").status, 200);
  EXPECT_EQ(RawClient(port()).read_to_end(), "");
  EXPECT_EQ(first.get("/echo").status, 200);
  EXPECT_EQ(server_->stats().refused, 1);
}

TEST_F(LoopbackHttp, Accept_FilesExhausted_ServesTheWaitingLater) {
  serve();
  RawClient(port()).get("/echo");  // everything the server opens once is open
  while (server_->stats().connections > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // Room for four clients and three of their peers.
  std::array<int, 7> free_files{};
  for (int& file : free_files) file = ::dup(0);
  const int highest = *std::ranges::max_element(free_files);
  for (const int file : free_files) ::close(file);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit tight{static_cast<rlim_t>(highest) + 1, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &tight);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    clients.back()->send("GET /echo HTTP/1.1\r\nhost: x\r\n\r\n");
  }
  for (int i = 0; i < 3; ++i) EXPECT_EQ(clients[static_cast<std::size_t>(i)]->read_answer().status, 200);
  EXPECT_EQ(server_->stats().requests, 4);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(clients[3]->read_answer().status, 200);
}

TEST_F(LoopbackHttp, Start_AddressInUse_SaysSo) {
  serve();
  ServerOptions options;
  options.port = port();
  HttpServer second(options, app_);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().reason, "net.address_in_use");
}

TEST_F(LoopbackHttp, Stop_WhileBusy_AnswersWhatIsInHand) {
  ServerOptions options;
  options.threads = 2;
  serve(options);
  RawClient busy(port());
  RawClient idle(port());
  EXPECT_EQ(idle.get("/echo").status, 200);
  busy.send("GET /held HTTP/1.1\r\nhost: x\r\n\r\n");
  app_.wait_for_held(1);
  std::jthread stopper([&] { server_->stop(seconds(10)); });
  EXPECT_EQ(idle.read_to_end(), "");
  app_.release();
  const auto answer = busy.read_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has("connection: close"));
}

TEST_F(LoopbackHttp, Stop_NobodyAnswers_CutsAfterTheLimit) {
  serve();
  RawClient busy(port());
  busy.send("GET /held HTTP/1.1\r\nhost: x\r\n\r\n");
  app_.wait_for_held(1);
  server_->stop(milliseconds(50));
  EXPECT_EQ(busy.read_to_end(), "");
  app_.release();  // answering after the end is harmless
}

TEST_F(LoopbackHttp, After_RunsOnANetworkThread) {
  serve();
  std::mutex mutex;
  std::condition_variable ran;
  int count = 0;
  server_->after(milliseconds(1), [&] {
    server_->after(milliseconds(1), [&] {
      const std::lock_guard lock(mutex);
      ++count;
      ran.notify_one();
    });
  });
  std::unique_lock lock(mutex);
  EXPECT_TRUE(ran.wait_for(lock, std::chrono::seconds(10), [&] { return count == 1; }));
}

}  // namespace
}  // namespace yingda::net::test
