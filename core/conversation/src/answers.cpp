// The agents' side of the thread: answers, notes, reading, and taking messages back.
#include <algorithm>

#include "codec.hpp"
#include "compose.hpp"
#include "decide.hpp"
#include "store.hpp"
#include "tell.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::conversation {
namespace {

// Messages whose quote of a recalled one is told anew; more than that are blanked silently.
constexpr int kQuotesToldMax = 200;

Status check_outbound(const org::Actor& actor, const OutboundMessage& outbound) {
  // Programs may write without a key of their own: they run inside this server.
  if (actor.user || !outbound.client_msg_id.empty()) YD_CHECK(check_client_key(outbound.client_msg_id));
  if (outbound.mentions.size() > static_cast<std::size_t>(kMentionsMax))
    return fail(Code::invalid_argument, "conversation.too_many_mentions");
  if (!outbound.mentions.empty() && outbound.kind != MessageKind::note)
    return fail(Code::invalid_argument, "conversation.mentions_outside_note");
  // A file could be fetched by whoever reaches the conversation.
  if (outbound.kind == MessageKind::whisper && outbound.file)
    return fail(Code::invalid_argument, "conversation.whisper_text_only");
  return check_content(outbound.kind, outbound.text, static_cast<bool>(outbound.file));
}

/// What the actor may read of a thread that he reaches.
store::Sight sight_of(const Conversation& conversation, const org::Actor& actor) {
  if (reach_of(conversation, actor).supervisor) return {};
  return {store::Sight::Of::agent, actor.user};
}

/// For those who do not hear a whisper: `last_seq` moved on.
Transition moved_silently() {
  Transition transition;
  transition.event = "conversation.changed";
  return transition;
}

Status check_whisper(const Conversation& conversation, const org::Actor& actor) {
  if (!reach_of(conversation, actor).supervisor || !actor.user)
    return fail(Code::permission_denied, "auth.permission_denied");
  if (conversation.state != State::assigned || !conversation.agent)
    return fail(Code::conflict, "conversation.no_owner");
  return {};
}

/// Programs (no user) and supervisors may always answer; of a closed conversation everybody who may handle it.
bool may_answer(const Conversation& conversation, const org::Actor& actor, const Reach& reach) {
  if (reach.takes_part() || reach.supervisor || !actor.user) return true;
  return conversation.state == State::closed && actor.may(org::Permission::conversation_handle);
}

Result<Message> compose(storage::Transaction& tx, IdSource& ids, const org::Actor& actor, ConversationId id,
                        const OutboundMessage& outbound, UtcTime now) {
  Message message;
  message.id = ids.next<MessageId>();
  message.author = author_of(actor);
  message.kind = outbound.kind;
  message.text = outbound.text;
  message.mentions = outbound.mentions;
  message.client_msg_id = outbound.client_msg_id;
  message.automatic = outbound.automatic;
  message.created_at_ms = now;
  if (outbound.file) {
    YD_TRY(auto file, reach_file(tx, actor, outbound.file));
    message.kind = decide_kind(outbound.kind, file.stored.info.content_type);
    message.file = std::move(file.stored.info);
  }
  if (outbound.quote) {
    const auto sight = is_internal(outbound.kind) ? QuoteSight::note : QuoteSight::answer;
    YD_TRY(message.quote, quote_message(tx, actor.tenant, id, outbound.quote, sight));
  }
  return message;
}

Status check_recallable(const Message& message, UtcTime now, std::int64_t window_ms) {
  if (now - message.created_at_ms > milliseconds(window_ms))
    return fail(Code::conflict, "conversation.recall_too_late");
  return {};
}

/// Takes the content of a message of a thread that the caller holds locked, and of its quotes.
Result<Message> apply_recall(storage::Transaction& tx, org::Org& org, IdSource& ids, TenantId tenant, Thread& thread,
                             Message message, UtcTime now) {
  if (message.recalled_at_ms) return message;
  YD_TRY(const auto settings, org.load_tenant(tx, tenant));
  YD_CHECK(check_recallable(message, now, settings.recall_window_ms));
  YD_TRY(const bool recalled, store::recall_message(tx, tenant, message.id, now));
  if (!recalled) return version_conflict();
  message.text.clear();
  message.file.reset();
  message.quote.reset();
  if (message.kind != MessageKind::whisper) message.mentions.clear();
  message.recalled_at_ms = now;
  YD_TRY(const auto quoting, store::blank_quotes(tx, tenant, thread.view.id, message.id, kQuotesToldMax));

  const std::int64_t version_before = thread.view.version;
  const UtcTime updated_before = thread.view.updated_at_ms;
  if (thread.visible_seq == message.seq) {
    YD_TRY(const auto shown, store::newest_previewed(tx, tenant, thread.view.id, message.seq));
    thread.visible_seq = shown ? shown->seq : 0;
    thread.view.last_preview = shown ? preview_of(*shown) : std::string();
    thread.view.last_author = shown ? shown->author.kind : AuthorKind::system;
  }
  touch(thread, now);
  YD_CHECK(store::advance_thread(tx, tenant, thread, version_before, updated_before));

  Teller teller(tx, ids, tenant, now);
  const std::string json = codec::encode_conversation(thread.view);
  if (message.kind == MessageKind::whisper) teller.tell_transition(json, moved_silently());
  teller.tell_message(json, message, "message.recalled");
  for (const Message& other : quoting) teller.tell_message(json, other, "message.recalled");
  return message;
}

}  // namespace

