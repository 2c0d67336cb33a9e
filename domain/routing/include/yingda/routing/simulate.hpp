// Replay of recorded arrivals under another policy: what waits, losses and occupancy would have been. Pure; the engine
// that decides is the real one (src/board). Recordings come from `Routing::recording` and travel as JSON lines.
//
// What the model says of people: an agent is there when the timeline says he was online, and each conversation keeps
// the handling time it really had. How long a customer would have waited who was served in time is not known; it is
// drawn from the waits of those who left (Kaplan-Meier estimate of the survival function, product-limit method, JASA
// 53 (1958) 457-481), with a seed that depends on the item alone, so that two policies meet the same customers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/routing/policy.hpp"

namespace yingda::routing {

inline constexpr std::size_t kRecordedItemsMax = 500'000;
inline constexpr std::size_t kRecordedAgentsMax = 20'000;
inline constexpr std::size_t kRecordingBytesMax = 512UL * 1024 * 1024;

/// [from, until) in which an agent took new work.
struct OnlineSpan {
  UtcTime from_at_ms, until_at_ms;
  bool operator==(const OnlineSpan&) const = default;
};
YD_DESCRIBE(OnlineSpan, (from_at_ms, until_at_ms))

struct RecordedAgent {
  UserId id;
  std::string name;
  std::int64_t capacity = 5;
  std::int64_t weight = 1;
  std::vector<Skill> skills;
  std::vector<std::string> languages;
  std::vector<TeamId> team_ids;
  std::vector<OnlineSpan> online;
};
YD_DESCRIBE(RecordedAgent, (id, name, capacity, weight, skills, languages, team_ids, online))

enum class Outcome { served, abandoned, open };
YD_DESCRIBE_ENUM(Outcome, served, abandoned, open)

/// One episode that came into a queue.
struct RecordedItem {
  EpisodeId id;
  TeamId team_id;
  conversation::Channel channel = conversation::Channel::webchat;
  UtcTime arrived_at_ms;
  std::int64_t priority = 0;
  bool vip = false;
  std::vector<Skill> skills;
  std::string language;
  UserId agent_id;             // who served it
  std::int64_t waited_ms = 0;  // until served or gone; until the end of the recording when open
  std::int64_t handled_ms = 0;
  Outcome outcome = Outcome::served;
};
YD_DESCRIBE(RecordedItem, (id, team_id, channel, arrived_at_ms, priority, vip, skills, language, agent_id, waited_ms,
                           handled_ms, outcome))

/// Items in rising time of arrival.
struct Recording {
  UtcTime from_at_ms, until_at_ms;
  std::vector<QueuePolicy> policies;  // as they are now
  std::vector<RecordedAgent> agents;
  std::vector<RecordedItem> items;
};

/// JSON lines: a head `{"yingda_recording":1,"from_at_ms":…,"until_at_ms":…}`, then `{"policy":{…}}`, `{"agent":{…}}`,
/// `{"item":{…}}` each.
std::string encode_recording(const Recording& recording);
/// invalid_argument `routing.invalid_recording` with the line's number in detail; limit_exceeded
/// `routing.recording_too_large`.
Result<Recording> decode_recording(std::string_view text);

struct SimulatedAgent {
  UserId agent_id;
  std::string name;
  std::int64_t served = 0;
  std::int64_t occupied_ms = 0;  // load, in weight units, times time
  std::int64_t capacity_ms = 0;  // capacity times time online
};
YD_DESCRIBE(SimulatedAgent, (agent_id, name, served, occupied_ms, capacity_ms))

/// Numerators and denominators; ratios are the reader's.
struct SimulationReport {
  std::int64_t arrivals = 0, served = 0, abandoned = 0, waiting = 0;                // waiting: still, at the end
  std::int64_t wait_ms_p50 = 0, wait_ms_p90 = 0, wait_ms_max = 0, wait_ms_sum = 0;  // of the served
  std::int64_t within_target = 0;                                                   // served within the target
  std::int64_t target_ms = 0;
  std::int64_t overflowed = 0;
  std::int64_t occupied_ms = 0, capacity_ms = 0;
  std::vector<SimulatedAgent> by_agent;  // busiest first, at most 200
};
YD_DESCRIBE(SimulationReport, (arrivals, served, abandoned, waiting, wait_ms_p50, wait_ms_p90, wait_ms_max, wait_ms_sum,
                               within_target, target_ms, overflowed, occupied_ms, capacity_ms, by_agent))

/// Reports count what came into `team`'s queue (none: into any); agents' numbers are of all their work.
/// What really happened, by the same measure.
SimulationReport summarise(const Recording& recording, std::int64_t target_ms, TeamId team = {});
/// `policies` replace those of their teams. Under `pull` somebody with room is taken to grab at once, under
/// `ring_several` the least loaded to accept at once. Deterministic.
SimulationReport simulate(const Recording& recording, const std::vector<QueuePolicy>& policies, std::int64_t target_ms,
                          TeamId team = {});

}  // namespace yingda::routing
