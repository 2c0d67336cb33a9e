// The tree of units and the teams in it.
#include "codec.hpp"
#include "guard.hpp"
#include "names.hpp"
#include "org_queries.gen.hpp"
#include "store.hpp"
#include "yingda/base/text.hpp"

namespace yingda::org {
namespace {
constexpr std::size_t kUnitCodeCodePointsMax = 32;  // GB/T 2260 has 6 or 12 digits; own codes may be longer
}

Result<std::vector<Unit>> Org::list_units(storage::Transaction& tx, const Actor& actor) {
  return tx.all(queries::list_units, store::unit_of, actor.tenant);
}

Result<Unit> Org::create_unit(storage::Transaction& tx, const Actor& actor, UnitId parent, UnitKind kind,
                              std::string_view name, std::string_view code) {
  YD_CHECK(check_may(actor, Permission::org_manage));
  Unit unit;
  YD_TRY(const Unit above, store::load_unit(tx, actor.tenant, parent));
  YD_CHECK(check_reach(tx, actor, parent));
  if (kind <= above.kind) return fail_field("kind", "org.unit_not_deeper");
  YD_TRY(unit.name, check_name("name", name));
  YD_TRY(unit.code, text::check_length("code", code, 0, kUnitCodeCodePointsMax));
  YD_CHECK(check_room(tx, queries::count_units, actor.tenant, kUnitsMax, "org.too_many_units"));
  unit.id = ids_.next<UnitId>();
  unit.parent_id = parent;
  unit.kind = kind;
  YD_CHECK(tx.exec(queries::insert_unit, actor.tenant, unit.id, parent, name_of(kind), unit.name, unit.code));
  YD_CHECK(record_change(tx, actor, {"unit.created", "units", to_string(unit.id), {}, to_json(unit)}));
  return unit;
}

Result<Unit> Org::rename_unit(storage::Transaction& tx, const Actor& actor, UnitId unit, std::string_view name) {
  YD_CHECK(check_may(actor, Permission::org_manage));
  YD_TRY(const Unit before, store::load_unit(tx, actor.tenant, unit));
  YD_CHECK(check_reach(tx, actor, unit));
  Unit after = before;
  YD_TRY(after.name, check_name("name", name));
  YD_CHECK(tx.exec(queries::rename_unit, actor.tenant, unit, after.name));
  YD_CHECK(record_change(tx, actor, {"unit.changed", "units", to_string(unit), to_json(before), to_json(after)}));
  return after;
}

Status Org::delete_unit(storage::Transaction& tx, const Actor& actor, UnitId unit) {
  YD_CHECK(check_may(actor, Permission::org_manage));
  YD_TRY(const Unit before, store::load_unit(tx, actor.tenant, unit));
  YD_CHECK(check_reach(tx, actor, unit));
  if (!before.parent_id) return fail(Code::conflict, "org.unit_is_root");
  YD_TRY(const auto inside, store::count(tx, queries::count_in_unit, actor.tenant, unit));
  if (inside > 0) return fail(Code::conflict, "org.unit_not_empty");
  YD_CHECK(tx.exec(queries::delete_unit, actor.tenant, unit));
  return record_change(tx, actor, {"unit.deleted", "units", to_string(unit), to_json(before), {}});
}

Result<std::vector<Team>> Org::list_teams(storage::Transaction& tx, const Actor& actor) {
  return tx.all(queries::list_teams, store::team_of, actor.tenant);
}

Result<Team> Org::create_team(storage::Transaction& tx, const Actor& actor, UnitId unit, std::string_view name) {
  YD_CHECK(check_may(actor, Permission::org_manage));
  YD_CHECK(store::load_unit(tx, actor.tenant, unit));
  YD_CHECK(check_reach(tx, actor, unit));
  Team team;
  YD_TRY(team.name, check_name("name", name));
  YD_CHECK(check_room(tx, queries::count_teams, actor.tenant, kTeamsMax, "org.too_many_teams"));
  team.id = ids_.next<TeamId>();
  team.unit_id = unit;
  YD_CHECK(tx.exec(queries::insert_team, actor.tenant, team.id, unit, team.name));
  YD_CHECK(record_change(tx, actor, {"team.created", "teams", to_string(team.id), {}, to_json(team)}));
  return team;
}

Result<Team> Org::change_team(storage::Transaction& tx, const Actor& actor, TeamId team,
                              const std::optional<std::string>& name, std::optional<UnitId> unit) {
  YD_CHECK(check_may(actor, Permission::org_manage));
  YD_TRY(const Team before, store::load_team(tx, actor.tenant, team));
  YD_CHECK(check_reach(tx, actor, before.unit_id));
  Team after = before;
  if (name) {
    YD_TRY(after.name, check_name("name", *name));
  }
  if (unit) {
    YD_CHECK(store::load_unit(tx, actor.tenant, *unit));
    YD_CHECK(check_reach(tx, actor, *unit));
    after.unit_id = *unit;
  }
  YD_CHECK(tx.exec(queries::update_team, actor.tenant, team, after.name, after.unit_id));
  YD_CHECK(record_change(tx, actor, {"team.changed", "teams", to_string(team), to_json(before), to_json(after)}));
  return after;
}

Status Org::delete_team(storage::Transaction& tx, const Actor& actor, TeamId team) {
  YD_CHECK(check_may(actor, Permission::org_manage));
  YD_TRY(const Team before, store::load_team(tx, actor.tenant, team));
  YD_CHECK(check_reach(tx, actor, before.unit_id));
  if (before.member_count > 0) return fail(Code::conflict, "org.team_not_empty");
  YD_CHECK(tx.exec(queries::delete_team, actor.tenant, team));
  return record_change(tx, actor, {"team.deleted", "teams", to_string(team), to_json(before), {}});
}

Result<Team> Org::load_team(storage::Transaction& tx, TenantId tenant, TeamId team) {
  return store::load_team(tx, tenant, team);
}

Result<std::vector<UserId>> Org::team_members(storage::Transaction& tx, TenantId tenant, TeamId team) {
  YD_CHECK(store::load_team(tx, tenant, team));
  return tx.all(queries::list_team_members, [](const storage::Row& row) { return row.id<UserId>(0); }, tenant, team);
}

}  // namespace yingda::org
