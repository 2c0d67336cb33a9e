#include "ws_session.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cstring>

#include "yingda/base/log.hpp"
#include "yingda/net/limits.hpp"

namespace yingda::net {
namespace {

constexpr std::size_t kFramesPerWrite = 64;
constexpr std::size_t kBytesPerWrite = 256 * 1024;
constexpr int kReadsPerTurn = 4;         // then other sockets have their turn
constexpr std::size_t kKeepFrames = 16;  // a drained queue larger than this gives its memory back

std::int64_t cost_of(const std::string& payload) {
  return static_cast<std::int64_t>(payload.size()) + kFrameOverheadBytes;
}

template <class T>
void drop_if_large(std::vector<T>& v) {
  if (v.capacity() > kKeepFrames) std::vector<T>().swap(v);
}

}  // namespace

WsSession::WsSession(std::shared_ptr<ServerCore> core, std::shared_ptr<Loop> loop, Link link,
                     std::unique_ptr<WebSocketHandler> handler, std::string remote_address, int deflate_bits)
    : core_(std::move(core)),
      loop_(std::move(loop)),
      link_(std::move(link)),
      handler_(std::move(handler)),
      decoder_(ws::Role::server, static_cast<std::uint32_t>(core_->options.ws_message_bytes_max), deflate_bits > 0),
      remote_address_(std::move(remote_address)),
      deflate_bits_(static_cast<std::uint8_t>(deflate_bits)) {}

WsSession::~WsSession() = default;

void WsSession::start(std::string early) {
  loop_->counters().websockets.fetch_add(1, std::memory_order_relaxed);
  loop_->wheel().arm(*this, core_->options.ws_ping_every);
  try {
    handler_->on_open(std::static_pointer_cast<WsSession>(shared_from_this()));
  } catch (const std::exception& error) {
    log::error("net.handler_threw", {{"what", std::string_view(error.what())}});
    return finish();
  }
  if (!early.empty() && !take(early)) return;
  // TLS may hold decrypted bytes that no readiness will announce.
  on_readable();
}

bool WsSession::over_quota_locked(std::int64_t cost) {
  if (queued_.load(std::memory_order_relaxed) + cost <= core_->options.ws_queue_bytes_max) return false;
  overflowed_ = true;
  accepting_ = false;
  for (const auto& frame : pending_) queued_.fetch_sub(cost_of(*frame.payload), std::memory_order_relaxed);
  pending_.clear();
  return true;
}

bool WsSession::send(std::shared_ptr<const std::string> text) {
  bool first = false;
  bool queued = false;
  {
    const std::lock_guard lock(mutex_);
    if (!accepting_) return false;
    const std::int64_t cost = cost_of(*text);
    queued = !over_quota_locked(cost);
    if (queued) {
      queued_.fetch_add(cost, std::memory_order_relaxed);
      pending_.push_back({std::move(text), ws::kText});
    }
    first = !touched_;
    touched_ = true;
  }
  if (first) loop_->touch(shared_from_this());
  return queued;
}

void WsSession::close(int code, std::string_view reason) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (!accepting_) return;
    accepting_ = false;
    pending_.push_back({std::make_shared<const std::string>(ws::close_payload(code, reason)), ws::kClose});
    queued_.fetch_add(cost_of(*pending_.back().payload), std::memory_order_relaxed);
    first = !touched_;
    touched_ = true;
  }
  if (first) loop_->touch(shared_from_this());
}

void WsSession::on_touched() {
  if (state_ == State::done) return;
  bool overflowed = false;
  {
    const std::lock_guard lock(mutex_);
    touched_ = false;
    if (writing_.empty())
      writing_.swap(pending_);
    else
      std::ranges::move(pending_, std::back_inserter(writing_));
    pending_.clear();
    drop_if_large(pending_);
    overflowed = overflowed_;
    overflowed_ = false;
  }
  if (overflowed) return fail_with(ws::kCloseSlow, "slow");
  const bool closes = !writing_.empty() && writing_.back().opcode == ws::kClose;
  if (closes && state_ == State::open) {
    state_ = State::closing;
    loop_->wheel().arm(*this, DurationMs{kCloseWaitMs});
  }
  flush();
}

void WsSession::queue_control(ws::Opcode opcode, std::string payload) {
  // A peer that floods pings and reads nothing must not grow the queue.
  if (queued_.load(std::memory_order_relaxed) + cost_of(payload) > core_->options.ws_queue_bytes_max) return;
  queued_.fetch_add(cost_of(payload), std::memory_order_relaxed);
  writing_.push_back({std::make_shared<const std::string>(std::move(payload)), opcode});
}

