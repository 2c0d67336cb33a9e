#include "actors.hpp"

#include <array>
#include <utility>

#include "names.hpp"
#include "org_queries.gen.hpp"

namespace yingda::org {

ActingUser acting_user_of(const storage::Row& row) {
  ActingUser user;
  user.id = row.id<UserId>(0);
  user.name = row.text(2).empty() ? row.string(1) : row.string(2);
  user.unit = row.id<UnitId>(3);
  user.locale = value_of(row.text(4), kLocaleNames, Locale::zh_CN);
  user.disabled = row.boolean(5);
  user.rights = effective_rights(row.text(7), value_of(row.text(6), kScopeNames, DataScope::own),
                                 static_cast<std::uint32_t>(row.int64(8)));
  return user;
}

Result<Actor> load_actor(storage::Transaction& tx, TenantId tenant, const ActingUser& user) {
  Actor actor;
  actor.tenant = tenant;
  actor.user = user.id;
  actor.name = user.name;
  actor.locale = user.locale;
  actor.permissions = user.rights.permissions;
  actor.scope = user.rights.scope;
  const auto on_team = [&](const storage::Row& row) -> Status {
    actor.scope_teams.push_back(row.id<TeamId>(0));
    if (row.boolean(1)) actor.teams.push_back(row.id<TeamId>(0));
    return {};
  };
  const std::array values{storage::bind(tenant), storage::bind(user.id), storage::bind(user.unit)};
  const std::span all(values);
  switch (actor.scope) {
    case DataScope::own:
    case DataScope::team: YD_CHECK(tx.each(queries::load_own_teams, all.first(2), on_team)); break;
    case DataScope::unit: YD_CHECK(tx.each(queries::load_teams_of_unit, all, on_team)); break;
    case DataScope::tenant: YD_CHECK(tx.each(queries::load_teams_of_tenant, all.first(2), on_team)); break;
  }
  return actor;
}

}  // namespace yingda::org
