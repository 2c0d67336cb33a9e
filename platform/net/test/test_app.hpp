// An application for tests: routes by path, echoes on its WebSocket.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "yingda/net/server.hpp"

namespace yingda::net::test {

/// Echoes texts; "flood N" sends N messages of 1 KiB; "close" closes with 4001; "throw" throws.
class TestApp final : public HttpApp {
 public:
  /// /echo answers method, path, query and body; /spool the size and first byte of a spooled body; /held waits for
  /// release; /never drops the reply; /throw throws; /file streams `file`; /asset an AssetView.
  void handle(HttpRequest request, HttpReply reply) override;
  Result<std::unique_ptr<WebSocketHandler>> accept(const HttpRequest& request) override;
  std::int64_t body_limit(Method method, std::string_view path, std::int64_t default_limit) override;

  /// Answers all held requests with 200 "held".
  void release();
  void wait_for_held(std::size_t count);
  void wait_for_closed(int count);
  std::vector<std::shared_ptr<WebSocket>> sockets();
  /// Whether the oldest held request's peer is gone.
  bool held_is_cancelled();

  std::string file;
  std::string last_spool_path;

 private:
  friend class EchoHandler;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<HttpReply> held_;
  std::vector<std::shared_ptr<WebSocket>> sockets_;
  int closed_ = 0;
};

}  // namespace yingda::net::test
