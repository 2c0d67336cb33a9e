// Ratings: settings, who rated whom, sums, follow-ups.
#include "api.hpp"
#include "areas.hpp"
#include "yingda/rating/ratings.hpp"

namespace yingda::rest {

namespace {

constexpr DurationMs kDefaultSpan = days(30);  // of a summary without a beginning

struct FollowUpQuery {
  std::optional<rating::FollowUpState> state;
  std::optional<std::string> after;
  std::optional<std::int64_t> limit;
};
YD_DESCRIBE(FollowUpQuery, (state, after, limit))

struct FollowUpPatch {
  std::optional<rating::FollowUpState> state;
  std::optional<UserId> assignee_id;
  std::optional<std::string> note;
};
YD_DESCRIBE(FollowUpPatch, (state, assignee_id, note))

struct RatedQuery {
  std::optional<UserId> agent_id;
  std::optional<TeamId> team_id;
  std::optional<ConversationId> conversation_id;
  std::optional<std::int64_t> from_at_ms, until_at_ms;
  std::optional<std::string> after;
  std::optional<std::int64_t> limit;
};
YD_DESCRIBE(RatedQuery, (agent_id, team_id, conversation_id, from_at_ms, until_at_ms, after, limit))

struct SummaryQuery {
  std::optional<std::int64_t> from_at_ms, until_at_ms;
  std::optional<rating::SummaryGroup> group;
  std::optional<UserId> agent_id;
  std::optional<TeamId> team_id;
};
YD_DESCRIBE(SummaryQuery, (from_at_ms, until_at_ms, group, agent_id, team_id))

std::optional<UtcTime> time_of(const std::optional<std::int64_t>& ms) {
  return ms ? std::optional(UtcTime{*ms}) : std::nullopt;
}

void declare_settings(Api& api, rating::Ratings& ratings) {
  api.read(net::Method::get, "/rating/settings", "How customers are asked for a rating", signed_in(),
           [&ratings](Call& call, storage::Transaction& tx) { return ratings.settings(tx, call.actor.tenant); });
  api.write(net::Method::put, "/rating/settings", "Change how customers are asked",
            may(org::Permission::settings_manage),
            [&ratings](Call& call, storage::Transaction& tx, const rating::Settings& input) {
              return ratings.save_settings(tx, call.actor, input);
            });
}

void declare_reports(Api& api, rating::Ratings& ratings, const Clock& clock) {
  api.read(
      net::Method::get, "/rating/episodes", "Ratings asked for, newest first", signed_in(),
      [&ratings](Call& call, storage::Transaction& tx, const RatedQuery& query) -> Result<List<rating::RatedEpisode>> {
        YD_TRY(const int limit, check_limit(query.limit));
        const rating::EpisodeFilter filter{.agent = query.agent_id.value_or(UserId{}),
                                           .team = query.team_id.value_or(TeamId{}),
                                           .conversation = query.conversation_id.value_or(ConversationId{}),
                                           .from = time_of(query.from_at_ms),
                                           .until = time_of(query.until_at_ms)};
        YD_TRY(auto page, ratings.episodes(tx, call.actor, filter, query.after.value_or(""), limit));
        return list_of(std::move(page));
      });
  api.read(net::Method::get, "/rating/summary", "Numerators and denominators of ratings", signed_in(),
           [&ratings, &clock](Call& call, storage::Transaction& tx,
                              const SummaryQuery& query) -> Result<Items<rating::SummaryItem>> {
             const UtcTime until = time_of(query.until_at_ms).value_or(clock.now() + milliseconds(1));
             const rating::SummaryFilter filter{.from = time_of(query.from_at_ms).value_or(until - kDefaultSpan),
                                                .until = until,
                                                .group = query.group.value_or(rating::SummaryGroup::agent),
                                                .agent = query.agent_id.value_or(UserId{}),
                                                .team = query.team_id.value_or(TeamId{})};
             YD_TRY(auto items, ratings.summary(tx, call.actor, filter));
             return Items<rating::SummaryItem>{std::move(items)};
           });
}

void declare_follow_ups(Api& api, rating::Ratings& ratings) {
  api.read(
      net::Method::get, "/rating/follow-ups", "Complaints and who settles them, newest first", signed_in(),
      [&ratings](Call& call, storage::Transaction& tx, const FollowUpQuery& query) -> Result<List<rating::FollowUp>> {
        YD_TRY(const int limit, check_limit(query.limit));
        YD_TRY(auto page, ratings.follow_ups(tx, call.actor, query.state, query.after.value_or(""), limit));
        return list_of(std::move(page));
      });
  api.write(net::Method::patch, "/rating/follow-ups/{id}", "Settle a complaint, or hand it to a colleague", signed_in(),
            [&ratings](Call& call, storage::Transaction& tx, rating::FollowUpId id, const FollowUpPatch& input) {
              return ratings.change_follow_up(tx, call.actor, id, {input.state, input.assignee_id, input.note});
            });
}

}  // namespace

void declare_ratings(Api& api, Ground ground) {
  auto& ratings = ground.services.ratings;
  declare_settings(api, ratings);
  declare_reports(api, ratings, ground.services.clock);
  declare_follow_ups(api, ratings);
}

}  // namespace yingda::rest
