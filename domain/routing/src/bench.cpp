#include "yingda/routing/bench.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "board.hpp"

namespace yingda::routing {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kSamplesMax = 2'000'000;
constexpr std::int64_t kSkills = 20;
constexpr std::int64_t kCapacity = 5;

class Company {
 public:
  Company() {
    for (std::int64_t q = 1; q <= kBenchQueues; ++q) {
      QueuePolicy policy;
      policy.team_id = TeamId{q};
      static constexpr Strategy kStrategies[] = {Strategy::least_loaded, Strategy::longest_idle,
                                                 Strategy::round_robin,  Strategy::weighted,
                                                 Strategy::skill_score,  Strategy::occupancy_balanced};
      policy.strategy = kStrategies[q % 6];
      policy.relaxations = {{30'000, 1}, {60'000, 2}, {120'000, 5}};
      board.put_policy(policy);
    }
    for (std::int64_t a = 1; a <= kBenchAgents; ++a) board.put_agent(agent(a));
    // Everybody is full and people wait everywhere: the worst hour of the day.
    for (std::int64_t a = 1; a <= kBenchAgents; ++a)
      for (std::int64_t i = 0; i < kCapacity; ++i)
        board.put_owned(next_id(), UserId{a}, 1), held.push_back({last_id, a});
    while (board.waiting_count() < kBenchWaiting) board.put_waiting(item());
  }

  std::int64_t pick(std::int64_t high) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high));
  }
  ConversationId next_id() { return last_id = ConversationId{last_id.value + 1}; }
  AgentView agent(std::int64_t number) {
    AgentView view;
    view.id = UserId{number};
    view.state = AgentState::online;
    view.capacity = kCapacity;
    view.weight = 1 + pick(3);
    for (int i = 0; i < 4; ++i) view.skills.push_back({"skill" + std::to_string(pick(kSkills)), 1 + pick(5)});
    for (int i = 0; i < 3; ++i) {
      const TeamId team{1 + pick(kBenchQueues)};
      if (std::ranges::find(view.teams, team) == view.teams.end()) view.teams.push_back(team);
    }
    return view;
  }
  WorkItem item() {
    WorkItem work;
    work.id = next_id();
    work.team = TeamId{1 + pick(kBenchQueues)};
    work.arrived = now - milliseconds(pick(300'000));
    work.priority = pick(10) == 0 ? 1 + pick(3) : 0;
    work.vip = pick(10) == 0;
    if (pick(3) == 0) work.skills = {{"skill" + std::to_string(pick(kSkills)), 1 + pick(3)}};
    return work;
  }

  std::mt19937_64 random{1};
  UtcTime now{1'767'225'600'000};
  Board board;
  ConversationId last_id;
  std::vector<std::pair<ConversationId, std::int64_t>> held;
};

double since_us(SteadyClock::time_point begin) {
  return std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count();
}

double percentile(std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

}  // namespace

RoutingBenchResult bench_decisions(double seconds) {
  Company company;
  Board& board = company.board;
  std::vector<double> decisions, assignments;
  const auto begin = SteadyClock::now();
  const auto until = begin + std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(seconds));
  while (SteadyClock::now() < until && decisions.size() < kSamplesMax) {
    company.now = company.now + milliseconds(3);
    const std::size_t which = static_cast<std::size_t>(company.pick(static_cast<std::int64_t>(company.held.size())));
    const auto [closed, agent] = company.held[which];
    const auto step = SteadyClock::now();
    board.remove_item(closed);
    const auto for_agent = SteadyClock::now();
    const auto found = board.decide_for_agent(UserId{agent}, company.now);
    decisions.push_back(since_us(for_agent));
    if (found) {
      board.apply_assignment(*found, company.now);
      company.held[which] = {found->item, agent};
    } else {
      company.held[which] = {company.next_id(), agent};
      board.put_owned(company.last_id, UserId{agent}, 1);
    }
    if (board.waiting_count() < kBenchWaiting) {
      const WorkItem item = company.item();
      board.put_waiting(item);
      const auto for_item = SteadyClock::now();
      const auto chosen = board.decide_for_item(item.id, company.now);
      decisions.push_back(since_us(for_item));
      if (chosen) board.remove_item(item.id);  // nobody has room; a free one would only end the worst hour
    }
    assignments.push_back(since_us(step));
  }
  const double took = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  std::ranges::sort(decisions);
  std::ranges::sort(assignments);
  RoutingBenchResult result;
  result.agents = kBenchAgents;
  result.queues = kBenchQueues;
  result.waiting = board.waiting_count();
  result.decisions = static_cast<std::int64_t>(decisions.size());
  result.decisions_per_s = took > 0 ? static_cast<double>(decisions.size()) / took : 0;
  result.decision_us_p50 = percentile(decisions, 0.5);
  result.decision_us_p99 = percentile(decisions, 0.99);
  result.decision_us_max = decisions.empty() ? 0 : decisions.back();
  result.assign_us_p50 = percentile(assignments, 0.5);
  result.assign_us_p99 = percentile(assignments, 0.99);
  return result;
}

}  // namespace yingda::routing
