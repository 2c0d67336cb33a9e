// WebSockets of the server through real sockets, spoken to in raw bytes.
#include <gtest/gtest.h>
#include <zlib.h>

#include <chrono>
#include <thread>

#include "raw_client.hpp"
#include "test_app.hpp"

namespace yingda::net::test {
namespace {

constexpr int kFin = 0x80;
constexpr int kText = 1, kPing = 9, kPong = 10, kClose = 8;

class LoopbackWs : public testing::Test {
 protected:
  void serve(ServerOptions options = {}) {
    server_ = std::make_unique<HttpServer>(std::move(options), app_);
    const auto started = server_->start();
    ASSERT_TRUE(started) << describe(started.error());
  }
  void TearDown() override {
    if (server_) server_->stop(seconds(5));
  }
  std::uint16_t port() const { return server_->port(); }

  TestApp app_;
  std::unique_ptr<HttpServer> server_;
};

std::string deflate_message(std::string_view text) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, text.size()) + 16, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_SYNC_FLUSH), Z_OK);
  out.resize(out.size() - z.avail_out - 4);
  deflateEnd(&z);
  return out;
}

std::string inflate_message(std::string payload) {
  payload.append("\0\0\xff\xff", 4);
  z_stream z{};
  EXPECT_EQ(inflateInit2(&z, -15), Z_OK);
  std::string out(1 << 20, '\0');
  z.next_in = reinterpret_cast<Bytef*>(payload.data());
  z.avail_in = static_cast<uInt>(payload.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&z, Z_SYNC_FLUSH), Z_OK);
  out.resize(out.size() - z.avail_out);
  inflateEnd(&z);
  return out;
}

TEST_F(LoopbackWs, Handshake_Rfc6455Example_AcceptKey) {
  serve();
  RawClient client(port());
  const auto answer = client.open_websocket();
  EXPECT_EQ(answer.status, 101);
  EXPECT_TRUE(answer.has("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_FALSE(answer.has("sec-websocket-extensions"));
}

TEST_F(LoopbackWs, Handshake_Wrong_IsRefusedAndTheConnectionStays) {
  serve();
  RawClient client(port());
  EXPECT_EQ(client.open_websocket("/other").status, 401);
  const std::string upgrade = "upgrade: websocket\r\nconnection: upgrade\r\n";
  EXPECT_EQ(client.get("/ws", upgrade + "sec-websocket-version: 13\r\n").status, 400);
  const auto version =
      client.get("/ws", upgrade + "sec-websocket-version: 8\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  EXPECT_EQ(version.status, 426);
  EXPECT_TRUE(version.has("sec-websocket-version: 13\r\n"));
  EXPECT_EQ(client.get("/echo").status, 200);
  EXPECT_EQ(client.open_websocket().status, 101);
}

TEST_F(LoopbackWs, Echo_AllLengthForms_ComeBack) {
  serve();
  RawClient client(port());
  client.open_websocket();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{125}, std::size_t{126}, std::size_t{65535}, std::size_t{65536}}) {
    client.send_frame(kFin | kText, std::string(size, 'e'));
    const auto frame = client.read_frame();
    EXPECT_EQ(frame.first_byte, kFin | kText);
    EXPECT_EQ(frame.payload, std::string(size, 'e'));
  }
  EXPECT_EQ(server_->stats().ws_messages_in, 6);
}

TEST_F(LoopbackWs, Echo_ManyInOneSegmentAndByteByByte_InOrder) {
  serve();
  RawClient client(port());
  client.open_websocket();
  for (int i = 0; i < 1000; ++i) client.send_frame(kFin | kText, std::to_string(i));
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.read_frame().payload, std::to_string(i));
  const std::string bytes("\x81\x82\0\0\0\0hi\x81\x80\0\0\0\0", 14);
  for (const char byte : bytes) client.send(std::string_view(&byte, 1));
  EXPECT_EQ(client.read_frame().payload, "hi");
  EXPECT_EQ(client.read_frame().payload, "");
}

