#include "freed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "company.hpp"
#include "server.hpp"
#include "yingda/net/client.hpp"

namespace yingda::bench {
namespace {

using Socket = net::WebSocketClientPool::Socket;

constexpr int kAgents = 20;
constexpr int kVisitors = 200;
constexpr DurationMs kHandling = milliseconds(40);  // an agent's time with a conversation
constexpr int kWarmUpSeconds = 2;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string_view text_after(std::string_view frame, std::string_view key) {
  const auto at = frame.find(key);
  if (at == std::string_view::npos) return {};
  const auto begin = at + key.size();
  return frame.substr(begin, frame.find('"', begin) - begin);
}

/// Everything lives on the pool's thread but what is atomic.
class Floor {
 public:
  Floor(net::HttpClient& http, const Company& company) : http_(http), company_(company) {
    agents_.resize(company_.agent_ids.size());
    visitors_.resize(company_.visitor_tokens.size());
    pool_.post([this] {
      for (std::size_t a = 0; a < agents_.size(); ++a) open_agent(a);
      for (std::size_t v = 0; v < visitors_.size(); ++v) open_visitor(v);
    });
  }

  void measure() {
    pool_.post([this] { measuring_ = true; });
  }
  /// Stops measuring and gives what was measured.
  std::vector<std::int64_t> finish() {
    std::atomic<bool> done{false};
    std::vector<std::int64_t> out;
    pool_.post([&] {
      measuring_ = false;
      over_ = true;
      out = times_us_;
      done = true;
    });
    while (!done) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return out;
  }
  int taken() const { return taken_; }

 private:
  struct Agent {
    std::shared_ptr<Socket> socket;
    std::int64_t closing_us = 0;  // 0: not measured
    std::string conversation;
  };
  struct Visitor {
    std::shared_ptr<Socket> socket;
    std::int64_t sent = 0;
  };

  void open_agent(std::size_t a) {
    agents_[a].socket =
        pool_.open("ws://" + company_.base + "/api/v1/socket",
                   {{"cookie", company_.agent_cookies[a]}, {"origin", "http://" + company_.base}},
                   {[this, a] { agents_[a].socket->send(R"({"t":"hello","since":0})"); },
                    [this, a](std::string_view frame) { agent_frame(a, frame); }, [](std::string_view) {}});
  }

  void agent_frame(std::size_t a, std::string_view frame) {
    if (frame.find(R"("type":"conversation.assigned")") == std::string_view::npos) return;
    if (text_after(frame, R"("agent":{"id":")") != company_.agent_ids[a]) return;
    Agent& agent = agents_[a];
    const std::string_view conversation = text_after(frame, R"("conversation":{"id":")");
    if (conversation == agent.conversation) return;
    ++taken_;
    if (measuring_ && agent.closing_us != 0) times_us_.push_back(now_us() - agent.closing_us);
    agent.conversation = conversation;
    pool_.after(kHandling, [this, a] { close(a); });
  }

  void close(std::size_t a) {
    if (over_) return;
    Agent& agent = agents_[a];
    net::ClientRequest request;
    request.method = net::Method::post;
    request.url = "http://" + company_.base + "/api/v1/conversations/" + agent.conversation + "/close";
    request.body = "{}";
    request.guard = net::AddressGuard::any;
    request.headers = {{"content-type", "application/json"},
                       {"cookie", company_.agent_cookies[a]},
                       {"x-csrf-token", company_.agent_csrf[a]}};
    agent.closing_us = now_us();
    agent.conversation.clear();
    http_.send(std::move(request), [](const Result<net::ClientResponse>&) {});
  }

  void open_visitor(std::size_t v) {
    visitors_[v].socket =
        pool_.open("ws://" + company_.base + "/api/v1/webchat/socket", {},
                   {[this, v] {
                      visitors_[v].socket->send(
                          fmt::format(R"({{"t":"hello","token":"{}","since":0}})", company_.visitor_tokens[v]));
                    },
                    [this, v](std::string_view frame) {
                      // Comes again as soon as it was closed: the queue is never empty.
                      const bool ready = frame.find(R"("t":"welcome")") != std::string_view::npos;
                      if (ready || frame.find(R"("type":"conversation.closed")") != std::string_view::npos) ask(v);
                    },
                    [](std::string_view) {}});
  }

  void ask(std::size_t v) {
    if (over_) return;
    visitors_[v].socket->send(
        fmt::format(R"({{"t":"send","client_msg_id":"{}-{}","kind":"text","text":"在吗"}})", v, ++visitors_[v].sent));
  }

  net::HttpClient& http_;
  const Company& company_;
  std::vector<Agent> agents_;
  std::vector<Visitor> visitors_;
  std::vector<std::int64_t> times_us_;
  bool measuring_ = false, over_ = false;
  std::atomic<int> taken_{0};
  net::WebSocketClientPool pool_;  // last: its thread ends first
};

}  // namespace

FreedResult measure_freed_agents(double seconds) {
  Server server("");
  net::HttpClient http;
  Company company = must(found_company(http, server.base(), kAgents, 1));
  must(invite_visitors(http, company, kVisitors));
  Floor floor(http, company);
  for (int i = 0; i < 1'000 && floor.taken() < kAgents; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::this_thread::sleep_for(std::chrono::seconds(kWarmUpSeconds));
  floor.measure();
  for (double left = seconds; left > 0; left -= 1) {
    const int before = floor.taken();
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(left, 1.0)));
    fmt::print(stderr, "  {:.0f} s left, {} assignments/s\n", std::max(left - 1, 0.0), floor.taken() - before);
  }
  std::vector<std::int64_t> times = floor.finish();
  FreedResult result;
  if (times.empty()) return result;
  std::ranges::sort(times);
  const auto at = [&](double share) {
    return static_cast<double>(times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))]) / 1000;
  };
  result.assignments = static_cast<std::int64_t>(times.size());
  result.p50_ms = at(0.5);
  result.p99_ms = at(0.99);
  result.max_ms = at(1);
  return result;
}

}  // namespace yingda::bench
