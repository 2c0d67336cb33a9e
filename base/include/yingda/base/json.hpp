// Described structs <-> JSON. Costs compile time: include in codec .cpp files only, never in a public header.
//
// Mapping: string, bool, double, int32/int64 -> same (a double that is not finite -> null; a whole number such as 2.0
// is accepted as an integer); std::optional -> absent when empty (null accepted on reading); std::vector -> array;
// std::map<std::string, T> -> object; described enum -> its name; Id<Tag> -> prefixed string, none -> null; UtcTime and
// DurationMs -> integer milliseconds; JsonText -> the value itself, empty -> absent; described struct -> object.
// Strings may not hold U+0000, which PostgreSQL cannot store.
//
// Required on reading is every member but std::optional, std::vector, std::map and JsonText (absent -> empty). An Id
// that may be none: with Unknown::ignore null and absent are read as none, with Unknown::reject they are missing; a
// request that may leave it out says std::optional<Id>.
#pragma once

#include <string>
#include <string_view>

#include "yingda/base/describe.hpp"
#include "yingda/base/json_append.hpp"
#include "yingda/base/json_text.hpp"
#include "yingda/base/result.hpp"

namespace yingda::json {

/// What to do with object members that the struct does not have.
enum class Unknown {
  ignore,  ///< events and stored rows: a newer writer may know more
  reject,  ///< API requests: a misspelt field must not vanish silently (`request.unknown_field`)
};

/// Deepest nesting and largest text (bytes) that decode accepts; beyond: invalid_argument `request.json_too_deep`,
/// limit_exceeded `request.json_too_large`. Network rooms set tighter bounds of their own.
inline constexpr int kMaxDepth = 32;
inline constexpr std::size_t kMaxBytes = 16U * 1024 * 1024;

/// At most so many FieldErrors are reported for one text.
inline constexpr std::size_t kMaxFieldErrors = 16;

/// The struct as compact JSON text, members in declaration order, strings as UTF-8 (Chinese is not \u-escaped).
/// Strings must be valid UTF-8 already.
template <class T>
std::string encode(const T& value);

/// The same, appended to `out`.
template <class T>
void append(std::string& out, const T& value);

/// The reverse. invalid_argument `request.invalid_json` for bytes that are not JSON, not UTF-8 or hold a number
/// beyond the range of double, or
/// `request.invalid_fields` with one FieldError per wrong member (`request.required`, `request.wrong_type`,
/// `request.out_of_range`, `request.unknown_value`, `request.unknown_field`, `request.invalid_id`,
/// `request.invalid_utf8` for U+0000). Of a name that stands twice the last counts.
template <class T>
Result<T> decode(std::string_view text, Unknown unknown = Unknown::ignore);

/// Only checks that `text` is one valid JSON value within the limits; errors as decode.
Status check(std::string_view text);

}  // namespace yingda::json

#include "yingda/base/json_impl.hpp"
