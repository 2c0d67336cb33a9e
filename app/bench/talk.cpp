#include "talk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace yingda::bench {
namespace {

using Socket = net::WebSocketClientPool::Socket;

constexpr std::string_view kVisitorMark = "v~";  // v~visitor~number~microseconds~ in the text of a visitor's message
constexpr std::string_view kAgentMark = "a~";
constexpr int kConnectSeconds = 60;
constexpr int kTickMs = 4;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Latencies in microseconds: fine enough for percentiles, small enough for millions.
class Histogram {
 public:
  void add(std::int64_t us) {
    const auto bucket = static_cast<std::size_t>(std::clamp<std::int64_t>(us / 20, 0, kBuckets - 1));
    ++counts_[bucket];
    ++total_;
    max_ = std::max(max_, us);
  }
  double percentile_ms(double share) const {
    const auto wanted = static_cast<std::int64_t>(static_cast<double>(total_) * share);
    std::int64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) return static_cast<double>(i * 20 + 10) / 1000.0;
    }
    return static_cast<double>(max_) / 1000.0;
  }
  double max_ms() const { return static_cast<double>(max_) / 1000.0; }

 private:
  static constexpr std::int64_t kBuckets = 500'000;  // 10 s in steps of 20 us
  std::vector<std::int64_t> counts_ = std::vector<std::int64_t>(kBuckets);
  std::int64_t total_ = 0;
  std::int64_t max_ = 0;
};

struct Mark {
  std::int64_t who = 0, number = 0, sent_us = 0;
};

/// The mark in a frame, when it has one.
bool find_mark(std::string_view frame, std::string_view kind, Mark& mark) {
  const auto at = frame.find(kind);
  if (at == std::string_view::npos) return false;
  const char* p = frame.data() + at + kind.size();
  const char* end = frame.data() + frame.size();
  for (std::int64_t* field : {&mark.who, &mark.number, &mark.sent_us}) {
    const auto [rest, error] = std::from_chars(p, end, *field);
    if (error != std::errc() || rest == end || *rest != '~') return false;
    p = rest + 1;
  }
  return true;
}

std::string_view value_after(std::string_view frame, std::string_view key) {
  const auto at = frame.find(key);
  if (at == std::string_view::npos) return {};
  const auto begin = at + key.size();
  return frame.substr(begin, frame.find('"', begin) - begin);
}

}  // namespace

struct Talk::Impl {
  struct Visitor {
    std::shared_ptr<Socket> socket;
    std::int64_t sent = 0, arrived = 0, replies_expected = 0, replies = 0;
    int on_the_way = 0;
    bool ready = false, opened = false;
  };
  struct Agent {
    std::shared_ptr<Socket> socket;
    bool ready = false;
  };

  TalkOptions options;
  net::WebSocketClientPool pool;
  std::vector<Visitor> visitors;
  std::vector<Agent> agents;
  std::vector<std::string> conversation;  // of a visitor, as the agent's frames name it
  std::atomic<int> ready{0}, opened{0}, broken{0};
  // Measured state lives on the pool's thread.
  bool measuring = false;
  Histogram arrival;
  TalkResult result;
  double rate = 0;
  double owed = 0;
  std::size_t next_visitor = 0;
  std::int64_t last_tick_us = 0, last_arrival_us = 0;
  std::atomic<std::int64_t> live_count{0};

  explicit Impl(TalkOptions o) : options(std::move(o)) {}

  void visitor_frame(std::size_t v, std::string_view frame);
  void agent_frame(std::size_t a, std::string_view frame);
  void send(std::size_t v);
  void reply(std::size_t a, std::size_t v, std::int64_t number);
  void tick();
  void open_visitor(std::size_t v);
  void open_agent(std::size_t a);
  bool pong(Socket& socket, std::string_view frame) {
    if (options.dialect != Dialect::socketio || frame != "2") return false;
    socket.send("3");
    return true;
  }
};

void Talk::Impl::send(std::size_t v) {
  Visitor& visitor = visitors[v];
  const std::int64_t number = ++visitor.sent;
  ++visitor.on_the_way;
  const std::string text = fmt::format("{}{}~{}~{}~ 请问这件毛衣什么时候发货？", kVisitorMark, v, number, now_us());
  switch (options.dialect) {
    case Dialect::yingda:
    case Dialect::relay:
      visitor.socket->send(
          fmt::format(R"({{"t":"send","client_msg_id":"{}-{}","kind":"text","text":"{}"}})", v, number, text));
      break;
    case Dialect::socketio:
      visitor.socket->send(fmt::format(R"(42["send",{{"client_msg_id":"{}-{}","text":"{}"}}])", v, number, text));
      break;
  }
  if (measuring) ++result.sent;
}

