// The visitor's socket: hello with the token, then frames. Nothing is known of the visitor before hello.
#include <utility>

#include "link.hpp"
#include "origins.hpp"
#include "yingda/realtime/error_frame.hpp"

namespace yingda::webchat {
namespace {

class SocketOutlet final : public realtime::Outlet {
 public:
  explicit SocketOutlet(std::shared_ptr<net::WebSocket> socket) : socket_(std::move(socket)) {}
  void send(std::shared_ptr<const std::string> frame) override { socket_->send(std::move(frame)); }
  void close(int code, std::string_view reason) override { socket_->close(code, reason); }
  std::int64_t queued_bytes() const override { return socket_->queued_bytes(); }

 private:
  std::shared_ptr<net::WebSocket> socket_;
};

/// One socket. Calls come one at a time on a network thread; answers from other threads go to the socket directly.
class Connection final : public Answers, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::weak_ptr<Webchat::Impl> impl, const net::HttpRequest& request)
      : impl_(std::move(impl)),
        origin_(request.header("origin")),
        host_(request.header("host")),
        address_(address_key(request.remote_address)),
        language_(language_of(request)) {}

  void open(std::shared_ptr<net::WebSocket> socket) {
    const auto impl = impl_.lock();
    socket_ = std::move(socket);
    if (!impl) return socket_->close(realtime::kCloseStopping, "stopping");
    impl->hub.after(kHelloDeadline, [weak = weak_from_this()] {
      if (const auto self = weak.lock(); self && !self->greeted_) self->socket_->close(1008, "no hello");
    });
  }

  void message(std::string_view text) {
    auto frame = decode_frame(text);
    if (!link_) {
      if (frame && std::holds_alternative<HelloFrame>(*frame)) return hello(std::get<HelloFrame>(*frame));
      if (frame && std::holds_alternative<PingFrame>(*frame)) return answer(R"({"t":"pong"})");
      const Error error{Code::unauthenticated, "webchat.hello_first", {}, {}, std::source_location::current()};
      return answer(realtime::error_frame(frame ? error : frame.error().error, language_));
    }
    if (!frame) return link_->refuse(frame.error());
    if (std::holds_alternative<HelloFrame>(*frame)) return hello_again(std::get<HelloFrame>(*frame));
    link_->take(*std::move(frame));
  }

  void closed() {
    closed_ = true;
    const auto impl = impl_.lock();
    if (impl && link_) impl->hub.close(link_->subscriber());
  }

  void answer(std::string frame) override { socket_->send(std::move(frame)); }

 private:
  Result<Visitor> check(Webchat::Impl& impl, const std::string& token) {
    YD_TRY(const auto claim, impl.check_visitor_token(token));
    const auto entry = impl.registry.by_id(claim.widget);
    if (!entry || entry->tenant != claim.tenant || !entry->widget.enabled)
      return fail(Code::unauthenticated, "auth.invalid_token");
    if (!origin_allowed(entry->widget.allowed_origins, origin_, host_))
      return fail(Code::permission_denied, "webchat.origin_not_allowed");
    return Visitor{claim.tenant, claim.customer, claim.widget};
  }

  void hello(const HelloFrame& frame) {
    const auto impl = impl_.lock();
    if (!impl) return;
    if (const auto wait = impl->requests_by_address.take(address_, steady_ms()); wait > 0) {
      const Error error{Code::limit_exceeded, "request.too_many_requests", {}, {}, std::source_location::current()};
      answer(realtime::error_frame(error, language_));
      return socket_->close(realtime::kCloseStopping, "too many");
    }
    auto visitor = check(*impl, frame.token);
    if (!visitor) return turn_away(visitor.error());
    greeted_ = true;
    link_ = std::make_shared<Link>(impl_, *visitor, address_, language_, weak_from_this());
    origin_ = {};
    host_ = {};
    const Status posted = impl->workers.post([weak = weak_from_this(), impl, visitor = *visitor, since = frame.since] {
      auto thread = impl->thread_of(visitor.tenant, visitor.customer);
      const auto self = weak.lock();
      if (!self) return;
      if (!thread) return self->socket_->close(realtime::kCloseStopping, "unavailable");
      const auto who = impl->hub.open_visitor(visitor.tenant, visitor.customer,
                                              std::make_shared<SocketOutlet>(self->socket_), *std::move(thread));
      if (!who) return self->socket_->close(realtime::kCloseStopping, "busy");
      self->link_->attach(who);
      impl->hub.hello_visitor(who, since);
      // The socket may have closed before the hub knew of it; closing twice is harmless.
      if (self->closed_) impl->hub.close(who);
    });
    if (!posted) socket_->close(realtime::kCloseStopping, "busy");
  }

  void hello_again(const HelloFrame& frame) {
    const auto impl = impl_.lock();
    if (!impl) return;
    const auto claim = impl->check_visitor_token(frame.token);
    const bool same = claim && claim->customer == link_->visitor().customer && claim->tenant == link_->visitor().tenant;
    if (!same) return socket_->close(realtime::kCloseSessionEnded, "token refused");
    if (const auto who = link_->subscriber()) impl->hub.hello_visitor(who, frame.since);
  }

  void turn_away(const Error& error) {
    answer(realtime::error_frame(error, language_));
    const bool token = error.code == Code::unauthenticated;
    socket_->close(token ? realtime::kCloseSessionEnded : 1008, token ? "token refused" : "refused");
  }

  const std::weak_ptr<Webchat::Impl> impl_;
  std::string origin_, host_;
  const std::uint64_t address_;
  const messages::Language language_;
  std::shared_ptr<net::WebSocket> socket_;
  std::shared_ptr<Link> link_;
  std::atomic<bool> greeted_{false}, closed_{false};
};

class Handler final : public net::WebSocketHandler {
 public:
  explicit Handler(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  void on_open(std::shared_ptr<net::WebSocket> socket) override { connection_->open(std::move(socket)); }
  void on_message(std::string_view text) override { connection_->message(text); }
  void on_close() override { connection_->closed(); }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace

Result<std::unique_ptr<net::WebSocketHandler>> Webchat::accept(const net::HttpRequest& request) {
  if (request.path != "/api/v1/webchat/socket") return fail(Code::not_found, "request.not_found");
  if (impl_->requests_by_address.take(address_key(request.remote_address), steady_ms()) > 0)
    return fail(Code::limit_exceeded, "request.too_many_requests");
  return std::make_unique<Handler>(std::make_shared<Connection>(impl_, request));
}

}  // namespace yingda::webchat