TEST_F(LoopbackWs, Early_FramesBehindTheHandshake_AreHeard) {
  serve();
  RawClient client(port());
  client.send(
      "GET /ws HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
      "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      std::string("\x81\x82\0\0\0\0hi", 8));
  EXPECT_EQ(client.read_answer().status, 101);
  EXPECT_EQ(client.read_frame().payload, "hi");
}

TEST_F(LoopbackWs, Fragments_WithPingBetween_OneMessage) {
  serve();
  RawClient client(port());
  client.open_websocket();
  client.send_frame(kText, "a\xe4\xbd");
  client.send_frame(kFin | kPing, "p");
  client.send_frame(0, "\xa0");
  client.send_frame(kFin, "z");
  const auto pong = client.read_frame();
  EXPECT_EQ(pong.opcode(), kPong);
  EXPECT_EQ(pong.payload, "p");
  EXPECT_EQ(client.read_frame().payload, "a\xe4\xbd\xa0z");
}

TEST_F(LoopbackWs, ProtocolErrors_CloseWithTheRightCode) {
  ServerOptions options;
  options.ws_message_bytes_max = 1000;
  serve(options);
  const auto frame = [](int first, std::string_view payload) {
    std::string out{static_cast<char>(first), static_cast<char>(0x80 | payload.size()), 0, 0, 0, 0};
    return out.append(payload);
  };
  const std::vector<std::pair<std::string, int>> cases = {
      {std::string("\x81\x02hi", 4), 1002},                           // not masked
      {frame(kFin | 2, "bin"), 1003},                                 // binary
      {frame(kFin | 3, "x"), 1002},                                   // reserved opcode
      {frame(kFin | 0x40 | kText, "x"), 1002},                        // compressed, not negotiated
      {frame(kFin | 0x20 | kText, "x"), 1002},                        // reserved bit
      {frame(kFin, "x"), 1002},                                       // continuation of nothing
      {frame(kText, "a") + frame(kFin | kText, "b"), 1002},           // new message inside a message
      {frame(kPing, "x"), 1002},                                      // fragmented control frame
      {frame(kFin | kText, "\xff\xfe"), 1007},                        // invalid UTF-8
      {frame(kText, "\xe4\xbd") + frame(kFin, "x"), 1007},            // invalid UTF-8 across fragments
      {frame(kFin | kClose, "x"), 1002},                              // half a close code
      {frame(kFin | kClose, std::string_view("\x03\xed", 2)), 1002},  // 1005 must not travel
      {std::string("\x81\xfe\x03\xe9\0\0\0\0", 8), 1009},             // 1001 bytes announced
      {std::string("\x81\xff\xff\0\0\0\0\0\0\0\0\0\0\0", 14), 1009},  // 2^63 and more
      {std::string("\x81\xfe\0\x05\0\0\0\0hello", 13), 1002},         // length not in its shortest form
      {frame(kText, std::string(120, 'x')) + std::string("\x80\xfe\x03\xe8\0\0\0\0", 8), 1009},  // sum of fragments
  };
  int number = 0;
  for (const auto& [bytes, code] : cases) {
    RawClient client(port());
    client.open_websocket();
    client.send(bytes);
    EXPECT_EQ(client.read_frame().close_code(), code) << "case " << number;
    ++number;
  }
  app_.wait_for_closed(number);
}

TEST_F(LoopbackWs, Oversize_LargeMessageUnderWay_CloseFrameArrives) {
  serve();
  RawClient client(port());
  client.open_websocket();
  client.send_frame(kFin | kText, std::string(1'000'000, 'x'));
  EXPECT_EQ(client.read_frame().close_code(), 1009);
}

TEST_F(LoopbackWs, Close_ByClient_IsAnsweredWithItsCode) {
  serve();
  RawClient client(port());
  client.open_websocket();
  client.send_frame(kFin | kClose,
                    "\x0f\xa5"
                    "bye");
  EXPECT_EQ(client.read_frame().close_code(), 4005);
  EXPECT_EQ(client.read_to_end(), "");
  app_.wait_for_closed(1);
  EXPECT_FALSE(app_.sockets().front()->send(std::string("late")));
}

TEST_F(LoopbackWs, Close_ByServer_SendsWhatIsQueuedFirst) {
  serve();
  RawClient client(port());
  client.open_websocket();
  client.send_frame(kFin | kText, "one");
  client.send_frame(kFin | kText, "close");
  client.send_frame(kFin | kText, "ignored");
  EXPECT_EQ(client.read_frame().payload, "one");
  const auto close = client.read_frame();
  EXPECT_EQ(close.close_code(), 4001);
  EXPECT_EQ(close.payload.substr(2), "asked");
  client.send_frame(kFin | kClose, close.payload);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(LoopbackWs, Handler_Throws_1011AndTheServerLives) {
  serve();
  RawClient client(port());
  client.open_websocket();
  client.send_frame(kFin | kText, "throw");
  EXPECT_EQ(client.read_frame().close_code(), 1011);
  EXPECT_EQ(RawClient(port()).get("/echo").status, 200);
}

TEST_F(LoopbackWs, Cut_WithoutClose_HandlerHearsIt) {
  serve();
  {
    RawClient client(port());
    client.open_websocket();
  }
  app_.wait_for_closed(1);
}

TEST_F(LoopbackWs, Ping_Unanswered_Closed) {
  ServerOptions options;
  options.ws_ping_every = milliseconds(60);
  serve(options);
  RawClient client(port());
  client.open_websocket();
  EXPECT_EQ(client.read_frame().opcode(), kPing);
  EXPECT_EQ(client.read_to_end(), "");
  app_.wait_for_closed(1);
}

TEST_F(LoopbackWs, Ping_Answered_StaysOpen) {
  ServerOptions options;
  options.ws_ping_every = milliseconds(60);
  serve(options);
  RawClient client(port());
  client.open_websocket();
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(client.read_frame().opcode(), kPing);
    client.send_frame(kFin | kPong, {});
  }
}

TEST_F(LoopbackWs, SlowReader_QueueOverflows_4008) {
  ServerOptions options;
  options.ws_queue_bytes_max = 256 * 1024;
  serve(options);
  RawClient client(port(), 4096);
  client.open_websocket();
  client.send_frame(kFin | kText, "flood 100000");
  int messages = 0;
  for (;;) {
    const auto frame = client.read_frame();
    if (frame.opcode() != kText) {
      EXPECT_EQ(frame.close_code(), 4008);
      EXPECT_EQ(frame.payload.substr(2), "slow");
      break;
    }
    ASSERT_EQ(frame.payload.size(), 1024U);
    ++messages;
  }
  EXPECT_LT(messages, 100000);
}

TEST_F(LoopbackWs, Send_FromManyThreads_AllArrive) {
  ServerOptions options;
  options.threads = 2;
  options.ws_queue_bytes_max = 64 * 1024 * 1024;
  serve(options);
  RawClient client(port());
  client.open_websocket();
  client.send_frame(kFin | kText, "ready");
  client.read_frame();
  const auto socket = app_.sockets().front();
  constexpr int kThreads = 4, kEach = 2000;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&socket, t] {
      for (int i = 0; i < kEach; ++i) EXPECT_TRUE(socket->send(std::to_string(t) + " " + std::to_string(i)));
    });
  std::array<int, kThreads> next{};
  for (int i = 0; i < kThreads * kEach; ++i) {
    const std::string text = client.read_frame().payload;
    ASSERT_GE(text.size(), 3U);
    const auto t = static_cast<std::size_t>(text[0] - '0');
    ASSERT_EQ(text.substr(2), std::to_string(next.at(t)++));
  }
  threads.clear();
  // The peer may read the last frame before the writer has counted it off.
  for (int i = 0; i < 5000 && socket->queued_bytes() != 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(socket->queued_bytes(), 0);
}

