// The bench commands: what they start, what they print.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <thread>

#include "bench.hpp"
#include "child.hpp"
#include "company.hpp"
#include "relay.hpp"
#include "routing.hpp"
#include "server.hpp"
#include "talk.hpp"
#include "yingda/net/limits.hpp"

namespace yingda::bench {
namespace {

struct ChatArgs {
  int visitors = 200;
  int agents = 50;
  double seconds = 10;
  int window = 4;
  bool json = false;
  std::string database;
  std::string peer;  // host:port of a running socket.io peer
};

struct SocketsArgs {
  int sockets = 20'000;
  double seconds = 10;
  bool json = false;
};

struct Phases {
  TalkResult full, half;
  double cpu_seconds = 0;  // of the server at full speed
  std::int64_t rss_bytes = 0;
  double cpu_us_per_message() const {
    return cpu_seconds * 1e6 / std::max<double>(1, static_cast<double>(full.visitor_messages + full.agent_messages));
  }
};

enum class Half { measure, skip };

/// Full speed for two thirds of the time, then half of that rate for the latencies.
Phases run_phases(Talk& talk, double seconds, const Child* server, Half half = Half::measure) {
  Phases phases;
  fmt::print(stderr, " as fast as it goes\n");
  const double cpu_before = server ? server->usage().cpu_seconds : 0;
  phases.full = talk.run(seconds * 2 / 3, 0);
  phases.cpu_seconds = server ? server->usage().cpu_seconds - cpu_before : 0;
  if (half == Half::skip) return phases;
  fmt::print(stderr, " at half of that rate\n");
  phases.half = talk.run(seconds / 3, phases.full.rate_per_s() / 4);  // half of the visitors' share, which is half
  phases.rss_bytes = server ? server->usage().rss_bytes : 0;
  return phases;
}

Phases run_relay_phases(const ChatArgs& args, double seconds, RelayWork work) {
  fmt::print(stderr, "{}",
             work == RelayWork::bytes ? "network limit: the same network layer, texts only copied\n"
                                      : "raw relay: the same work on every message without a store\n");
  ScratchFolder folder;
  const std::uint16_t port = free_port();
  Child child = must(Child::start(
      {"bench", "relay-server", "--port", std::to_string(port), "--work", work == RelayWork::bytes ? "bytes" : "rooms"},
      folder.path() + "/relay.log"));
  must(child.wait_for_port(port));
  TalkOptions options;
  options.dialect = Dialect::relay;
  options.base = fmt::format("127.0.0.1:{}", port);
  options.window = args.window;
  for (int v = 0; v < args.visitors; ++v) options.visitor_tokens.push_back(std::to_string(v));
  options.agent_cookies.assign(static_cast<std::size_t>(args.agents), "none");
  const auto talk = must(Talk::connect(std::move(options)));
  return run_phases(*talk, seconds, &child, work == RelayWork::bytes ? Half::skip : Half::measure);
}

Phases run_yingda_phases(const ChatArgs& args, double seconds) {
  fmt::print(stderr, "yingda: every message durable before its ack\n");
  Server server(args.database);
  net::HttpClient http;
  Company company = must(found_company(http, server.base(), args.agents));
  must(invite_visitors(http, company, args.visitors));
  TalkOptions options;
  options.dialect = Dialect::yingda;
  options.base = server.base();
  options.window = args.window;
  options.visitor_tokens = company.visitor_tokens;
  options.agent_cookies = company.agent_cookies;
  const auto talk = must(Talk::connect(std::move(options)));
  return run_phases(*talk, seconds, &server.child);
}

Phases run_peer_phases(const ChatArgs& args, double seconds) {
  fmt::print(stderr, "peer: socket.io and PostgreSQL\n");
  TalkOptions options;
  options.dialect = Dialect::socketio;
  options.base = args.peer;
  options.window = args.window;
  for (int v = 0; v < args.visitors; ++v) options.visitor_tokens.push_back(std::to_string(v));
  options.agent_cookies.assign(static_cast<std::size_t>(args.agents), "none");
  const auto talk = must(Talk::connect(std::move(options)));
  return run_phases(*talk, seconds, nullptr);
}

void print_row(const char* name, const Phases& phases) {
  fmt::print(stderr, "{:<22}{:>12.0f}{:>10.2f}{:>10.2f}{:>12.2f}{:>12.2f}{:>7}{:>9}\n", name, phases.full.rate_per_s(),
             phases.full.p50_ms, phases.full.p99_ms, phases.half.p50_ms, phases.half.p99_ms,
             phases.full.lost + phases.half.lost, phases.full.doubled + phases.half.doubled);
}

void run_chat(const ChatArgs& args) {
  net::raise_file_limit();
  const double each = args.seconds;
  const Phases net = run_relay_phases(args, each / 2, RelayWork::bytes);
  const Phases raw = run_relay_phases(args, each, RelayWork::rooms);
  const Phases own = run_yingda_phases(args, each);
  Phases peer;
  if (!args.peer.empty()) peer = run_peer_phases(args, each);

  fmt::print(stderr, "\n{:<22}{:>12}{:>10}{:>10}{:>12}{:>12}{:>7}{:>9}\n", "", "messages/s", "p50 ms", "p99 ms",
             "half: p50", "half: p99", "lost", "doubled");
  print_row("network limit", net);
  print_row("raw relay", raw);
  print_row("yingda, durable", own);
  if (!args.peer.empty()) print_row("socket.io + PostgreSQL", peer);
  const double ratio = raw.full.rate_per_s() > 0 ? own.full.rate_per_s() / raw.full.rate_per_s() : 0;
  fmt::print(stderr, "durable / raw: {:.2f}\n", ratio);
  if (args.json) {
    std::string peer_json;
    if (!args.peer.empty()) {
      peer_json = fmt::format(R"(,"peer_rate_per_s":{:.1f},"peer_p99_ms":{:.2f},"ratio_to_peer":{:.2f})",
                              peer.full.rate_per_s(), peer.half.p99_ms,
                              own.full.rate_per_s() / std::max(1.0, peer.full.rate_per_s()));
    }
    fmt::print(
        R"({{"rate_per_s":{:.1f},"raw_rate_per_s":{:.1f},"net_rate_per_s":{:.1f},"ratio_to_raw":{:.3f},"ratio_to_net":{:.3f},"p50_ms":{:.2f},"p99_ms":{:.2f},"full_p50_ms":{:.2f},"full_p99_ms":{:.2f},"raw_p99_ms":{:.2f},"lost":{},"doubled":{},"disordered":{},"refused":{},"cpu_seconds":{:.2f},"cpu_us_per_message":{:.1f},"raw_cpu_us_per_message":{:.1f},"rss_bytes":{},"visitors":{},"agents":{}{}}})"
        "\n",
        own.full.rate_per_s(), raw.full.rate_per_s(), net.full.rate_per_s(), ratio,
        own.full.rate_per_s() / std::max(1.0, net.full.rate_per_s()), own.half.p50_ms, own.half.p99_ms, own.full.p50_ms,
        own.full.p99_ms, raw.half.p99_ms, own.full.lost + own.half.lost, own.full.doubled + own.half.doubled,
        own.full.disordered + own.half.disordered, own.full.refused + own.half.refused, own.cpu_seconds,
        own.cpu_us_per_message(), raw.cpu_us_per_message(), own.rss_bytes, args.visitors, args.agents, peer_json);
  }
}

void run_sockets(const SocketsArgs& args) {
  const std::int64_t files = net::raise_file_limit();
  const int possible = static_cast<int>(std::min<std::int64_t>(args.sockets, files - 500));
  if (possible < args.sockets)
    fmt::print(stderr, "this machine allows {} open files: holding {} sockets\n", files, possible);
  Server server("");
  // Of the server that has done nothing yet: what the chat made it allocate counts as the sockets' too.
  const std::int64_t before = server.child.usage().rss_bytes;
  net::HttpClient http;
  Company company = must(found_company(http, server.base(), 5));
  must(invite_visitors(http, company, 20));
  TalkOptions options;
  options.dialect = Dialect::yingda;
  options.base = server.base();
  options.window = 1;
  options.visitor_tokens = company.visitor_tokens;
  options.agent_cookies = company.agent_cookies;
  const auto talk = must(Talk::connect(std::move(options)));
  fmt::print(stderr, "an active chat alone\n");
  const TalkResult alone = talk->run(args.seconds / 2, 100);

  // Idle visitors: each with a session and a socket that said hello.
  fmt::print(stderr, "opening {} idle visitor sockets\n", possible);
  Company idle = company;
  idle.visitor_tokens.clear();
  const int sessions = std::min(possible, 2'000);  // sockets share sessions: several tabs of one visitor
  must(invite_visitors(http, idle, sessions));
  std::atomic<int> open{0};
  std::atomic<int> closed{0};
  net::WebSocketClientPool pool;
  std::vector<std::shared_ptr<net::WebSocketClientPool::Socket>> sockets(static_cast<std::size_t>(possible));
  pool.post([&] {
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      const std::string& token = idle.visitor_tokens[i % idle.visitor_tokens.size()];
      sockets[i] = pool.open(
          "ws://" + server.base() + "/api/v1/webchat/socket", {},
          {[&, i, token] { sockets[i]->send(fmt::format(R"({{"t":"hello","token":"{}","since":0}})", token)); },
           [&](std::string_view frame) {
             if (frame.find("\"welcome\"") != std::string_view::npos) ++open;
           },
           [&](std::string_view) { ++closed; }});
    }
  });
  for (int i = 0; i < 600 && open + closed < possible; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (i % 20 == 19) fmt::print(stderr, "  {} open\n", open.load());
  }
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const std::int64_t after = server.child.usage().rss_bytes;
  const double each = open > 0 ? static_cast<double>(after - before) / open : 0;
  fmt::print(stderr, "the same chat beside them\n");
  const TalkResult beside = talk->run(args.seconds / 2, 100);
  fmt::print(stderr,
             "{} sockets open, {} closed, {:.0f} bytes each in the server; active chat p99 {:.2f} ms beside them, "
             "{:.2f} ms alone\n",
             open.load(), closed.load(), each, beside.p99_ms, alone.p99_ms);
  if (args.json) {
    fmt::print(
        R"({{"sockets":{},"closed":{},"bytes_per_socket":{:.0f},"rss_bytes":{},"p50_ms":{:.2f},"p99_ms":{:.2f},"alone_p99_ms":{:.2f},"lost":{},"doubled":{}}})"
        "\n",
        open.load(), closed.load(), each, after, beside.p50_ms, beside.p99_ms, alone.p99_ms, beside.lost + alone.lost,
        beside.doubled + alone.doubled);
  }
  std::fflush(stdout);
  std::_Exit(0);  // thousands of sockets close with the process
}

struct StartArgs {
  int rounds = 7;
  bool json = false;
};

/// Cold start to the first served page, and memory of an idle server.
void run_start(const StartArgs& args) {
  std::vector<double> times;
  std::int64_t rss = 0;
  for (int round = 0; round < args.rounds; ++round) {
    net::HttpClient http;
    const auto began = std::chrono::steady_clock::now();
    ScratchFolder folder;
    const std::uint16_t port = free_port();
    Child child = must(Child::start({"serve", "--data", folder.path() + "/data", "--listen",
                                     fmt::format("127.0.0.1:{}", port), "--log-level", "warn"},
                                    folder.path() + "/server.log"));
    for (;;) {
      net::ClientRequest page;
      page.url = fmt::format("http://127.0.0.1:{}/", port);
      page.guard = net::AddressGuard::any;
      const auto answer = http.send_and_wait(page);
      if (answer && answer->status < 400) break;
      const double waited = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
      if (waited > 20'000) give_up(Error{Code::timeout, "bench.no_page", {}, {}, std::source_location::current()});
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    std::this_thread::sleep_for(std::chrono::seconds(1));
    rss = std::max(rss, child.usage().rss_bytes);
    fmt::print(stderr, "  first page after {:.0f} ms, idle memory {:.1f} MB\n", times.back(),
               static_cast<double>(rss) / 1e6);
  }
  std::ranges::sort(times);
  if (args.json)
    fmt::print(R"({{"start_ms_median":{:.1f},"start_ms_max":{:.1f},"rss_bytes":{}}})"
               "\n",
               times[times.size() / 2], times.back(), rss);
}

}  // namespace

void add_bench_commands(CLI::App& app) {
  CLI::App* bench =
      app.add_subcommand("bench", "Measure this machine with this program: load on real sockets and a real store");
  bench->require_subcommand(1);
  add_routing_bench(*bench);

  auto chat_args = std::make_shared<ChatArgs>();
  CLI::App* chat =
      bench->add_subcommand("chat", "Visitors talk with agents, beside the raw relay limit of the same run");
  chat->add_option("--visitors", chat_args->visitors, "visitors at once")
      ->check(CLI::Range(1, 5'000))
      ->capture_default_str();
  chat->add_option("--agents", chat_args->agents, "agents online")->check(CLI::Range(1, 500))->capture_default_str();
  chat->add_option("--seconds", chat_args->seconds, "seconds of load for each side")
      ->check(CLI::Range(1.0, 600.0))
      ->capture_default_str();
  chat->add_option("--window", chat_args->window, "messages a visitor has on the way")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  chat->add_option("--database", chat_args->database, "postgres://… instead of SQLite (an empty database)");
  chat->add_option("--peer", chat_args->peer,
                   "host:port of the socket.io peer of bench/peer, measured in the same run");
  chat->add_flag("--json", chat_args->json, "one JSON object on standard output");
  chat->callback([chat_args] { run_chat(*chat_args); });

  auto socket_args = std::make_shared<SocketsArgs>();
  CLI::App* sockets =
      bench->add_subcommand("sockets", "Idle visitor sockets held, memory each, and a chat beside them");
  sockets->add_option("--sockets", socket_args->sockets, "how many")
      ->check(CLI::Range(1, 200'000))
      ->capture_default_str();
  sockets->add_option("--seconds", socket_args->seconds, "seconds of chat, half alone, half beside them")
      ->check(CLI::Range(2.0, 600.0))
      ->capture_default_str();
  sockets->add_flag("--json", socket_args->json, "one JSON object on standard output");
  sockets->callback([socket_args] { run_sockets(*socket_args); });

  auto start_args = std::make_shared<StartArgs>();
  CLI::App* start = bench->add_subcommand("start", "Cold start to the first answer, and memory of an idle server");
  start->add_option("--rounds", start_args->rounds, "how many starts")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  start->add_option_function<double>(
      "--seconds", [start_args](double seconds) { start_args->rounds = std::max(1, static_cast<int>(seconds / 1.5)); },
      "as many starts as fit");
  start->add_flag("--json", start_args->json, "one JSON object on standard output");
  start->callback([start_args] { run_start(*start_args); });

  struct RelayArgs {
    int port = 0;
    std::string work = "rooms";
  };
  auto relay_args = std::make_shared<RelayArgs>();
  CLI::App* relay = bench->add_subcommand("relay-server", "");
  relay->group("");
  relay->add_option("--port", relay_args->port)->required();
  relay->add_option("--work", relay_args->work)->check(CLI::IsMember({"bytes", "rooms"}));
  relay->callback([relay_args] {
    std::exit(run_relay(static_cast<std::uint16_t>(relay_args->port),
                        relay_args->work == "bytes" ? RelayWork::bytes : RelayWork::rooms));
  });
}

}  // namespace yingda::bench
