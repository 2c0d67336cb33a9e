// HTTP/1.1 + WebSocket server over Asio/Beast (hidden). Owns sockets, deadlines, limits and the network threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/net/http.hpp"

namespace yingda::net {

/// A live socket. Handle is thread-safe; messages are text frames of valid UTF-8.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  /// Queues one text frame. False when the socket is closed or its bounded queue (`ws_queue_bytes_max`) would
  /// overflow: the socket is then closed with 4008 "slow" and the client resumes by `since`.
  virtual bool send(std::shared_ptr<const std::string> text) = 0;
  bool send(std::string text) { return send(std::make_shared<const std::string>(std::move(text))); }
  /// Sends what is queued, then closes. Codes 1000, 1001, 1008, 4000-4999.
  virtual void close(int code, std::string_view reason) = 0;
  virtual const std::string& remote_address() const = 0;
  virtual std::int64_t queued_bytes() const = 0;
};

/// The application's end of one socket. Calls come one at a time on a network thread and must not block. After
/// on_close no call comes; the server then drops the handler.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  virtual void on_open(std::shared_ptr<WebSocket> socket) = 0;
  virtual void on_message(std::string_view text) = 0;
  virtual void on_close() = 0;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free port, see port()
  int threads = 1;
  std::string certificate_file, private_key_file;  // both set: TLS
  std::int64_t header_bytes_max = 16 * 1024;
  std::int64_t body_bytes_max = 1024 * 1024;   // in memory; larger routes say so by body_limit
  std::int64_t body_spool_bytes = 256 * 1024;  // above: temporary file
  std::string spool_directory;                 // for spooled bodies
  std::int64_t ws_message_bytes_max = 64 * 1024;
  std::int64_t ws_queue_bytes_max = 1024 * 1024;
  DurationMs request_deadline = seconds(30);  // head and body must arrive within
  DurationMs keep_alive = seconds(75);
  DurationMs ws_ping_every = seconds(25);  // no pong until the next: closed
  std::size_t connections_max = 200'000;
  std::vector<std::string> trusted_proxies;  // addresses whose X-Forwarded-For/-Proto counts
};

struct ServerStats {
  std::int64_t connections = 0, websockets = 0, requests = 0, ws_messages_in = 0, ws_messages_out = 0, refused = 0;
};

/// The application. Called on network threads, must not block: hand work to a pool and answer by `reply`.
class HttpApp {
 public:
  virtual ~HttpApp() = default;
  virtual void handle(HttpRequest request, HttpReply reply) = 0;
  /// A WebSocket upgrade: a handler to accept, or an error to refuse (mapped to its HTTP status).
  virtual Result<std::unique_ptr<WebSocketHandler>> accept(const HttpRequest& request) = 0;
  /// Largest body for this path (uploads); default body_bytes_max.
  virtual std::int64_t body_limit(Method method, std::string_view path, std::int64_t default_limit) {
    (void)method, (void)path;
    return default_limit;
  }
};

class HttpServer {
 public:
  HttpServer(ServerOptions options, HttpApp& app);
  ~HttpServer();
  /// Binds and serves; unavailable `net.address_in_use`, `net.bind_failed`, invalid_argument `net.invalid_certificate`.
  Status start();
  std::uint16_t port() const;
  ServerStats stats() const;
  /// Stops accepting, answers what is in hand, closes sockets with 1001, cuts after `limit`.
  void stop(DurationMs limit);
  /// Runs `job` on a network thread after `delay` (long-polling deadlines, receipt coalescing). Not cancellable.
  void after(DurationMs delay, std::function<void()> job);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yingda::net
