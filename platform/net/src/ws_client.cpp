#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <deque>
#include <mutex>

#include "handshake.hpp"
#include "http_text.hpp"
#include "loop.hpp"
#include "url.hpp"
#include "ws_frame.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/log.hpp"
#include "yingda/net/client.hpp"
#include "yingda/net/limits.hpp"

namespace yingda::net {
namespace {

constexpr std::size_t kUnsentBytesMax = 4 * 1024 * 1024;
constexpr std::uint32_t kMessageBytesMax = 16 * 1024 * 1024;
constexpr std::size_t kKeptBytes = 1024;
constexpr DurationMs kHandshakeDeadline = seconds(30);

ws::Mask next_mask() {
  static thread_local std::uint64_t state = [] {
    std::uint64_t seed = 0;
    std::memcpy(&seed, crypto::random_bytes(sizeof seed).data(), sizeof seed);
    return seed | 1;
  }();
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  ws::Mask mask{};
  std::memcpy(mask.data(), &state, mask.size());
  return mask;
}

void append_frame(std::string& out, ws::Opcode opcode, std::string_view payload) {
  const ws::Mask mask = next_mask();
  std::array<char, ws::kHeaderBytesMax> header;
  const std::size_t header_bytes = ws::encode_header(header.data(), opcode, false, payload.size(), &mask);
  out.append(header.data(), header_bytes);
  const std::size_t at = out.size();
  out.append(payload);
  ws::apply_mask({out.data() + at, payload.size()}, mask, 0);
}

/// Sockets wait here for their turn to connect. Used on the pool's thread.
struct Turnstile {
  std::size_t connecting = 0;
  std::deque<std::function<void()>> waiting;
  void leave() {
    --connecting;
    if (waiting.empty()) return;
    const auto next = std::move(waiting.front());
    waiting.pop_front();
    ++connecting;
    next();
  }
};

}  // namespace

class PoolSocket final : public Session, public WebSocketClientPool::Socket, private ws::Sink {
 public:
  PoolSocket(std::shared_ptr<Loop> loop, std::shared_ptr<Turnstile> turnstile, WebSocketClientPool::Callbacks callbacks)
      : loop_(std::move(loop)),
        turnstile_(std::move(turnstile)),
        callbacks_(std::move(callbacks)),
        link_(TcpSocket(loop_->io()), nullptr),
        decoder_(ws::Role::client, kMessageBytesMax, false) {}

  /// On the pool's thread, with a place in the turnstile.
  void connect(const asio::ip::tcp::endpoint& endpoint, std::string request_head) {
    handshake_ = std::make_unique<Handshake>();
    handshake_->output = std::move(request_head);
    if (state_ == State::done) return turnstile_->leave();
    loop_->wheel().arm(*this, kHandshakeDeadline);
    TcpSocket socket(loop_->io());
    boost::system::error_code ec;
    socket.open(endpoint.protocol(), ec);
    if (ec) return finish("unreachable");
    link_ = Link(std::move(socket), nullptr);
    link_.socket().async_connect(endpoint, [self = shared_from_this(), this](const boost::system::error_code& failed) {
      if (state_ == State::done) return;
      if (failed) return finish("unreachable");
      writing_ = std::move(handshake_->output);
      flush();
      wait_readable();
    });
  }

  void fail_to_connect() {
    handshake_ = std::make_unique<Handshake>();
    finish("unreachable");
  }

