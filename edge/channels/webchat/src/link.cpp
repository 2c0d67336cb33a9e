#include "link.hpp"

#include <optional>
#include <utility>

#include "yingda/base/json.hpp"
#include "yingda/base/log.hpp"
#include "yingda/rating/ratings.hpp"
#include "yingda/realtime/error_frame.hpp"

namespace yingda::webchat {
namespace {

struct TrackedEvent {
  CustomerId customer_id;
  std::string name;
  JsonText properties;
  UtcTime at_ms;
};
YD_DESCRIBE(TrackedEvent, (customer_id, name, properties, at_ms))

Error limit(std::string reason) {
  return Error{Code::limit_exceeded, std::move(reason), {}, {}, std::source_location::current()};
}

}  // namespace

Link::Link(std::weak_ptr<Webchat::Impl> impl, const Visitor& visitor, std::uint64_t address,
           messages::Language language, std::weak_ptr<Answers> answers)
    : impl_(std::move(impl)),
      answers_(std::move(answers)),
      visitor_(visitor),
      address_(address),
      language_(language),
      frames_(impl_.lock()->rates.frames_by_socket.burst, steady_ms()) {}

void Link::attach(realtime::SubscriberPtr who) {
  const std::scoped_lock lock(mutex_);
  who_ = std::move(who);
}

realtime::SubscriberPtr Link::subscriber() const {
  const std::scoped_lock lock(mutex_);
  return who_;
}

void Link::refuse(const Refused& refused) {
  if (refused.client_msg_id.empty()) return error(refused.error);
  nack(refused.client_msg_id, refused.error, 0);
}

void Link::nack(const std::string& client_msg_id, const Error& error, std::int64_t retry_after_ms) {
  const auto answers = answers_.lock();
  if (!answers) return;
  const bool again = error.code == Code::unavailable || error.code == Code::timeout || error.code == Code::cancelled;
  std::optional<std::int64_t> retry;
  if (retry_after_ms > 0) retry = retry_after_ms;
  if (again && !retry) retry = 1'000;
  answers->answer(nack_frame(client_msg_id, error, language_, retry));
}

void Link::error(const Error& error) {
  if (const auto answers = answers_.lock()) answers->answer(realtime::error_frame(error, language_));
}

void Link::take(Frame frame) {
  const auto impl = impl_.lock();
  if (!impl) return;
  if (auto* asked = std::get_if<SendFrame>(&frame)) return send(std::move(*asked));
  const Rate& rate = impl->rates.frames_by_socket;
  if (frames_.take(rate.per_second, rate.burst, steady_ms()) > 0) return error(limit("request.too_many_requests"));
  if (std::holds_alternative<PingFrame>(frame)) {
    if (const auto answers = answers_.lock()) answers->answer(R"({"t":"pong"})");
  } else if (const auto* receipts = std::get_if<ReceiptsFrame>(&frame)) {
    impl->hub.visitor_receipts(visitor_.tenant, visitor_.customer, receipts->delivered_seq, receipts->read_seq);
  } else if (auto* typing = std::get_if<TypingFrame>(&frame)) {
    const auto entry = impl->registry.by_id(visitor_.widget);
    const bool preview = entry && entry->widget.typing_preview;
    if (const auto who = subscriber())
      impl->hub.visitor_typing(who, typing->on, preview ? std::move(typing->text) : std::string());
  } else if (auto* page_frame = std::get_if<PageFrame>(&frame)) {
    page(std::move(*page_frame));
  } else if (const auto* recall = std::get_if<RecallFrame>(&frame)) {
    write([impl, visitor = visitor_, id = recall->id](storage::Transaction& tx) -> Status {
      YD_TRY(const auto message, impl->conversations.recall_by_customer(tx, visitor.tenant, visitor.customer, id));
      (void)message;
      return {};
    });
  } else if (auto* attributes = std::get_if<AttributesFrame>(&frame)) {
    write([impl, visitor = visitor_, wanted = std::move(attributes->attributes)](storage::Transaction& tx) -> Status {
      YD_TRY(const auto customer, impl->customers.set_attributes(tx, visitor.tenant, visitor.customer, wanted));
      (void)customer;
      return {};
    });
  } else if (auto* left = std::get_if<ContactFrame>(&frame)) {
    contact(std::move(left->contact));
  } else if (auto* said = std::get_if<RateFrame>(&frame)) {
    answer_invitation(std::move(said->answer));
  } else if (auto* track = std::get_if<TrackFrame>(&frame)) {
    TrackedEvent event{visitor_.customer, std::move(track->name), std::move(track->properties), impl->clock.now()};
    write([tenant = visitor_.tenant, payload = json::encode(event)](storage::Transaction& tx) -> Status {
      tx.emit({tenant, "customer.tracked", payload});
      return {};
    });
  }
}

/// A write whose failure becomes an error frame; success shows itself as an event, or by what `then` says.
void Link::write(std::function<Status(storage::Transaction&)> job, std::function<void(Answers&)> then) {
  const auto impl = impl_.lock();
  if (!impl) return;
  if (const auto answers = answers_.lock()) answers->in_flight(1);
  impl->database.write_async(visitor_.tenant, std::move(job),
                             [self = shared_from_this(), then = std::move(then)](const Status& status) {
                               const auto answers = self->answers_.lock();
                               if (!answers) return;
                               if (!status) {
                                 self->error(status.error());
                               } else if (then) {
                                 then(*answers);
                               }
                               answers->in_flight(-1);
                             });
}

void Link::contact(customer::Contact left) {
  const auto kept = std::make_shared<const customer::Contact>(std::move(left));
  write(
      [impl = impl_.lock(), visitor = visitor_, kept](storage::Transaction& tx) -> Status {
        YD_CHECK(impl->customers.leave_contact(tx, visitor.tenant, visitor.customer, *kept));
        YD_CHECK(impl->conversations.refresh_customer(tx, visitor.tenant, visitor.customer));
        return {};
      },
      [kept](Answers& answers) { answers.answer(contact_frame(*kept)); });
}

void Link::answer_invitation(rating::Answer answer) {
  const auto kept = std::make_shared<rating::Invitation>();
  write(
      [impl = impl_.lock(), visitor = visitor_, kept, answer = std::move(answer)](storage::Transaction& tx) -> Status {
        if (!impl->ratings) return fail(Code::not_found, "rating.not_invited");
        YD_TRY(*kept, impl->ratings->answer(tx, visitor.tenant, visitor.customer, answer));
        return {};
      },
      [kept](Answers& answers) { answers.answer(rated_frame(*kept)); });
}

void Link::page(PageFrame frame) {
  const auto impl = impl_.lock();
  frame.page.at_ms = impl->clock.now();
  if (const auto who = subscriber()) impl->hub.visitor_page(who, frame.page);
  write([impl, visitor = visitor_, page = std::move(frame.page)](storage::Transaction& tx) {
    return impl->customers.record_page(tx, visitor.tenant, visitor.customer, page);
  });
}

void Link::send(SendFrame frame) {
  const auto impl = impl_.lock();
  const std::int64_t now = steady_ms();
  const auto entry = impl->registry.by_id(visitor_.widget);
  if (!entry || !entry->widget.enabled)
    return nack(frame.client_msg_id, Error{Code::not_found, "webchat.widget_not_found", {}, {}, {}}, 0);
  if (in_flight_ >= kSendsInFlightMax) return nack(frame.client_msg_id, limit("webchat.too_many_in_flight"), 500);
  if (const auto wait = impl->sends_by_visitor.take(static_cast<std::uint64_t>(visitor_.customer.value), now); wait > 0)
    return nack(frame.client_msg_id, limit("request.too_many_requests"), wait);
  if (const auto wait = impl->sends_by_address.take(address_, now); wait > 0)
    return nack(frame.client_msg_id, limit("request.too_many_requests"), wait);

  struct Kept {  // what the ack needs of the stored message
    MessageId id;
    std::int64_t seq = 0;
    bool duplicate = false;
    UtcTime created_at;
  };
  auto kept = std::make_shared<Kept>();
  conversation::InboundMessage inbound;
  inbound.tenant = visitor_.tenant;
  inbound.channel = conversation::Channel::webchat;
  inbound.customer = visitor_.customer;
  inbound.widget = visitor_.widget;
  inbound.client_msg_id = frame.client_msg_id;
  inbound.kind = frame.kind;
  inbound.text = std::move(frame.text);
  inbound.file = frame.file;
  inbound.quote = frame.quote;
  inbound.topic = std::move(frame.topic);
  ++in_flight_;
  if (const auto answers = answers_.lock()) answers->in_flight(1);
  impl->database.write_async(
      visitor_.tenant,
      [impl, kept, inbound = std::move(inbound)](storage::Transaction& tx) -> Status {
        YD_TRY(const auto accepted, impl->conversations.accept(tx, inbound));
        *kept = {accepted.message.id, accepted.message.seq, accepted.duplicate, accepted.message.created_at_ms};
        return {};
      },
      [self = shared_from_this(), kept, client_msg_id = std::move(frame.client_msg_id)](const Status& status) {
        --self->in_flight_;
        const auto answers = self->answers_.lock();
        if (!answers) return;
        if (status) {
          answers->answer(ack_frame(client_msg_id, kept->id, kept->seq, kept->duplicate, kept->created_at));
        } else {
          if (status.error().code == Code::internal) log::error("webchat.send", status.error());
          self->nack(client_msg_id, status.error(), 0);
        }
        answers->in_flight(-1);
      });
}

}  // namespace yingda::webchat
