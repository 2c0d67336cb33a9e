#include "yingda/routing/simulate.hpp"

#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <unordered_map>
#include <utility>

#include "board.hpp"
#include "overflow.hpp"
#include "patience.hpp"

namespace yingda::routing {
namespace {

constexpr std::size_t kAgentsShown = 200;

enum class Kind { agent_leaves, agent_comes, item_done, arrival, gives_up, look };

struct Happening {
  UtcTime at;
  Kind kind;
  std::size_t index;   // of the agent or item
  std::uint64_t turn;  // keeps equal times in the order they were made

  bool operator>(const Happening& other) const {
    return std::tuple(at, kind, turn) > std::tuple(other.at, other.kind, other.turn);
  }
};

/// The strategies that leave the choice to people, by what people then do at best.
QueuePolicy as_decided(QueuePolicy policy) {
  if (policy.strategy == Strategy::pull) policy.strategy = Strategy::longest_idle;
  if (policy.strategy == Strategy::ring_several) policy.strategy = Strategy::least_loaded;
  return policy;
}

std::int64_t median_handling(const Recording& recording) {
  std::vector<std::int64_t> times;
  for (const RecordedItem& item : recording.items) {
    if (item.outcome == Outcome::served && item.handled_ms > 0) times.push_back(item.handled_ms);
  }
  if (times.empty()) return minutes(5).ms;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return *middle;
}

/// Nearest rank; `sorted` is not empty.
std::int64_t percentile(const std::vector<std::int64_t>& sorted, std::int64_t percent) {
  const auto size = static_cast<std::int64_t>(sorted.size());
  return sorted[static_cast<std::size_t>(std::max<std::int64_t>((percent * size + 99) / 100 - 1, 0))];
}

void add_waits(SimulationReport& report, std::vector<std::int64_t> waits) {
  if (waits.empty()) return;
  std::ranges::sort(waits);
  report.served = static_cast<std::int64_t>(waits.size());
  report.wait_ms_p50 = percentile(waits, 50);
  report.wait_ms_p90 = percentile(waits, 90);
  report.wait_ms_max = waits.back();
  for (const std::int64_t wait : waits) {
    report.wait_ms_sum += wait;
    report.within_target += wait <= report.target_ms ? 1 : 0;
  }
}

void add_agents(SimulationReport& report, std::vector<SimulatedAgent> agents) {
  for (const SimulatedAgent& agent : agents) {
    report.occupied_ms += agent.occupied_ms;
    report.capacity_ms += agent.capacity_ms;
  }
  std::ranges::sort(agents, [](const SimulatedAgent& a, const SimulatedAgent& b) {
    return std::tuple(b.occupied_ms, b.served, a.agent_id) < std::tuple(a.occupied_ms, a.served, b.agent_id);
  });
  if (agents.size() > kAgentsShown) agents.resize(kAgentsShown);
  report.by_agent = std::move(agents);
}

std::vector<SimulatedAgent> crew_of(const Recording& recording) {
  std::vector<SimulatedAgent> crew;
  for (const RecordedAgent& agent : recording.agents) {
    SimulatedAgent& one = crew.emplace_back(SimulatedAgent{.agent_id = agent.id, .name = agent.name});
    for (const OnlineSpan& span : agent.online)
      one.capacity_ms += agent.capacity * std::max<std::int64_t>((span.until_at_ms - span.from_at_ms).ms, 0);
  }
  return crew;
}

/// One run of the recorded time on a board of its own.
class Replay {
 public:
  Replay(const Recording& recording, const std::vector<QueuePolicy>& policies, std::int64_t target_ms, TeamId team)
      : recording_(recording),
        team_(team),
        patience_(recording.items),
        crew_(crew_of(recording)),
        handling_(median_handling(recording)) {
    report_.target_ms = target_ms;
    std::map<TeamId, QueuePolicy> chosen;
    for (const QueuePolicy& policy : recording.policies) chosen.insert_or_assign(policy.team_id, policy);
    for (const QueuePolicy& policy : policies) chosen.insert_or_assign(policy.team_id, policy);
    for (const auto& entry : chosen) board_.put_policy(as_decided(entry.second));
    place_agents();
    for (std::size_t i = 0; i < recording_.items.size(); ++i) plan(recording_.items[i].arrived_at_ms, Kind::arrival, i);
  }