  void send(std::string text) override {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      if (closing_) return;
      append_frame(pending_, ws::kText, text);
      if (pending_.size() > kUnsentBytesMax) overflowed_ = closing_ = true;
      first = !std::exchange(touched_, true);
    }
    if (first) loop_->touch(shared_from_this());
  }
  void close() override {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      if (closing_) return;
      closing_ = true;
      append_frame(pending_, ws::kClose, ws::close_payload(ws::kCloseNormal, {}));
      first = !std::exchange(touched_, true);
    }
    if (first) loop_->touch(shared_from_this());
  }
  void cut() override {
    loop_->post([self = shared_from_this(), this] {
      link_.cut();
      finish("cut");
    });
  }

  void on_stop() override { on_cut(); }
  void on_cut() override {
    callbacks_ = {};
    finish("cut");
  }
  void on_touched() override {
    if (state_ == State::done) return;
    bool overflowed = false;
    {
      const std::lock_guard lock(mutex_);
      touched_ = false;
      overflowed = overflowed_;
      if (state_ == State::opening && !overflowed) return;  // goes out after the handshake
      if (writing_.empty() && written_ == 0)
        writing_.swap(pending_);
      else
        writing_ += pending_;
      pending_.clear();
    }
    if (overflowed || writing_.size() > kUnsentBytesMax) return finish("overflow");
    flush();
  }

 private:
  enum class State : std::uint8_t { opening, open, done };
  struct Handshake {
    std::string output, input;
  };

  void on_deadline() override { finish("unreachable"); }

  void wait_readable() {
    link_.socket().async_wait(asio::socket_base::wait_read, [self = shared_from_this(), this](const auto& ec) {
      if (state_ == State::done) return;
      if (ec) return finish("cut");
      on_readable();
    });
  }
  void on_readable() {
    for (;;) {
      if (state_ == State::done) return;
      const auto buffer = loop_->scratch();
      const IoResult got = link_.read(buffer);
      if (got.status == IoStatus::closed) return finish(close_reason_.empty() ? "cut" : close_reason_);
      if (got.status != IoStatus::ok) return wait_readable();
      const auto bytes = buffer.first(got.bytes);
      if (state_ == State::opening)
        take_handshake(bytes);
      else
        take(bytes);
      if (got.bytes < buffer.size() && state_ != State::done) return wait_readable();
    }
  }
  void take(std::span<char> bytes) {
    if (decoder_.feed(bytes, *this) != 0) finish("protocol error");
  }
  void take_handshake(std::span<char> bytes) {
    std::string& input = handshake_->input;
    input.append(bytes.data(), bytes.size());
    const std::size_t end = input.find("\r\n\r\n");
    if (end == std::string::npos) {
      if (input.size() > kClientHeadBytesMax) finish("refused");
      return;
    }
    if (!input.starts_with("HTTP/1.1 101 ")) return finish("refused " + input.substr(9, 3));
    std::string rest = input.substr(end + 4);
    handshake_.reset();
    state_ = State::open;
    loop_->wheel().disarm(*this);
    turnstile_->leave();
    call([&] {
      if (callbacks_.on_open) callbacks_.on_open();
    });
    on_touched();
    if (state_ != State::done && !rest.empty()) take(rest);
  }

  bool on_text(std::string_view payload, bool) override {
    call([&] {
      if (callbacks_.on_message) callbacks_.on_message(payload);
    });
    return state_ != State::done;
  }
  bool on_control(ws::Opcode opcode, std::string_view payload) override {
    if (opcode == ws::kPing) {
      append_frame(writing_, ws::kPong, payload);
      flush();
    } else if (opcode == ws::kClose) {
      const int code = payload.size() < 2
                           ? ws::kCloseNoStatus
                           : static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
      close_reason_ = std::to_string(code);
      if (payload.size() > 2) close_reason_ += " " + std::string(payload.substr(2));
      {
        const std::lock_guard lock(mutex_);
        closing_ = true;
      }
      append_frame(writing_, ws::kClose, payload.substr(0, std::min<std::size_t>(2, payload.size())));
      flush();
      link_.shutdown_send();
    }
    return state_ != State::done;
  }

  void flush() {
    if (waiting_write_ || state_ == State::done) return;
    while (written_ < writing_.size()) {
      const std::array<iovec, 1> buffer{{{writing_.data() + written_, writing_.size() - written_}}};
      const IoResult put = link_.write(buffer);
      if (put.status == IoStatus::closed) return finish("cut");
      written_ += put.bytes;
      if (put.status == IoStatus::ok) continue;
      waiting_write_ = true;
      link_.socket().async_wait(asio::socket_base::wait_write, [self = shared_from_this(), this](const auto& ec) {
        waiting_write_ = false;
        if (state_ == State::done) return;
        if (ec) return finish("cut");
        flush();
      });
      return;
    }
    written_ = 0;
    if (writing_.capacity() > kKeptBytes)
      writing_ = std::string();
    else
      writing_.clear();
  }

  template <class F>
  void call(F callback) {
    try {
      callback();
    } catch (const std::exception& error) {
      log::error("net.handler_threw", {{"what", std::string_view(error.what())}});
    }
  }
  void finish(const std::string& why) {
    if (state_ == State::done) return;
    const bool was_opening = state_ == State::opening && handshake_ != nullptr;
    state_ = State::done;
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
      pending_ = {};
    }
    link_.close();
    if (was_opening) turnstile_->leave();
    call([&] {
      if (callbacks_.on_close) callbacks_.on_close(why);
    });
    // Callbacks often hold the socket: let go of them, after this turn, for one of them may be running.
    asio::post(loop_->io(), [last = std::move(callbacks_)] {});
    loop_->untrack(*this);
  }

  std::shared_ptr<Loop> loop_;
  std::shared_ptr<Turnstile> turnstile_;
  WebSocketClientPool::Callbacks callbacks_;
  Link link_;
  ws::Decoder decoder_;
  std::unique_ptr<Handshake> handshake_;
  std::string writing_;
  std::size_t written_ = 0;
  std::string close_reason_;
  State state_ = State::opening;
  bool waiting_write_ = false;

  std::mutex mutex_;
  std::string pending_;
  bool touched_ = false, closing_ = false, overflowed_ = false;
};

