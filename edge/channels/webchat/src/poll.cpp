// Long-polling for visitors whose network blocks sockets: a poll is a short socket. Acks and events come in its answer.
#include <utility>

#include "link.hpp"
#include "yingda/base/json_append.hpp"

namespace yingda::webchat {
namespace {

/// Gathers frames and answers once: when something is there to tell and every send of this poll is answered, or when
/// the wait is over.
class Poll final : public realtime::Outlet, public Answers, public std::enable_shared_from_this<Poll> {
 public:
  Poll(std::weak_ptr<Webchat::Impl> impl, std::shared_ptr<const net::HttpRequest> request, net::HttpReply reply,
       std::int64_t since)
      : impl_(std::move(impl)), request_(std::move(request)), reply_(std::move(reply)), last_seq_(since) {}

  void own(realtime::SubscriberPtr who) {
    const std::scoped_lock lock(mutex_);
    who_ = std::move(who);
    if (answered_) leave();
  }

  void answer(std::string frame) override { send(std::make_shared<const std::string>(std::move(frame))); }
  void in_flight(int by) override {
    const std::scoped_lock lock(mutex_);
    in_flight_ += by;
    if (expired_ && in_flight_ == 0 && !answered_) return tell();
    tell_when_ready();
  }
  void send(std::shared_ptr<const std::string> frame) override {
    const std::scoped_lock lock(mutex_);
    keep(std::move(frame));
    tell_when_ready();
  }
  void event(std::int64_t seq, std::shared_ptr<const std::string> frame) override {
    const std::scoped_lock lock(mutex_);
    if (answered_) return;
    keep(std::move(frame));
    last_seq_ = seq;
    // While replaying, only a full answer ends the poll: the next one goes on from here.
    if (!live_ && bytes_ >= realtime::kPollBytesMax) return tell();
    tell_when_ready();
  }
  void welcome(std::int64_t last_seq, std::shared_ptr<const std::string> frame) override {
    (void)frame;
    const std::scoped_lock lock(mutex_);
    if (answered_) return;
    last_seq_ = last_seq;
    live_ = true;
    tell_when_ready();
  }
  void resync(std::shared_ptr<const std::string> frame) override {
    const std::scoped_lock lock(mutex_);
    keep(std::move(frame));
    live_ = true;
    tell_when_ready();
  }
  void close(int code, std::string_view reason) override {
    (void)code, (void)reason;
    cut();
  }
  std::int64_t queued_bytes() const override { return 0; }
  /// The wait is over: what is on its way to the store is waited for, so that its answer is not lost.
  void expire() {
    const std::scoped_lock lock(mutex_);
    expired_ = true;
    if (!answered_ && in_flight_ == 0) tell();
  }
  void cut() {
    const std::scoped_lock lock(mutex_);
    if (!answered_) tell();
  }

 private:
  void keep(std::shared_ptr<const std::string> frame) {
    bytes_ += static_cast<std::int64_t>(frame->size());
    frames_.push_back(std::move(frame));
  }
  void tell_when_ready() {
    if (!answered_ && live_ && in_flight_ == 0 && !frames_.empty()) tell();
  }
  void tell() {
    answered_ = true;
    std::string body = R"({"frames":[)";
    for (const auto& frame : frames_) {
      if (!body.ends_with('[')) body.push_back(',');
      body.append(*frame);
    }
    body.append(R"(],"last_seq":)");
    json::append_int(body, last_seq_);
    body.push_back('}');
    frames_.clear();
    auto response = net::HttpResponse::json(200, std::move(body));
    response.set("cache-control", "no-store");
    reply_.send(with_cors(std::move(response), *request_));
    leave();
  }
  void leave() {
    if (const auto impl = impl_.lock(); impl && who_) impl->hub.close(who_);
  }

  const std::weak_ptr<Webchat::Impl> impl_;
  const std::shared_ptr<const net::HttpRequest> request_;
  const net::HttpReply reply_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const std::string>> frames_;
  realtime::SubscriberPtr who_;
  std::int64_t bytes_ = 0, last_seq_;
  int in_flight_ = 0;
  bool live_ = false, answered_ = false, expired_ = false;
};

}  // namespace

Result<std::optional<realtime::VisitorThread>> Webchat::Impl::thread_of(TenantId tenant, CustomerId customer) {
  std::optional<realtime::VisitorThread> thread;
  YD_CHECK(database.read([&](storage::Transaction& tx) -> Status {
    thread.reset();
    YD_TRY(const auto found, conversations.thread_of(tx, tenant, customer));
    if (!found) return {};
    realtime::VisitorThread out;
    out.conversation = found->id;
    out.team = found->team_id;
    if (found->agent) out.owner = found->agent->id;
    for (const auto& participant : found->participants) {
      out.participants.push_back(participant.id);
      if (participant.consulted()) out.consulted.push_back(participant.id);
    }
    out.queued = found->state == conversation::State::queued;
    YD_TRY(out.as_of_seq, database.last_seq(tx, tenant));
    thread = std::move(out);
    return {};
  }));
  return thread;
}

void Webchat::Impl::poll(const net::HttpRequest& request, const net::HttpReply& reply) {
  auto asked = decode_poll(request.body);
  if (!asked) return refuse(request, reply, asked.error());
  auto kept = std::make_shared<net::HttpRequest>(request);
  kept->body.clear();
  on_worker(request, reply, [self = shared_from_this(), kept, reply, asked = *std::move(asked)] {
    const auto visitor = self->visitor_of(*kept);
    if (!visitor) return self->refuse(*kept, reply, visitor.error());
    auto thread = self->thread_of(visitor->tenant, visitor->customer);
    if (!thread) return self->refuse(*kept, reply, thread.error());
    auto poll = std::make_shared<Poll>(self, kept, reply, asked.since);
    auto link = std::make_shared<Link>(self, *visitor, address_key(kept->remote_address), language_of(*kept), poll);
    const auto who = self->hub.open_visitor(visitor->tenant, visitor->customer, poll, *std::move(thread));
    if (!who) return poll->cut();
    poll->own(who);
    link->attach(who);
    for (const std::string& text : asked.frames) {
      auto frame = decode_frame(text);
      if (!frame) {
        link->refuse(frame.error());
      } else if (!std::holds_alternative<HelloFrame>(*frame)) {
        link->take(*std::move(frame));
      }
    }
    self->hub.hello_visitor(who, asked.since);
    self->hub.after(seconds(asked.wait_s), [poll] { poll->expire(); });
    self->hub.after(DurationMs{seconds(asked.wait_s).ms + kPollStoreWaitMax.ms}, [weak = std::weak_ptr(poll)] {
      if (const auto late = weak.lock()) late->cut();
    });
  });
}

}  // namespace yingda::webchat
