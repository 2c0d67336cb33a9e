#include "login_name.hpp"

#include <algorithm>

#include "guard.hpp"
#include "yingda/base/text.hpp"

namespace yingda::org {

Result<std::string> check_login(std::string_view login) {
  YD_TRY(const std::string trimmed, check_name("login", login));
  const bool one_word =
      std::ranges::none_of(trimmed, [](unsigned char c) { return c <= ' ' || c == 0x7F || c == '/'; });
  if (!one_word) return fail_field("login", "org.login_malformed");
  return text::lower_ascii(trimmed);
}

WrittenLogin decode_login(std::string_view written) {
  if (!text::is_valid_utf8(written)) return {};
  WrittenLogin out;
  std::string_view rest = text::trim(written);
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    const auto tenant = parse_id<TenantId>(rest.substr(0, slash));
    if (!tenant) return {};
    out.tenant = *tenant;
    rest = text::trim(rest.substr(slash + 1));
  }
  out.login = text::lower_ascii(text::first_code_points(rest, kNameCodePointsMax));
  return out;
}

}  // namespace yingda::org
