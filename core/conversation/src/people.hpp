// Who conversations are handed to, as the organisation knows them.
#pragma once

#include <string>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/conversation/types.hpp"
#include "yingda/org/org.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::conversation {

struct Colleague {
  AgentSummary summary;
  std::vector<TeamId> teams;
};
/// Somebody who can take a conversation: not_found `conversation.agent_not_found`, conflict
/// `conversation.agent_disabled`.
Result<Colleague> load_colleague(storage::Transaction& tx, org::Org& org, TenantId tenant, UserId user);
/// not_found `conversation.team_not_found`.
Result<std::string> load_team_name(storage::Transaction& tx, org::Org& org, TenantId tenant, TeamId team);
/// The team a conversation stands in when the colleague takes it: the wanted one, else the present one if it is his,
/// else his first.
TeamId team_for(const Colleague& colleague, TeamId wanted, TeamId present);

}  // namespace yingda::conversation