void Talk::Impl::reply(std::size_t a, std::size_t v, std::int64_t number) {
  const std::string text = fmt::format("{}{}~{}~{}~ 您好，今天下午就能发出。", kAgentMark, v, number, now_us());
  ++visitors[v].replies_expected;
  switch (options.dialect) {
    case Dialect::yingda:
    case Dialect::relay:
      agents[a].socket->send(
          fmt::format(R"({{"t":"send","id":"{}","client_msg_id":"r{}-{}","kind":"text","text":"{}"}})", conversation[v],
                      v, number, text));
      break;
    case Dialect::socketio:
      agents[a].socket->send(
          fmt::format(R"(42["send",{{"conversation_id":"{}","client_msg_id":"r{}-{}","text":"{}"}}])", conversation[v],
                      v, number, text));
      break;
  }
}

void Talk::Impl::visitor_frame(std::size_t v, std::string_view frame) {
  Visitor& visitor = visitors[v];
  if (pong(*visitor.socket, frame)) return;
  Mark mark;
  if (find_mark(frame, kAgentMark, mark)) {
    if (frame.find("\"ack\"") != std::string_view::npos) return;
    if (mark.number <= visitor.replies)
      ++result.doubled;
    else if (mark.number > visitor.replies + 1)
      ++result.disordered;
    visitor.replies = std::max(visitor.replies, mark.number);
    --visitor.on_the_way;
    last_arrival_us = now_us();
    if (measuring) {
      ++result.agent_messages;
      ++live_count;
      if (rate <= 0) send(v);
    }
    return;
  }
  if (frame.find("\"nack\"") != std::string_view::npos) {
    ++result.refused;
    --visitor.on_the_way;
    return;
  }
  if (!visitor.ready && (frame.find("\"welcome\"") != std::string_view::npos || frame.starts_with("42[\"welcome\""))) {
    visitor.ready = true;
    ++ready;
  }
}

void Talk::Impl::agent_frame(std::size_t a, std::string_view frame) {
  if (pong(*agents[a].socket, frame)) return;
  Mark mark;
  if (!find_mark(frame, kVisitorMark, mark)) {
    if (!agents[a].ready && frame.find("welcome") != std::string_view::npos) {
      agents[a].ready = true;
      ++ready;
    }
    return;
  }
  // Conversation events repeat the last message as a preview: only a message event counts.
  if (options.dialect == Dialect::yingda && frame.find("\"type\":\"message.accepted\"") == std::string_view::npos)
    return;
  const auto v = static_cast<std::size_t>(mark.who);
  if (v >= visitors.size()) return;
  Visitor& visitor = visitors[v];
  if (conversation[v].empty()) {
    conversation[v] = value_after(
        frame, options.dialect == Dialect::socketio ? "\"conversation_id\":\"" : "\"conversation\":{\"id\":\"");
  }
  // The owner's previews and the agent's own answers quote nothing of the visitor: a mark is a visitor's message.
  if (frame.find(kAgentMark) != std::string_view::npos) return;
  if (mark.number <= visitor.arrived) {
    ++result.doubled;
    return;
  }
  if (mark.number > visitor.arrived + 1) ++result.disordered;
  visitor.arrived = mark.number;
  last_arrival_us = now_us();
  if (measuring) {
    arrival.add(last_arrival_us - mark.sent_us);
    ++result.visitor_messages;
    ++live_count;
  }
  if (!visitor.opened) {
    visitor.opened = true;
    ++opened;
  }
  reply(a, v, mark.number);
}

void Talk::Impl::tick() {
  if (!measuring) return;
  const std::int64_t now = now_us();
  if (rate > 0) {
    owed += rate * static_cast<double>(now - last_tick_us) / 1e6;
    for (; owed >= 1; owed -= 1) {
      send(next_visitor);
      next_visitor = (next_visitor + 1) % visitors.size();
    }
  }
  last_tick_us = now;
  pool.after(milliseconds(kTickMs), [this] { tick(); });
}

void Talk::Impl::open_visitor(std::size_t v) {
  const std::string path =
      options.dialect == Dialect::socketio ? "/socket.io/?EIO=4&transport=websocket" : "/api/v1/webchat/socket";
  Visitor& visitor = visitors[v];
  const std::string& token = options.visitor_tokens[v];
  visitor.socket = pool.open(
      "ws://" + options.base + path, {},
      {[this, v, &token] {
         if (options.dialect == Dialect::socketio)
           visitors[v].socket->send(fmt::format(R"(40{{"role":"visitor","token":"{}"}})", token));
         else
           visitors[v].socket->send(fmt::format(R"({{"t":"hello","token":"{}","since":0}})", token));
       },
       [this, v](std::string_view frame) { visitor_frame(v, frame); }, [this](std::string_view) { ++broken; }});
}

