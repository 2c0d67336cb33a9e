// Follow-ups (回访): from a complaint to its closure.
#include <algorithm>
#include <limits>

#include "decide.hpp"
#include "impl.hpp"
#include "yingda/base/text.hpp"

namespace yingda::rating {
namespace {

bool holds(const std::vector<TeamId>& teams, const std::optional<TeamId>& team) {
  return team && *team && std::ranges::find(teams, *team) != teams.end();
}

/// Supervisors of the conversation's or the following team, members of the following team, the assignee.
bool may_see(const FollowUp& follow_up, const org::Actor& actor) {
  if (actor.user && follow_up.assignee_id == actor.user) return true;
  if (holds(actor.teams, follow_up.follow_up_team_id)) return true;
  return actor.may(org::Permission::conversation_supervise) &&
         (actor.scope == org::DataScope::tenant || holds(actor.scope_teams, follow_up.team_id) ||
          holds(actor.scope_teams, follow_up.follow_up_team_id));
}

}  // namespace

Status Ratings::Impl::follow_up(storage::Transaction& tx, TenantId tenant, const store::Asked& asked,
                                const Invitation& said, bool complains) {
  YD_TRY(auto found, store::follow_up_of(tx, tenant, asked.episode));
  if (!found && !complains) return {};
  const UtcTime now = clock.now();
  const bool is_new = !found;
  FollowUp follow_up = found.value_or(FollowUp{});
  if (is_new) {
    YD_TRY(const auto rules, settings(tx, tenant));
    follow_up.id = ids.next<FollowUpId>();
    follow_up.episode_id = asked.episode;
    follow_up.conversation_id = asked.conversation;
    follow_up.customer_name = asked.customer_name;
    follow_up.team_id = asked.team;
    follow_up.follow_up_team_id = rules.follow_up_team_id;
    if (asked.agent) follow_up.agent_id = asked.agent;
    YD_TRY(follow_up.agent_name, person_name(tx, tenant, asked.agent));
    follow_up.created_at_ms = now;
  }
  // The newest word stands in it; what was settled is open again when he complains anew. Only a person settles.
  if (complains) {
    follow_up.cause = said.score ? FollowUpCause::low_score : FollowUpCause::unsolved;
    follow_up.state = FollowUpState::open;
    follow_up.done_at_ms.reset();
    follow_up.done_by_name.clear();
  }
  follow_up.scale = said.scale;
  follow_up.score = said.score;
  follow_up.reason_keys = said.reason_keys;
  follow_up.words = said.words;
  follow_up.updated_at_ms = now;
  YD_CHECK(is_new ? store::insert_follow_up(tx, tenant, follow_up) : store::save_follow_up(tx, tenant, follow_up));
  store::emit_follow_up(tx, tenant, follow_up);
  return {};
}

Result<org::Page<FollowUp>> Ratings::follow_ups(storage::Transaction& tx, const org::Actor& actor,
                                                std::optional<FollowUpState> state, std::string_view after, int limit) {
  YD_TRY(const std::int64_t start, org::decode_cursor(after, std::numeric_limits<std::int64_t>::max()));
  const int chunk = org::page_limit(limit) + 1;
  org::Page<FollowUp> page;
  FollowUpId behind{start};
  int looked_at = 0;
  for (bool more = true; more && looked_at < kListWindow;) {
    YD_TRY(auto rows, store::list_follow_ups(tx, actor.tenant, state, behind, chunk));
    more = rows.size() == static_cast<std::size_t>(chunk);
    looked_at += static_cast<int>(rows.size());
    for (FollowUp& row : rows) {
      if (page.items.size() + 1 == static_cast<std::size_t>(chunk) && may_see(row, actor)) {
        page.next = org::encode_cursor(behind.value);
        return page;
      }
      behind = row.id;
      if (may_see(row, actor)) page.items.push_back(std::move(row));
    }
    page.next = more ? org::encode_cursor(behind.value) : std::string();
  }
  return page;
}

Result<FollowUp> Ratings::change_follow_up(storage::Transaction& tx, const org::Actor& actor, FollowUpId id,
                                           const FollowUpChange& change) {
  YD_TRY(const auto found, store::lock_follow_up(tx, actor.tenant, id));
  if (!found || !may_see(*found, actor)) return fail(Code::not_found, "rating.follow_up_not_found");
  FollowUp after = *found;
  const UtcTime now = impl_->clock.now();
  if (change.note) {
    YD_TRY(after.note, text::check_length("note", *change.note, 0, kNoteCodePointsMax));
  }
  if (change.assignee_id) {
    YD_TRY(const auto user, impl_->org.load_user(tx, actor.tenant, *change.assignee_id));
    after.assignee_id = user.id;
    after.assignee_name = user.name;
  }
  if (change.state && *change.state != after.state) {
    after.state = *change.state;
    const bool done = after.state == FollowUpState::done;
    after.done_at_ms = done ? std::optional(now) : std::nullopt;
    after.done_by_name.clear();
    if (done) {  // colleagues read it: not the name that customers see
      YD_TRY(after.done_by_name, impl_->person_name(tx, actor.tenant, actor.user));
      if (after.done_by_name.empty()) after.done_by_name = actor.name;
    }
  }
  after.updated_at_ms = now;
  YD_CHECK(store::save_follow_up(tx, actor.tenant, after));
  YD_CHECK(impl_->org.audit(tx, actor, "rating.follow_up_changed", to_string(id), store::to_json(*found),
                            store::to_json(after)));
  store::emit_follow_up(tx, actor.tenant, after);
  return after;
}

}  // namespace yingda::rating
