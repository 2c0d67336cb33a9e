#include "record.hpp"

#include <algorithm>
#include <utility>

#include "store.hpp"
#include "yingda/calendar/days.hpp"

namespace yingda::routing {

using conversation::Conversation;
using conversation::State;

// --- rules

void apply_event(EpisodeFact& fact, const Conversation& c, std::int64_t target_ms) {
  if (c.version < fact.version) return;
  const UtcTime at = c.updated_at_ms;
  const bool fresh = fact.version == 0;
  fact.version = c.version;
  if (fresh) {
    fact.episode = c.episode_id;
    fact.conversation = c.id;
    fact.arrived = c.queued_at_ms.value_or(at);
  }
  fact.channel = c.channel;
  fact.vip = !c.customer.level.empty();
  if (c.state == State::assigned && c.agent) {
    if (!fact.first_assigned) {
      fact.first_assigned = std::max(at, fact.arrived);
      fact.team = c.team_id;
      fact.priority = c.priority;
      fact.target_ms = target_ms;
    }
    fact.agent = c.agent->id;
  } else if (!fact.first_assigned) {
    if (c.team_id) fact.team = c.team_id;
    fact.priority = c.priority;
  }
  if (c.state == State::closed) {
    fact.closed = c.closed_at_ms.value_or(at);
    fact.outcome = fact.first_assigned ? Outcome::served : Outcome::abandoned;
    fact.handled_ms = fact.first_assigned ? std::max<std::int64_t>(0, (*fact.closed - *fact.first_assigned).ms) : 0;
  } else {
    fact.closed.reset();
    fact.outcome = fact.first_assigned ? Outcome::served : Outcome::open;
  }
}

void DayCounts::count(const EpisodeFact& fact, int sign) {
  if (fact.team) {
    QueueDay& queue = queues_[fact.team];
    if (today(fact.arrived)) queue.offered += sign;
    if (fact.first_assigned && today(*fact.first_assigned)) {
      const std::int64_t waited = (*fact.first_assigned - fact.arrived).ms;
      queue.served += sign;
      queue.wait_ms_sum += sign * waited;
      if (sign > 0) queue.wait_ms_max = std::max(queue.wait_ms_max, waited);
      if (fact.target_ms == 0 || waited <= fact.target_ms) queue.within_target += sign;
      if (fact.estimated_wait_ms) {
        queue.estimates += sign;
        queue.estimate_error_ms_sum += sign * std::abs(*fact.estimated_wait_ms - waited);
      }
    }
    if (fact.outcome == Outcome::abandoned && fact.closed && today(*fact.closed)) queue.abandoned += sign;
  }
  if (fact.agent && fact.closed && today(*fact.closed)) agents_[fact.agent].closed += sign;
}

void DayCounts::add(const EpisodeAgent& got) {
  if (today(got.at)) ++agents_[got.agent].assigned;
}

QueueDay DayCounts::queue(TeamId team) const {
  const auto found = queues_.find(team);
  return found == queues_.end() ? QueueDay{} : found->second;
}

AgentDayCount DayCounts::agent(UserId agent) const {
  const auto found = agents_.find(agent);
  return found == agents_.end() ? AgentDayCount{} : found->second;
}

// --- the recorder

struct Recorder::Days {
  std::mutex mutex;
  bool loaded = false, zone_stale = false;
  std::string zone;
  DayCounts counts{calendar::Interval{}};
  std::unordered_map<EpisodeId, EpisodeFact> facts;        // open ones and those that count today
  std::map<std::pair<EpisodeId, UserId>, UtcTime> had_by;  // first times, of those and of today
};

Result<std::shared_ptr<Recorder::Days>> Recorder::days_of(TenantId tenant) {
  const std::scoped_lock lock(mutex_);
  auto& days = tenants_[tenant];
  if (!days) days = std::make_shared<Days>();
  return days;
}

Status Recorder::load(Days& days, TenantId tenant) {
  const UtcTime now = clock_.now();
  return database_.read([&](storage::Transaction& tx) -> Status {
    YD_TRY(const auto company, org_.load_tenant(tx, tenant));
    YD_TRY(const auto date, calendar::local_date(company.time_zone, now));
    YD_TRY(const auto day, calendar::local_day(company.time_zone, date));
    YD_TRY(const auto facts, load_facts_since(tx, tenant, day.from));
    YD_TRY(const auto agents, load_episode_agents_since(tx, tenant, day.from));
    days.zone = company.time_zone;
    days.counts = DayCounts(day);
    days.facts.clear();
    for (const EpisodeFact& fact : facts) {
      days.counts.add(fact);
      days.facts.emplace(fact.episode, fact);
    }
    days.had_by.clear();
    for (const EpisodeAgent& got : agents) {
      if (days.had_by.try_emplace({got.episode, got.agent}, got.at).second) days.counts.add(got);
    }
    days.loaded = true;
    days.zone_stale = false;
    return {};
  });
}

/// Loads, or begins the new day; mutex of the days held.
Status Recorder::roll(Days& days, TenantId tenant) {
  const UtcTime now = clock_.now();
  const calendar::Interval& day = days.counts.day();
  if (days.loaded && !days.zone_stale && now >= day.from && now < day.until) return {};
  return load(days, tenant);
}

Status Recorder::take(std::span<const storage::CommittedEvent> events) {
  if (events.empty()) return {};
  const TenantId tenant = events.front().tenant;
  std::vector<Conversation> changes;
  for (const storage::CommittedEvent& event : events) {
    if (event.type == "settings.changed") {
      YD_TRY(const auto area, decode_settings_area(event.payload));
      if (area == "tenant") forget_zone(tenant);
      continue;
    }
    YD_TRY(auto change, decode_conversation_event(event.payload));
    if (change.conversation.episode_id) changes.push_back(std::move(change.conversation));
  }
  if (changes.empty()) return {};
  std::map<EpisodeId, EpisodeFact> written;
  std::vector<EpisodeAgent> got_by;
  YD_CHECK(database_.write(tenant, [&](storage::Transaction& tx) -> Status {
    written.clear();
    got_by.clear();
    for (const Conversation& c : changes) {
      auto known = written.find(c.episode_id);
      if (known == written.end()) {
        YD_TRY(const auto stored, load_fact(tx, tenant, c.episode_id));
        known = written.emplace(c.episode_id, stored.value_or(EpisodeFact{})).first;
      }
      EpisodeFact& fact = known->second;
      const bool had_agent = fact.first_assigned.has_value();
      apply_event(fact, c, target_of_(tenant, c.team_id));
      if (!had_agent && fact.first_assigned) {
        YD_TRY(fact.estimated_wait_ms, load_estimate(tx, tenant, c.id, c.episode_id));
      }
      if (c.state == State::assigned && c.agent) {
        const EpisodeAgent got{c.episode_id, c.agent->id, c.updated_at_ms};
        YD_CHECK(store_episode_agent(tx, tenant, got));
        got_by.push_back(got);
      }
    }
    for (const auto& [id, fact] : written) YD_CHECK(store_fact(tx, tenant, fact));
    return {};
  }));

  YD_TRY(const auto days, days_of(tenant));
  const std::scoped_lock lock(days->mutex);
  // Not looked at yet: the first look loads what was just written.
  if (!days->loaded) return {};
  for (const auto& [id, fact] : written) {
    const auto old = days->facts.find(id);
    if (old != days->facts.end()) days->counts.remove(old->second);
    days->counts.add(fact);
    days->facts.insert_or_assign(id, fact);
  }
  for (const EpisodeAgent& got : got_by) {
    if (days->had_by.try_emplace({got.episode, got.agent}, got.at).second) days->counts.add(got);
  }
  return {};
}

Result<DayCounts> Recorder::today(TenantId tenant) {
  YD_TRY(const auto days, days_of(tenant));
  const std::scoped_lock lock(days->mutex);
  YD_CHECK(roll(*days, tenant));
  return days->counts;
}

void Recorder::forget_zone(TenantId tenant) {
  if (const auto days = days_of(tenant)) {
    const std::scoped_lock lock((*days)->mutex);
    (*days)->zone_stale = true;
  }
}

}  // namespace yingda::routing
