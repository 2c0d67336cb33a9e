// Recordings out of the facts: who came when, who was there, what the queues' policies are.
#include <algorithm>
#include <unordered_map>

#include "record.hpp"
#include "routing_queries.gen.hpp"
#include "store.hpp"
#include "yingda/routing/routing.hpp"

namespace yingda::routing {
namespace {

// Whoever changed his state longer ago than this before a recording counts as offline at its beginning.
constexpr DurationMs kStateKnown = days(31);

struct Change {
  UserId user;
  AgentState state;
  UtcTime at;
};

Change change_of(const storage::Row& row) {
  return {row.id<UserId>(0), row.text(1) == enum_name(AgentState::online) ? AgentState::online : AgentState::offline,
          row.time(2)};
}

/// When each agent was online within [from, until).
Result<std::unordered_map<UserId, std::vector<OnlineSpan>>> load_online(storage::Transaction& tx, TenantId tenant,
                                                                        UtcTime from, UtcTime until) {
  YD_TRY(auto changes, tx.all(queries::states_before, change_of, tenant, from - kStateKnown, from));
  for (Change& change : changes) change.at = from;
  YD_TRY(const auto within, tx.all(queries::states_within, change_of, tenant, from, until));
  changes.insert(changes.end(), within.begin(), within.end());
  std::unordered_map<UserId, std::vector<OnlineSpan>> out;
  std::unordered_map<UserId, UtcTime> since;
  for (const Change& change : changes) {
    const auto began = since.find(change.user);
    if (change.state == AgentState::online) {
      if (began == since.end()) since.emplace(change.user, change.at);
    } else if (began != since.end()) {
      if (began->second < change.at) out[change.user].push_back({began->second, change.at});
      since.erase(began);
    }
  }
  for (const auto& [user, began] : since) {
    if (began < until) out[user].push_back({began, until});
  }
  return out;
}

Status add_agents(storage::Transaction& tx, org::Org& org, TenantId tenant, Recording& out) {
  YD_TRY(auto online, load_online(tx, tenant, out.from_at_ms, out.until_at_ms));
  YD_TRY(const auto profiles, load_profiles(tx, tenant));
  std::unordered_map<UserId, const AgentProfile*> profile_of;
  for (const AgentProfile& profile : profiles) profile_of.emplace(profile.user_id, &profile);
  const org::Actor system = org::Org::system_actor(tenant);
  std::string after;
  do {
    YD_TRY(auto page, org.list_users(tx, system, "", after, org::kPageMax));
    after = page.next;
    for (org::User& user : page.items) {
      const auto spans = online.find(user.id);
      if (spans == online.end()) continue;
      RecordedAgent& agent = out.agents.emplace_back();
      agent.id = user.id;
      agent.name = user.name;
      agent.capacity = user.capacity;
      agent.team_ids = std::move(user.team_ids);
      agent.online = std::move(spans->second);
      if (const auto known = profile_of.find(user.id); known != profile_of.end()) {
        agent.weight = known->second->weight;
        agent.skills = known->second->skills;
        agent.languages = known->second->languages;
      }
    }
  } while (!after.empty());
  return {};
}

RecordedItem item_of(const EpisodeFact& fact, UtcTime until) {
  RecordedItem item;
  item.id = fact.episode;
  item.team_id = fact.team;
  item.channel = fact.channel;
  item.arrived_at_ms = fact.arrived;
  item.priority = fact.priority;
  item.vip = fact.vip;
  item.agent_id = fact.agent;
  item.handled_ms = fact.handled_ms;
  item.outcome = fact.first_assigned ? Outcome::served : fact.outcome;
  const UtcTime end = fact.first_assigned ? *fact.first_assigned : fact.closed.value_or(until);
  item.waited_ms = std::max<std::int64_t>((std::min(end, until) - fact.arrived).ms, 0);
  // Still in somebody's hands: what is known of his time so far.
  if (fact.first_assigned && !fact.closed)
    item.handled_ms = std::max<std::int64_t>((until - *fact.first_assigned).ms, 0);
  return item;
}

}  // namespace

Result<Recording> load_recording(storage::Transaction& tx, org::Org& org, TenantId tenant, UtcTime from, UtcTime until,
                                 std::size_t items_max) {
  Recording out;
  out.from_at_ms = from;
  out.until_at_ms = until;
  YD_TRY(const auto facts, load_facts(tx, tenant, from, until, static_cast<int>(items_max) + 1));
  if (facts.size() > items_max) return fail(Code::limit_exceeded, "routing.recording_too_large");
  for (const EpisodeFact& fact : facts) {
    if (fact.team) out.items.push_back(item_of(fact, until));
  }
  YD_TRY(out.policies, load_policies(tx, tenant));
  YD_CHECK(add_agents(tx, org, tenant, out));
  return out;
}

}  // namespace yingda::routing
