#include "test_app.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

namespace yingda::net::test {

class EchoHandler final : public WebSocketHandler {
 public:
  explicit EchoHandler(TestApp& app) : app_(app) {}
  void on_open(std::shared_ptr<WebSocket> socket) override {
    socket_ = std::move(socket);
    const std::lock_guard lock(app_.mutex_);
    app_.sockets_.push_back(socket_);
    app_.changed_.notify_all();
  }
  void on_message(std::string_view text) override {
    if (text == "close") return socket_->close(4001, "asked");
    if (text == "throw") throw std::runtime_error("asked");
    if (text.starts_with("flood ")) {
      const auto block = std::make_shared<const std::string>(1024, 'x');
      for (int i = std::stoi(std::string(text.substr(6))); i > 0; --i)
        if (!socket_->send(block)) return;
      return;
    }
    socket_->send(std::string(text));
  }
  void on_close() override {
    socket_.reset();
    const std::lock_guard lock(app_.mutex_);
    ++app_.closed_;
    app_.changed_.notify_all();
  }

 private:
  TestApp& app_;
  std::shared_ptr<WebSocket> socket_;
};

void TestApp::handle(HttpRequest request, HttpReply reply) {
  if (request.path == "/throw") throw std::runtime_error("asked");
  if (request.path == "/never") return;
  if (request.path == "/held") {
    const std::lock_guard lock(mutex_);
    held_.push_back(std::move(reply));
    changed_.notify_all();
    return;
  }
  HttpResponse response;
  if (request.path == "/file") {
    response.file = file;
    response.set("Content-Type", "video/mp4");
  } else if (request.path == "/asset") {
    response.asset = AssetView{"plain", "zipped", "brotlied", "text/javascript", "abc", request.query == "hashed"};
  } else if (request.path == "/spool") {
    last_spool_path = request.body_file.value_or("");
    std::ifstream in(last_spool_path);
    const std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    response.body = std::to_string(request.body_bytes) + " " + std::to_string(request.body.size()) + " " +
                    std::to_string(content.size()) + " " + content.substr(0, 4);
  } else if (request.path == "/who") {
    response.body = request.remote_address + (request.tls ? " tls " : " plain ") + request.request_id;
  } else if (request.path == "/split") {
    response.set("x-name", "a\r\nset-cookie: evil=1");
  } else if (request.path == "/big") {
    response.shared_body = std::make_shared<const std::string>(8 * 1024 * 1024, 'b');
  } else {
    response.body =
        std::string(to_string(request.method)) + " " + request.path + " " + request.query + " " + request.body;
  }
  reply.send(std::move(response));
}

Result<std::unique_ptr<WebSocketHandler>> TestApp::accept(const HttpRequest& request) {
  if (request.path == "/ws") return std::make_unique<EchoHandler>(*this);
  return fail(Code::unauthenticated, "auth.required");
}

std::int64_t TestApp::body_limit(Method, std::string_view path, std::int64_t default_limit) {
  return path == "/spool" ? 16 * 1024 * 1024 : default_limit;
}

void TestApp::release() {
  std::vector<HttpReply> held;
  {
    const std::lock_guard lock(mutex_);
    held.swap(held_);
  }
  for (const auto& reply : held) reply.send(HttpResponse::json(200, "\"held\""));
}

void TestApp::wait_for_held(std::size_t count) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10), [&] { return held_.size() >= count; }));
}

void TestApp::wait_for_closed(int count) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10), [&] { return closed_ >= count; }));
}

std::vector<std::shared_ptr<WebSocket>> TestApp::sockets() {
  const std::lock_guard lock(mutex_);
  return sockets_;
}

bool TestApp::held_is_cancelled() {
  const std::lock_guard lock(mutex_);
  return !held_.empty() && held_.front().cancelled();
}

}  // namespace yingda::net::test
