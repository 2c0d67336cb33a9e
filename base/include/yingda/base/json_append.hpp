// The smallest pieces of JSON writing, cheap to include: for codecs that splice ready JSON together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace yingda::json {

/// `utf8` quoted and escaped (only `"`, `\` and control characters). It must be valid UTF-8.
void append_string(std::string& out, std::string_view utf8);
void append_int(std::string& out, std::int64_t value);
/// Shortest text that reads back equal; `null` when not finite.
void append_double(std::string& out, double value);

}  // namespace yingda::json
