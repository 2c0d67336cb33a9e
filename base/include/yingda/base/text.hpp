// UTF-8 text at the door: validity, length in code points, safe cutting, names and mail addresses.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "yingda/base/result.hpp"

namespace yingda::text {

/// Valid UTF-8 (no surrogates, no overlong forms) without NUL.
bool is_valid_utf8(std::string_view bytes) noexcept;
/// Code points in valid UTF-8.
std::size_t count_code_points(std::string_view utf8) noexcept;
/// The longest prefix of at most `n` code points.
std::string_view first_code_points(std::string_view utf8, std::size_t n) noexcept;
/// Without white space (also U+3000 and U+00A0) and control characters at both ends.
std::string_view trim(std::string_view utf8) noexcept;
/// ASCII letters lower; other bytes as they are.
std::string lower_ascii(std::string_view utf8);
/// One line of at most `n` code points for lists: line breaks and runs of space become one space, "…" when cut.
std::string preview(std::string_view utf8, std::size_t n);
/// A plausible mail address (one @, no space, a dot in the domain, <= 254 bytes).
bool is_mail_address(std::string_view text) noexcept;

/// Trimmed text of `min`..`max` code points; invalid_argument `request.invalid_utf8`, `request.too_short` or
/// `request.too_long` with the field's name otherwise.
Result<std::string> check_length(std::string_view field, std::string_view utf8, std::size_t min, std::size_t max);

}  // namespace yingda::text
