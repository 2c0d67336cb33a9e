#include "people.hpp"

#include <algorithm>

#include "thread.hpp"

namespace yingda::conversation {

Result<Colleague> load_colleague(storage::Transaction& tx, org::Org& org, TenantId tenant, UserId user) {
  auto found = org.load_user(tx, tenant, user);
  if (!found && found.error().code == Code::not_found) return fail(Code::not_found, "conversation.agent_not_found");
  YD_TRY(auto person, std::move(found));
  if (person.disabled) return fail(Code::conflict, "conversation.agent_disabled");
  return Colleague{{person.id, person.display_name.empty() ? std::move(person.name) : std::move(person.display_name)},
                   std::move(person.team_ids)};
}

Result<std::string> load_team_name(storage::Transaction& tx, org::Org& org, TenantId tenant, TeamId team) {
  auto found = org.load_team(tx, tenant, team);
  if (!found && found.error().code == Code::not_found) return fail(Code::not_found, "conversation.team_not_found");
  YD_TRY(auto row, std::move(found));
  return std::move(row.name);
}

TeamId team_for(const Colleague& colleague, TeamId wanted, TeamId present) {
  if (wanted) return wanted;
  if (present && contains(colleague.teams, present)) return present;
  return colleague.teams.empty() ? present : colleague.teams.front();
}

}  // namespace yingda::conversation
