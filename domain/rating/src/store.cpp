#include "store.hpp"

#include "decide.hpp"
#include "rating_queries.gen.hpp"
#include "yingda/base/json.hpp"
#include "yingda/rating/limits.hpp"

namespace yingda::rating::store {

using storage::Row;
using storage::Transaction;

/// What was offered, as it stood when the question was put.
struct Offer {
  std::vector<Reason> reasons;
  bool ask_words = true;
  std::int64_t low_score_max = 0;
  std::int64_t editable_ms = 0;
};
YD_DESCRIBE(Offer, (reasons, ask_words, low_score_max, editable_ms))
struct Keys {
  std::vector<std::string> keys;
};
YD_DESCRIBE(Keys, (keys))
struct SettingsChanged {
  std::string area;
  std::string id;
};
YD_DESCRIBE(SettingsChanged, (area, id))

namespace {

/// Rows as text, decoded behind the query.
struct AskedRow {
  Asked asked;
  std::string state, scale, offer, reason_keys;
  Invitation answered;  // the plain columns
};

AskedRow asked_row(const Row& row) {
  AskedRow out;
  out.asked = {.episode = row.id<EpisodeId>(0),
               .conversation = row.id<ConversationId>(1),
               .customer_name = row.string(2),
               .team = row.id<TeamId>(3),
               .agent = row.id<UserId>(4),
               .closed_at = row.time(5),
               .invitation = {},
               .editable = {}};
  out.state = row.string(6);
  out.scale = row.string(7);
  out.offer = row.string(8);
  if (!row.is_null(9)) out.answered.solved = row.boolean(9);
  if (!row.is_null(10)) out.answered.score = row.int64(10);
  out.reason_keys = row.string(11);
  out.answered.words = row.string(12);
  out.answered.invited_at_ms = row.time(13);
  out.answered.answered_at_ms = row.optional_time(14);
  out.answered.editable_until_ms = row.optional_time(15);
  return out;
}

Result<Asked> asked_of(AskedRow row) {
  Asked out = std::move(row.asked);
  if (row.state.empty()) return out;
  const auto state = parse_enum<InvitationState>(row.state);
  const auto scale = parse_enum<Scale>(row.scale);
  if (!state || !scale) return fail(Code::corrupt, "rating.row_unreadable", to_string(out.episode));
  YD_TRY(auto offer, json::decode<Offer>(row.offer));
  Invitation invitation = std::move(row.answered);
  invitation.episode_id = out.episode;
  invitation.conversation_id = out.conversation;
  invitation.state = *state;
  invitation.scale = *scale;
  invitation.reasons = std::move(offer.reasons);
  invitation.ask_words = offer.ask_words;
  invitation.low_score_max = offer.low_score_max;
  if (!row.reason_keys.empty()) {
    YD_TRY(auto keys, json::decode<Keys>(row.reason_keys));
    invitation.reason_keys = std::move(keys.keys);
  }
  out.editable = milliseconds(offer.editable_ms);
  out.invitation = std::move(invitation);
  return out;
}

Result<FollowUp> follow_up_of_text(const std::string& text) { return json::decode<FollowUp>(text); }

Result<std::optional<FollowUp>> one_follow_up(Result<std::optional<std::string>> text) {
  if (!text) return std::unexpected(std::move(text).error());
  if (!*text) return std::optional<FollowUp>{};
  YD_TRY(auto follow_up, follow_up_of_text(**text));
  return std::optional(std::move(follow_up));
}

std::string text_at_0(const Row& row) { return row.string(0); }

}  // namespace

Result<std::optional<Settings>> load_settings(Transaction& tx, TenantId tenant) {
  YD_TRY(const auto text, tx.one(queries::settings, text_at_0, tenant));
  if (!text) return std::optional<Settings>{};
  YD_TRY(auto settings, json::decode<Settings>(*text));
  return std::optional(std::move(settings));
}

Status save_settings(Transaction& tx, TenantId tenant, const Settings& settings, UtcTime now) {
  return tx.exec_deferred(queries::upsert_settings, tenant, json::encode(settings), now);
}

Status save_fact(Transaction& tx, TenantId tenant, const EpisodeFact& fact,
                 const std::vector<std::pair<UserId, std::int64_t>>& shares) {
  YD_CHECK(tx.exec_deferred(queries::upsert_episode, tenant, fact.episode, fact.conversation, fact.customer_name,
                            enum_name(fact.channel), fact.team, fact.agent, fact.closed_at, fact.day,
                            fact.close_reason));
  YD_CHECK(tx.exec_deferred(queries::delete_shares, tenant, fact.episode));
  std::int64_t place = 0;
  for (const auto& [agent, share] : shares)
    YD_CHECK(
        tx.exec_deferred(queries::insert_share, tenant, fact.episode, agent.value, ++place, share, fact.closed_at));
  return {};
}

Result<bool> save_invitation(Transaction& tx, TenantId tenant, const Invitation& invitation, DurationMs editable) {
  const Offer offer{invitation.reasons, invitation.ask_words, invitation.low_score_max, editable.ms};
  YD_TRY(const auto changed, tx.exec(queries::invite, tenant, invitation.episode_id, enum_name(invitation.scale),
                                     json::encode(offer), invitation.invited_at_ms));
  return changed == 1;
}

Status expire(Transaction& tx, TenantId tenant, ConversationId conversation, EpisodeId present) {
  return tx.exec_deferred(queries::expire, tenant, conversation, present);
}

Result<std::optional<Asked>> find_episode(Transaction& tx, TenantId tenant, EpisodeId episode, Lock lock) {
  const auto& query = lock == Lock::write ? queries::lock_episode : queries::find_episode;
  YD_TRY(auto row, tx.one(query, asked_row, tenant, episode));
  if (!row) return std::optional<Asked>{};
  YD_TRY(auto asked, asked_of(*std::move(row)));
  return std::optional(std::move(asked));
}

Status save_answer(Transaction& tx, TenantId tenant, const Invitation& invitation) {
  const bool satisfied = invitation.score && is_satisfied(invitation.scale, *invitation.score);
  return tx.exec_deferred(queries::save_answer, tenant, invitation.episode_id, enum_name(invitation.state),
                          invitation.solved, invitation.score, satisfied, json::encode(Keys{invitation.reason_keys}),
                          invitation.words, invitation.answered_at_ms, invitation.editable_until_ms);
}

Result<std::vector<Asked>> list_episodes(Transaction& tx, TenantId tenant, const EpisodeFilter& filter, Place behind,
                                         int limit) {
  const std::int64_t from = filter.from ? filter.from->ms : 0;
  auto rows = filter.conversation ? tx.all(queries::episodes_of_conversation, asked_row, tenant, from,
                                           behind.closed_at_ms, behind.episode, limit, filter.conversation)
              : filter.agent      ? tx.all(queries::episodes_by_agent, asked_row, tenant, from, behind.closed_at_ms,
                                           behind.episode, limit, filter.agent)
                                  : tx.all(queries::episodes_by_time, asked_row, tenant, from, behind.closed_at_ms,
                                           behind.episode, limit);
  if (!rows) return std::unexpected(std::move(rows).error());
  std::vector<Asked> out;
  for (AskedRow& row : *rows) {
    YD_TRY(auto asked, asked_of(std::move(row)));
    out.push_back(std::move(asked));
  }
  return out;
}

Result<std::vector<std::pair<UserId, std::int64_t>>> shares_of(Transaction& tx, TenantId tenant, EpisodeId episode) {
  return tx.all(
      queries::shares, [](const Row& row) { return std::pair(row.id<UserId>(0), row.int64(1)); }, tenant, episode);
}

Result<std::vector<Sums>> sums(Transaction& tx, TenantId tenant, const SummaryFilter& filter) {
  const auto whole = [](const Row& row) {
    SummaryItem item;
    int column = 3;
    for (std::int64_t* number : {&item.episodes, &item.invited, &item.answered, &item.solved, &item.unsolved,
                                 &item.rated, &item.rated_stars, &item.satisfied, &item.score_sum})
      *number = row.int64(column++);
    return Sums{row.id<TeamId>(0), row.string(1), row.id<UserId>(2), item};
  };
  const auto shared = [&](const Row& row) {
    Sums out = whole(row);
    SummaryItem& item = out.item;
    int column = 12;
    for (std::int64_t* number :
         {&item.episodes_ppm, &item.invited_ppm, &item.answered_ppm, &item.solved_ppm, &item.unsolved_ppm,
          &item.rated_ppm, &item.rated_stars_ppm, &item.satisfied_ppm, &item.score_sum_ppm})
      *number = row.int64(column++);
    return out;
  };
  const auto undivided = [&](const Row& row) {
    Sums out = whole(row);
    SummaryItem& item = out.item;
    item.episodes_ppm = item.episodes * kShareWhole;
    item.invited_ppm = item.invited * kShareWhole;
    item.answered_ppm = item.answered * kShareWhole;
    item.solved_ppm = item.solved * kShareWhole;
    item.unsolved_ppm = item.unsolved * kShareWhole;
    item.rated_ppm = item.rated * kShareWhole;
    item.rated_stars_ppm = item.rated_stars * kShareWhole;
    item.satisfied_ppm = item.satisfied * kShareWhole;
    item.score_sum_ppm = item.score_sum * kShareWhole;
    return out;
  };
  if (filter.agent) return tx.all(queries::sums_of_agent, shared, tenant, filter.from, filter.until, filter.agent);
  if (filter.group == SummaryGroup::agent)
    return tx.all(queries::sums_by_team_agent, shared, tenant, filter.from, filter.until);
  return tx.all(queries::sums_by_team_day, undivided, tenant, filter.from, filter.until);
}

Status insert_follow_up(Transaction& tx, TenantId tenant, const FollowUp& follow_up) {
  return tx.exec_deferred(queries::insert_follow_up, tenant, follow_up.id, follow_up.episode_id,
                          enum_name(follow_up.state), json::encode(follow_up));
}

Status save_follow_up(Transaction& tx, TenantId tenant, const FollowUp& follow_up) {
  return tx.exec_deferred(queries::save_follow_up, tenant, follow_up.id, enum_name(follow_up.state),
                          json::encode(follow_up));
}

Result<std::optional<FollowUp>> lock_follow_up(Transaction& tx, TenantId tenant, FollowUpId id) {
  return one_follow_up(tx.one(queries::lock_follow_up, text_at_0, tenant, id));
}

Result<std::optional<FollowUp>> follow_up_of(Transaction& tx, TenantId tenant, EpisodeId episode) {
  return one_follow_up(tx.one(queries::follow_up_of_episode, text_at_0, tenant, episode));
}

Result<std::vector<FollowUp>> list_follow_ups(Transaction& tx, TenantId tenant, std::optional<FollowUpState> state,
                                              FollowUpId behind, int limit) {
  const auto map = [](const Row& row) { return row.string(1); };
  auto texts = state ? tx.all(queries::follow_ups_in_state, map, tenant, behind, limit, enum_name(*state))
                     : tx.all(queries::follow_ups, map, tenant, behind, limit);
  if (!texts) return std::unexpected(std::move(texts).error());
  std::vector<FollowUp> out;
  for (const std::string& text : *texts) {
    YD_TRY(auto follow_up, follow_up_of_text(text));
    out.push_back(std::move(follow_up));
  }
  return out;
}

void emit_rating(Transaction& tx, TenantId tenant, std::string_view type, const RatingEvent& event) {
  tx.emit({tenant, std::string(type), json::encode(event)});
}

void emit_follow_up(Transaction& tx, TenantId tenant, const FollowUp& follow_up) {
  tx.emit({tenant, "rating.follow_up_changed", json::encode(follow_up)});
}

void emit_settings_changed(Transaction& tx, TenantId tenant) {
  tx.emit({tenant, "settings.changed", json::encode(SettingsChanged{"rating", ""})});
}

Result<conversation::ConversationEvent> decode_conversation_event(const std::string& payload) {
  return json::decode<conversation::ConversationEvent>(payload);
}

std::string to_json(const Settings& settings) { return json::encode(settings); }
std::string to_json(const FollowUp& follow_up) { return json::encode(follow_up); }

}  // namespace yingda::rating::store
