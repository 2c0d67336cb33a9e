// Rows of the tables conversation_thread, _participant, _episode and _message as values. Every row is found through its
// tenant; one of another tenant is as if it were not there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "thread.hpp"
#include "yingda/base/result.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::conversation::store {

/// `write`: the row stays as read until the transaction ends, so nobody else can write it in between. Only in write
/// jobs.
enum class Lock { none, write };

Result<std::optional<Thread>> find_thread(storage::Transaction& tx, TenantId tenant, ConversationId id, Lock lock);
Result<std::optional<Thread>> find_thread_of(storage::Transaction& tx, TenantId tenant, CustomerId customer, Lock lock);

/// False when the customer has a thread already (another process was faster).
Result<bool> insert_thread(storage::Transaction& tx, TenantId tenant, const Thread& thread);
/// Writes what a message changes, in no index but, once in kListBucket, those of the lists. Deferred: the caller
/// holds the lock.
Status advance_thread(storage::Transaction& tx, TenantId tenant, const Thread& thread, std::int64_t version_before,
                      UtcTime updated_before);
/// Writes everything but the customer's summary; false when the row no longer has `version_before`.
Result<bool> save_thread(storage::Transaction& tx, TenantId tenant, const Thread& thread, std::int64_t version_before);
Result<bool> save_receipts(storage::Transaction& tx, TenantId tenant, const Conversation& view,
                           std::int64_t version_before);
Result<bool> save_customer(storage::Transaction& tx, TenantId tenant, const Conversation& view,
                           std::int64_t version_before);

/// Place of a conversation in lists by time: updated_at_ms cut to whole kListBucket, then id; newest first. Cutting
/// keeps the list indexes out of the way of most messages.
inline constexpr DurationMs kListBucket = minutes(1);
std::int64_t listed_at(const Conversation& view);
/// Place in queue lists: 9 - priority, queued_at_ms, id; smallest first.
std::int64_t queue_rank(const Conversation& view);

struct TimePlace {
  std::int64_t listed_at_ms = 0, id = 0;
  auto operator<=>(const TimePlace&) const = default;
};
struct QueuePlace {
  std::int64_t rank = -1, queued_at_ms = 0, id = 0;
  auto operator<=>(const QueuePlace&) const = default;
};
enum class Openness { closed, open };
// At most `limit` conversations strictly behind a place, in list order.
Result<std::vector<Conversation>> list_by_scope(storage::Transaction& tx, TenantId tenant, Openness openness,
                                                TimePlace behind, int limit);
Result<std::vector<Conversation>> list_by_team(storage::Transaction& tx, TenantId tenant, Openness openness,
                                               TimePlace behind, int limit, TeamId team);
Result<std::vector<Conversation>> list_by_agent(storage::Transaction& tx, TenantId tenant, Openness openness,
                                                TimePlace behind, int limit, UserId agent);
Result<std::vector<Conversation>> list_by_participant(storage::Transaction& tx, TenantId tenant, Openness openness,
                                                      TimePlace behind, int limit, UserId user);
Result<std::vector<Conversation>> list_queue(storage::Transaction& tx, TenantId tenant, QueuePlace behind, int limit,
                                             TeamId team);
/// Of all teams and none.
Result<std::vector<Conversation>> list_queues(storage::Transaction& tx, TenantId tenant, QueuePlace behind, int limit);
Result<std::vector<Conversation>> list_waiting(storage::Transaction& tx, TenantId tenant, int limit);

/// Agents who own open conversations, in id order, and how many.
Result<std::vector<std::pair<UserId, std::int64_t>>> count_loads(storage::Transaction& tx, TenantId tenant);
Result<std::int64_t> count_load(storage::Transaction& tx, TenantId tenant, UserId agent);

/// Inboxes of participants; only of open conversations.
Status insert_participant(storage::Transaction& tx, TenantId tenant, ConversationId id, UserId user);
Status delete_participant(storage::Transaction& tx, TenantId tenant, ConversationId id, UserId user);

Status insert_episode(storage::Transaction& tx, TenantId tenant, const Thread& thread);
/// The progress of the thread's current episode into its row.
Status save_episode(storage::Transaction& tx, TenantId tenant, const Thread& thread, std::string_view close_reason);
/// Newest first.
Result<std::vector<Episode>> list_episodes(storage::Transaction& tx, TenantId tenant, ConversationId id, int limit);

Result<std::optional<Episode>> find_episode(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                            EpisodeId episode);
// Of an episode's messages above `after`: how often each person answered the customer, in id order; who wrote the
// newest that is neither internal nor automatic.
Result<std::vector<std::pair<UserId, std::int64_t>>> count_answers(storage::Transaction& tx, TenantId tenant,
                                                                   ConversationId id, EpisodeId episode,
                                                                   std::int64_t after);
Result<std::optional<AuthorKind>> last_speaker(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                               EpisodeId episode, std::int64_t after);

/// Notes, whispers and internal system events: agents only.
bool is_internal(const Message& message);
/// False when the author's key was stored before. `author` is the number in Author::id; 0 for the system.
Result<bool> insert_message(storage::Transaction& tx, TenantId tenant, const Message& message, std::int64_t author);
Result<std::optional<Message>> find_message(storage::Transaction& tx, TenantId tenant, MessageId id);
Result<std::optional<Message>> find_message_by_key(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                                   std::int64_t author, std::string_view key);
/// What a reader sees of a thread: everything (supervisors), everything but others' whispers (agents), or what
/// customers see.
struct Sight {
  enum class Of { everything, agent, customer } of = Of::everything;
  UserId agent;  // of an agent: whispers that he said or that were said to him
};
/// In rising seq; the newest of those below `before`.
Result<std::vector<Message>> messages_before(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                             std::int64_t before, int limit, const Sight& sight);
/// Not for customers.
Result<std::vector<Message>> messages_after(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                            std::int64_t after, int limit, const Sight& sight);
/// The newest message below `before` that a preview may show.
Result<std::optional<Message>> newest_previewed(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                                std::int64_t before);
/// Customer's messages above `read_seq`.
Result<std::int64_t> count_unread(storage::Transaction& tx, TenantId tenant, ConversationId id, std::int64_t read_seq);
/// Takes the content; false when it was recalled before.
Result<bool> recall_message(storage::Transaction& tx, TenantId tenant, MessageId id, UtcTime at);
/// Blanks the preview of every quote of the message and gives the (at most `limit`) messages that carry one.
Result<std::vector<Message>> blank_quotes(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                          MessageId quoted, int limit);

}  // namespace yingda::conversation::store
