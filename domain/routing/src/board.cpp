#include "board.hpp"

#include <algorithm>

#include "yingda/base/assert.hpp"

namespace yingda::routing {
namespace {

/// Takes new work now, or as soon as he has written down the last.
bool serving(const AgentView& agent) { return agent.state == AgentState::online || agent.state == AgentState::wrap_up; }

/// Three-way comparison of "smaller is better".
template <class T>
int order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

std::int64_t Board::skill_fit(const AgentView& agent, const std::vector<Skill>& wanted) {
  std::int64_t fit = 0;
  for (const Skill& want : wanted) {
    for (const Skill& have : agent.skills) {
      if (have.name == want.name) fit += have.level;
    }
  }
  return fit;
}

std::int64_t weight_of(const QueuePolicy& policy, conversation::Channel channel) {
  const auto own = std::ranges::find(policy.weights, channel, &ChannelWeight::channel);
  return own == policy.weights.end() ? 1 : own->weight;
}

Board::Queue& Board::queue(TeamId team) {
  auto [it, fresh] = queues_.try_emplace(team);
  if (fresh) it->second.policy.team_id = team;
  return it->second;
}

const Board::Queue* Board::find_queue(TeamId team) const {
  const auto it = queues_.find(team);
  return it == queues_.end() ? nullptr : &it->second;
}

void Board::put_policy(const QueuePolicy& policy) {
  Queue& q = queue(policy.team_id);
  q.policy = policy;
  // The step length moves every place: rebuild the lanes.
  std::vector<ConversationId> items = waiting_in(policy.team_id);
  for (Lane& lane : q.lanes) lane.places.clear();
  q.lanes.clear();
  q.arrivals.clear();
  q.length = 0;
  for (const ConversationId id : items) {
    const WorkItem item = waiting_.at(id);
    waiting_.erase(id);
    put_waiting(item);
  }
}

const QueuePolicy& Board::policy(TeamId team) const {
  static const QueuePolicy kDefault;
  const Queue* q = find_queue(team);
  return q ? q->policy : kDefault;
}

void Board::put_agent(AgentView agent) {
  remove_agent(agent.id);
  for (const TeamId team : agent.teams) queue(team).agents.push_back(agent.id);
  const UserId id = agent.id;
  agents_.insert_or_assign(id, std::move(agent));
}

void Board::remove_agent(UserId id) {
  const auto it = agents_.find(id);
  if (it == agents_.end()) return;
  for (const TeamId team : it->second.teams) std::erase(queue(team).agents, id);
  agents_.erase(it);
}

const AgentView* Board::agent(UserId id) const {
  const auto it = agents_.find(id);
  return it == agents_.end() ? nullptr : &it->second;
}

const WorkItem* Board::item(ConversationId id) const {
  const auto it = waiting_.find(id);
  return it == waiting_.end() ? nullptr : &it->second;
}

std::int64_t Board::load(UserId id) const {
  const auto it = held_.find(id);
  return it == held_.end() ? 0 : it->second.load;
}

std::int64_t Board::conversations(UserId id) const {
  const auto it = held_.find(id);
  return it == held_.end() ? 0 : it->second.count;
}

UserId Board::owner(ConversationId id) const {
  const auto it = owned_.find(id);
  return it == owned_.end() ? UserId{} : it->second.agent;
}

Board::Place Board::place(const WorkItem& item, const QueuePolicy& policy) {
  const std::int64_t steps = item.priority + (item.vip ? policy.vip_priority : 0);
  return {item.arrived.ms - steps * policy.priority_step_ms, item.id.value};
}

Board::Place Board::arrival(const WorkItem& item) {
  return {std::max(item.arrived, item.promised.value_or(item.arrived)).ms, item.id.value};
}

void Board::put_waiting(const WorkItem& item) {
  remove_item(item.id);
  Queue& q = queue(item.team);
  auto lane = std::ranges::find_if(
      q.lanes, [&](const Lane& l) { return l.language == item.language && l.skills == item.skills; });
  if (lane == q.lanes.end()) {
    q.lanes.push_back(Lane{item.skills, item.language, {}});
    lane = q.lanes.end() - 1;
  }
  lane->places.insert(place(item, q.policy));
  ++q.length;
  q.arrivals.insert(arrival(item));
  if (item.preferred) preferring_[item.preferred].insert(item.id);
  waiting_.emplace(item.id, item);
}

void Board::erase_waiting(ConversationId id) {
  const auto it = waiting_.find(id);
  if (it == waiting_.end()) return;
  Queue& q = queue(it->second.team);
  const auto lane = std::ranges::find_if(
      q.lanes, [&](const Lane& l) { return l.language == it->second.language && l.skills == it->second.skills; });
  YD_ASSERT(lane != q.lanes.end());
  lane->places.erase(place(it->second, q.policy));
  if (lane->places.empty()) q.lanes.erase(lane);
  --q.length;
  q.arrivals.erase(arrival(it->second));
  if (const auto mine = preferring_.find(it->second.preferred); mine != preferring_.end()) {
    mine->second.erase(id);
    if (mine->second.empty()) preferring_.erase(mine);
  }
  waiting_.erase(it);
}

void Board::erase_owned(ConversationId id) {
  const auto it = owned_.find(id);
  if (it == owned_.end()) return;
  Held& held = held_[it->second.agent];
  held.load -= it->second.weight;
  held.count -= 1;
  owned_.erase(it);
}

void Board::remove_item(ConversationId id) {
  erase_waiting(id);
  erase_owned(id);
}

void Board::put_owned(ConversationId id, UserId agent, std::int64_t weight) {
  remove_item(id);
  owned_.emplace(id, Owned{agent, weight});
  Held& held = held_[agent];
  held.load += weight;
  held.count += 1;
}

std::int64_t Board::relaxed_levels(const QueuePolicy& policy, DurationMs waited) {
  std::int64_t levels = 0;
  for (const Relaxation& step : policy.relaxations) {
    if (waited.ms >= step.after_ms) levels = std::max(levels, step.levels);
  }
  return levels;
}

std::int64_t Board::most_relaxed(const QueuePolicy& policy) {
  std::int64_t levels = 0;
  for (const Relaxation& step : policy.relaxations) levels = std::max(levels, step.levels);
  return levels;
}

bool Board::skilled(const AgentView& agent, const std::vector<Skill>& wanted, std::int64_t relaxed) {
  return std::ranges::all_of(wanted, [&](const Skill& want) {
    const std::int64_t level = want.level - relaxed;
    return level <= 0 || std::ranges::any_of(agent.skills, [&](const Skill& have) {
             return have.name == want.name && have.level >= level;
           });
  });
}

bool Board::speaks(const AgentView& agent, const std::string& language) {
  return language.empty() || agent.languages.empty() ||
         std::ranges::find(agent.languages, language) != agent.languages.end();
}

bool Board::has_room(const AgentView& agent, std::int64_t weight) const {
  return agent.state == AgentState::online && load(agent.id) + ringing(agent.id) + weight <= agent.capacity;
}

bool Board::preference_holds(const WorkItem& item, const QueuePolicy& policy, UtcTime now) const {
  if (!item.preferred || policy.last_agent_wait_ms <= 0) return false;
  if ((now - item.arrived).ms >= policy.last_agent_wait_ms) return false;
  // Waiting for somebody who cannot come would only cost the customer time.
  const AgentView* preferred = agent(item.preferred);
  return preferred && serving(*preferred) && !refused(item, item.preferred, now);
}

bool Board::able(const AgentView& agent, const WorkItem& item, const QueuePolicy& policy, UtcTime now) const {
  if (item.held || !has_room(agent, item.weight)) return false;
  if (rings_.contains(item.id) || refused(item, agent.id, now)) return false;
  // Who stayed silent does not get it again, unless everybody here did.
  if (std::ranges::find(item.excluded, agent.id) != item.excluded.end() && others_online(item.team, item.excluded))
    return false;
  if (agent.id == item.preferred && preference_holds(item, policy, now)) return true;
  if (preference_holds(item, policy, now)) return false;
  return speaks(agent, item.language) && skilled(agent, item.skills, relaxed_levels(policy, now - item.arrived));
}

int Board::compare(const AgentView& a, const AgentView& b, const WorkItem& item, Strategy strategy) const {
  const std::int64_t load_a = load(a.id);
  const std::int64_t load_b = load(b.id);
  int result = 0;
  switch (strategy) {
    case Strategy::least_loaded:
    case Strategy::ring_several:
    case Strategy::pull: result = order(load_a, load_b); break;
    case Strategy::longest_idle: break;
    case Strategy::round_robin: return order(std::pair(a.last_assigned, a.id), std::pair(b.last_assigned, b.id));
    case Strategy::weighted:  // fewest assignments a unit of weight: a.count / a.weight < b.count / b.weight
      result = order((a.assigned_count + 1) * b.weight, (b.assigned_count + 1) * a.weight);
      break;
    case Strategy::skill_score:
      result = order(skill_fit(b, item.skills), skill_fit(a, item.skills));
      if (result == 0) result = order(load_a, load_b);
      break;
    case Strategy::occupancy_balanced:  // load / capacity without division
      result = order(load_a * b.capacity, load_b * a.capacity);
      break;
  }
  if (result == 0) result = order(a.idle_since, b.idle_since);
  return result != 0 ? result : order(a.id, b.id);
}

Explanation Board::explain(const Queue& queue, const WorkItem& item, const AgentView& chosen, UtcTime now) const {
  Explanation why;
  why.strategy = queue.policy.strategy;
  why.rule = chosen.id == item.preferred ? "routing.rule.last_agent" : "routing.rule.strategy";
  why.estimated_wait_ms = item.estimated_wait_ms;
  why.waited_ms = std::max<std::int64_t>((now - item.arrived).ms, 0);
  why.queue_length = queue.length;
  why.agents_in_queue = static_cast<std::int64_t>(queue.agents.size());
  why.load_before = load(chosen.id);
  why.capacity = chosen.capacity;
  why.relaxed_levels = relaxed_levels(queue.policy, now - item.arrived);
  const AgentView* second = nullptr;
  for (const UserId id : queue.agents) {
    const AgentView& other = agents_.at(id);
    if (!able(other, item, queue.policy, now)) continue;
    ++why.agents_able;
    if (id == chosen.id) continue;
    if (!second || compare(other, *second, item, queue.policy.strategy) < 0) second = &other;
  }
  if (second) why.runner_up = to_string(second->id);
  return why;
}

std::optional<Assignment> Board::decide_for_item(ConversationId id, UtcTime now) const {
  const auto it = waiting_.find(id);
  if (it == waiting_.end()) return std::nullopt;
  const WorkItem& item = it->second;
  const Queue* q = find_queue(item.team);
  if (!q || q->policy.strategy == Strategy::pull) return std::nullopt;
  const AgentView* best = nullptr;
  if (preference_holds(item, q->policy, now)) {  // the known agent may sit in another team
    const AgentView* preferred = agent(item.preferred);
    if (preferred && able(*preferred, item, q->policy, now)) best = preferred;
  } else {
    for (const UserId agent_id : q->agents) {
      const AgentView& candidate = agents_.at(agent_id);
      if (!able(candidate, item, q->policy, now)) continue;
      if (!best || compare(candidate, *best, item, q->policy.strategy) < 0) best = &candidate;
    }
  }
  if (!best) return std::nullopt;
  return assignment(*q, item, *best, now);
}

std::optional<Assignment> Board::decide_for_agent(UserId id, UtcTime now) const {
  const AgentView* me = agent(id);
  if (!me || !has_room(*me, 1)) return std::nullopt;
  const WorkItem* best = nullptr;
  const Queue* best_queue = nullptr;
  Place best_place{};
  for (const TeamId team : me->teams) {
    const Queue* q = find_queue(team);
    if (!q || q->length == 0 || q->policy.strategy == Strategy::pull) continue;
    for (const Lane& lane : q->lanes) {
      // Without the language, or without the skills even when all is relaxed, only a customer who prefers this agent
      // could be his; those ask through decide_for_item, so the whole lane is passed by.
      if (!speaks(*me, lane.language) || !skilled(*me, lane.skills, most_relaxed(q->policy))) continue;
      for (const Place& spot : lane.places) {
        if (best && best_place < spot) break;
        const WorkItem& item = waiting_.at(ConversationId{spot.second});
        if (!able(*me, item, q->policy, now)) continue;
        best = &item, best_queue = q, best_place = spot;
        break;
      }
    }
  }
  if (!best) return std::nullopt;
  return assignment(*best_queue, *best, *me, now);
}

void Board::apply_assignment(const Assignment& assignment, UtcTime now) {
  const auto it = waiting_.find(assignment.item);
  const std::int64_t weight = it == waiting_.end() ? 1 : it->second.weight;
  put_owned(assignment.item, assignment.agent, weight);
  const auto agent = agents_.find(assignment.agent);
  if (agent == agents_.end()) return;
  agent->second.last_assigned = now;
  agent->second.idle_since = now;
  ++agent->second.assigned_count;
}

std::optional<UtcTime> Board::next_change(ConversationId id, UtcTime now) const {
  const WorkItem* found = item(id);
  if (!found) return std::nullopt;
  const QueuePolicy& rules = policy(found->team);
  std::optional<UtcTime> next;
  const auto consider = [&](std::int64_t after_ms) {
    const UtcTime at = found->arrived + milliseconds(after_ms);
    if (now < at && (!next || at < *next)) next = at;
  };
  if (found->preferred && rules.last_agent_wait_ms > 0) consider(rules.last_agent_wait_ms);
  if (!found->skills.empty()) {
    for (const Relaxation& step : rules.relaxations) consider(step.after_ms);
  }
  if (rules.wait_ms_max > 0) consider(rules.wait_ms_max);
  for (const Refusal& refusal : found->refusals) consider((refusal.until - found->arrived).ms);
  return next;
}

std::int64_t Board::position(ConversationId id) const {
  const WorkItem* found = item(id);
  if (!found) return 0;
  const Queue* q = find_queue(found->team);
  const Place mine = place(*found, q->policy);
  std::int64_t ahead = 0;
  for (const Lane& lane : q->lanes) {
    for (const Place& spot : lane.places) {
      if (!(spot < mine)) break;
      ++ahead;
    }
  }
  return ahead + 1;
}

std::int64_t Board::queue_length(TeamId team) const {
  const Queue* q = find_queue(team);
  return q ? q->length : 0;
}

std::optional<UtcTime> Board::oldest_arrival(TeamId team) const {
  const Queue* q = find_queue(team);
  return q && !q->arrivals.empty() ? std::optional(UtcTime{q->arrivals.begin()->first}) : std::nullopt;
}

std::vector<ConversationId> Board::waiting_in(TeamId team) const {
  std::vector<Place> places;
  if (const Queue* q = find_queue(team)) {
    for (const Lane& lane : q->lanes) places.insert(places.end(), lane.places.begin(), lane.places.end());
  }
  std::ranges::sort(places);
  std::vector<ConversationId> out;
  out.reserve(places.size());
  for (const Place& spot : places) out.push_back(ConversationId{spot.second});
  return out;
}

std::vector<UserId> Board::agents_of(TeamId team) const {
  const Queue* q = find_queue(team);
  return q ? q->agents : std::vector<UserId>{};
}

bool Board::has_agents(TeamId team) const {
  const Queue* q = find_queue(team);
  return q && !q->agents.empty();
}

std::vector<TeamId> Board::teams() const {
  std::vector<TeamId> out;
  for (const auto& [team, q] : queues_) out.push_back(team);
  std::ranges::sort(out);
  return out;
}

bool Board::anyone_online(TeamId team) const {
  return std::ranges::any_of(agents_, [&](const auto& entry) {
    const AgentView& view = entry.second;
    return serving(view) && (!team || std::ranges::find(view.teams, team) != view.teams.end());
  });
}

std::vector<ConversationId> Board::waiting_preferring(UserId agent) const {
  const auto it = preferring_.find(agent);
  if (it == preferring_.end()) return {};
  std::vector<ConversationId> out(it->second.begin(), it->second.end());
  put_in_order(out);
  return out;
}

std::vector<ConversationId> Board::waiting_for(UserId agent, UtcTime now) const {
  auto out = waiting_preferring(agent);
  std::erase_if(out, [&](ConversationId id) {
    const WorkItem& waiting = waiting_.at(id);
    return !preference_holds(waiting, policy(waiting.team), now);
  });
  return out;
}

void Board::put_in_order(std::vector<ConversationId>& items) const {
  std::ranges::sort(items, {}, [&](ConversationId id) {
    const WorkItem& waiting = waiting_.at(id);
    return place(waiting, policy(waiting.team));
  });
}

std::vector<ConversationId> Board::waiting_with_exclusions(std::span<const TeamId> teams) const {
  std::vector<ConversationId> out;
  for (const auto& [id, waiting] : waiting_) {
    if (!waiting.excluded.empty() && std::ranges::find(teams, waiting.team) != teams.end()) out.push_back(id);
  }
  std::ranges::sort(out);
  return out;
}

void Board::set_excluded(ConversationId id, EpisodeId episode, const std::vector<UserId>& agents) {
  const auto it = waiting_.find(id);
  if (it != waiting_.end() && it->second.episode == episode) it->second.excluded = agents;
}

bool Board::anyone_here(TeamId team) const {
  const Queue* q = find_queue(team);
  return q && std::ranges::any_of(q->agents, [&](UserId id) { return reachable(id); });
}

bool Board::reachable(UserId id) const {
  const AgentView* view = agent(id);
  return view && view->state != AgentState::offline;
}

bool Board::others_online(TeamId team, std::span<const UserId> without) const {
  const Queue* q = find_queue(team);
  return q && std::ranges::any_of(q->agents, [&](UserId id) {
           return agents_.at(id).state == AgentState::online && std::ranges::find(without, id) == without.end();
         });
}

std::vector<std::pair<ConversationId, TeamId>> Board::all_items() const {
  std::vector<std::pair<ConversationId, TeamId>> out;
  for (const auto& [id, waiting] : waiting_) out.emplace_back(id, waiting.team);
  for (const auto& [id, owned] : owned_) out.emplace_back(id, TeamId{});
  std::ranges::sort(out);
  return out;
}

std::vector<ConversationId> Board::owned_by_unreachable() const {
  std::vector<ConversationId> out;
  for (const auto& [id, owned] : owned_) {
    if (!reachable(owned.agent)) out.push_back(id);
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace yingda::routing
