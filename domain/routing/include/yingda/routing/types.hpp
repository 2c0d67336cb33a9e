// Values of routing (分配): agents' states, capacity, load. API shapes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/routing/policy.hpp"

namespace yingda::routing {

/// 坐席状态. online: takes new work; busy (示忙): connected, takes none; away (小休): with a reason code; offline:
/// signed out or unreachable longer than the grace time; wrap_up (话后整理): writes down what he just finished, takes
/// nothing new, is online again at `until_at_ms`.
enum class AgentState { offline, online, busy, away, wrap_up };
YD_DESCRIBE_ENUM(AgentState, offline, online, busy, away, wrap_up)

struct AgentStatus {
  UserId user_id;
  std::string name;          // colleagues' view
  std::string display_name;  // customers' view
  AgentState state = AgentState::offline;
  std::string reason;  // reason code of away/busy: "break", "meal", "training" … or ""
  UtcTime since_at_ms;
  std::int64_t load = 0;      // conversations owned now
  std::int64_t capacity = 5;  // conversations at once
  bool connected = false;     // has a live socket
  std::vector<TeamId> team_ids;
  std::optional<UtcTime> until_at_ms;  // end of the wrap-up
};
YD_DESCRIBE(AgentStatus,
            (user_id, name, display_name, state, reason, since_at_ms, load, capacity, connected, team_ids, until_at_ms))

/// What an agent can do (技能). An agent without languages is taken to speak all.
struct AgentProfile {
  UserId user_id;
  std::vector<Skill> skills;
  std::vector<std::string> languages;  // "zh-CN", "en" …
  std::int64_t weight = 1;             // his share under Strategy::weighted
  bool operator==(const AgentProfile&) const = default;
};
YD_DESCRIBE(AgentProfile, (user_id, skills, languages, weight))

/// One assignment as it was made: who, when and why.
struct AssignmentRecord {
  ConversationId conversation_id;
  EpisodeId episode_id;
  UserId agent_id;
  TeamId team_id;
  UtcTime at_ms;
  Explanation why;
};
YD_DESCRIBE(AssignmentRecord, (conversation_id, episode_id, agent_id, team_id, at_ms, why))

}  // namespace yingda::routing