void Talk::Impl::open_agent(std::size_t a) {
  const std::string path =
      options.dialect == Dialect::socketio ? "/socket.io/?EIO=4&transport=websocket" : "/api/v1/socket";
  std::vector<net::Header> headers = options.origin;
  headers.push_back({"cookie", options.agent_cookies[a]});
  agents[a].socket =
      pool.open("ws://" + options.base + path, headers,
                {[this, a] {
                   if (options.dialect == Dialect::socketio)
                     agents[a].socket->send(fmt::format(R"(40{{"role":"agent","agent":{}}})", a));
                   else
                     agents[a].socket->send(R"({"t":"hello","since":0})");
                 },
                 [this, a](std::string_view frame) { agent_frame(a, frame); }, [this](std::string_view) { ++broken; }});
}

Talk::Talk(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Talk::~Talk() = default;

Result<std::unique_ptr<Talk>> Talk::connect(TalkOptions options) {
  auto impl = std::make_shared<Impl>(std::move(options));
  Impl& it = *impl;
  it.visitors.resize(it.options.visitor_tokens.size());
  it.agents.resize(it.options.agent_cookies.size());
  it.conversation.resize(it.visitors.size());
  it.pool.post([&it] {
    for (std::size_t a = 0; a < it.agents.size(); ++a) it.open_agent(a);
    for (std::size_t v = 0; v < it.visitors.size(); ++v) it.open_visitor(v);
  });
  const auto wait = [&](const std::atomic<int>& counter, std::size_t wanted) {
    for (int i = 0; i < kConnectSeconds * 100; ++i) {
      if (counter >= static_cast<int>(wanted)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  };
  if (!wait(it.ready, it.visitors.size() + it.agents.size()))
    return fail(Code::timeout, "bench.not_connected",
                fmt::format("{} of {} sockets ready, {} broken", it.ready.load(), it.visitors.size() + it.agents.size(),
                            it.broken.load()));
  it.pool.post([&it] {
    for (std::size_t v = 0; v < it.visitors.size(); ++v) it.send(v);
  });
  if (!wait(it.opened, it.visitors.size()))
    return fail(Code::timeout, "bench.not_assigned",
                fmt::format("{} of {} conversations reached an agent", it.opened.load(), it.visitors.size()));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  return std::unique_ptr<Talk>(new Talk(std::move(impl)));
}

TalkResult Talk::run(double seconds, double rate) {
  Impl& it = *impl_;
  const std::int64_t began = now_us();
  it.pool.post([&it, rate] {
    it.result = {};
    it.arrival = {};
    it.rate = rate;
    it.owed = 0;
    it.last_tick_us = now_us();
    it.measuring = true;
    if (rate <= 0) {
      for (std::size_t v = 0; v < it.visitors.size(); ++v) {
        for (int i = 0; i < it.options.window; ++i) it.send(v);
      }
    }
    it.tick();
  });
  for (double left = seconds; left > 0; left -= 1) {
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(left, 1.0)));
    const std::int64_t arrived = it.live_count.exchange(0);
    if (it.options.progress) fmt::print(stderr, "  {:.0f} s left, {} messages/s\n", left > 1 ? left - 1 : 0, arrived);
  }
  TalkResult result;
  std::atomic<bool> stopped{false};
  it.pool.post([&] {
    it.measuring = false;
    it.result.seconds = static_cast<double>(now_us() - began) / 1e6;
    stopped = true;
  });
  while (!stopped) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // What is on the way still arrives: only then is missing really lost.
  std::atomic<bool> done{false};
  std::function<void(int)> settle = [&](int tries) {
    std::int64_t missing = 0;
    for (const auto& visitor : it.visitors)
      missing += (visitor.sent - visitor.arrived) + (visitor.arrived - visitor.replies);
    if (missing == it.result.refused || (tries > 50 && now_us() - it.last_arrival_us > 5'000'000)) {
      it.result.lost = missing - it.result.refused;
      it.result.p50_ms = it.arrival.percentile_ms(0.5);
      it.result.p99_ms = it.arrival.percentile_ms(0.99);
      it.result.max_ms = it.arrival.max_ms();
      result = it.result;
      done = true;
      return;
    }
    it.pool.after(milliseconds(20), [&settle, tries] { settle(tries + 1); });
  };
  it.pool.post([&] { settle(0); });
  while (!done) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  return result;
}

}  // namespace yingda::bench