Result<Accepted> Conversations::send(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                     const OutboundMessage& outbound) {
  YD_CHECK(check_outbound(actor, outbound));
  YD_TRY(Thread thread, lock_reached(tx, actor, id));
  Conversation& view = thread.view;
  const bool note = is_internal(outbound.kind);
  const bool whisper = outbound.kind == MessageKind::whisper;
  const Reach reach = reach_of(view, actor);
  Status allowed;
  if (whisper) allowed = check_whisper(view, actor);
  if (!note && !may_answer(view, actor, reach))
    allowed =
        fail(Code::permission_denied, reach.consulted ? "conversation.consult_notes_only" : "conversation.not_owner");
  if (!allowed) {
    // A retry of what was accepted while the conversation was still his is not refused.
    YD_TRY(const auto sent,
           store::find_message_by_key(tx, actor.tenant, id, author_key(actor), outbound.client_msg_id));
    if (sent) return duplicate_of(tx, actor.tenant, id, author_key(actor), outbound.client_msg_id);
    return std::unexpected(std::move(allowed).error());
  }
  const UtcTime now = clock_.now(), updated_before = view.updated_at_ms;
  const std::int64_t version_before = view.version;
  YD_TRY(Message message, compose(tx, ids_, actor, id, outbound, now));
  if (whisper && view.agent) message.mentions = {view.agent->id};

  const bool reopens = view.state == State::closed && !note && actor.user && !outbound.automatic;
  Teller teller(tx, ids_, actor.tenant, now);
  Transition reopened;
  std::optional<Message> told;
  if (reopens) {
    reopened = reopen_for(thread, actor, now);
    told = teller.system_message(thread, reopened.told.value_or(SystemEvent{}));
  }
  apply_message(thread, message);
  // A whisper leaves the lists as they are.
  touch(thread, whisper ? view.updated_at_ms : now);

  YD_TRY(const bool stored, store::insert_message(tx, actor.tenant, message, author_key(actor)));
  if (!stored) return duplicate_of(tx, actor.tenant, id, author_key(actor), outbound.client_msg_id);
  if (whisper) YD_CHECK(org_.audit(tx, actor, "conversation.whispered", to_string(id), "", ""));
  if (reopens) {
    YD_CHECK(store::insert_message(tx, actor.tenant, *told, 0));
    YD_CHECK(resume_episode(tx, actor.tenant, thread));
    YD_TRY(const bool saved, store::save_thread(tx, actor.tenant, thread, version_before));
    if (!saved) return version_conflict();
  } else {
    YD_CHECK(store::advance_thread(tx, actor.tenant, thread, version_before, updated_before));
  }

  const std::string json = codec::encode_conversation(view);
  if (reopens) {
    teller.tell_transition(json, reopened);
    teller.tell_message(json, *told);
  }
  if (whisper) teller.tell_transition(json, moved_silently());
  teller.tell_message(json, message);
  return Accepted{std::move(view), std::move(message), false, false};
}