/// Drops what is queued (but for the rest of a frame under way) and closes with `code`.
void WsSession::fail_with(int code, std::string_view reason) {
  {
    const std::lock_guard lock(mutex_);
    accepting_ = false;
    pending_.clear();
  }
  const std::size_t keep = write_head_ + (front_written_ > 0 ? 1 : 0);
  if (writing_.size() > keep) writing_.resize(keep);
  begin_close(code, reason);
}

void WsSession::begin_close(int code, std::string_view reason) {
  if (state_ == State::done) return;
  if (close_sent_) return finish();
  {
    const std::lock_guard lock(mutex_);
    accepting_ = false;
  }
  state_ = State::closing;
  loop_->wheel().arm(*this, DurationMs{kCloseWaitMs});
  writing_.push_back({std::make_shared<const std::string>(ws::close_payload(code, reason)), ws::kClose});
  flush();
}

void WsSession::on_stop() {
  {
    // What was sent before the stop goes out before the close frame.
    const std::lock_guard lock(mutex_);
    accepting_ = false;
    std::ranges::move(pending_, std::back_inserter(writing_));
    pending_.clear();
  }
  if (state_ == State::open) begin_close(ws::kCloseGoingAway, "server is stopping");
}

void WsSession::on_deadline() {
  if (state_ == State::done) return;
  if (state_ == State::closing || (ping_sent_ && !heard_)) return finish();
  ping_sent_ = !spoke_;
  if (ping_sent_) queue_control(ws::kPing, {});
  heard_ = spoke_ = false;
  loop_->wheel().arm(*this, core_->options.ws_ping_every);
  if (ping_sent_) flush();
}

void WsSession::wait_readable() {
  link_.socket().async_wait(asio::socket_base::wait_read, [self = shared_from_this(), this](const auto& ec) {
    if (state_ == State::done) return;
    if (ec) return finish();
    on_readable();
  });
}

void WsSession::on_readable() {
  for (int turn = 0; turn < kReadsPerTurn; ++turn) {
    if (state_ == State::done) return;
    const auto buffer = loop_->scratch();
    const IoResult got = link_.read(buffer);
    if (got.status == IoStatus::closed) return finish();
    if (got.status != IoStatus::ok) return wait_readable();
    heard_ = true;
    if (!take(buffer.first(got.bytes))) return;
    // A short read of a plain socket means that it is drained: the next read would only say so.
    if (!link_.tls() && got.bytes < buffer.size()) return wait_readable();
  }
  asio::post(loop_->io(), [self = shared_from_this(), this] { on_readable(); });
}

/// False when reading has ended.
bool WsSession::take(std::span<char> bytes) {
  if (state_ == State::done || deaf_) return state_ != State::done;
  if (const int code = decoder_.feed(bytes, *this); code != 0) {
    deaf_ = true;
    fail_with(code, {});
  }
  return state_ != State::done;
}

bool WsSession::on_text(std::string_view payload, bool compressed) {
  if (state_ != State::open) return true;
  if (!compressed) return deliver(payload);
  std::string_view text;
  const auto limit = static_cast<std::size_t>(core_->options.ws_message_bytes_max);
  switch (loop_->deflate().inflate(payload, limit, text)) {
    case WsDeflate::Inflated::ok: break;
    case WsDeflate::Inflated::too_big: return refuse(ws::kCloseTooBig);
    case WsDeflate::Inflated::corrupt: return refuse(ws::kCloseInvalidText);
  }
  return ws::is_valid_text(text) ? deliver(text) : refuse(ws::kCloseInvalidText);
}

bool WsSession::refuse(int code) {
  deaf_ = true;
  fail_with(code, {});
  return false;
}

bool WsSession::deliver(std::string_view text) {
  loop_->counters().ws_in.fetch_add(1, std::memory_order_relaxed);
  spoke_ = true;
  try {
    handler_->on_message(text);
  } catch (const std::exception& error) {
    log::error("net.handler_threw", {{"what", std::string_view(error.what())}});
    fail_with(ws::kCloseInternal, {});
  }
  return state_ != State::done;
}

bool WsSession::on_control(ws::Opcode opcode, std::string_view payload) {
  if (opcode == ws::kPing && state_ == State::open) {
    queue_control(ws::kPong, std::string(payload));
    flush();
  }
  if (opcode != ws::kClose) return state_ != State::done;
  peer_closed_ = deaf_ = true;
  if (close_sent_) {
    finish();
    return false;
  }
  int code = ws::kCloseNoStatus;
  if (payload.size() >= 2) code = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  begin_close(code, {});
  return false;
}

