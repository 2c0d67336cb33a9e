// `yingda serve`.
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "commands.hpp"
#include "demo.hpp"
#include "holidays.hpp"
#include "yingda/base/log.hpp"

namespace yingda::app {
namespace {

struct ServeCommand {
  ServeOptions options;
  std::string listen = "127.0.0.1:8080";
  std::string log_level = "warn";
};

/// "127.0.0.1:8080", "[::1]:8080", ":8080" (every address).
Status read_listen(const std::string& text, ServeOptions& options) {
  const auto colon = text.rfind(':');
  int port = -1;
  if (colon != std::string::npos && colon + 1 < text.size() &&
      text.find_first_not_of("0123456789", colon + 1) == std::string::npos && text.size() - colon <= 6)
    port = std::atoi(text.c_str() + colon + 1);
  if (port < 0 || port > 65'535)
    return fail(Code::invalid_argument, "app.invalid_listen", text + ": ADDRESS:PORT wanted");
  options.address = text.substr(0, colon);
  if (options.address.starts_with('[') && options.address.ends_with(']'))
    options.address = options.address.substr(1, options.address.size() - 2);
  if (options.address.empty()) options.address = "0.0.0.0";
  options.port = static_cast<std::uint16_t>(port);
  return {};
}

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "info") return log::Level::info;
  return name == "error" ? log::Level::error : log::Level::warn;
}

void print_welcome(const ServeOptions& options, std::uint16_t port) {
  const bool tls = !options.certificate_file.empty();
  std::string host = options.address == "0.0.0.0" || options.address == "::" ? "127.0.0.1" : options.address;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  const std::string base = (tls ? "https://" : "http://") + host + ":" + std::to_string(port);
  std::printf("Yingda 应答 %s\n  控制台 console  %s/console/\n", YINGDA_VERSION, base.c_str());
  if (options.demo) {
    std::printf("  演示商店 demo shop  %s/demo/\n  演示账号 demo logins (密码 password: %s)\n", base.c_str(),
                kDemoPassword);
    for (const auto& login : kDemoLogins) std::printf("    %-12s %s / %s\n", login.login, login.role_zh, login.role_en);
    if (options.address != "127.0.0.1" && options.address != "::1")
      std::printf("  ! 演示密码是公开的，请勿对外开放 Demo passwords are public: do not open this address to others\n");
  }
  std::printf("  停止 stop: Ctrl+C\n");
  std::fflush(stdout);
}

/// SIGTERM and SIGINT are for the main thread alone; a second one ends at once.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

/// The last resort: whatever still holds on when the limit has passed is cut with the process.
void cut_later(const sigset_t& set) {
  std::thread([set] {
    timespec limit{kStopLimit.ms / 1000 + 2, 0};
    sigtimedwait(&set, nullptr, &limit);
    ::_exit(1);
  }).detach();
}

int serve(ServeCommand& command) {
  log::set_level(level_of(command.log_level));
  if (const auto listen = read_listen(command.listen, command.options); !listen) return complain(listen.error());
  const sigset_t signals = block_signals();
  install_holidays(command.options.data);
  auto server = Server::start(command.options);
  if (!server) return complain(server.error());
  print_welcome(command.options, (*server)->port());
  int signal = 0;
  sigwait(&signals, &signal);
  log::info("app.stopping");
  cut_later(signals);
  (*server)->stop(kStopLimit);
  server->reset();
  return 0;
}

}  // namespace

void add_serve(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<ServeCommand>();
  auto* sub = program.add_subcommand("serve", "Run the server");
  add_store_options(*sub, command->options);
  sub->add_option("--listen", command->listen, "ADDRESS:PORT to serve on (port 0: any free one)")
      ->capture_default_str();
  sub->add_option("--certificate", command->options.certificate_file, "PEM certificate chain: serve TLS");
  sub->add_option("--private-key", command->options.private_key_file, "PEM private key of the certificate");
  sub->add_option("--trusted-proxy", command->options.trusted_proxies,
                  "Address of a reverse proxy whose X-Forwarded-For and -Proto count (repeatable)");
  sub->add_flag("--demo,!--no-demo", command->options.demo, "With the demo company and the demo shop");
  sub->add_flag("--allow-internal-webhooks", command->options.internal_webhooks,
                "Programs that are asked or told may stand at internal addresses");
  sub->add_option("--node", command->options.node, "Number of this server among those on one database (0..511)")
      ->check(CLI::Range(0, 511));
  sub->add_option("--workers", command->options.workers, "Worker threads")
      ->check(CLI::Range(2, 256))
      ->capture_default_str();
  sub->add_option("--net-threads", command->options.net_threads, "Network threads")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  sub->add_flag("--no-rate-limits{false}", command->options.rate_limits,
                "For load tests on this machine only: no client is slowed down");
  sub->add_option("--log-level", command->log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  sub->callback([command, &chosen] { chosen = [command] { return serve(*command); }; });
}

}  // namespace yingda::app
