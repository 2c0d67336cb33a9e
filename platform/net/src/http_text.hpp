// Small pure parts of HTTP text: tokens, lists, status lines, the error shape. No sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/net/http.hpp"

namespace yingda::net {

std::string lower_name(std::string_view name);
bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
std::string_view trim_blanks(std::string_view text) noexcept;
/// Elements of a comma-separated list, trimmed, empty ones left out. Commas in quotes do not separate.
std::vector<std::string_view> list_elements(std::string_view value);
/// Whether a comma-separated list of tokens has `token`, ignoring case.
bool list_has(std::string_view value, std::string_view token);
std::optional<std::int64_t> parse_decimal(std::string_view digits) noexcept;
/// Value of a hexadecimal digit or -1.
int hex_value(char c) noexcept;

/// "OK", "Not Found" …; "Status" for codes without a name here.
std::string_view status_phrase(int status) noexcept;
/// 1..64 characters of A-Z a-z 0-9 . _ -
bool is_well_formed_request_id(std::string_view id) noexcept;
/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::int64_t unix_seconds);

}  // namespace yingda::net
