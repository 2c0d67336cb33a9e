#include "yingda/org/paging.hpp"

#include "yingda/base/ids.hpp"
#include "yingda/base/text.hpp"

namespace yingda::org {

std::string encode_cursor(std::int64_t last_id) { return encode_id_text(last_id); }

Result<std::int64_t> decode_cursor(std::string_view cursor, std::int64_t start) {
  if (cursor.empty()) return start;
  const auto value = decode_id_text(cursor);
  if (!value) return fail(Code::invalid_argument, "request.invalid_cursor");
  return *value;
}

Result<std::string> like_pattern(std::string_view search) {
  YD_TRY(const std::string trimmed, text::check_length("search", search, 0, kSearchCodePointsMax));
  std::string pattern = "%";
  for (const char c : text::lower_ascii(trimmed)) {
    if (c == '!' || c == '%' || c == '_') pattern += '!';
    pattern += c;
  }
  if (pattern.size() > 1) pattern += '%';
  return pattern;
}

std::string fold_search(std::initializer_list<std::string_view> fields) {
  std::string folded;
  for (const std::string_view field : fields) {
    if (field.empty()) continue;
    if (!folded.empty()) folded += '\n';
    folded += text::lower_ascii(field);
  }
  return folded;
}

}  // namespace yingda::org
