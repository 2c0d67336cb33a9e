// Errors on their way out: the one error shape as an HTTP answer and as a frame (docs/protocol.md section 1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "yingda/base/messages.hpp"
#include "yingda/base/result.hpp"
#include "yingda/net/http.hpp"

namespace yingda::realtime {

/// HTTP status of an error's code.
int status_of(const Error& error) noexcept;
/// `{"code","reason","message","fields"}` with its status; Retry-After for limits and unavailability.
net::HttpResponse problem(const Error& error, messages::Language language,
                          std::optional<std::int64_t> retry_after_ms = {});
/// `{"t":"error","code","reason","message"}`.
std::string error_frame(const Error& error, messages::Language language);

}  // namespace yingda::realtime
