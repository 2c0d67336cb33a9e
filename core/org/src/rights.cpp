#include "rights.hpp"

#include <array>

namespace yingda::org {
namespace {

constexpr std::uint32_t kAgent =
    bit_of(Permission::conversation_handle) | bit_of(Permission::customer_view) | bit_of(Permission::customer_edit);
constexpr std::uint32_t kSupervisor = kAgent | bit_of(Permission::conversation_view) |
                                      bit_of(Permission::conversation_supervise) |
                                      bit_of(Permission::canned_reply_manage) | bit_of(Permission::analytics_view);
constexpr std::uint32_t kAnalyst =
    bit_of(Permission::conversation_view) | bit_of(Permission::customer_view) | bit_of(Permission::analytics_view);

constexpr std::array<BuiltInRole, 4> kBuiltIn{{
    {"agent", DataScope::team, kAgent},
    {"supervisor", DataScope::unit, kSupervisor},
    {kAdministratorKey, DataScope::tenant, kAllPermissions},
    {"analyst", DataScope::tenant, kAnalyst},
}};

}  // namespace

std::uint32_t bits_of(std::span<const Permission> permissions) {
  std::uint32_t bits = 0;
  for (const Permission p : permissions) bits |= bit_of(p);
  return bits;
}

std::vector<Permission> permissions_of(std::uint32_t bits) {
  std::vector<Permission> out;
  for (int i = 0; i < kPermissionCount; ++i) {
    if ((bits >> i & 1U) != 0) out.push_back(static_cast<Permission>(i));
  }
  return out;
}

std::span<const BuiltInRole> built_in_roles() { return kBuiltIn; }

Rights effective_rights(std::string_view role_key, DataScope stored_scope, std::uint32_t stored_permissions) {
  for (const BuiltInRole& role : kBuiltIn) {
    if (role.key == role_key) return {role.scope, role.permissions};
  }
  return {stored_scope, stored_permissions & kAllPermissions};
}

bool covers(const Actor& actor, const Role& role) {
  return (bits_of(role.permissions) & ~actor.permissions) == 0 && role.scope <= actor.scope;
}

}  // namespace yingda::org
