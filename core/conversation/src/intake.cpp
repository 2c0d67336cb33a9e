// The customer's side: exactly-once intake and what he may read.
#include <algorithm>

#include "codec.hpp"
#include "compose.hpp"
#include "decide.hpp"
#include "store.hpp"
#include "tell.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::conversation {
namespace {

Status check_inbound(const InboundMessage& inbound) {
  YD_CHECK(check_client_key(inbound.client_msg_id));
  YD_CHECK(check_topic(inbound.topic));
  if (is_internal(inbound.kind)) return fail(Code::invalid_argument, "conversation.invalid_kind");
  return check_content(inbound.kind, inbound.text, static_cast<bool>(inbound.file));
}

/// The row that is there, or a fresh one in memory (version 0).
Result<Thread> load_or_begin(storage::Transaction& tx, customer::Customers& customers, IdSource& ids,
                             const InboundMessage& inbound, UtcTime now) {
  YD_TRY(auto found, store::find_thread_of(tx, inbound.tenant, inbound.customer, store::Lock::write));
  if (found) return *std::move(found);
  YD_TRY(auto customer, customers.load(tx, inbound.tenant, inbound.customer));
  Thread thread;
  thread.view.id = ids.next<ConversationId>();
  thread.view.customer = {customer.id, std::move(customer.name), std::move(customer.label), std::move(customer.level)};
  thread.view.state = State::closed;
  thread.view.created_at_ms = thread.view.updated_at_ms = now;
  return thread;
}

Result<Message> compose(storage::Transaction& tx, IdSource& ids, const InboundMessage& inbound,
                        const Conversation& conversation, UtcTime now) {
  Message message;
  message.id = ids.next<MessageId>();
  const auto& customer = conversation.customer;
  message.author = {AuthorKind::customer, to_string(inbound.customer),
                    customer.name.empty() ? customer.label : customer.name};
  message.kind = inbound.kind;
  message.text = inbound.text;
  message.client_msg_id = inbound.client_msg_id;
  message.created_at_ms = now;
  if (inbound.file) {
    YD_TRY(auto file, load_file(tx, inbound.tenant, inbound.file));
    if (file.by_customer != inbound.customer) return file_not_found();
    message.kind = decide_kind(inbound.kind, file.stored.info.content_type);
    message.file = std::move(file.stored.info);
  }
  if (inbound.quote) {
    YD_TRY(message.quote, quote_message(tx, inbound.tenant, conversation.id, inbound.quote, QuoteSight::customer));
  }
  return message;
}

/// Participants of the episode before leave with it; each hears it as the one who lost the conversation.
Status part_with_participants(storage::Transaction& tx, Teller& teller, TenantId tenant, ConversationId id,
                              const std::vector<Participant>& leavers, std::string_view conversation_json) {
  for (const Participant& leaver : leavers) {
    YD_CHECK(store::delete_participant(tx, tenant, id, leaver.id));
    teller.tell_transition(conversation_json, {.event = "conversation.changed",
                                               .by = {},
                                               .previous_agent_id = leaver.id,
                                               .previous_team_id = {},
                                               .reason = "conversation.participant_left",
                                               .note = {},
                                               .told = {}});
  }
  return {};
}

}  // namespace

