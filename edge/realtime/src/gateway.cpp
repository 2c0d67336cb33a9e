#include "yingda/realtime/gateway.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "gateway_impl.hpp"
#include "hub_impl.hpp"
#include "poll.hpp"
#include "yingda/realtime/scan.hpp"

namespace yingda::realtime {
namespace {

constexpr std::string_view kSocketPath = "/api/v1/socket";
constexpr std::string_view kEventsPath = "/api/v1/events";
constexpr std::string_view kFramesPath = "/api/v1/events/frames";
constexpr DurationMs kRecheckGathered = milliseconds(100);  // a form saved in one go changes several things
constexpr DurationMs kOldLookedForEvery = seconds(5);

/// What authentication needs; bodies and other headers are not carried along for a socket's whole life.
net::HttpRequest credentials_of(const net::HttpRequest& request) {
  net::HttpRequest out;
  out.method = request.method;
  out.path = request.path;
  for (const net::Header& header : request.headers)
    if (header.name == "cookie" || header.name == "authorization" || header.name == "x-csrf-token" ||
        header.name == "origin" || header.name == "host")
      out.headers.push_back(header);
  out.remote_address = request.remote_address;
  out.request_id = request.request_id;
  out.tls = request.tls;
  return out;
}

std::string_view host_of(std::string_view origin) {
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

class AgentHandler final : public net::WebSocketHandler {
 public:
  explicit AgentHandler(std::shared_ptr<AgentConnection> connection) : connection_(std::move(connection)) {}
  ~AgentHandler() override { connection_->closed(); }
  void on_open(std::shared_ptr<net::WebSocket> socket) override { connection_->open(std::move(socket)); }
  void on_message(std::string_view text) override { connection_->message(text); }
  void on_close() override { connection_->closed(); }

 private:
  std::shared_ptr<AgentConnection> connection_;
};

struct PollQuery {
  std::int64_t since = 0, wait_s = 25;
  bool all = false;
  std::vector<ConversationId> watch;
};

Result<std::int64_t> read_number(std::string_view name, std::string_view text, std::int64_t max) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0)
    return fail_fields({{std::string(name), "request.wrong_type"}});
  return std::min(value, max);
}

Result<PollQuery> decode_poll_query(const net::HttpRequest& request) {
  PollQuery out;
  bool has_since = false;
  YD_TRY(const auto params, request.query_params());
  for (const auto& [name, value] : params) {
    if (name == "since") {
      YD_TRY(out.since, read_number(name, value, INT64_MAX));
      has_since = true;
    } else if (name == "wait_s") {
      YD_TRY(out.wait_s, read_number(name, value, kPollWaitMax.ms / 1000));
    } else if (name == "all") {
      out.all = value == "true" || value == "1";
    } else if (name == "watch") {
      for (std::size_t at = 0; at < value.size();) {
        const std::size_t comma = std::min(value.find(',', at), value.size());
        YD_TRY(const auto id, parse_id<ConversationId>(std::string_view(value).substr(at, comma - at)));
        out.watch.push_back(id);
        at = comma + 1;
      }
    }
  }
  if (!has_since) return fail_fields({{"since", "request.required"}});
  if (out.watch.size() > kWatchesMax) return fail(Code::limit_exceeded, "realtime.too_many_watches");
  return out;
}

std::string accepted(const net::HttpRequest& request) { return std::string(request.header("accept-language")); }

/// The area of a settings.changed payload.
std::string_view area_of(std::string_view payload) {
  std::string_view area;
  Scanner scan(payload);
  scan.object([&](std::string_view key) {
    if (key == "area") area = scan.string();
  });
  return area;
}

}  // namespace

Gateway::Gateway(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::WorkerPool& workers,
                 const Clock& clock, conversation::Conversations& conversations, routing::Routing& routing,
                 Authenticate authenticate)
    : impl_(std::make_shared<Impl>(database, dispatcher, workers, clock, conversations, routing,
                                   std::move(authenticate))) {}

