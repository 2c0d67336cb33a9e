// What a WebSocket costs: memory of an idle socket, processor time of an echo and of a fan-out. The server runs in a
// process of its own so that only its memory and time are counted. `net_bench [idle sockets] [seconds]`.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include "yingda/net/client.hpp"
#include "yingda/net/limits.hpp"
#include "yingda/net/server.hpp"

namespace {

using namespace yingda;
using namespace yingda::net;

constexpr int kEchoSockets = 200;
constexpr int kFanOuts = 200;

struct Reading {
  std::int64_t rss_bytes = 0, cpu_us = 0, sent = 0;
  std::uint16_t port = 0;
};

class EchoApp final : public HttpApp {
 public:
  void handle(HttpRequest, HttpReply reply) override { reply.send(HttpResponse::json(200, "{}")); }
  Result<std::unique_ptr<WebSocketHandler>> accept(const HttpRequest&) override {
    return std::make_unique<Handler>(*this);
  }
  void fan_out(const std::shared_ptr<const std::string>& text) {
    const std::lock_guard lock(mutex_);
    for (const auto& socket : sockets_) socket->send(text);
  }

 private:
  class Handler final : public WebSocketHandler {
   public:
    explicit Handler(EchoApp& app) : app_(app) {}
    void on_open(std::shared_ptr<WebSocket> socket) override {
      socket_ = socket.get();
      const std::lock_guard lock(app_.mutex_);
      app_.sockets_.push_back(std::move(socket));
    }
    void on_message(std::string_view text) override { socket_->send(std::string(text)); }
    void on_close() override {}

   private:
    EchoApp& app_;
    WebSocket* socket_ = nullptr;  // the app's list keeps it
  };
  std::mutex mutex_;
  std::vector<std::shared_ptr<WebSocket>> sockets_;
};

Reading read_self() {
  Reading reading;
  std::ifstream statm("/proc/self/statm");
  std::int64_t pages = 0;
  statm >> pages >> pages;
  reading.rss_bytes = pages * sysconf(_SC_PAGESIZE);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  reading.cpu_us =
      (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  return reading;
}

/// The server process: 'r' asks for a reading, 'f' for fan-outs, end of file ends it.
int serve(int commands, int answers) {
  raise_file_limit();
  EchoApp app;
  HttpServer server(ServerOptions{}, app);
  if (!server.start()) return 1;
  char command = 0;
  while (::read(commands, &command, 1) == 1) {
    if (command == 'f') {
      for (int i = 0; i < kFanOuts; ++i) {
        app.fan_out(std::make_shared<const std::string>(200, 'f'));
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    }
    Reading reading = read_self();
    reading.port = server.port();
    reading.sent = server.stats().ws_messages_out;
    if (::write(answers, &reading, sizeof reading) != sizeof reading) return 1;
  }
  return 0;
}

class Remote {
 public:
  Remote() {
    int down[2], up[2];
    if (::pipe(down) != 0 || ::pipe(up) != 0) std::exit(1);
    child_ = ::fork();
    if (child_ == 0) {
      ::close(down[1]);
      ::close(up[0]);
      std::_Exit(serve(down[0], up[1]));
    }
    ::close(down[0]);
    ::close(up[1]);
    commands_ = down[1];
    answers_ = up[0];
  }
  ~Remote() {
    ::close(commands_);
    ::waitpid(child_, nullptr, 0);
  }
  Reading ask(char command) const {
    Reading reading;
    if (::write(commands_, &command, 1) != 1 || ::read(answers_, &reading, sizeof reading) != sizeof reading)
      std::exit(1);
    return reading;
  }

 private:
  pid_t child_ = 0;
  int commands_ = -1, answers_ = -1;
};

void measure_idle_and_fan_out(int count, const std::vector<Header>& headers, const char* name) {
  const Remote remote;
  const Reading before = remote.ask('r');
  const std::string url = "ws://127.0.0.1:" + std::to_string(before.port) + "/";
  std::atomic<int> open{0}, failed{0};
  WebSocketClientPool pool;
  std::vector<std::shared_ptr<WebSocketClientPool::Socket>> sockets;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i)
    sockets.push_back(pool.open(
        url, headers, {.on_open = [&] { ++open; }, .on_message = {}, .on_close = [&](std::string_view) { ++failed; }}));
  while (open + failed < count) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const Reading after = remote.ask('r');
  std::printf("idle %-10s %6d sockets  %7.0f B each  opened in %.1f s  failed %d\n", name, open.load(),
              static_cast<double>(after.rss_bytes - before.rss_bytes) / std::max(open.load(), 1), took, failed.load());
  if (count > 2000) return;
  const Reading from = remote.ask('r');
  const Reading to = remote.ask('f');
  std::printf("fan-out        %6d sockets  %7.2f us CPU a message\n", open.load(),
              static_cast<double>(to.cpu_us - from.cpu_us) /
                  static_cast<double>(std::max<std::int64_t>(to.sent - from.sent, 1)));
}

/// `window` echoes are under way on each socket.
void measure_echo(int window, double seconds_long) {
  const Remote remote;
  const Reading before = remote.ask('r');
  const std::string url = "ws://127.0.0.1:" + std::to_string(before.port) + "/";
  std::atomic<std::int64_t> echoes{0};
  const std::string text(100, 'e');
  std::atomic<int> open{0};
  std::vector<std::shared_ptr<WebSocketClientPool::Socket>> sockets(kEchoSockets);
  WebSocketClientPool pool;  // dies first: its callbacks use the sockets
  for (auto& socket : sockets) {
    socket = pool.open(url, {},
                       {.on_open = [&open] { ++open; },
                        .on_message =
                            [&echoes, &socket](std::string_view echoed) {
                              echoes.fetch_add(1, std::memory_order_relaxed);
                              socket->send(std::string(echoed));
                            },
                        .on_close = {}});
    for (int i = 0; i < window; ++i) socket->send(text);
  }
  while (open < kEchoSockets) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const Reading from = remote.ask('r');
  const std::int64_t first = echoes;
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds_long));
  const std::int64_t count = echoes - first;
  const Reading to = remote.ask('r');
  std::printf("echo x%d        %6d sockets  %7.0f messages/s  %.2f us CPU of the server each\n", window, kEchoSockets,
              static_cast<double>(count) / seconds_long,
              static_cast<double>(to.cpu_us - from.cpu_us) / static_cast<double>(std::max<std::int64_t>(count, 1)));
}

}  // namespace

int main(int argc, char** argv) {
  const int wanted = argc > 1 ? std::atoi(argv[1]) : 10'000;
  const double seconds_long = argc > 2 ? std::atof(argv[2]) : 3;
  const auto files = raise_file_limit();
  const int count = static_cast<int>(std::min<std::int64_t>(wanted, files - 100));
  measure_echo(1, seconds_long);
  measure_echo(8, seconds_long);
  measure_idle_and_fan_out(500, {}, "plain");
  measure_idle_and_fan_out(count, {}, "plain");
  measure_idle_and_fan_out(count, {{"sec-websocket-extensions", "permessage-deflate; client_max_window_bits"}},
                           "deflate");
  return 0;
}