Result<Accepted> Conversations::accept(storage::Transaction& tx, const InboundMessage& inbound) {
  YD_CHECK(check_inbound(inbound));
  const UtcTime now = clock_.now();
  YD_TRY(Thread thread, load_or_begin(tx, customers_, ids_, inbound, now));
  Conversation& view = thread.view;
  const std::int64_t version_before = view.version;
  const UtcTime updated_before = view.updated_at_ms;
  const bool is_new = version_before == 0, opens = view.state == State::closed;
  YD_TRY(Message message, compose(tx, ids_, inbound, view, now));

  Transition opened{.event = "conversation.opened",
                    .by = message.author,
                    .previous_agent_id = view.agent ? std::optional(view.agent->id) : std::nullopt,
                    .previous_team_id = view.team_id ? std::optional(view.team_id) : std::nullopt,
                    .reason = {},
                    .note = {},
                    .told = {}};
  std::vector<Participant> leavers;
  if (opens) {
    leavers = view.participants;
    open_episode(thread, ids_.next<EpisodeId>(), inbound.channel, inbound.widget, now);
  }
  // Later the agent knows better than the menu.
  const bool tells_topic = !inbound.topic.empty() && waits(view) && view.topic != inbound.topic;
  if (tells_topic) view.topic = inbound.topic;
  apply_message(thread, message);
  touch(thread, now);

  if (is_new) {
    YD_TRY(const bool inserted, store::insert_thread(tx, inbound.tenant, thread));
    if (!inserted) return accept(tx, inbound);  // another process was faster: the row is there now
  }
  YD_TRY(const bool stored, store::insert_message(tx, inbound.tenant, message, inbound.customer.value));
  if (!stored) return duplicate_of(tx, inbound.tenant, view.id, inbound.customer.value, inbound.client_msg_id);
  if (opens) YD_CHECK(store::insert_episode(tx, inbound.tenant, thread));
  if ((opens || tells_topic) && !is_new) {
    YD_TRY(const bool saved, store::save_thread(tx, inbound.tenant, thread, version_before));
    if (!saved) return version_conflict();
  } else if (!is_new) {
    YD_CHECK(store::advance_thread(tx, inbound.tenant, thread, version_before, updated_before));
  }

  Teller teller(tx, ids_, inbound.tenant, now);
  const std::string json = codec::encode_conversation(view);
  if (opens) {
    YD_CHECK(part_with_participants(tx, teller, inbound.tenant, view.id, leavers, json));
    teller.tell_transition(json, opened);
  }
  teller.tell_message(json, message);
  return Accepted{std::move(view), std::move(message), false, opens};
}

Result<std::optional<Conversation>> Conversations::thread_of(storage::Transaction& tx, TenantId tenant,
                                                             CustomerId customer) {
  YD_TRY(auto thread, store::find_thread_of(tx, tenant, customer, store::Lock::none));
  if (!thread) return std::nullopt;
  return std::optional(std::move(thread->view));
}

Result<std::vector<Message>> Conversations::messages_for_customer(storage::Transaction& tx, TenantId tenant,
                                                                  CustomerId customer, std::int64_t before_seq,
                                                                  int limit) {
  YD_TRY(const auto thread, store::find_thread_of(tx, tenant, customer, store::Lock::none));
  if (!thread) return std::vector<Message>{};
  return store::messages_before(tx, tenant, thread->view.id, before_seq, std::clamp(limit, 1, kMessagePageMax),
                                {.of = store::Sight::Of::customer, .agent = {}});
}

Result<std::optional<Conversation>> Conversations::refresh_customer(storage::Transaction& tx, TenantId tenant,
                                                                    CustomerId customer) {
  YD_TRY(auto found, store::find_thread_of(tx, tenant, customer, store::Lock::write));
  if (!found) return std::nullopt;
  Thread& thread = *found;
  YD_TRY(auto now_known, customers_.load(tx, tenant, customer));
  customer::CustomerSummary summary{now_known.id, std::move(now_known.name), std::move(now_known.label),
                                    std::move(now_known.level)};
  const customer::CustomerSummary& before = thread.view.customer;
  if (summary.name == before.name && summary.label == before.label && summary.level == before.level)
    return std::optional(std::move(thread.view));
  const std::int64_t version_before = thread.view.version;
  thread.view.customer = std::move(summary);
  touch(thread, clock_.now());
  YD_TRY(const bool saved, store::save_customer(tx, tenant, thread.view, version_before));
  if (!saved) return version_conflict();
  Teller teller(tx, ids_, tenant, clock_.now());
  teller.tell_transition(codec::encode_conversation(thread.view), {.event = "conversation.changed",
                                                                   .by = {},
                                                                   .previous_agent_id = {},
                                                                   .previous_team_id = {},
                                                                   .reason = "customer.changed",
                                                                   .note = {},
                                                                   .told = {}});
  return std::optional(std::move(thread.view));
}

}  // namespace yingda::conversation
