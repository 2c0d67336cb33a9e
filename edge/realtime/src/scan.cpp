#include "yingda/realtime/scan.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace yingda::realtime {
namespace {

/// Sets the highest bit of every byte of `word` that equals `c`; above the lowest such byte, others may be set too.
std::uint64_t bytes_equal(std::uint64_t word, char c) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL, kHighs = 0x8080808080808080ULL;
  const std::uint64_t difference = word ^ (kOnes * static_cast<unsigned char>(c));
  return (difference - kOnes) & ~difference & kHighs;
}

/// Where the next quote or backslash stands, eight bytes at a time: most of an event is texts.
std::size_t find_end_or_escape(std::string_view text, std::size_t at) {
  if constexpr (std::endian::native == std::endian::little) {
    for (; at + 8 <= text.size(); at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, 8);
      const std::uint64_t found = bytes_equal(word, '"') | bytes_equal(word, '\\');
      if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\') ++at;
  return at;
}

/// Characters that skipping acts on: quotes, brackets, commas.
constexpr auto kActs = [] {
  std::array<bool, 256> table{};
  for (const char c : {'"', '{', '}', '[', ']', ','}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

}  // namespace

void Scanner::space() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
    ++at_;
}

bool Scanner::take(char c) {
  space();
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

std::string_view Scanner::string() {
  if (!take('"')) return {};
  const std::size_t begin = at_;
  for (;;) {
    at_ = find_end_or_escape(text_, at_);
    if (at_ >= text_.size()) break;
    if (text_[at_] == '"') return text_.substr(begin, at_++ - begin);
    at_ += 2;
  }
  broken();
  return {};
}

bool Scanner::boolean() {
  space();
  const bool yes = text_.substr(at_).starts_with("true");
  skip();
  return yes;
}

std::string_view Scanner::raw() {
  space();
  const std::size_t begin = at_;
  skip();
  std::size_t end = at_;
  while (end > begin && (text_[end - 1] == ' ' || text_[end - 1] == '\n')) --end;
  return broken_ ? std::string_view() : text_.substr(begin, end - begin);
}

void Scanner::skip() {
  space();
  int depth = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (!kActs[static_cast<unsigned char>(c)]) {
      ++at_;
      continue;
    }
    if (c == '"') {
      string();
      if (depth == 0) return;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return;
      ++at_;
      if (--depth == 0) return;
      continue;
    }
    if (c == ',' && depth == 0) return;
    ++at_;
  }
  if (depth != 0) broken();
}

}  // namespace yingda::realtime
