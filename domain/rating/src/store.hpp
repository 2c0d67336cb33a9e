// Rows of ratings' own tables <-> values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/conversation/events.hpp"
#include "yingda/org/types.hpp"
#include "yingda/rating/events.hpp"
#include "yingda/rating/ratings.hpp"
#include "yingda/rating/types.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::rating::store {

/// An ended episode as it is counted.
struct EpisodeFact {
  EpisodeId episode;
  ConversationId conversation;
  std::string customer_name;
  conversation::Channel channel = conversation::Channel::webchat;
  TeamId team;
  UserId agent;  // the last owner
  UtcTime closed_at;
  std::string day;  // of the tenant's calendar
  std::string close_reason;
};
/// The row of an episode with the question, if one was put.
struct Asked {
  EpisodeId episode;
  ConversationId conversation;
  std::string customer_name;
  TeamId team;
  UserId agent;
  UtcTime closed_at;
  std::optional<Invitation> invitation;
  DurationMs editable;
};
enum class Lock { none, write };

/// Saved settings; empty before the first saving.
Result<std::optional<Settings>> load_settings(storage::Transaction& tx, TenantId tenant);
Status save_settings(storage::Transaction& tx, TenantId tenant, const Settings& settings, UtcTime now);

/// Writes the end of an episode, again when it went on and ended anew.
Status save_fact(storage::Transaction& tx, TenantId tenant, const EpisodeFact& fact,
                 const std::vector<std::pair<UserId, std::int64_t>>& shares);
/// False when the episode has its question already.
Result<bool> save_invitation(storage::Transaction& tx, TenantId tenant, const Invitation& invitation,
                             DurationMs editable);
/// The conversation is at another episode now: what was not answered before it no longer can be.
Status expire(storage::Transaction& tx, TenantId tenant, ConversationId conversation, EpisodeId present);
Result<std::optional<Asked>> find_episode(storage::Transaction& tx, TenantId tenant, EpisodeId episode, Lock lock);
Status save_answer(storage::Transaction& tx, TenantId tenant, const Invitation& invitation);

/// Place in the lists, newest first.
struct Place {
  std::int64_t closed_at_ms = 0, episode = 0;
};
/// Strictly behind a place, closed at or after `from`: of a conversation, of an agent, or of everybody.
Result<std::vector<Asked>> list_episodes(storage::Transaction& tx, TenantId tenant, const EpisodeFilter& filter,
                                         Place behind, int limit);
Result<std::vector<std::pair<UserId, std::int64_t>>> shares_of(storage::Transaction& tx, TenantId tenant,
                                                               EpisodeId episode);

/// Sums of one team and day, or team and agent; `item` has no key yet.
struct Sums {
  TeamId team;
  std::string day;
  UserId agent;
  SummaryItem item;
};
Result<std::vector<Sums>> sums(storage::Transaction& tx, TenantId tenant, const SummaryFilter& filter);

Status insert_follow_up(storage::Transaction& tx, TenantId tenant, const FollowUp& follow_up);
Status save_follow_up(storage::Transaction& tx, TenantId tenant, const FollowUp& follow_up);
Result<std::optional<FollowUp>> lock_follow_up(storage::Transaction& tx, TenantId tenant, FollowUpId id);
Result<std::optional<FollowUp>> follow_up_of(storage::Transaction& tx, TenantId tenant, EpisodeId episode);
Result<std::vector<FollowUp>> list_follow_ups(storage::Transaction& tx, TenantId tenant,
                                              std::optional<FollowUpState> state, FollowUpId behind, int limit);

// Events.
void emit_rating(storage::Transaction& tx, TenantId tenant, std::string_view type, const RatingEvent& event);
void emit_follow_up(storage::Transaction& tx, TenantId tenant, const FollowUp& follow_up);
void emit_settings_changed(storage::Transaction& tx, TenantId tenant);
Result<conversation::ConversationEvent> decode_conversation_event(const std::string& payload);

// For the audit.
std::string to_json(const Settings& settings);
std::string to_json(const FollowUp& follow_up);

}  // namespace yingda::rating::store
