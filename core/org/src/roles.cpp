// Roles: sets of rights with a reach. Built-in ones are the program's own and stay as they are.
#include "codec.hpp"
#include "guard.hpp"
#include "names.hpp"
#include "org_queries.gen.hpp"
#include "rights.hpp"
#include "store.hpp"

namespace yingda::org {

Result<std::vector<Role>> Org::list_roles(storage::Transaction& tx, const Actor& actor) {
  return tx.all(queries::list_roles, store::role_of, actor.tenant);
}

Result<Role> Org::create_role(storage::Transaction& tx, const Actor& actor, const Role& role) {
  YD_CHECK(check_may(actor, Permission::org_manage));
  YD_CHECK(check_covers(actor, role));
  Role made;
  YD_TRY(made.name, check_name("name", role.name));
  YD_CHECK(check_room(tx, queries::count_roles, actor.tenant, kRolesMax, "org.too_many_roles"));
  made.id = ids_.next<RoleId>();
  made.scope = role.scope;
  const std::uint32_t bits = bits_of(role.permissions);
  made.permissions = permissions_of(bits);
  YD_CHECK(tx.exec(queries::insert_role, actor.tenant, made.id, "", made.name, name_of(made.scope),
                   static_cast<std::int64_t>(bits)));
  YD_CHECK(record_change(tx, actor, {"role.created", "roles", to_string(made.id), {}, to_json(made)}));
  return made;
}

Result<Role> Org::change_role(storage::Transaction& tx, const Actor& actor, const Role& role) {
  YD_CHECK(check_may(actor, Permission::org_manage));
  YD_TRY(const Role before, store::load_role(tx, actor.tenant, role.id));
  if (!before.key.empty()) return fail(Code::conflict, "org.role_built_in");
  YD_CHECK(check_covers(actor, before));
  YD_CHECK(check_covers(actor, role));
  Role after = before;
  YD_TRY(after.name, check_name("name", role.name));
  after.scope = role.scope;
  const std::uint32_t bits = bits_of(role.permissions);
  after.permissions = permissions_of(bits);
  YD_CHECK(tx.exec(queries::update_role, actor.tenant, after.id, after.name, name_of(after.scope),
                   static_cast<std::int64_t>(bits)));
  YD_CHECK(record_change(tx, actor, {"role.changed", "roles", to_string(after.id), to_json(before), to_json(after)}));
  return after;
}

Status Org::delete_role(storage::Transaction& tx, const Actor& actor, RoleId role) {
  YD_CHECK(check_may(actor, Permission::org_manage));
  YD_TRY(const Role before, store::load_role(tx, actor.tenant, role));
  if (!before.key.empty()) return fail(Code::conflict, "org.role_built_in");
  YD_CHECK(check_covers(actor, before));
  YD_TRY(const auto users, store::count(tx, queries::count_users_of_role, actor.tenant, role));
  if (users > 0) return fail(Code::conflict, "org.role_in_use");
  YD_CHECK(tx.exec(queries::delete_role, actor.tenant, role));
  return record_change(tx, actor, {"role.deleted", "roles", to_string(role), to_json(before), {}});
}

}  // namespace yingda::org
