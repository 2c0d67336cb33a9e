// A queue's policy (排队策略): how a team's queue orders its work and chooses agents. API shapes.
//
// One team has one queue; an agent serves the queues of all his teams.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/calendar/schedule.hpp"
#include "yingda/conversation/types.hpp"

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

inline constexpr std::int64_t kSilenceMsMin = 5'000;              // shorter times would only annoy
inline constexpr std::int64_t kSilenceMsMax = 30LL * 86'400'000;  // a month: no hidden cap
inline constexpr std::int64_t kHopsMax = 20;
inline constexpr std::int64_t kOfferMsMin = 5'000;
inline constexpr std::int64_t kOfferMsMax = 120'000;
inline constexpr std::int64_t kWrapUpMsMax = 4LL * 3'600'000;

/// The law of timers: the last word decides. All times in milliseconds since that word, 0: never.
struct SilenceRules {
  // The customer spoke last: his agent is warned, the supervisor alarmed, somebody else found. Never closed.
  std::int64_t warn_ms = 60'000;
  std::int64_t alarm_ms = 180'000;
  std::int64_t redispatch_ms = 300'000;
  std::int64_t hops_max = 3;  // re-dispatches in one episode; then it is the supervisor's
  // The agent spoke last: the customer is reminded, then the episode is closed; his next message opens the next.
  std::int64_t remind_ms = 600'000;
  std::int64_t close_ms = 1'800'000;
  bool operator==(const SilenceRules&) const = default;
};
YD_DESCRIBE(SilenceRules, (warn_ms, alarm_ms, redispatch_ms, hops_max, remind_ms, close_ms))

/// A channel's own times: mail waits longer than chat.
struct ChannelSilence {
  conversation::Channel channel = conversation::Channel::webchat;
  SilenceRules rules;
  bool operator==(const ChannelSilence&) const = default;
};
YD_DESCRIBE(ChannelSilence, (channel, rules))

/// What an item of a channel takes of an agent's capacity; 1 for channels that are not named.
struct ChannelWeight {
  conversation::Channel channel = conversation::Channel::webchat;
  std::int64_t weight = 1;
  bool operator==(const ChannelWeight&) const = default;
};
YD_DESCRIBE(ChannelWeight, (channel, weight))

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
  std::optional<SilenceRules> silence;  // empty: the defaults
  std::vector<ChannelSilence> channel_silence;
  /// When somebody is there. Outside, with nobody online, the customer gets a promise with the next opening's date.
  /// Empty: no hours are published and he waits in the queue.
  std::optional<calendar::Schedule> hours;
  std::vector<Skill> skills;  // asked of whoever serves this queue, at these levels
  std::vector<ChannelWeight> weights;
  std::int64_t offer_ms = 20'000;         // how long an offer rings (ring_several, transfers to be accepted)
  std::int64_t wrap_up_ms = 0;            // 话后整理 after each conversation of this queue; 0: none
  std::int64_t wrap_up_max_ms = 600'000;  // how long the agent may make it in all
  std::int64_t alarm_length = 0;          // more waiting than this: alarm "queue_long"; 0: never
  std::int64_t alarm_wait_ms = 180'000;   // the oldest waits longer: alarm "wait_long"; 0: never
};
YD_DESCRIBE(QueuePolicy, (team_id, strategy, priority_step_ms, vip_priority, last_agent_wait_ms, ring_count, length_max,
                          wait_ms_max, overflow_team_ids, relaxations, silence, channel_silence, hours, skills, weights,
                          offer_ms, wrap_up_ms, wrap_up_max_ms, alarm_length, alarm_wait_ms))

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
  std::int64_t relaxed_levels = 0;                // how far skills had been relaxed
  std::string runner_up;                          // us_… of the next best, "" when none
  std::optional<std::int64_t> estimated_wait_ms;  // told when it came into the queue; beside waited_ms: our honesty
};
YD_DESCRIBE(Explanation, (rule, strategy, waited_ms, queue_length, agents_able, agents_in_queue, load_before, capacity,
                          relaxed_levels, runner_up, estimated_wait_ms))

}  // namespace yingda::routing
