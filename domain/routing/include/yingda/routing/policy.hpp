// A queue's policy (排队策略): how a team's queue orders its work and chooses agents. API shapes.
//
// One team has one queue; an agent serves the queues of all his teams.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"

namespace yingda::routing {

/// Who gets the next item among the agents that can take it.
enum class Strategy {
  least_loaded,        ///< fewest weighted items in hand; ties: longest idle
  longest_idle,        ///< longest since the last assignment ended or began
  round_robin,         ///< in turn: least recently assigned
  weighted,            ///< share of assignments follows the agents' weights
  skill_score,         ///< best fit to the wanted skills; ties: least loaded
  occupancy_balanced,  ///< lowest load / capacity; ties: longest idle
  ring_several,        ///< offered to the best `ring_count` at once; the first to accept gets it
  pull,                ///< 抢单: nobody is assigned; agents grab
};
YD_DESCRIBE_ENUM(Strategy, least_loaded, longest_idle, round_robin, weighted, skill_score, occupancy_balanced,
                 ring_several, pull)

/// A wanted or offered skill; level 1 (knows) … 5 (master).
struct Skill {
  std::string name;
  std::int64_t level = 1;
  bool operator==(const Skill&) const = default;
};
YD_DESCRIBE(Skill, (name, level))

/// After `after_ms` of waiting every wanted level falls by `levels`; a level of 0 or less is no longer asked.
struct Relaxation {
  std::int64_t after_ms = 0;
  std::int64_t levels = 0;
  bool operator==(const Relaxation&) const = default;
};
YD_DESCRIBE(Relaxation, (after_ms, levels))

struct QueuePolicy {
  TeamId team_id;
  Strategy strategy = Strategy::least_loaded;
  /// One step of priority is worth this much waiting: an item of priority 1 goes before those that came up to this
  /// long before it. The order is a virtual arrival time, so nothing starves.
  std::int64_t priority_step_ms = 120'000;
  std::int64_t vip_priority = 2;             // added for customers with a level
  std::int64_t last_agent_wait_ms = 60'000;  // 熟客优先: how long the last agent or account owner is preferred; 0 = off
  std::int64_t ring_count = 3;               // ring_several
  std::int64_t length_max = 0;               // 0: no bound; beyond: overflow
  std::int64_t wait_ms_max = 0;              // 0: no bound; beyond: overflow
  std::vector<TeamId> overflow_team_ids;     // tried in order, then a promise (offline thread): never a drop
  std::vector<Relaxation> relaxations;
};
YD_DESCRIBE(QueuePolicy, (team_id, strategy, priority_step_ms, vip_priority, last_agent_wait_ms, ring_count, length_max,
                          wait_ms_max, overflow_team_ids, relaxations))

/// Why this agent and why now; stored with every assignment and shown in the console.
struct Explanation {
  std::string rule;  // dotted key: "routing.rule.least_loaded", ".last_agent", ".grabbed", ".transfer" …
  Strategy strategy = Strategy::least_loaded;
  std::int64_t waited_ms = 0;
  std::int64_t queue_length = 0;  // items waiting at that moment, this one included
  std::int64_t agents_able = 0;   // candidates that could have taken it
  std::int64_t agents_in_queue = 0;
  std::int64_t load_before = 0;  // chosen agent's, in weight units
  std::int64_t capacity = 0;
  std::int64_t relaxed_levels = 0;  // how far skills had been relaxed
  std::string runner_up;            // us_… of the next best, "" when none
};
YD_DESCRIBE(Explanation, (rule, strategy, waited_ms, queue_length, agents_able, agents_in_queue, load_before, capacity,
                          relaxed_levels, runner_up))

}  // namespace yingda::routing
