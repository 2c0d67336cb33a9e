// From a user's row to who is acting: rights of the role, own teams, teams within the data scope.
#pragma once

#include <cstdint>
#include <string>

#include "rights.hpp"
#include "yingda/base/result.hpp"
#include "yingda/org/types.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::org {

/// What the actor queries join in their first nine columns.
struct ActingUser {
  UserId id;
  std::string name;  // what customers see
  UnitId unit;
  Locale locale = Locale::zh_CN;
  bool disabled = false;
  Rights rights;
};
ActingUser acting_user_of(const storage::Row& row);

/// One query for the teams.
Result<Actor> load_actor(storage::Transaction& tx, TenantId tenant, const ActingUser& user);

/// A valid hash that no known password has.
std::string_view dummy_password_hash();

}  // namespace yingda::org