Result<Message> Conversations::recall(storage::Transaction& tx, const org::Actor& actor, MessageId id) {
  YD_TRY(const auto found, store::find_message(tx, actor.tenant, id));
  if (!found) return fail(Code::not_found, "conversation.message_not_found");
  auto locked = lock_reached(tx, actor, found->conversation_id);
  if (!locked && locked.error().code == Code::not_found) return fail(Code::not_found, "conversation.message_not_found");
  YD_TRY(Thread thread, std::move(locked));
  // Read again under the lock: another process may have recalled it meanwhile.
  YD_TRY(auto message, store::find_message(tx, actor.tenant, id));
  if (!message) return fail(Code::not_found, "conversation.message_not_found");
  const bool own = message->author.kind == AuthorKind::agent && message->author.id == to_string(actor.user);
  if (!own && message->kind == MessageKind::whisper) return fail(Code::not_found, "conversation.message_not_found");
  if (!own) return fail(Code::permission_denied, "conversation.not_author");
  return apply_recall(tx, org_, ids_, actor.tenant, thread, *std::move(message), clock_.now());
}

Result<Message> Conversations::recall_by_customer(storage::Transaction& tx, TenantId tenant, CustomerId customer,
                                                  MessageId id) {
  YD_TRY(auto thread, store::find_thread_of(tx, tenant, customer, store::Lock::write));
  YD_TRY(auto message, store::find_message(tx, tenant, id));
  if (!thread || !message || message->conversation_id != thread->view.id || store::is_internal(*message))
    return fail(Code::not_found, "conversation.message_not_found");
  if (message->author.kind != AuthorKind::customer) return fail(Code::permission_denied, "conversation.not_author");
  return apply_recall(tx, org_, ids_, tenant, *thread, *std::move(message), clock_.now());
}

Result<Conversation> Conversations::access_conversation(storage::Transaction& tx, const org::Actor& actor,
                                                        ConversationId id) {
  YD_TRY(auto thread, store::find_thread(tx, actor.tenant, id, store::Lock::none));
  if (!thread || !reach_of(thread->view, actor).any()) return not_found();
  return std::move(thread->view);
}

Result<Conversation> Conversations::load(storage::Transaction& tx, TenantId tenant, ConversationId id) {
  YD_TRY(auto thread, store::find_thread(tx, tenant, id, store::Lock::none));
  if (!thread) return not_found();
  return std::move(thread->view);
}

Result<std::vector<Message>> Conversations::messages(storage::Transaction& tx, const org::Actor& actor,
                                                     ConversationId id, std::int64_t before_seq, int limit) {
  YD_TRY(const auto conversation, access_conversation(tx, actor, id));
  return store::messages_before(tx, actor.tenant, id, before_seq, std::clamp(limit, 1, kMessagePageMax),
                                sight_of(conversation, actor));
}

Result<std::vector<Message>> Conversations::messages_after(storage::Transaction& tx, const org::Actor& actor,
                                                           ConversationId id, std::int64_t after_seq, int limit) {
  YD_TRY(const auto conversation, access_conversation(tx, actor, id));
  return store::messages_after(tx, actor.tenant, id, after_seq, std::clamp(limit, 1, kMessagePageMax),
                               sight_of(conversation, actor));
}

}  // namespace yingda::conversation
