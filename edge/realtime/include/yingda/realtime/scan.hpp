// A pull reader over JSON text that our own writer made (event payloads): reads or copies the few fields that pushing
// needs and skips the rest without allocating. Malformed text ends the reading, never runs past the end.
#pragma once

#include <cstddef>
#include <string_view>

namespace yingda::realtime {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  /// Calls `on_member(key)` for every member of the object at hand; the callee may consume the value by one of the
  /// functions here; otherwise it is skipped. False when there is no object here (nothing consumed) or it is broken.
  template <class OnMember>
  bool object(OnMember on_member) {
    if (!take('{')) return false;
    if (take('}')) return true;
    do {
      const std::string_view key = string();
      if (!take(':')) return broken();
      space();
      const std::size_t before = at_;
      on_member(key);
      if (at_ == before) skip();
      if (broken_) return false;
    } while (take(','));
    return take('}') || broken();
  }
  /// The same for the items of an array.
  template <class OnItem>
  bool array(OnItem on_item) {
    if (!take('[')) return false;
    if (take(']')) return true;
    do {
      space();
      const std::size_t before = at_;
      on_item();
      if (at_ == before) skip();
      if (broken_) return false;
    } while (take(','));
    return take(']') || broken();
  }
  /// The characters between the quotes as they stand (escapes not undone); "" when no string is here.
  std::string_view string();
  /// True for the word `true` (consumed with anything else here).
  bool boolean();
  /// The text of one value of any kind, as it stands.
  std::string_view raw();
  /// Passes one value of any kind.
  void skip();

 private:
  void space();
  bool take(char c);
  bool broken() {
    broken_ = true;
    at_ = text_.size();
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool broken_ = false;
};

}  // namespace yingda::realtime
