#include "store.hpp"

#include <algorithm>
#include <limits>

#include "codec.hpp"
#include "conversation_queries.gen.hpp"

namespace yingda::conversation::store {
namespace {

using storage::Row;
using storage::Transaction;

template <class E>
E enum_of(std::string_view name, E otherwise) {
  return parse_enum<E>(name).value_or(otherwise);
}

/// In the order of the queries' column lists.
Thread thread_of(const Row& row) {
  Thread thread;
  Conversation& c = thread.view;
  c.id = row.id<ConversationId>(0);
  c.customer = {row.id<CustomerId>(1), row.string(2), row.string(3), row.string(4)};
  c.channel = enum_of(row.text(5), Channel::webchat);
  c.widget_id = row.id<WidgetId>(6);
  c.state = enum_of(row.text(7), State::queued);
  c.team_id = row.id<TeamId>(8);
  if (const auto agent = row.id<UserId>(9)) c.agent = AgentSummary{agent, row.string(10)};
  c.participants = codec::decode_participants(row.text(11));
  c.episode_id = row.id<EpisodeId>(12);
  c.episode_number = row.int64(13);
  c.priority = row.int64(14);
  c.last_seq = row.int64(15);
  c.last_preview = row.string(16);
  c.last_author = enum_of(row.text(17), AuthorKind::system);
  c.unread = row.int64(18);
  c.waiting_since_ms = row.optional_time(19);
  c.queued_at_ms = row.optional_time(20);
  c.promised_at_ms = row.optional_time(21);
  c.created_at_ms = row.time(22);
  c.updated_at_ms = row.time(23);
  c.closed_at_ms = row.optional_time(24);
  c.version = row.int64(25);
  c.receipts = {row.int64(26), row.int64(27), row.int64(28), row.int64(29)};
  c.assign_reason = row.string(30);
  thread.visible_seq = row.int64(31);
  thread.episode = {row.time(32),  row.optional_time(33), row.optional_time(34),
                    row.int64(35), row.int64(36),         codec::decode_users(row.text(37))};
  if (auto topic = row.string(38); !topic.empty()) c.topic = std::move(topic);
  return thread;
}

Conversation view_of(const Row& row) { return thread_of(row).view; }

Message message_of(const Row& row) {
  Message m;
  m.id = row.id<MessageId>(0);
  m.conversation_id = row.id<ConversationId>(1);
  m.episode_id = row.id<EpisodeId>(2);
  m.seq = row.int64(3);
  m.author.kind = enum_of(row.text(4), AuthorKind::system);
  if (m.author.kind == AuthorKind::customer) m.author.id = to_string(row.id<CustomerId>(5));
  if (m.author.kind == AuthorKind::agent) m.author.id = to_string(row.id<UserId>(5));
  m.author.name = row.string(6);
  m.kind = enum_of(row.text(7), MessageKind::text);
  m.text = row.string(8);
  m.file = codec::decode_file(row.text(9));
  if (const auto quoted = row.id<MessageId>(10)) m.quote = Quote{quoted, row.string(11), row.string(12)};
  m.mentions = codec::decode_users(row.text(13));
  m.system = codec::decode_system(row.text(14));
  m.client_msg_id = row.string(15);
  m.automatic = row.boolean(16);
  m.created_at_ms = row.time(17);
  m.recalled_at_ms = row.optional_time(18);
  return m;
}

std::int64_t openness_of(const Conversation& c) { return c.state == State::closed ? 0 : 1; }
std::int64_t number(Openness openness) { return openness == Openness::open ? 1 : 0; }
std::int64_t agent_of(const Conversation& c) { return c.agent ? c.agent->id.value : 0; }
std::string_view agent_name_of(const Conversation& c) {
  return c.agent ? std::string_view(c.agent->name) : std::string_view();
}
Result<bool> changed_one(Result<std::int64_t> count) {
  if (!count) return std::unexpected(std::move(count).error());
  return *count == 1;
}

}  // namespace

std::int64_t listed_at(const Conversation& view) {
  return view.updated_at_ms.ms - view.updated_at_ms.ms % kListBucket.ms;
}

std::int64_t queue_rank(const Conversation& view) { return 9 - view.priority; }

Result<std::optional<Thread>> find_thread(Transaction& tx, TenantId tenant, ConversationId id, Lock lock) {
  return tx.one(lock == Lock::write ? queries::lock_thread : queries::find_thread, thread_of, tenant, id);
}

Result<std::optional<Thread>> find_thread_of(Transaction& tx, TenantId tenant, CustomerId customer, Lock lock) {
  return tx.one(lock == Lock::write ? queries::lock_thread_of_customer : queries::find_thread_of_customer, thread_of,
                tenant, customer);
}

Result<bool> insert_thread(Transaction& tx, TenantId tenant, const Thread& thread) {
  const Conversation& c = thread.view;
  const EpisodeProgress& e = thread.episode;
  return changed_one(
      tx.exec(queries::insert_thread, tenant, c.id, c.customer.id, c.customer.name, c.customer.label, c.customer.level,
              enum_name(c.channel), c.widget_id.value, enum_name(c.state), c.team_id.value, agent_of(c),
              agent_name_of(c), codec::encode_participants(c.participants), c.episode_id, c.episode_number, c.priority,
              c.last_seq, c.last_preview, enum_name(c.last_author), c.unread, c.waiting_since_ms, c.queued_at_ms,
              c.promised_at_ms, c.created_at_ms, c.updated_at_ms, c.closed_at_ms, c.version,
              c.receipts.customer_delivered_seq, c.receipts.customer_read_seq, c.receipts.agent_delivered_seq,
              c.receipts.agent_read_seq, c.assign_reason, thread.visible_seq, e.opened_at_ms, e.first_assigned_at_ms,
              e.first_reply_at_ms, e.customer_messages, e.agent_messages, codec::encode_users(e.agents), listed_at(c),
              queue_rank(c), openness_of(c), c.topic.value_or("")));
}

Status advance_thread(Transaction& tx, TenantId tenant, const Thread& thread, std::int64_t version_before,
                      UtcTime updated_before) {
  const Conversation& c = thread.view;
  const EpisodeProgress& e = thread.episode;
  const auto agents = codec::encode_users(e.agents);
  const std::int64_t listed = listed_at(c);
  if (updated_before.ms - updated_before.ms % kListBucket.ms == listed)
    return tx.exec_deferred(queries::advance_thread, tenant, c.id, version_before, c.last_seq, c.last_preview,
                            enum_name(c.last_author), c.unread, c.waiting_since_ms, c.updated_at_ms, c.version,
                            thread.visible_seq, e.first_reply_at_ms, e.customer_messages, e.agent_messages, agents);
  return tx.exec_deferred(queries::advance_thread_listed, tenant, c.id, version_before, c.last_seq, c.last_preview,
                          enum_name(c.last_author), c.unread, c.waiting_since_ms, c.updated_at_ms, c.version,
                          thread.visible_seq, e.first_reply_at_ms, e.customer_messages, e.agent_messages, agents,
                          listed);
}

Result<bool> save_thread(Transaction& tx, TenantId tenant, const Thread& thread, std::int64_t version_before) {
  const Conversation& c = thread.view;
  const EpisodeProgress& e = thread.episode;
  return changed_one(tx.exec(
      queries::save_thread, tenant, c.id, version_before, enum_name(c.channel), c.widget_id.value, enum_name(c.state),
      c.team_id.value, agent_of(c), agent_name_of(c), codec::encode_participants(c.participants), c.episode_id,
      c.episode_number, c.priority, c.last_seq, c.last_preview, enum_name(c.last_author), c.unread, c.waiting_since_ms,
      c.queued_at_ms, c.promised_at_ms, c.updated_at_ms, c.closed_at_ms, c.version, c.receipts.customer_delivered_seq,
      c.receipts.customer_read_seq, c.receipts.agent_delivered_seq, c.receipts.agent_read_seq, c.assign_reason,
      thread.visible_seq, e.opened_at_ms, e.first_assigned_at_ms, e.first_reply_at_ms, e.customer_messages,
      e.agent_messages, codec::encode_users(e.agents), listed_at(c), queue_rank(c), openness_of(c),
      c.topic.value_or("")));
}

Result<bool> save_receipts(Transaction& tx, TenantId tenant, const Conversation& c, std::int64_t version_before) {
  return changed_one(tx.exec(queries::save_receipts, tenant, c.id, version_before, c.receipts.customer_delivered_seq,
                             c.receipts.customer_read_seq, c.receipts.agent_delivered_seq, c.receipts.agent_read_seq,
                             c.unread, c.version));
}

Result<bool> save_customer(Transaction& tx, TenantId tenant, const Conversation& c, std::int64_t version_before) {
  return changed_one(tx.exec(queries::save_customer, tenant, c.id, version_before, c.customer.name, c.customer.label,
                             c.customer.level, c.updated_at_ms, c.version, listed_at(c)));
}

Result<std::vector<Conversation>> list_by_scope(Transaction& tx, TenantId tenant, Openness openness, TimePlace behind,
                                                int limit) {
  return tx.all(queries::list_by_scope, view_of, tenant, number(openness), behind.listed_at_ms, behind.id, limit);
}

Result<std::vector<Conversation>> list_by_team(Transaction& tx, TenantId tenant, Openness openness, TimePlace behind,
                                               int limit, TeamId team) {
  return tx.all(queries::list_by_team, view_of, tenant, number(openness), behind.listed_at_ms, behind.id, limit,
                team.value);
}

Result<std::vector<Conversation>> list_by_agent(Transaction& tx, TenantId tenant, Openness openness, TimePlace behind,
                                                int limit, UserId agent) {
  return tx.all(queries::list_by_agent, view_of, tenant, number(openness), behind.listed_at_ms, behind.id, limit,
                agent.value);
}

Result<std::vector<Conversation>> list_by_participant(Transaction& tx, TenantId tenant, Openness openness,
                                                      TimePlace behind, int limit, UserId user) {
  return tx.all(queries::list_by_participant, view_of, tenant, number(openness), behind.listed_at_ms, behind.id, limit,
                user.value);
}

Result<std::vector<Conversation>> list_queue(Transaction& tx, TenantId tenant, QueuePlace behind, int limit,
                                             TeamId team) {
  return tx.all(queries::list_queue, view_of, tenant, team.value, behind.rank, behind.queued_at_ms, behind.id, limit);
}

Result<std::vector<Conversation>> list_queues(Transaction& tx, TenantId tenant, QueuePlace behind, int limit) {
  return tx.all(queries::list_queues, view_of, tenant, behind.rank, behind.queued_at_ms, behind.id, limit);
}

Result<std::vector<Conversation>> list_waiting(Transaction& tx, TenantId tenant, int limit) {
  return tx.all(queries::list_waiting, view_of, tenant, limit);
}

Result<std::vector<std::pair<UserId, std::int64_t>>> count_loads(Transaction& tx, TenantId tenant) {
  return tx.all(
      queries::count_loads, [](const Row& row) { return std::pair(row.id<UserId>(0), row.int64(1)); }, tenant);
}

Result<std::int64_t> count_load(Transaction& tx, TenantId tenant, UserId agent) {
  YD_TRY(const auto count, tx.one(queries::count_load, [](const Row& row) { return row.int64(0); }, tenant, agent));
  return count.value_or(0);
}

Status insert_participant(Transaction& tx, TenantId tenant, ConversationId id, UserId user) {
  return tx.exec_deferred(queries::insert_participant, tenant, user, id);
}

Status delete_participant(Transaction& tx, TenantId tenant, ConversationId id, UserId user) {
  return tx.exec_deferred(queries::delete_participant, tenant, user, id);
}

Status insert_episode(Transaction& tx, TenantId tenant, const Thread& thread) {
  const Conversation& c = thread.view;
  const EpisodeProgress& e = thread.episode;
  return tx.exec_deferred(queries::insert_episode, tenant, c.episode_id, c.id, c.episode_number, enum_name(c.channel),
                          e.opened_at_ms, e.first_assigned_at_ms, e.first_reply_at_ms, c.closed_at_ms, "",
                          e.customer_messages, e.agent_messages, codec::encode_users(e.agents));
}

Status save_episode(Transaction& tx, TenantId tenant, const Thread& thread, std::string_view close_reason) {
  const EpisodeProgress& e = thread.episode;
  return tx.exec_deferred(queries::save_episode, tenant, thread.view.episode_id, e.first_assigned_at_ms,
                          e.first_reply_at_ms, thread.view.closed_at_ms, close_reason, e.customer_messages,
                          e.agent_messages, codec::encode_users(e.agents));
}

namespace {

Episode episode_of(const Row& row) {
  return Episode{row.id<EpisodeId>(0), row.id<ConversationId>(1),
                 row.int64(2),         enum_of(row.text(3), Channel::webchat),
                 row.time(4),          row.optional_time(5),
                 row.optional_time(6), row.optional_time(7),
                 row.string(8),        row.int64(9),
                 row.int64(10),        codec::decode_users(row.text(11))};
}

}  // namespace

Result<std::vector<Episode>> list_episodes(Transaction& tx, TenantId tenant, ConversationId id, int limit) {
  return tx.all(queries::list_episodes, episode_of, tenant, id, limit);
}

Result<std::optional<Episode>> find_episode(Transaction& tx, TenantId tenant, ConversationId id, EpisodeId episode) {
  return tx.one(queries::find_episode, episode_of, tenant, id, episode);
}

Result<std::vector<std::pair<UserId, std::int64_t>>> count_answers(Transaction& tx, TenantId tenant, ConversationId id,
                                                                   EpisodeId episode, std::int64_t after) {
  return tx.all(
      queries::count_answers, [](const Row& row) { return std::pair(row.id<UserId>(0), row.int64(1)); }, tenant, id,
      episode, after);
}

Result<std::optional<AuthorKind>> last_speaker(Transaction& tx, TenantId tenant, ConversationId id, EpisodeId episode,
                                               std::int64_t after) {
  return tx.one(
      queries::last_speaker, [](const Row& row) { return enum_of(row.text(0), AuthorKind::system); }, tenant, id,
      episode, after);
}

bool is_internal(const Message& message) {
  return conversation::is_internal(message.kind) || (message.system && message.system->internal);
}

Result<bool> insert_message(Transaction& tx, TenantId tenant, const Message& m, std::int64_t author) {
  const std::string_view quote_author = m.quote ? std::string_view(m.quote->author_name) : std::string_view();
  const std::string_view quote_preview = m.quote ? std::string_view(m.quote->preview) : std::string_view();
  return changed_one(tx.exec(queries::insert_message, tenant, m.id, m.conversation_id, m.episode_id, m.seq,
                             enum_name(m.author.kind), author, m.author.name, enum_name(m.kind), m.text,
                             codec::encode_file(m.file), m.quote ? m.quote->id.value : std::int64_t{0}, quote_author,
                             quote_preview, codec::encode_users(m.mentions), codec::encode_system(m.system),
                             m.client_msg_id, m.automatic, m.created_at_ms, m.recalled_at_ms,
                             m.file ? m.file->id.value : std::int64_t{0}, is_internal(m)));
}

Result<std::optional<Message>> find_message(Transaction& tx, TenantId tenant, MessageId id) {
  return tx.one(queries::find_message, message_of, tenant, id);
}

Result<std::optional<Message>> find_message_by_key(Transaction& tx, TenantId tenant, ConversationId id,
                                                   std::int64_t author, std::string_view key) {
  return tx.one(queries::find_message_by_key, message_of, tenant, id, author, key);
}

Result<std::vector<Message>> messages_before(Transaction& tx, TenantId tenant, ConversationId id, std::int64_t before,
                                             int limit, const Sight& sight) {
  if (before <= 0) before = std::numeric_limits<std::int64_t>::max();
  std::vector<Message> messages;
  if (sight.of == Sight::Of::agent) {
    YD_TRY(messages, tx.all(queries::messages_before_for_agent, message_of, tenant, id, before, limit,
                            sight.agent.value, codec::encode_users({sight.agent})));
  } else {
    const auto& query = sight.of == Sight::Of::customer ? queries::visible_messages_before : queries::messages_before;
    YD_TRY(messages, tx.all(query, message_of, tenant, id, before, limit));
  }
  std::ranges::reverse(messages);
  return messages;
}

Result<std::vector<Message>> messages_after(Transaction& tx, TenantId tenant, ConversationId id, std::int64_t after,
                                            int limit, const Sight& sight) {
  if (sight.of == Sight::Of::everything) return tx.all(queries::messages_after, message_of, tenant, id, after, limit);
  return tx.all(queries::messages_after_for_agent, message_of, tenant, id, after, limit, sight.agent.value,
                codec::encode_users({sight.agent}));
}

Result<std::optional<Message>> newest_previewed(Transaction& tx, TenantId tenant, ConversationId id,
                                                std::int64_t before) {
  return tx.one(queries::newest_previewed_message, message_of, tenant, id, before);
}

Result<std::int64_t> count_unread(Transaction& tx, TenantId tenant, ConversationId id, std::int64_t read_seq) {
  YD_TRY(const auto count,
         tx.one(queries::count_unread, [](const Row& row) { return row.int64(0); }, tenant, id, read_seq));
  return count.value_or(0);
}

Result<bool> recall_message(Transaction& tx, TenantId tenant, MessageId id, UtcTime at) {
  return changed_one(tx.exec(queries::recall_message, tenant, id, at));
}

Result<std::vector<Message>> blank_quotes(Transaction& tx, TenantId tenant, ConversationId id, MessageId quoted,
                                          int limit) {
  YD_CHECK(tx.exec(queries::blank_quotes, tenant, id, quoted));
  YD_TRY(auto messages, tx.all(queries::quoting_messages, message_of, tenant, id, quoted, limit));
  std::ranges::sort(messages, {}, &Message::seq);
  return messages;
}

}  // namespace yingda::conversation::store
