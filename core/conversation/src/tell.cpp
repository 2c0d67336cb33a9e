#include "tell.hpp"

#include "codec.hpp"
#include "decide.hpp"
#include "store.hpp"

namespace yingda::conversation {

Author author_of(const org::Actor& actor) {
  // Whoever acts without being a person is a program, and customers are told so.
  if (!actor.user) return {AuthorKind::bot, "", actor.name};
  return {AuthorKind::agent, to_string(actor.user), actor.name};
}

std::int64_t author_key(const org::Actor& actor) { return actor.user.value; }

Message Teller::system_message(Thread& thread, const SystemEvent& event) {
  Message message;
  message.id = ids_.next<MessageId>();
  message.kind = MessageKind::system;
  message.system = event;
  message.automatic = true;
  message.created_at_ms = now_;
  apply_message(thread, message);
  return message;
}

Message Teller::note_message(Thread& thread, const Author& by, const std::string& note) {
  Message message;
  message.id = ids_.next<MessageId>();
  message.kind = MessageKind::note;
  message.author = by;
  message.text = note;
  message.created_at_ms = now_;
  apply_message(thread, message);
  return message;
}

void Teller::tell_transition(std::string_view conversation_json, const Transition& transition) {
  ConversationEvent event;
  event.by_id = transition.by.id;
  event.by_name = transition.by.name;
  event.previous_agent_id = transition.previous_agent_id;
  event.previous_team_id = transition.previous_team_id;
  event.reason = transition.reason;
  event.note = transition.note;
  tx_.emit({tenant_, std::string(transition.event), codec::encode_conversation_event(conversation_json, event)});
}

void Teller::tell_message(std::string_view conversation_json, const Message& message, std::string_view type) {
  tx_.emit({tenant_, std::string(type), codec::encode_message_event(conversation_json, message)});
}

Result<Conversation> Teller::finish(Thread& thread, const Transition& transition, std::int64_t version_before) {
  std::vector<std::pair<Message, std::int64_t>> messages;
  if (transition.told) messages.emplace_back(system_message(thread, *transition.told), 0);
  if (!transition.note.empty()) {
    const auto by = parse_id<UserId>(transition.by.id);
    messages.emplace_back(note_message(thread, transition.by, transition.note), by ? by->value : 0);
  }
  touch(thread, now_);
  YD_TRY(const bool saved, store::save_thread(tx_, tenant_, thread, version_before));
  if (!saved) return version_conflict();
  for (const auto& [message, author] : messages) YD_CHECK(store::insert_message(tx_, tenant_, message, author));
  const std::string json = codec::encode_conversation(thread.view);
  tell_transition(json, transition);
  for (const auto& [message, author] : messages) tell_message(json, message);
  return thread.view;
}

Result<Thread> lock_thread(storage::Transaction& tx, TenantId tenant, ConversationId id) {
  YD_TRY(auto thread, store::find_thread(tx, tenant, id, store::Lock::write));
  if (!thread) return not_found();
  return *std::move(thread);
}

Result<Thread> lock_reached(storage::Transaction& tx, const org::Actor& actor, ConversationId id) {
  YD_TRY(auto thread, store::find_thread(tx, actor.tenant, id, store::Lock::write));
  if (!thread || !reach_of(thread->view, actor).any()) return not_found();
  return *std::move(thread);
}

Result<Accepted> duplicate_of(storage::Transaction& tx, TenantId tenant, ConversationId id, std::int64_t author,
                              std::string_view key) {
  YD_TRY(auto message, store::find_message_by_key(tx, tenant, id, author, key));
  YD_TRY(auto thread, store::find_thread(tx, tenant, id, store::Lock::none));
  if (!message || !thread) return fail(Code::internal, "conversation.duplicate_lost");
  return Accepted{std::move(thread->view), *std::move(message), true, false};
}

}  // namespace yingda::conversation
