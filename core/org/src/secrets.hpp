// Secrets that people and programs carry: session cookies and API tokens. A secret names its tenant, so that it is
// looked up under the tenant's key; the store holds only its hash. Pure but for the random bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yingda/base/ids.hpp"

namespace yingda::org {

inline constexpr std::string_view kTokenPrefix = "yd_";

/// base64url of the tenant's 8 bytes and 32 random ones.
std::string make_secret(TenantId tenant);
/// Whose secret it says it is; nothing for anything that make_secret cannot have made.
std::optional<TenantId> tenant_of_secret(std::string_view secret);
/// What the store keeps: hex SHA-256.
std::string hash_secret(std::string_view secret);

}  // namespace yingda::org
