// What an administrator may write as mail settings. Pure.
#pragma once

#include <string>

#include "yingda/base/result.hpp"
#include "yingda/email/types.hpp"

namespace yingda::email {

/// The settings as stored without the password, trimmed; `has_password` says whether one is there afterwards.
/// invalid_argument `request.invalid_fields`.
Result<MailSettings> check_settings(const MailSettings& before, const MailSettingsChange& change);

}  // namespace yingda::email
