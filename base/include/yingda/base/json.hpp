// Described structs <-> JSON. Costs compile time: include in codec .cpp files only, never in a public header.
//
// Mapping: string, bool, double, int32/int64 -> same; std::optional -> absent when empty (null accepted on reading);
// std::vector -> array; std::map<std::string, T> -> object; described enum -> its name; Id<Tag> -> prefixed string
// (0 -> null / absent); UtcTime and DurationMs -> integer milliseconds; JsonText -> the value itself; described struct
// -> object. A member without std::optional is required on reading unless the struct's default is marked optional by
// `std::vector`, `std::map` or `JsonText` (absent -> empty).
#pragma once

#include <string>
#include <string_view>

#include "yingda/base/describe.hpp"
#include "yingda/base/json_text.hpp"
#include "yingda/base/result.hpp"

namespace yingda::json {

/// What to do with object members that the struct does not have.
enum class Unknown {
  ignore,  ///< events and stored rows: a newer writer may know more
  reject,  ///< API requests: a misspelt field must not vanish silently (`request.unknown_field`)
};

/// Deepest nesting and largest text that decode accepts (bytes); beyond: `request.json_too_deep` / `_too_large`.
inline constexpr int kMaxDepth = 32;

/// The struct as compact JSON text, members in declaration order, strings as UTF-8 (Chinese is not \u-escaped).
template <class T>
std::string encode(const T& value);

/// The reverse. invalid_argument `request.invalid_json` for bytes that are not JSON or not UTF-8, or
/// `request.invalid_fields` with one FieldError per wrong member (`request.required`, `request.wrong_type`,
/// `request.out_of_range`, `request.unknown_value`, `request.unknown_field`, `request.invalid_id`).
template <class T>
Result<T> decode(std::string_view text, Unknown unknown = Unknown::ignore);

/// Only checks that `text` is one valid JSON value within the limits.
Status check(std::string_view text);

}  // namespace yingda::json

#include "yingda/base/json_impl.hpp"
