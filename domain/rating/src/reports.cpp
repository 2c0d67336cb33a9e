// Who rated whom, and the sums.
#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "decide.hpp"
#include "impl.hpp"

namespace yingda::rating {
namespace {

/// What an actor reaches of the company's episodes.
struct Reach {
  bool everything = false;
  bool scope = false;  // teams of his data scope; otherwise only his own episodes
  const org::Actor& actor;

  bool has(TeamId team) const {
    return everything || (team && std::ranges::find(actor.scope_teams, team) != actor.scope_teams.end());
  }
};
Reach reach_of(const org::Actor& actor) {
  const bool sees = actor.may(org::Permission::conversation_supervise) || actor.may(org::Permission::analytics_view);
  return {sees && actor.scope == org::DataScope::tenant, sees && actor.scope != org::DataScope::own, actor};
}

std::string encode_place(const store::Place& place) {
  return "r" + std::to_string(place.closed_at_ms) + "." + std::to_string(place.episode);
}

Result<store::Place> decode_place(std::string_view text, std::optional<UtcTime> until) {
  store::Place place{until ? until->ms : std::numeric_limits<std::int64_t>::max(), 0};
  if (text.empty()) return place;
  const auto wrong = [] { return fail(Code::invalid_argument, "request.invalid_cursor"); };
  const auto dot = text.find('.');
  if (!text.starts_with('r') || dot == std::string_view::npos) return wrong();
  store::Place given;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data() + 1, text.data() + dot, given.closed_at_ms);
  const auto second = std::from_chars(text.data() + dot + 1, end, given.episode);
  if (first.ec != std::errc() || first.ptr != text.data() + dot || second.ec != std::errc() || second.ptr != end)
    return wrong();
  return given;
}

void add(SummaryItem& to, const SummaryItem& from) {
  for (const auto member :
       {&SummaryItem::episodes, &SummaryItem::invited, &SummaryItem::answered, &SummaryItem::solved,
        &SummaryItem::unsolved, &SummaryItem::rated, &SummaryItem::rated_stars, &SummaryItem::satisfied,
        &SummaryItem::score_sum, &SummaryItem::episodes_ppm, &SummaryItem::invited_ppm, &SummaryItem::answered_ppm,
        &SummaryItem::solved_ppm, &SummaryItem::unsolved_ppm, &SummaryItem::rated_ppm, &SummaryItem::rated_stars_ppm,
        &SummaryItem::satisfied_ppm, &SummaryItem::score_sum_ppm})
    to.*member += from.*member;
}

}  // namespace

Result<std::string> Ratings::Impl::person_name(storage::Transaction& tx, TenantId tenant, UserId user) {
  if (!user) return std::string();
  auto found = org.load_user(tx, tenant, user);
  if (!found && found.error().code == Code::not_found) return std::string();
  if (!found) return std::unexpected(std::move(found).error());
  return std::move(found->name);
}

Result<std::string> Ratings::Impl::team_name(storage::Transaction& tx, TenantId tenant, TeamId team) {
  if (!team) return std::string();
  auto found = org.load_team(tx, tenant, team);
  if (!found && found.error().code == Code::not_found) return std::string();
  if (!found) return std::unexpected(std::move(found).error());
  return std::move(found->name);
}

Result<org::Page<RatedEpisode>> Ratings::episodes(storage::Transaction& tx, const org::Actor& actor,
                                                  const EpisodeFilter& asked_for, std::string_view after, int limit) {
  EpisodeFilter filter = asked_for;
  const Reach reach = reach_of(actor);
  bool by_conversation = false;
  if (filter.conversation) {
    YD_CHECK(impl_->conversations.access_conversation(tx, actor, filter.conversation));
    by_conversation = true;
  } else if (!reach.everything && !reach.scope) {
    if (!actor.user || (filter.agent && filter.agent != actor.user))
      return fail(Code::permission_denied, "auth.permission_denied");
    filter.agent = actor.user;
  }
  const bool own = filter.agent && filter.agent == actor.user;
  YD_TRY(store::Place behind, decode_place(after, filter.until));
  const UtcTime now = impl_->clock.now();
  const auto wanted = [&](const store::Asked& row) {
    return (by_conversation || own || reach.has(row.team)) && (!filter.team || row.team == filter.team);
  };

  org::Page<RatedEpisode> page;
  std::map<UserId, std::string> names;
  const int chunk = org::page_limit(limit) + 1;
  int looked_at = 0;
  for (bool more = true; more && looked_at < kListWindow;) {
    YD_TRY(auto rows, store::list_episodes(tx, actor.tenant, filter, behind, chunk));
    more = rows.size() == static_cast<std::size_t>(chunk);
    looked_at += static_cast<int>(rows.size());
    for (store::Asked& row : rows) {
      const bool shown = wanted(row);
      if (shown && page.items.size() + 1 == static_cast<std::size_t>(chunk)) {
        page.next = encode_place(behind);
        return page;
      }
      behind = {row.closed_at.ms, row.episode.value};
      if (!shown) continue;
      RatedEpisode& item = page.items.emplace_back();
      // Whether it is still the conversation's present episode does not matter here: an answer would have its state.
      item.invitation = *std::move(row.invitation);
      item.invitation.state = decide_state(item.invitation, true, now);
      item.customer_name = std::move(row.customer_name);
      item.team_id = row.team;
      item.closed_at_ms = row.closed_at;
      YD_TRY(const auto shares, store::shares_of(tx, actor.tenant, row.episode));
      for (const auto& [agent, share] : shares) {
        if (!names.contains(agent)) {
          YD_TRY(names[agent], impl_->person_name(tx, actor.tenant, agent));
        }
        item.agents.push_back({agent, names[agent], share});
      }
    }
    page.next = more ? encode_place(behind) : std::string();
  }
  return page;
}

Result<std::vector<SummaryItem>> Ratings::summary(storage::Transaction& tx, const org::Actor& actor,
                                                  const SummaryFilter& asked_for) {
  SummaryFilter filter = asked_for;
  if (filter.until <= filter.from || filter.until - filter.from > kSummarySpanMax)
    return fail_fields({{"until_at_ms", "request.out_of_range"}});
  const Reach reach = reach_of(actor);
  if (!reach.everything && !reach.scope) {
    if (!actor.user || (filter.agent && filter.agent != actor.user))
      return fail(Code::permission_denied, "auth.permission_denied");
    filter.agent = actor.user;
  }
  const bool own = filter.agent && filter.agent == actor.user;
  YD_TRY(const auto rows, store::sums(tx, actor.tenant, filter));
  if (rows.size() > kSummaryRowsMax) return fail(Code::limit_exceeded, "rating.summary_too_wide");

  std::map<std::string, SummaryItem> items;
  for (const store::Sums& row : rows) {
    if (!own && !reach.has(row.team)) continue;
    if (filter.team && row.team != filter.team) continue;
    const std::string key = filter.group == SummaryGroup::agent  ? to_string(row.agent)
                            : filter.group == SummaryGroup::team ? to_string(row.team)
                                                                 : row.day;
    SummaryItem& item = items[key];
    if (item.key != key || item.episodes == 0) {
      item.key = key;
      if (filter.group == SummaryGroup::agent) {
        YD_TRY(item.name, impl_->person_name(tx, actor.tenant, row.agent));
      } else if (filter.group == SummaryGroup::team) {
        YD_TRY(item.name, impl_->team_name(tx, actor.tenant, row.team));
      }
    }
    add(item, row.item);
  }
  std::vector<SummaryItem> out;
  for (auto& [key, item] : items) out.push_back(std::move(item));
  return out;
}

}  // namespace yingda::rating
