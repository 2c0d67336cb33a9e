// One log line as text: pure, so that it can be tested without a logger.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "yingda/base/log.hpp"
#include "yingda/base/time.hpp"

namespace yingda::log {

/// `{"at":"2026-01-01T00:00:00.000Z","level":"info","key":"…"[,"request_id":"…"],fields…}` without line end. Bytes that
/// are not UTF-8 become "?", so that every line is valid JSON.
std::string format_line(UtcTime at, Level level, std::string_view key, std::string_view request_id,
                        std::span<const Field> fields);

}  // namespace yingda::log