Gateway::~Gateway() { stop(); }

Status Gateway::start() {
  impl_->hub.on_event([weak = std::weak_ptr(impl_)](const storage::CommittedEvent& event) {
    if (event.type != "settings.changed") return;
    const std::string_view area = area_of(event.payload);
    const bool rights = area == "users" || area == "teams" || area == "units" || area == "roles" || area == "tokens";
    if (const auto impl = weak.lock(); impl && rights) impl->recheck(event.tenant);
  });
  YD_CHECK(impl_->hub.start());
  impl_->recheck_old();
  return {};
}

void Gateway::stop() { impl_->hub.stop(); }

Hub& Gateway::hub() { return impl_->hub; }

void Gateway::set_rate_factor(double factor) { impl_->rate_factor = factor; }

bool Gateway::handles(std::string_view path) {
  return path == kSocketPath || path == kEventsPath || path == kFramesPath;
}

void Gateway::handle(net::HttpRequest request, net::HttpReply reply) {
  if (request.path == kEventsPath && request.method == net::Method::get) return impl_->poll(request, reply);
  if (request.path == kFramesPath && request.method == net::Method::post) return impl_->take_frames(request, reply);
  if (request.path == kSocketPath)
    return reply.send(
        net::error_response(Error{Code::invalid_argument, "request.upgrade_required", {}, {}, {}}, accepted(request)));
  auto response =
      net::error_response(Error{Code::invalid_argument, "request.method_not_allowed", {}, {}, {}}, accepted(request));
  response.status = 405;
  reply.send(std::move(response));
}

Result<std::unique_ptr<net::WebSocketHandler>> Gateway::accept(const net::HttpRequest& request) {
  if (request.path != kSocketPath) return fail(Code::not_found, "request.not_found");
  const std::string_view origin = request.header("origin");
  if (!origin.empty() && request.header("authorization").empty()) {
    const std::string_view host = host_of(origin);
    // A browser's page cannot set X-Forwarded-Host on a socket, so that only a proxy's word counts.
    if (host.empty() || (host != request.header("host") && host != request.header("x-forwarded-host")))
      return fail(Code::permission_denied, "realtime.wrong_origin");
  }
  auto connection = std::make_shared<AgentConnection>(impl_, credentials_of(request));
  return std::make_unique<AgentHandler>(std::move(connection));
}

void Gateway::recheck(TenantId tenant) { impl_->recheck(tenant); }

// --- long-polling

void Gateway::Impl::poll(const net::HttpRequest& request, const net::HttpReply& reply) {
  auto query = decode_poll_query(request);
  const auto language = accepted(request);
  if (!query) return reply.send(net::error_response(query.error(), language));
  authenticate(credentials_of(request),
               [weak = weak_from_this(), query = *std::move(query), reply, language](Result<org::Actor> actor) {
                 const auto self = weak.lock();
                 if (!self) return;
                 if (!actor) return reply.send(net::error_response(actor.error(), language));
                 // The outlet is told its subscriber only after it exists; it may have to end before that.
                 struct Link {
                   std::mutex mutex;
                   SubscriberPtr who;
                   bool ended = false;
                 };
                 auto link = std::make_shared<Link>();
                 auto outlet = std::make_shared<PollOutlet>(reply, query.since, [weak, link] {
                   const std::scoped_lock lock(link->mutex);
                   link->ended = true;
                   if (const auto self = weak.lock(); self && link->who) self->hub.close(link->who);
                 });
                 const SubscriberPtr who = self->hub.open_agent(*actor, outlet, true);
                 if (!who) return outlet->close(kCloseStopping, "busy");
                 {
                   const std::scoped_lock lock(link->mutex);
                   link->who = who;
                   if (link->ended) self->hub.close(who);
                 }
                 self->hub.hello(who, query.since, query.all, query.watch);
                 self->hub.after(seconds(query.wait_s), [outlet] { outlet->expire(); });
               });
}

