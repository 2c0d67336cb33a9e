#include "guard.hpp"

#include "org_queries.gen.hpp"
#include "rights.hpp"
#include "store.hpp"
#include "yingda/base/text.hpp"

namespace yingda::org {

Status check_may(const Actor& actor, Permission permission) {
  if (!actor.may(permission)) return fail(Code::permission_denied, "auth.permission_denied");
  return {};
}

Status check_reach(storage::Transaction& tx, const Actor& actor, UnitId unit) {
  if (actor.scope == DataScope::tenant) return {};
  std::int64_t reached = 0;
  if (actor.scope == DataScope::unit) {
    YD_TRY(reached, store::count(tx, queries::count_unit_in_reach, actor.tenant, unit, actor.user));
  }
  if (reached == 0) return fail(Code::permission_denied, "org.out_of_scope");
  return {};
}

Status check_covers(const Actor& actor, const Role& role) {
  if (!covers(actor, role)) return fail(Code::permission_denied, "org.rights_exceed_own");
  return {};
}

Result<std::string> check_name(std::string_view field, std::string_view name) {
  return text::check_length(field, name, 1, kNameCodePointsMax);
}

Status check_room(storage::Transaction& tx, const storage::Query& count, TenantId tenant, int max, const char* reason) {
  YD_TRY(const auto n, store::count(tx, count, tenant));
  if (n >= max) return fail(Code::limit_exceeded, reason);
  return {};
}

}  // namespace yingda::org
