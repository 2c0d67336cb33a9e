// The port by which routing asks where a new episode goes and what it needs there.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/result.hpp"
#include "yingda/conversation/types.hpp"
#include "yingda/routing/policy.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::routing {

struct EntranceDecision {
  TeamId team_id;             // none: the default team of its entrance
  std::vector<Skill> skills;  // asked while it waits in that team, beyond what the queue asks
  std::string language;       // of the agent; "" any
  bool held = false;          // it waits there, but nobody is chosen before "entrance.decided"
};
YD_DESCRIBE(EntranceDecision, (team_id, skills, language, held))

/// "entrance.decided": an episode that was held is free now. `conversation` as it is after the decision was applied.
struct EntranceEvent {
  conversation::Conversation conversation;
  EntranceDecision decision;
};
YD_DESCRIBE(EntranceEvent, (conversation, decision))

/// Every part may be empty. `asks` and `default_team` are called on any thread and answer from memory.
struct EntrancePort {
  /// False while the tenant has nothing to decide by: `decide` is not called then.
  std::function<bool(TenantId)> asks;
  /// Called in a write job, for waiting conversations only; the same episode always gets the same decision. Brings
  /// `conversation` up to date when the decision changed it.
  std::function<Result<EntranceDecision>(storage::Transaction&, TenantId, conversation::Conversation&)> decide;
  /// The team that new conversations of a chat entrance wait in; none: the tenant's first team.
  std::function<TeamId(TenantId, WidgetId)> default_team;
};

}  // namespace yingda::routing
