#include "check.hpp"

#include <algorithm>
#include <utility>

#include "origins.hpp"
#include "yingda/base/text.hpp"
#include "yingda/org/org.hpp"
#include "yingda/webchat/limits.hpp"

namespace yingda::webchat {
namespace {

constexpr std::int64_t kOffsetMax = 400;      // CSS pixels: a phone's width
constexpr std::int64_t kAutoOpenMax = 3'600;  // seconds

bool is_color(std::string_view text) {
  return text.size() == 7 && text[0] == '#' &&
         std::ranges::all_of(text.substr(1), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool is_picture_address(std::string_view text) {
  const bool shape = text.empty() || text.starts_with("https://") || (text.starts_with('/') && !text.starts_with("//"));
  return shape && text.size() <= kUrlBytesMax &&
         std::ranges::none_of(text, [](char c) { return c == '"' || c == '\'' || c == '<' || c == '\\' || c <= ' '; });
}

class Checker {
 public:
  void length(const std::string& field, std::string& text, std::size_t min, std::size_t max) {
    auto checked = text::check_length(field, text, min, max);
    if (checked) {
      text = *std::move(checked);
    } else if (checked.error().fields.empty()) {
      reject(field, checked.error().reason);
    } else {
      fields_.push_back(checked.error().fields.front());
    }
  }
  void local(const std::string& field, LocalText& text) {
    length(field + ".zh_CN", text.zh_CN, 0, kLookTextCodePointsMax);
    length(field + ".en", text.en, 0, kLookTextCodePointsMax);
  }
  void range(std::string field, std::int64_t value, std::int64_t min, std::int64_t max) {
    if (value < min || value > max) reject(std::move(field), "request.out_of_range");
  }
  void reject(std::string field, std::string reason) { fields_.push_back({std::move(field), std::move(reason)}); }
  std::vector<FieldError> take() { return std::move(fields_); }

 private:
  std::vector<FieldError> fields_;
};

void check_origins(Checker& check, std::vector<std::string>& origins) {
  if (origins.size() > kOriginsMax) check.reject("allowed_origins", "request.too_many");
  for (std::size_t i = 0; i < std::min(origins.size(), kOriginsMax); ++i) {
    auto rule = check_origin_rule(origins[i]);
    if (rule) {
      origins[i] = *std::move(rule);
    } else {
      check.reject("allowed_origins[" + std::to_string(i) + "]", rule.error().reason);
    }
  }
}

void check_languages(Checker& check, std::vector<std::string>& languages) {
  if (languages.empty()) languages = {"zh-CN", "en"};
  std::ranges::sort(languages, std::greater<>());
  const auto same = std::ranges::unique(languages);
  languages.erase(same.begin(), same.end());
  for (const std::string& language : languages)
    if (language != "zh-CN" && language != "en") return check.reject("languages", "request.unknown_value");
}

}  // namespace

Result<WidgetSettings> check_settings(const WidgetSettings& settings) {
  WidgetSettings out = settings;
  Checker check;
  check.length("name", out.name, 1, org::kNameCodePointsMax);
  check_origins(check, out.allowed_origins);
  check_languages(check, out.languages);
  WidgetLook& look = out.look;
  if (!is_color(look.color)) check.reject("look.color", "request.invalid_color");
  check.local("look.launcher_text", look.launcher_text);
  check.local("look.title", look.title);
  check.local("look.subtitle", look.subtitle);
  check.local("look.greeting", look.greeting);
  check.range("look.auto_open_s", look.auto_open_s, 0, kAutoOpenMax);
  check.range("look.offset_x", look.offset_x, 0, kOffsetMax);
  check.range("look.offset_y", look.offset_y, 0, kOffsetMax);
  if (!is_picture_address(look.avatar_url)) check.reject("look.avatar_url", "request.invalid_url");
  if (auto fields = check.take(); !fields.empty()) return fail_fields(std::move(fields));
  return out;
}

}  // namespace yingda::webchat