  SimulationReport run() {
    while (!plan_.empty() && plan_.top().at <= recording_.until_at_ms) {
      const Happening next = plan_.top();
      plan_.pop();
      now_ = next.at;
      happen(next);
    }
    for (std::size_t i = 0; i < recording_.items.size(); ++i) {
      if (!counts(i)) continue;
      ++report_.arrivals;
      report_.waiting += board_.is_waiting(id_of(i)) ? 1 : 0;
    }
    add_waits(report_, std::move(waits_));
    add_agents(report_, std::move(crew_));
    return std::move(report_);
  }

 private:
  // Ids on the board are places in the recording, from 1 on.
  static ConversationId id_of(std::size_t item) { return ConversationId{static_cast<std::int64_t>(item) + 1}; }
  static std::size_t index_of(ConversationId id) { return static_cast<std::size_t>(id.value - 1); }

  bool counts(std::size_t index) const { return !team_ || recording_.items[index].team_id == team_; }
  void plan(UtcTime at, Kind kind, std::size_t index) { plan_.push({at, kind, index, turn_++}); }

  void place_agents() {
    for (std::size_t i = 0; i < recording_.agents.size(); ++i) {
      const RecordedAgent& agent = recording_.agents[i];
      agents_.emplace(agent.id, i);
      AgentView view;
      view.id = agent.id;
      view.capacity = agent.capacity;
      view.weight = agent.weight;
      view.skills = agent.skills;
      view.languages = agent.languages;
      view.teams = agent.team_ids;
      view.idle_since = recording_.from_at_ms;
      board_.put_agent(std::move(view));
      for (const OnlineSpan& span : agent.online) {
        if (!(span.from_at_ms < span.until_at_ms)) continue;
        plan(span.from_at_ms, Kind::agent_comes, i);
        plan(span.until_at_ms, Kind::agent_leaves, i);
      }
    }
  }

  void happen(const Happening& what) {
    switch (what.kind) {
      case Kind::agent_comes: return set_state(what.index, AgentState::online);
      case Kind::agent_leaves: return set_state(what.index, AgentState::offline);
      case Kind::arrival: return arrive(what.index);
      case Kind::item_done: return finish(what.index);
      case Kind::gives_up:
        if (!board_.is_waiting(id_of(what.index))) return;
        board_.remove_item(id_of(what.index));
        report_.abandoned += counts(what.index) ? 1 : 0;
        return;
      case Kind::look:
        if (board_.is_waiting(id_of(what.index))) serve_item(what.index);
        return;
    }
  }

  void set_state(std::size_t index, AgentState state) {
    AgentView view = *board_.agent(recording_.agents[index].id);
    view.state = state;
    if (state == AgentState::online) {
      view.idle_since = now_;
      view.assigned_count = 0;
    }
    board_.put_agent(std::move(view));
    if (state == AgentState::online) serve_agent(recording_.agents[index].id);
  }

  void arrive(std::size_t index) {
    const RecordedItem& recorded = recording_.items[index];
    WorkItem item;
    item.id = id_of(index);
    item.team = recorded.team_id;
    item.arrived = recorded.arrived_at_ms;
    item.priority = recorded.priority;
    item.vip = recorded.vip;
    const QueuePolicy& rules = board_.policy(recorded.team_id);
    item.weight = weight_of(rules, recorded.channel);
    item.skills = rules.skills;
    item.skills.insert(item.skills.end(), recorded.skills.begin(), recorded.skills.end());
    item.language = recorded.language;
    board_.put_waiting(item);
    if (const auto patience = patience_.of(recorded)) plan(now_ + milliseconds(*patience), Kind::gives_up, index);
    serve_item(index);
  }

  void serve_item(std::size_t index) {
    const ConversationId id = id_of(index);
    for (;;) {
      auto decision = board_.decide_for_item(id, now_);
      if (!decision) break;
      // As the shell does: room that is free belongs to whoever came first.
      if (auto earlier = board_.decide_for_agent(decision->agent, now_)) decision = std::move(earlier);
      take(*decision);
      if (decision->item == id) return;
    }
    overflow(index);
  }