TEST_F(LoopbackWs, Deflate_Offered_LargeTextsTravelCompressed) {
  serve();
  RawClient client(port());
  const auto answer = client.open_websocket(
      "/ws", "sec-websocket-extensions: permessage-deflate; client_max_window_bits, x-webkit-deflate-frame\r\n");
  EXPECT_TRUE(
      answer.has("sec-websocket-extensions: permessage-deflate; server_no_context_takeover; "
                 "client_no_context_takeover\r\n"));
  client.send_frame(kFin | kText, "small");
  auto frame = client.read_frame();
  EXPECT_EQ(frame.first_byte, kFin | kText);
  EXPECT_EQ(frame.payload, "small");
  std::string text;
  for (int i = 0; i < 300; ++i) text += "客户 " + std::to_string(i) + " 你好, hello; ";
  for (int round = 0; round < 3; ++round) {
    client.send_frame(kFin | 0x40 | kText, deflate_message(text));
    frame = client.read_frame();
    EXPECT_EQ(frame.first_byte, kFin | 0x40 | kText);
    EXPECT_LT(frame.payload.size(), text.size() / 2);
    EXPECT_EQ(inflate_message(frame.payload), text);
  }
}

TEST_F(LoopbackWs, Deflate_BombAndGarbage_AreRefused) {
  serve();
  const std::string offer = "sec-websocket-extensions: permessage-deflate\r\n";
  RawClient bomb(port());
  bomb.open_websocket("/ws", offer);
  bomb.send_frame(kFin | 0x40 | kText, deflate_message(std::string(10'000'000, 'x')));
  EXPECT_EQ(bomb.read_frame().close_code(), 1009);
  RawClient garbage(port());
  garbage.open_websocket("/ws", offer);
  garbage.send_frame(kFin | 0x40 | kText, std::string("\xff\xff\xff\xff\xff", 5));
  EXPECT_EQ(garbage.read_frame().close_code(), 1007);
  RawClient text(port());
  text.open_websocket("/ws", offer);
  text.send_frame(kFin | 0x40 | kText, deflate_message("\xc3\x28"));
  EXPECT_EQ(text.read_frame().close_code(), 1007);
}

TEST_F(LoopbackWs, Stop_OpenSockets_1001) {
  ServerOptions options;
  options.threads = 2;
  serve(options);
  RawClient polite(port());
  polite.open_websocket();
  RawClient rude(port());
  rude.open_websocket();
  std::jthread stopper([&] { server_->stop(milliseconds(300)); });
  const auto close = polite.read_frame();
  EXPECT_EQ(close.close_code(), 1001);
  polite.send_frame(kFin | kClose, close.payload);
  EXPECT_EQ(polite.read_to_end(), "");
  EXPECT_EQ(rude.read_frame().close_code(), 1001);
  stopper.join();
  app_.wait_for_closed(2);
  EXPECT_FALSE(app_.sockets().front()->send(std::string("late")));
  app_.sockets().front()->close(1000, "late");
}

}  // namespace
}  // namespace yingda::net::test
