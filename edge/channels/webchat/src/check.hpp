// Whether an administrator's words about a widget make sense. Pure.
#pragma once

#include "yingda/base/result.hpp"
#include "yingda/webchat/types.hpp"

namespace yingda::webchat {

/// The settings trimmed, origins in lower case, languages filled in; or `request.invalid_fields`.
Result<WidgetSettings> check_settings(const WidgetSettings& settings);

}  // namespace yingda::webchat