void Gateway::Impl::take_frames(const net::HttpRequest& request, const net::HttpReply& reply) {
  const auto language = accepted(request);
  auto frames = decode_frame_list(request.body, kPollFramesMax);
  if (!frames) return reply.send(net::error_response(frames.error(), language));
  authenticate(credentials_of(request),
               [weak = weak_from_this(), frames = *std::move(frames), reply, language](Result<org::Actor> actor) {
                 const auto self = weak.lock();
                 if (!self) return;
                 if (!actor) return reply.send(net::error_response(actor.error(), language));
                 std::string body = R"({"frames":[)";
                 const auto add = [&](std::string_view frame) {
                   if (!body.ends_with('[')) body.push_back(',');
                   body.append(frame);
                 };
                 for (const std::string& text : frames) {
                   auto frame = decode_agent_frame(text);
                   if (!frame) {
                     add(error_frame(frame.error(), messages::language_of(language)));
                   } else if (std::holds_alternative<PingFrame>(*frame)) {
                     add(*pong_frame());
                   } else if (std::holds_alternative<SendFrame>(*frame)) {
                     // By request there is POST /conversations/{id}/messages, which answers with the message.
                     add(error_frame(Error{Code::invalid_argument, "realtime.unknown_frame", {}, {}, {}},
                                     messages::language_of(language)));
                   } else {
                     self->apply(nullptr, *actor, *std::move(frame));
                   }
                 }
                 reply.send(net::HttpResponse::json(200, body + "]}"));
               });
}

/// `who` is empty for frames that came by POST: what a connection subscribes to stands in the poll itself.
void Gateway::Impl::apply(const SubscriberPtr& who, const org::Actor& actor, AgentFrame frame) {
  if (auto* typing = std::get_if<TypingFrame>(&frame)) return hub.agent_typing(actor, typing->id, typing->on);
  if (auto* receipts = std::get_if<ReceiptsFrame>(&frame))
    return hub.agent_receipts(actor, receipts->id, receipts->delivered_seq, receipts->read_seq);
  if (!who) return;
  if (auto* hello = std::get_if<HelloFrame>(&frame))
    return hub.hello(who, hello->since, hello->all, std::move(hello->watch), std::move(hello->watch_silent));
  if (auto* watch = std::get_if<WatchFrame>(&frame)) {
    using Watch = Hub::Watch;
    return hub.watch(who, watch->id, !watch->on ? Watch::off : watch->silent ? Watch::silent : Watch::seen);
  }
  if (auto* board = std::get_if<BoardFrame>(&frame)) return hub.board(who, board->on, board->unit);
  if (auto* all = std::get_if<AllFrame>(&frame)) return hub.all(who, all->on);
}

// --- rights that change while sockets live

std::vector<std::shared_ptr<AgentConnection>> Gateway::Impl::live() {
  std::vector<std::shared_ptr<AgentConnection>> out;
  const std::scoped_lock lock(mutex);
  for (const auto& [address, weak] : connections)
    if (auto connection = weak.lock()) out.push_back(std::move(connection));
  return out;
}

void Gateway::Impl::recheck(TenantId tenant) {
  {
    const std::scoped_lock lock(mutex);
    if (!to_recheck.insert(tenant).second) return;
  }
  hub.after(kRecheckGathered, [weak = weak_from_this(), tenant] {
    const auto self = weak.lock();
    if (!self) return;
    {
      const std::scoped_lock lock(self->mutex);
      self->to_recheck.erase(tenant);
    }
    for (const auto& connection : self->live())
      if (connection->tenant() == tenant) connection->recheck();
  });
}

void Gateway::Impl::recheck_old() {
  hub.after(kOldLookedForEvery, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    const std::int64_t old = steady_ms() - kActorCheckEvery.ms;
    for (const auto& connection : self->live())
      if (connection->checked_ms() < old) connection->recheck();
    self->recheck_old();
  });
}

}  // namespace yingda::realtime
