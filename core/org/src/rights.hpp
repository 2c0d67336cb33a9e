// Rights as bit sets, the built-in roles, and the rule that nobody gives what he lacks. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "yingda/org/types.hpp"

namespace yingda::org {

/// Bit sets are stored: enumerators of Permission are only ever appended.
inline constexpr int kPermissionCount = static_cast<int>(Permission::analytics_view) + 1;
inline constexpr std::uint32_t kAllPermissions = (1U << kPermissionCount) - 1;

constexpr std::uint32_t bit_of(Permission p) { return 1U << static_cast<unsigned>(p); }
std::uint32_t bits_of(std::span<const Permission> permissions);
/// In declaration order; bits of a newer program are left out.
std::vector<Permission> permissions_of(std::uint32_t bits);

struct BuiltInRole {
  std::string_view key;
  DataScope scope;
  std::uint32_t permissions;
};
inline constexpr std::string_view kAdministratorKey = "administrator";
std::span<const BuiltInRole> built_in_roles();

/// What a role means: built-in ones as this program defines them (so that new rights reach old tenants), own ones as
/// stored.
struct Rights {
  DataScope scope = DataScope::own;
  std::uint32_t permissions = 0;
};
Rights effective_rights(std::string_view role_key, DataScope stored_scope, std::uint32_t stored_permissions);

/// True when the actor has every right of the role, reaching at least as far.
bool covers(const Actor& actor, const Role& role);

}  // namespace yingda::org
