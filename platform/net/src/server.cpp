#include "yingda/net/server.hpp"

#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <thread>

#include "http_session.hpp"
#include "server_core.hpp"
#include "yingda/base/log.hpp"
#include "yingda/net/limits.hpp"

namespace yingda::net {
namespace {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

AddressBytes bytes_of(const asio::ip::address& address) {
  if (address.is_v4()) return from_v4(address.to_v4().to_bytes());
  return address.to_v6().to_bytes();
}

}  // namespace

struct HttpServer::Impl {
  explicit Impl(std::shared_ptr<ServerCore> of) : core(std::move(of)) {}

  Status listen();
  void accept_next();
  void on_accept(const boost::system::error_code& ec, TcpSocket socket);
  void adopt(std::size_t loop_number, TcpSocket socket, AddressBytes peer);
  void close_acceptor();

  std::shared_ptr<ServerCore> core;
  std::unique_ptr<Acceptor> acceptor;  // used on the first loop's thread once it runs
  std::uint16_t port = 0;
  std::size_t next_loop = 0;
  bool accept_paused = false;  // said so in the log
  std::atomic<std::size_t> next_after{0};
  bool running = false;
};

Status HttpServer::Impl::listen() {
  const auto& options = core->options;
  boost::system::error_code ec;
  const auto address = asio::ip::make_address(options.address, ec);
  if (ec) return fail(Code::invalid_argument, "net.invalid_address", options.address);
  const asio::ip::tcp::endpoint endpoint(address, options.port);
  acceptor = std::make_unique<Acceptor>(core->loops[0]->io());
  const auto where = options.address + ":" + std::to_string(options.port);
  acceptor->open(endpoint.protocol(), ec);
  if (!ec) acceptor->set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) acceptor->bind(endpoint, ec);
  if (!ec) acceptor->listen(asio::socket_base::max_listen_connections, ec);
  if (ec == boost::system::errc::address_in_use)
    return fail(Code::unavailable, "net.address_in_use", where + " is used by another program");
  if (ec) return fail(Code::unavailable, "net.bind_failed", where + ": " + ec.message());
  port = acceptor->local_endpoint(ec).port();
  return {};
}

void HttpServer::Impl::accept_next() {
  const std::size_t loop = next_loop++ % core->loops.size();
  acceptor->async_accept(core->loops[loop]->io(), [this](const boost::system::error_code& ec, TcpSocket socket) {
    on_accept(ec, std::move(socket));
  });
}

void HttpServer::Impl::on_accept(const boost::system::error_code& ec, TcpSocket socket) {
  if (!acceptor->is_open()) return;
  if (ec) {
    if (ec == asio::error::operation_aborted) return;
    const bool exhausted = ec == boost::system::errc::too_many_files_open ||
                           ec == boost::system::errc::too_many_files_open_in_system ||
                           ec == boost::system::errc::not_enough_memory || ec == boost::system::errc::no_buffer_space;
    if (!exhausted) return accept_next();
    // The waiting connection stays in the kernel's queue: asking again at once would spin.
    if (!std::exchange(accept_paused, true)) {
      const std::string why = ec.message();
      log::warn("net.accept_paused", {{"why", std::string_view(why)}});
    }
    core->loops[0]->after(DurationMs{kAcceptPauseMs}, [this] {
      if (acceptor->is_open()) accept_next();
    });
    return;
  }
  accept_paused = false;
  boost::system::error_code gone;
  const auto peer = socket.remote_endpoint(gone);
  const std::size_t loop = (next_loop - 1) % core->loops.size();
  if (gone) return accept_next();
  if (core->connections.load() >= static_cast<std::int64_t>(core->options.connections_max)) {
    core->refused.fetch_add(1, std::memory_order_relaxed);
    socket.close(gone);
  } else {
    adopt(loop, std::move(socket), bytes_of(peer.address()));
  }
  accept_next();
}