struct WebSocketClientPool::Impl {
  std::shared_ptr<Loop> loop = std::make_shared<Loop>();
  std::shared_ptr<Turnstile> turnstile = std::make_shared<Turnstile>();
  std::mutex mutex;
  std::string last_name;  // host:port of the last resolution: load tools open thousands to one place
  asio::ip::tcp::endpoint last_endpoint;

  std::optional<asio::ip::tcp::endpoint> resolve(const Url& url);
};

std::optional<asio::ip::tcp::endpoint> WebSocketClientPool::Impl::resolve(const Url& url) {
  const std::lock_guard lock(mutex);
  const std::string name = url.host + "|" + std::to_string(url.port);
  if (name == last_name) return last_endpoint;
  boost::system::error_code ec;
  const auto literal = asio::ip::make_address(url.host, ec);
  asio::ip::tcp::endpoint endpoint(literal, url.port);
  if (ec) {
    asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(loop->io());
    const auto found = resolver.resolve(url.host, std::to_string(url.port), ec);
    if (ec || found.empty()) return std::nullopt;
    endpoint = found.begin()->endpoint();
  }
  last_name = name;
  last_endpoint = endpoint;
  return endpoint;
}

WebSocketClientPool::WebSocketClientPool() : impl_(std::make_unique<Impl>()) { impl_->loop->start(); }

WebSocketClientPool::~WebSocketClientPool() {
  impl_->loop->post([turnstile = impl_->turnstile] { turnstile->waiting.clear(); });
  impl_->loop->begin_stop();
  impl_->loop->finish_stop(DurationMs{0});
}

std::shared_ptr<WebSocketClientPool::Socket> WebSocketClientPool::open(const std::string& url,
                                                                       std::vector<Header> headers,
                                                                       Callbacks callbacks) {
  auto socket = std::make_shared<PoolSocket>(impl_->loop, impl_->turnstile, std::move(callbacks));
  const auto parsed = parse_url(url);
  const auto endpoint = parsed ? impl_->resolve(*parsed) : std::nullopt;
  std::string head;
  if (parsed) {
    head = "GET " + parsed->target + " HTTP/1.1\r\nhost: " + parsed->authority() +
           "\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: " +
           crypto::base64(crypto::random_bytes(16)) + "\r\n";
    for (const auto& header : headers) head += header.name + ": " + header.value + "\r\n";
    head += "\r\n";
  }
  impl_->loop->post(
      [loop = impl_->loop.get(), turnstile = impl_->turnstile, socket, endpoint, h = std::move(head)]() mutable {
        loop->track(socket);
        auto begin = [socket, endpoint, request = std::move(h)] {
          if (!endpoint) return socket->fail_to_connect();
          socket->connect(*endpoint, request);
        };
        if (turnstile->connecting >= kPoolHandshakesMax) return turnstile->waiting.push_back(std::move(begin));
        ++turnstile->connecting;
        begin();
      });
  return socket;
}

void WebSocketClientPool::post(std::function<void()> job) { impl_->loop->post(std::move(job)); }

void WebSocketClientPool::after(DurationMs delay, std::function<void()> job) {
  impl_->loop->after(delay, std::move(job));
}

}  // namespace yingda::net
