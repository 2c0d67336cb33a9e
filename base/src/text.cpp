#include "yingda/base/text.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace yingda::text {
namespace {

struct Decoded {
  char32_t code_point = 0;
  std::size_t bytes = 0;  // 0: not valid here
};

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// The code point that starts `s`, which must not be empty.
Decoded decode_first(std::string_view s) noexcept {
  const auto lead = static_cast<unsigned char>(s[0]);
  if (lead < 0x80U) return {lead, 1};
  std::size_t n = 0;
  char32_t value = 0;
  if (lead >= 0xC2U && lead <= 0xDFU) {
    n = 2, value = lead & 0x1FU;
  } else if ((lead & 0xF0U) == 0xE0U) {
    n = 3, value = lead & 0x0FU;
  } else if (lead >= 0xF0U && lead <= 0xF4U) {
    n = 4, value = lead & 0x07U;
  } else {
    return {};
  }
  if (s.size() < n) return {};
  for (std::size_t i = 1; i < n; ++i) {
    if (!is_continuation(s[i])) return {};
    value = (value << 6U) | (static_cast<unsigned char>(s[i]) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[n] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, n};
}

bool is_blank(char32_t c) {
  return c <= 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0x3000 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0xFEFF;
}

/// First byte of the last code point of `s`, which must not be empty.
std::size_t last_start(std::string_view s) {
  std::size_t i = s.size() - 1;
  while (i > 0 && is_continuation(s[i])) --i;
  return i;
}

}  // namespace

bool is_valid_utf8(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    // Eight bytes at a time while they are ASCII without NUL: most of what passes here.
    while (bytes.size() >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data(), 8);
      const std::uint64_t zero = (word - 0x0101010101010101ULL) & ~word;
      if (((word | zero) & 0x8080808080808080ULL) != 0) break;
      bytes.remove_prefix(8);
    }
    if (bytes.empty()) return true;
    const Decoded next = decode_first(bytes);
    if (next.bytes == 0 || next.code_point == 0) return false;
    bytes.remove_prefix(next.bytes);
  }
  return true;
}

std::size_t count_code_points(std::string_view utf8) noexcept {
  std::size_t n = 0;
  for (const char c : utf8) n += is_continuation(c) ? 0 : 1;
  return n;
}

std::string_view first_code_points(std::string_view utf8, std::size_t n) noexcept {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    if (is_continuation(utf8[i])) continue;
    if (n == 0) return utf8.substr(0, i);
    --n;
  }
  return utf8;
}

std::string_view trim(std::string_view utf8) noexcept {
  while (!utf8.empty()) {
    const Decoded first = decode_first(utf8);
    if (first.bytes == 0 || !is_blank(first.code_point)) break;
    utf8.remove_prefix(first.bytes);
  }
  while (!utf8.empty()) {
    const std::size_t start = last_start(utf8);
    const Decoded last = decode_first(utf8.substr(start));
    if (last.bytes == 0 || !is_blank(last.code_point)) break;
    utf8 = utf8.substr(0, start);
  }
  return utf8;
}

std::string lower_ascii(std::string_view utf8) {
  std::string out(utf8);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string preview(std::string_view utf8, std::size_t n) {
  utf8 = trim(utf8);
  std::string out;
  std::size_t taken = 0;
  bool space = false;
  while (!utf8.empty()) {
    const Decoded next = decode_first(utf8);
    if (next.bytes == 0) break;
    const bool blank = is_blank(next.code_point);
    if (!blank) {
      const std::size_t needed = space ? 2 : 1;
      // The ellipsis takes the place of a code point, so the text must leave room for it unless it ends here.
      if (taken + needed > n || (taken + needed == n && next.bytes < utf8.size())) {
        if (n > 0) out.append("…");
        break;
      }
      if (space) out.push_back(' ');
      out.append(utf8, 0, next.bytes);
      taken += needed;
    }
    space = blank;
    utf8.remove_prefix(next.bytes);
  }
  return out;
}

bool is_mail_address(std::string_view text) noexcept {
  if (text.size() > 254 || !is_valid_utf8(text)) return false;
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.find('@', at + 1) != std::string_view::npos)
    return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || std::string_view("\"(),:;<>[\\]").contains(c))
      return false;
  }
  const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  const auto dotted = [](std::string_view s) {
    return !s.empty() && s.front() != '.' && s.back() != '.' && s.find("..") == std::string_view::npos;
  };
  return dotted(local) && dotted(domain) && domain.contains('.');
}

Result<std::string> check_length(std::string_view field, std::string_view utf8, std::size_t min, std::size_t max) {
  if (!is_valid_utf8(utf8)) return fail_fields({{std::string(field), "request.invalid_utf8"}});
  const std::string_view trimmed = trim(utf8);
  const std::size_t n = count_code_points(trimmed);
  if (n < min) return fail_fields({{std::string(field), "request.too_short"}});
  if (n > max) return fail_fields({{std::string(field), "request.too_long"}});
  return std::string(trimmed);
}

}  // namespace yingda::text
