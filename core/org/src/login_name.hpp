// Login names as people write them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yingda/base/ids.hpp"
#include "yingda/base/result.hpp"

namespace yingda::org {

/// Trimmed, ASCII lower case, one word without `/`, 1..kNameCodePointsMax code points; invalid_argument with field
/// `login` otherwise.
Result<std::string> check_login(std::string_view login);

/// What was typed at the door: `login` or `tn_…/login`.
struct WrittenLogin {
  std::optional<TenantId> tenant;
  std::string login;  // lower case; possibly nobody's
};
WrittenLogin decode_login(std::string_view written);

}  // namespace yingda::org
