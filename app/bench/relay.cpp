#include "relay.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <atomic>
#include <charconv>
#include <mutex>
#include <string>
#include <vector>

#include "relay_rooms.hpp"
#include "yingda/net/server.hpp"

namespace yingda::bench {
namespace {

std::string_view value_after(std::string_view frame, std::string_view key) {
  const auto at = frame.find(key);
  if (at == std::string_view::npos) return {};
  const auto begin = at + key.size();
  return frame.substr(begin, frame.find('"', begin) - begin);
}

/// Sockets by number, shared by all handlers.
struct Rooms {
  std::mutex mutex;
  std::vector<std::shared_ptr<net::WebSocket>> visitors = std::vector<std::shared_ptr<net::WebSocket>>(10'000);
  std::vector<std::shared_ptr<net::WebSocket>> agents;
  RelayRooms work = RelayRooms(10'000);

  std::shared_ptr<net::WebSocket> visitor(std::size_t v) {
    const std::scoped_lock lock(mutex);
    return v < visitors.size() ? visitors[v] : nullptr;
  }
  std::shared_ptr<net::WebSocket> agent_of(std::size_t v) {
    const std::scoped_lock lock(mutex);
    return agents.empty() ? nullptr : agents[v % agents.size()];
  }
};

class Handler final : public net::WebSocketHandler {
 public:
  Handler(Rooms& rooms, RelayWork work, bool is_agent) : rooms_(rooms), work_(work), is_agent_(is_agent) {}

  void on_open(std::shared_ptr<net::WebSocket> socket) override {
    socket_ = std::move(socket);
    if (!is_agent_) return;
    const std::scoped_lock lock(rooms_.mutex);
    rooms_.agents.push_back(socket_);
  }

  void on_message(std::string_view frame) override {
    if (frame.find("\"hello\"") != std::string_view::npos) {
      if (!is_agent_) {
        const auto token = value_after(frame, "\"token\":\"");
        std::from_chars(token.data(), token.data() + token.size(), number_);
        const std::scoped_lock lock(rooms_.mutex);
        if (number_ < rooms_.visitors.size()) rooms_.visitors[number_] = socket_;
      }
      socket_->send(std::string(R"({"t":"welcome","last_seq":0})"));
      return;
    }
    if (work_ == RelayWork::rooms) return relay_worked(frame);
    const auto key = value_after(frame, "\"client_msg_id\":\"");
    const auto text = value_after(frame, "\"text\":\"");
    const std::size_t visitor = is_agent_ ? number_in(value_after(frame, "\"id\":\"")) : number_;
    // The frames the product sends, in size and number: an ack to the sender, an event to each side.
    const auto event = std::make_shared<const std::string>(fmt::format(
        R"({{"t":"event","seq":{0},"prev":{1},"at_ms":1760000000000,"type":"message.accepted","data":{{"conversation":{{"id":"{2}",{3}}},"message":{{"id":"ms_0dq3000000000","seq":{0},"kind":"text","text":"{4}","client_msg_id":"{5}"}}}}}})",
        ++seq_, seq_.load(), visitor, kConversation, text, key));
    socket_->send(
        fmt::format(R"({{"t":"ack","client_msg_id":"{}","message_id":"ms_0dq3000000000","seq":{},"duplicate":false}})",
                    key, seq_.load()));
    if (const auto agent = rooms_.agent_of(visitor)) agent->send(event);
    if (const auto other = rooms_.visitor(visitor)) other->send(event);
  }

  void on_close() override {}

 private:
  void relay_worked(std::string_view frame) {
    std::size_t visitor = number_;
    RelayFrames frames;
    if (!rooms_.work.accept(frame, is_agent_ ? RelayRooms::Side::agent : RelayRooms::Side::visitor, visitor, frames))
      return;
    socket_->send(std::move(frames.ack));
    if (const auto agent = rooms_.agent_of(visitor)) agent->send(std::move(frames.agent));
    if (const auto other = rooms_.visitor(visitor)) other->send(std::move(frames.visitor));
  }
  static std::size_t number_in(std::string_view text) {
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  // A conversation as the product's events carry it.
  static constexpr std::string_view kConversation =
      R"("customer":{"id":"cu_0dq3000000000","name":"","label":"4F2K","level":""},"channel":"webchat","widget_id":"wg_0dq3000000000","state":"assigned","team_id":"tm_0dq3000000000","agent":{"id":"us_0dq3000000000","name":"王芳"},"participants":[],"episode_id":"ep_0dq3000000000","episode_number":1,"priority":0,"last_seq":12,"last_preview":"请问这件毛衣什么时候发货？","last_author":"customer","unread":1,"waiting_since_ms":1760000000000,"created_at_ms":1760000000000,"updated_at_ms":1760000000000,"version":12,"receipts":{"customer_delivered_seq":1,"customer_read_seq":1,"agent_delivered_seq":1,"agent_read_seq":1},"assign_reason":"routing.rule.strategy")";

  Rooms& rooms_;
  const RelayWork work_;
  const bool is_agent_;
  std::shared_ptr<net::WebSocket> socket_;
  std::size_t number_ = 0;
  static std::atomic<std::int64_t> seq_;
};

std::atomic<std::int64_t> Handler::seq_{0};

class RelayApp final : public net::HttpApp {
 public:
  explicit RelayApp(RelayWork work) : work_(work) {}
  void handle(net::HttpRequest, net::HttpReply reply) override { reply.send(net::HttpResponse::json(404, "{}")); }
  Result<std::unique_ptr<net::WebSocketHandler>> accept(const net::HttpRequest& request) override {
    return std::make_unique<Handler>(rooms_, work_, request.path == "/api/v1/socket");
  }

 private:
  const RelayWork work_;
  Rooms rooms_;
};

}  // namespace

int run_relay(std::uint16_t port, RelayWork work) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  RelayApp app(work);
  net::ServerOptions options;
  options.port = port;
  net::HttpServer server(options, app);
  if (const Status started = server.start(); !started) {
    fmt::print(stderr, "{}\n", describe(started.error()));
    return 1;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  server.stop(seconds(2));
  return 0;
}

}  // namespace yingda::bench