void HttpServer::Impl::adopt(std::size_t loop_number, TcpSocket socket, AddressBytes peer) {
  Ssl ssl;
  if (core->tls) {
    ssl.reset(SSL_new(core->tls.get()));
    if (!ssl) return;
    SSL_set_accept_state(ssl.get());
  }
  core->connections.fetch_add(1);
  const auto& loop = core->loops[loop_number];
  auto begin = [shared = core, loop, link = Link(std::move(socket), std::move(ssl)), peer]() mutable {
    loop->counters().connections.fetch_add(1, std::memory_order_relaxed);
    auto session = std::make_shared<HttpSession>(shared, loop, std::move(link), peer);
    loop->track(session);
    session->start();
    if (shared->stopping) session->on_stop();
  };
  if (loop->in_thread()) return begin();
  loop->post(std::move(begin));
}

void HttpServer::Impl::close_acceptor() {
  core->loops[0]->post([this] {
    boost::system::error_code ignored;
    acceptor->close(ignored);
  });
}

HttpServer::HttpServer(ServerOptions options, HttpApp& app)
    : impl_(std::make_unique<Impl>(std::make_shared<ServerCore>())) {
  impl_->core->options = std::move(options);
  impl_->core->app = &app;
}

HttpServer::~HttpServer() { stop(seconds(1)); }

Status HttpServer::start() {
  ServerCore& core = *impl_->core;
  const auto& options = core.options;
  ignore_sigpipe();
  for (const auto& proxy : options.trusted_proxies) {
    const auto range = parse_address_range(proxy);
    if (!range) return fail(Code::invalid_argument, "net.invalid_address", proxy);
    core.trusted_proxies.push_back(*range);
  }
  if (!options.certificate_file.empty() || !options.private_key_file.empty()) {
    YD_TRY(core.tls, make_server_tls(options.certificate_file, options.private_key_file));
  }
  for (int i = 0; i < std::max(options.threads, 1); ++i) core.loops.push_back(std::make_shared<Loop>());
  if (auto listening = impl_->listen(); !listening) {
    impl_->acceptor.reset();
    core.loops.clear();
    return listening;
  }
  for (const auto& loop : core.loops) loop->start();
  impl_->running = true;
  core.loops[0]->post([impl = impl_.get()] { impl->accept_next(); });
  log::info("net.listening", {{"address", std::string_view(options.address)},
                              {"port", std::int64_t{impl_->port}},
                              {"tls", core.tls != nullptr}});
  return {};
}

std::uint16_t HttpServer::port() const { return impl_->port; }

ServerStats HttpServer::stats() const {
  ServerStats stats;
  for (const auto& loop : impl_->core->loops) {
    const auto& c = loop->counters();
    stats.connections += c.connections.load(std::memory_order_relaxed);
    stats.websockets += c.websockets.load(std::memory_order_relaxed);
    stats.requests += c.requests.load(std::memory_order_relaxed);
    stats.ws_messages_in += c.ws_in.load(std::memory_order_relaxed);
    stats.ws_messages_out += c.ws_out.load(std::memory_order_relaxed);
  }
  stats.refused = impl_->core->refused.load(std::memory_order_relaxed);
  return stats;
}

void HttpServer::stop(DurationMs limit) {
  if (!impl_->running) return;
  impl_->running = false;
  ServerCore& core = *impl_->core;
  core.stopping = true;
  impl_->close_acceptor();
  for (const auto& loop : core.loops) loop->begin_stop();
  const auto start = std::chrono::steady_clock::now();
  for (const auto& loop : core.loops) {
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    loop->finish_stop(DurationMs{std::max<std::int64_t>(0, limit.ms - spent.count())});
  }
  impl_->acceptor.reset();
}

void HttpServer::after(DurationMs delay, std::function<void()> job) {
  auto& loops = impl_->core->loops;
  if (loops.empty()) return;
  loops[impl_->next_after.fetch_add(1, std::memory_order_relaxed) % loops.size()]->after(delay, std::move(job));
}

}  // namespace yingda::net