/// Lists what to write next; headers are made in `headers` (kHeaderBytesMax for each frame).
std::size_t WsSession::gather(std::vector<iovec>& buffers, char* headers) {
  std::size_t bytes = 0;
  std::size_t skip = front_written_;
  for (std::size_t i = write_head_; i < writing_.size() && i < write_head_ + kFramesPerWrite; ++i) {
    Frame& frame = writing_[i];
    if (!frame.tried) {
      frame.tried = true;
      const std::size_t size = frame.payload->size();
      if (deflate_bits_ > 0 && frame.opcode == ws::kText && size >= kDeflateFromBytes &&
          size <= std::size_t{1} << deflate_bits_) {
        if (auto smaller = loop_->deflate().compress(frame.payload)) {
          queued_.fetch_sub(static_cast<std::int64_t>(size - smaller->size()), std::memory_order_relaxed);
          frame.payload = std::move(smaller);
          frame.compressed = true;
        }
      }
    }
    const std::size_t header =
        ws::encode_header(headers, frame.opcode, frame.compressed, frame.payload->size(), nullptr);
    if (skip < header) buffers.push_back({headers + skip, header - skip});
    const std::size_t payload_skip = skip > header ? skip - header : 0;
    if (frame.payload->size() > payload_skip)
      buffers.push_back(
          {const_cast<char*>(frame.payload->data()) + payload_skip, frame.payload->size() - payload_skip});
    bytes += header + frame.payload->size() - skip;
    skip = 0;
    headers += ws::kHeaderBytesMax;
    if (bytes >= kBytesPerWrite) break;
  }
  return bytes;
}

void WsSession::consume(std::size_t bytes) {
  bytes += front_written_;
  std::array<char, ws::kHeaderBytesMax> header{};
  while (write_head_ < writing_.size()) {
    Frame& frame = writing_[write_head_];
    const std::size_t size = frame.payload->size() + ws::encode_header(header.data(), frame.opcode, frame.compressed,
                                                                       frame.payload->size(), nullptr);
    if (bytes < size) break;
    bytes -= size;
    queued_.fetch_sub(cost_of(*frame.payload), std::memory_order_relaxed);
    if (frame.opcode == ws::kText) loop_->counters().ws_out.fetch_add(1, std::memory_order_relaxed);
    if (frame.opcode == ws::kClose) close_sent_ = true;
    frame.payload.reset();
    ++write_head_;
  }
  front_written_ = bytes;
  if (write_head_ == writing_.size()) {
    writing_.clear();
    write_head_ = 0;
    drop_if_large(writing_);
  }
}

void WsSession::flush() {
  if (waiting_write_ || state_ == State::done) return;
  static thread_local std::vector<iovec> buffers;
  std::array<char, kFramesPerWrite * ws::kHeaderBytesMax> headers;
  while (!writing_.empty() && !close_sent_) {
    buffers.clear();
    const std::size_t offered = gather(buffers, headers.data());
    const IoResult put = link_.write(buffers);
    if (put.status == IoStatus::closed) return finish();
    if (put.status != IoStatus::ok) return wait_writable();
    consume(put.bytes);
    if (put.bytes < offered && !link_.tls()) return wait_writable();
  }
  if (link_.owes()) {
    const IoResult flushed = link_.flush();
    if (flushed.status == IoStatus::closed) return finish();
    if (flushed.status != IoStatus::ok) return wait_writable();
  }
  if (!close_sent_) return;
  link_.shutdown_send();
  if (peer_closed_) finish();
}

void WsSession::wait_writable() {
  waiting_write_ = true;
  link_.socket().async_wait(asio::socket_base::wait_write, [self = shared_from_this(), this](const auto& ec) {
    waiting_write_ = false;
    if (state_ == State::done) return;
    if (ec) return finish();
    flush();
  });
}

void WsSession::finish() {
  if (state_ == State::done) return;
  state_ = State::done;
  {
    const std::lock_guard lock(mutex_);
    accepting_ = false;
    pending_ = {};
  }
  writing_ = {};
  queued_.store(0, std::memory_order_relaxed);
  link_.close();
  loop_->counters().websockets.fetch_sub(1, std::memory_order_relaxed);
  loop_->counters().connections.fetch_sub(1, std::memory_order_relaxed);
  core_->connections.fetch_sub(1, std::memory_order_relaxed);
  try {
    handler_->on_close();
  } catch (const std::exception& error) {
    log::error("net.handler_threw", {{"what", std::string_view(error.what())}});
  }
  // The handler may be calling us from on_message: it dies after this turn.
  asio::post(loop_->io(), [handler = std::move(handler_)] {});
  loop_->untrack(*this);
}

}  // namespace yingda::net
