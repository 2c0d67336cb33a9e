// An error as a frame; as an HTTP answer it is net::error_response.
#pragma once

#include <string>

#include "yingda/base/messages.hpp"
#include "yingda/base/result.hpp"

namespace yingda::realtime {

/// `"code":…,"reason":…,"message":…` without braces, worded in the language.
std::string error_members(const Error& error, messages::Language language);
/// `{"t":"error","code","reason","message"}`.
std::string error_frame(const Error& error, messages::Language language);

}  // namespace yingda::realtime
