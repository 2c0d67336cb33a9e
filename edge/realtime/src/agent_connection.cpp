#include <utility>

#include "gateway_impl.hpp"
#include "hub_impl.hpp"

namespace yingda::realtime {
namespace {

class SocketOutlet final : public Outlet {
 public:
  explicit SocketOutlet(std::shared_ptr<net::WebSocket> socket) : socket_(std::move(socket)) {}
  void send(std::shared_ptr<const std::string> frame) override { socket_->send(std::move(frame)); }
  void close(int code, std::string_view reason) override { socket_->close(code, reason); }
  std::int64_t queued_bytes() const override { return socket_->queued_bytes(); }

 private:
  std::shared_ptr<net::WebSocket> socket_;
};

messages::Language language_of(const org::Actor& actor) {
  return actor.locale == org::Locale::en ? messages::Language::en : messages::Language::zh_CN;
}

}  // namespace

AgentConnection::AgentConnection(std::weak_ptr<Gateway::Impl> gateway, net::HttpRequest credentials)
    : gateway_(std::move(gateway)), credentials_(std::move(credentials)), frames_(kFramesBurst, steady_ms()) {}

void AgentConnection::open(std::shared_ptr<net::WebSocket> socket) {
  const auto gateway = gateway_.lock();
  if (!gateway) return socket->close(kCloseStopping, "stopping");
  {
    const std::scoped_lock lock(mutex_);
    socket_ = std::move(socket);
    checked_ms_ = steady_ms();
  }
  {
    const std::scoped_lock lock(gateway->mutex);
    gateway->connections.emplace(this, weak_from_this());
  }
  gateway->authenticate(credentials_, [weak = weak_from_this()](Result<org::Actor> actor) {
    if (const auto self = weak.lock()) self->authenticated(std::move(actor));
  });
}

void AgentConnection::authenticated(Result<org::Actor> actor) {
  const auto gateway = gateway_.lock();
  const std::scoped_lock lock(mutex_);
  if (state_ != State::asking || !gateway) return;
  if (!actor) {
    send_error(actor.error());
    state_ = State::closed;
    const bool refused = actor.error().code == Code::unauthenticated || actor.error().code == Code::permission_denied;
    return socket_->close(refused ? kCloseSessionEnded : kCloseStopping, refused ? "session ended" : "unavailable");
  }
  actor_ = *std::move(actor);
  who_ = gateway->hub.open_agent(actor_, std::make_shared<SocketOutlet>(socket_), false);
  if (!who_) {
    state_ = State::closed;
    return socket_->close(kCloseStopping, "busy");
  }
  state_ = State::open;
  for (const std::string& text : std::exchange(early_, {})) take(*gateway, text);
}

void AgentConnection::message(std::string_view text) {
  const auto gateway = gateway_.lock();
  const std::scoped_lock lock(mutex_);
  if (state_ == State::closed || !gateway) return;
  const double factor = gateway->rate_factor;
  if (frames_.take(kFramesPerSecond * factor, kFramesBurst * factor, steady_ms()) != 0)
    return send_error(Error{Code::limit_exceeded, "request.too_many_requests", {}, {}, {}});
  if (state_ == State::open) return take(*gateway, text);
  if (early_.size() >= kFramesBeforeActorMax || text.size() > kFrameBytesMax)
    return send_error(Error{Code::limit_exceeded, "realtime.too_many_frames", {}, {}, {}});
  early_.emplace_back(text);
}

void AgentConnection::take(Gateway::Impl& gateway, std::string_view text) {
  auto frame = decode_agent_frame(text);
  if (!frame) return send_error(frame.error());
  if (std::holds_alternative<PingFrame>(*frame)) {
    socket_->send(pong_frame());
    return;
  }
  if (auto* send = std::get_if<SendFrame>(&*frame))
    return gateway.send(actor_, std::move(*send), socket_, language_of(actor_), sends_);
  gateway.apply(who_, actor_, *std::move(frame));
}

void AgentConnection::send_error(const Error& error) { socket_->send(error_frame(error, language_of(actor_))); }

void AgentConnection::closed() {
  const auto gateway = gateway_.lock();
  SubscriberPtr who;
  {
    const std::scoped_lock lock(mutex_);
    state_ = State::closed;
    who = std::move(who_);
    socket_.reset();
    early_.clear();
  }
  if (!gateway) return;
  gateway->hub.close(who);
  const std::scoped_lock lock(gateway->mutex);
  gateway->connections.erase(this);
}

void AgentConnection::recheck() {
  const auto gateway = gateway_.lock();
  if (!gateway) return;
  {
    const std::scoped_lock lock(mutex_);
    if (state_ != State::open) return;
    checked_ms_ = steady_ms();
  }
  gateway->authenticate(credentials_, [weak = weak_from_this()](Result<org::Actor> actor) {
    if (const auto self = weak.lock()) self->rechecked(std::move(actor));
  });
}

void AgentConnection::rechecked(Result<org::Actor> actor) {
  const auto gateway = gateway_.lock();
  const std::scoped_lock lock(mutex_);
  if (state_ != State::open || !gateway) return;
  if (!actor) {
    if (actor.error().code != Code::unauthenticated) return;
    state_ = State::closed;
    return socket_->close(kCloseSessionEnded, "session ended");
  }
  actor_ = *std::move(actor);
  gateway->hub.change_actor(who_, actor_);
}

TenantId AgentConnection::tenant() {
  const std::scoped_lock lock(mutex_);
  return actor_.tenant;
}

std::int64_t AgentConnection::checked_ms() {
  const std::scoped_lock lock(mutex_);
  return checked_ms_;
}

}  // namespace yingda::realtime
