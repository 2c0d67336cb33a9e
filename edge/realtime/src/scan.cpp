#include "yingda/realtime/scan.hpp"

namespace yingda::realtime {

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
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') return text_.substr(begin, at_++ - begin);
    at_ += c == '\\' ? 2 : 1;
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
