#include "yingda/base/ids.hpp"

#include <algorithm>
#include <array>

namespace yingda {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford, lower case
constexpr std::int64_t kEpochMs = 1'735'689'600'000;                        // 2025-01-01T00:00Z
constexpr std::size_t kTextLength = 13;                                     // 13 * 5 = 65 bits >= 63

/// Value of every character; 32 for those outside the alphabet.
constexpr auto kDigits = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(32);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}();

}  // namespace

std::string encode_id_text(std::int64_t value) {
  std::string text(kTextLength, '0');
  auto rest = static_cast<std::uint64_t>(value);
  for (std::size_t i = kTextLength; i-- > 0;) {
    text[i] = kAlphabet[rest & 31U];
    rest >>= 5U;
  }
  return text;
}

Result<std::int64_t> decode_id_text(std::string_view text) {
  if (text.size() != kTextLength || text[0] > '7') return fail(Code::invalid_argument, "request.invalid_id");
  std::uint64_t value = 0;
  for (const char c : text) {
    const std::uint64_t digit = kDigits[static_cast<unsigned char>(c)];
    if (digit > 31) return fail(Code::invalid_argument, "request.invalid_id");
    value = (value << 5U) | digit;
  }
  return static_cast<std::int64_t>(value);
}

std::int64_t IdSource::next_value() {
  const std::int64_t fresh = std::max<std::int64_t>(clock_.now().ms - kEpochMs, 1) << 12U;
  std::int64_t last = last_.load(std::memory_order_relaxed);
  std::int64_t next = 0;
  do {
    next = std::max(fresh, last + 1);
  } while (!last_.compare_exchange_weak(last, next, std::memory_order_relaxed));
  return ((next >> 12U) << 22U) | (node_ << 12U) | (next & 4095);
}

}  // namespace yingda
