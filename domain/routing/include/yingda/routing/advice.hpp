// Advice while a queue's policy is edited: what looks wrong with it, and who would get the next customer. API shapes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/types.hpp"
#include "yingda/routing/policy.hpp"

namespace yingda::routing {

inline constexpr std::size_t kAdviceMax = 50;      // warnings of one policy
inline constexpr std::size_t kCandidatesMax = 50;  // agents named in a preview

/// What a preview assumes of the customer who comes now.
struct PreviewRequest {
  QueuePolicy policy;  // as edited, not as saved
  conversation::Channel channel = conversation::Channel::webchat;
  std::string level;     // of the customer; not empty: the queue's VIP priority is added
  std::string language;  // "" any
  std::vector<Skill> skills;
  std::int64_t waited_ms = 0;  // as if he had come so long ago: shows what relaxing does
};
YD_DESCRIBE(PreviewRequest, (policy, channel, level, language, skills, waited_ms))

enum class PreviewOutcome {
  assigned,    ///< he would be given to `assignment` at once
  ringing,     ///< offered to the agents of `offered_to` at once
  pulled,      ///< anybody who is able may grab him
  waiting,     ///< nobody can take him now: he is at `position`
  promised,    ///< outside the hours and nobody here: the date of `next_open_at_ms`
  overflowed,  ///< sent on to `overflow_team_id`
};
YD_DESCRIBE_ENUM(PreviewOutcome, assigned, ringing, pulled, waiting, promised, overflowed)

/// Why an agent could not take him; `able` when he could.
enum class Ability { able, offline, busy, away, wrap_up, full, language, skill };
YD_DESCRIBE_ENUM(Ability, able, offline, busy, away, wrap_up, full, language, skill)

struct Candidate {
  UserId agent_id;
  std::string name;
  bool able = false;
  Ability reason = Ability::able;
  std::int64_t load = 0, capacity = 0;
  /// What the queue's strategy compares, in its own measure: load; ms idle; ms since the last assignment; assignments
  /// a unit of weight in thousandths; levels of the wanted skills; load per capacity in ppm.
  std::int64_t score = 0;
};
YD_DESCRIBE(Candidate, (agent_id, name, able, reason, load, capacity, score))

struct PreviewAssignment {
  UserId agent_id;
  std::string agent_name;
  Explanation why;
};
YD_DESCRIBE(PreviewAssignment, (agent_id, agent_name, why))

struct Preview {
  PreviewOutcome outcome = PreviewOutcome::waiting;
  std::optional<PreviewAssignment> assignment;
  std::vector<UserId> offered_to;
  std::vector<Candidate> candidates;  // able ones first, best first; at most kCandidatesMax
  std::int64_t agents = 0;            // of the queue, all
  std::int64_t position = 0;          // in the queue, 1-based; 0 when he does not wait
  std::optional<UtcTime> next_open_at_ms;
  TeamId overflow_team_id;
};
YD_DESCRIBE(Preview, (outcome, assignment, offered_to, candidates, agents, position, next_open_at_ms, overflow_team_id))

/// Something about a policy that is most likely not meant. `reason` is worded in base's catalogue.
struct PolicyWarning {
  std::string field;  // "overflow_team_ids[1]", "silence.remind_ms", "hours.week" …
  std::string reason;
  bool refused = false;  // it could not be saved so
  bool operator==(const PolicyWarning&) const = default;
};

}  // namespace yingda::routing