  void overflow(std::size_t index) {
    const WorkItem* item = board_.item(id_of(index));
    if (over_bounds(board_, *item, now_)) {
      std::set<TeamId>& been = been_[index];
      if (const auto next = overflow_target(board_, *item, been)) {
        been.insert(item->team);
        WorkItem moved = *item;
        moved.team = *next;
        board_.put_waiting(moved);
        report_.overflowed += counts(index) ? 1 : 0;
        return serve_item(index);
      }
    }
    if (const auto next = board_.next_change(id_of(index), now_)) plan(*next, Kind::look, index);
  }

  void serve_agent(UserId agent) {
    while (const auto decision = board_.decide_for_agent(agent, now_)) take(*decision);
  }

  void take(const Assignment& decision) {
    const std::size_t index = index_of(decision.item);
    const RecordedItem& recorded = recording_.items[index];
    const std::int64_t load_before = board_.load(decision.agent);
    board_.apply_assignment(decision, now_);
    if (counts(index)) waits_.push_back((now_ - recorded.arrived_at_ms).ms);
    const std::int64_t handling =
        recorded.outcome == Outcome::served ? recorded.handled_ms : std::max(handling_, recorded.handled_ms);
    SimulatedAgent& agent = crew_[agents_.at(decision.agent)];
    ++agent.served;
    const std::int64_t weight = board_.load(decision.agent) - load_before;
    agent.occupied_ms += weight * std::min(handling, (recording_.until_at_ms - now_).ms);
    owner_[index] = decision.agent;
    plan(now_ + milliseconds(handling), Kind::item_done, index);
  }

  void finish(std::size_t index) {
    board_.remove_item(id_of(index));
    const auto owner = owner_.extract(index);
    if (!owner.empty()) serve_agent(owner.mapped());
  }

  const Recording& recording_;
  const TeamId team_;
  const Patience patience_;
  Board board_;
  std::vector<SimulatedAgent> crew_;
  std::unordered_map<UserId, std::size_t> agents_;
  const std::int64_t handling_;
  std::priority_queue<Happening, std::vector<Happening>, std::greater<>> plan_;
  std::uint64_t turn_ = 0;
  UtcTime now_;
  std::unordered_map<std::size_t, std::set<TeamId>> been_;
  std::unordered_map<std::size_t, UserId> owner_;
  std::vector<std::int64_t> waits_;
  SimulationReport report_;
};

}  // namespace

SimulationReport summarise(const Recording& recording, std::int64_t target_ms, TeamId team) {
  SimulationReport report;
  report.target_ms = target_ms;
  std::vector<SimulatedAgent> crew = crew_of(recording);
  std::unordered_map<UserId, std::size_t> agents;
  for (std::size_t i = 0; i < crew.size(); ++i) agents.emplace(crew[i].agent_id, i);
  std::unordered_map<TeamId, const QueuePolicy*> policies;
  for (const QueuePolicy& policy : recording.policies) policies.emplace(policy.team_id, &policy);
  std::vector<std::int64_t> waits;
  for (const RecordedItem& item : recording.items) {
    const bool counts = !team || item.team_id == team;
    report.arrivals += counts ? 1 : 0;
    report.abandoned += counts && item.outcome == Outcome::abandoned ? 1 : 0;
    report.waiting += counts && item.outcome == Outcome::open ? 1 : 0;
    if (item.outcome != Outcome::served) continue;
    if (counts) waits.push_back(item.waited_ms);
    const auto agent = agents.find(item.agent_id);
    if (agent == agents.end()) continue;
    const auto policy = policies.find(item.team_id);
    const std::int64_t weight = policy == policies.end() ? 1 : weight_of(*policy->second, item.channel);
    const std::int64_t left = (recording.until_at_ms - item.arrived_at_ms).ms - item.waited_ms;
    ++crew[agent->second].served;
    crew[agent->second].occupied_ms += weight * std::max<std::int64_t>(std::min(item.handled_ms, left), 0);
  }
  add_waits(report, std::move(waits));
  add_agents(report, std::move(crew));
  return report;
}

SimulationReport simulate(const Recording& recording, const std::vector<QueuePolicy>& policies, std::int64_t target_ms,
                          TeamId team) {
  return Replay(recording, policies, target_ms, team).run();
}

}  // namespace yingda::routing
