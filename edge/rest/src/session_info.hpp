// What a signed-in client needs to know about itself.
#pragma once

#include <string>
#include <vector>

#include "call.hpp"
#include "yingda/base/describe.hpp"
#include "yingda/org/types.hpp"

namespace yingda::rest {

struct SessionInfo {
  org::User user;
  org::Role role;
  org::Tenant tenant;
  std::string csrf_token;  // for X-CSRF-Token; empty for API tokens
  std::vector<org::Permission> permissions;
  std::int64_t last_seq = 0;
};
YD_DESCRIBE(SessionInfo, (user, role, tenant, csrf_token, permissions, last_seq))

Result<SessionInfo> load_session_info(storage::Transaction& tx, Services& services, const org::Actor& actor,
                                      std::string_view session_secret);

}  // namespace yingda::rest
