// One HTTP/1.1 connection: a coroutine that reads a request, hands it to the application, writes the one answer, and
// repeats; or becomes a WebSocket. Requests of one connection are served strictly one after the other.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "beast/http_parser.hpp"
#include "response.hpp"
#include "server_core.hpp"

namespace yingda::net {

class HttpSession final : public Session, private BodySink {
 public:
  HttpSession(std::shared_ptr<ServerCore> core, std::shared_ptr<Loop> loop, Link link, AddressBytes peer);
  ~HttpSession() override;

  /// On the loop's thread, once, after tracking.
  void start();
  /// The application's answer to request number `number`. On the loop's thread.
  void answer(std::uint64_t number, HttpResponse response);

  void on_stop() override;
  void on_cut() override;

 private:
  class BodyFile;
  enum class Phase : std::uint8_t { idle, reading, handling, writing };
  enum class Next : std::uint8_t { more, end };
  struct Upgrade {
    std::unique_ptr<WebSocketHandler> handler;
    std::string remote_address;
    int deflate_bits = 0;
  };

  void on_deadline() override;
  bool on_body(std::string_view bytes) override;

  Task<void> run();
  Task<bool> shake_hands();
  Task<Next> serve_one();
  Task<ParseStep> advance();
  Task<Next> refuse(Error error);
  Task<Next> handle(HttpRequest request);
  Task<Next> upgrade(HttpRequest request);
  Task<Next> respond(HttpResponse response);
  Task<bool> send_continue();
  Task<bool> write_all(std::string_view head, std::string_view body);
  Task<bool> write_file(int fd, std::int64_t offset, std::int64_t bytes);
  Task<void> linger();

  Result<HttpRequest> build_request();
  void note_forwarded(HttpRequest& request) const;
  Error parse_error() const;
  bool store_body(std::string_view bytes);
  void watch_peer();
  void arm(DurationMs after) { loop_->wheel().arm(*this, after); }
  void disarm() { loop_->wheel().disarm(*this); }
  void finished();

  std::shared_ptr<ServerCore> core_;
  std::shared_ptr<Loop> loop_;
  Link link_;
  AddressBytes peer_;
  std::string input_;  // received, not yet parsed
  std::unique_ptr<MessageParser> parser_;
  RequestFacts facts_;
  std::string language_;  // Accept-Language, for errors

  std::string body_;
  std::shared_ptr<BodyFile> body_file_;
  std::int64_t body_bytes_ = 0;
  std::int64_t body_limit_ = 0;
  bool spool_failed_ = false;

  std::uint64_t number_ = 0;  // of the request being handled
  std::optional<HttpResponse> answer_;
  std::weak_ptr<HttpReply::State> reply_;
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>
      answered_;
  std::unique_ptr<Upgrade> upgrade_;

  Phase phase_ = Phase::idle;
  bool first_request_ = true;
  bool timed_out_ = false;
  bool stopping_ = false;
  bool watching_ = false;
};

/// Shared by the copies of one HttpReply.
struct HttpReply::State {
  State(std::shared_ptr<Loop> on_loop, std::weak_ptr<HttpSession> of, std::uint64_t request_number)
      : loop(std::move(on_loop)), session(std::move(of)), number(request_number) {}
  ~State();
  void deliver(HttpResponse response);

  std::shared_ptr<Loop> loop;
  std::weak_ptr<HttpSession> session;
  std::uint64_t number;
  std::atomic<bool> answered{false};
  std::atomic<bool> cancelled{false};
};

}  // namespace yingda::net
