// Checks that several verbs share: rights, reach in the tree, fields.
#pragma once

#include <string>
#include <string_view>

#include "change.hpp"
#include "yingda/base/result.hpp"
#include "yingda/org/org.hpp"

namespace yingda::org {

/// permission_denied `org.out_of_scope` unless the actor's data scope reaches the unit.
Status check_reach(storage::Transaction& tx, const Actor& actor, UnitId unit);
/// permission_denied `org.rights_exceed_own` when the role gives more than the actor has.
Status check_covers(const Actor& actor, const Role& role);
/// A name of people and things: 1..kNameCodePointsMax code points.
Result<std::string> check_name(std::string_view field, std::string_view name);
/// limit_exceeded `reason` when the table already holds `max` rows of the tenant.
Status check_room(storage::Transaction& tx, const storage::Query& count, TenantId tenant, int max, const char* reason);

/// invalid_argument for one field.
inline std::unexpected<Error> fail_field(const char* field, const char* reason) {
  return fail_fields({FieldError{field, reason}});
}

}  // namespace yingda::org
