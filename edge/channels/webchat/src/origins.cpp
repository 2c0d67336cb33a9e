#include "origins.hpp"

#include <algorithm>

#include "yingda/base/text.hpp"
#include "yingda/webchat/limits.hpp"

namespace yingda::webchat {
namespace {

/// Scheme with "://", or "".
std::string_view scheme_of(std::string_view origin) {
  const std::string_view https = "https://", http = "http://";
  return origin.starts_with(https) ? https : origin.starts_with(http) ? http : std::string_view();
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':' || c == '[' || c == ']';
}

}  // namespace

Result<std::string> check_origin_rule(std::string_view rule) {
  std::string lower = text::lower_ascii(text::trim(rule));
  while (lower.ends_with('/')) lower.pop_back();
  const std::string_view scheme = scheme_of(lower);
  std::string_view host = std::string_view(lower).substr(scheme.size());
  if (host.starts_with("*.")) host.remove_prefix(2);
  const bool valid = !scheme.empty() && !host.empty() && lower.size() <= kOriginBytesMax &&
                     std::ranges::all_of(host, is_host_character) && !host.starts_with('.') && !host.ends_with('.') &&
                     host.find("..") == std::string_view::npos;
  if (!valid) return fail(Code::invalid_argument, "webchat.invalid_origin");
  return lower;
}

bool origin_allowed(const std::vector<std::string>& rules, std::string_view origin, std::string_view host) {
  if (rules.empty() || origin.empty()) return true;
  const std::string lower = text::lower_ascii(origin);
  const std::string_view scheme = scheme_of(lower);
  if (scheme.empty()) return false;
  const std::string_view name = std::string_view(lower).substr(scheme.size());
  if (!host.empty() && name == text::lower_ascii(host)) return true;
  return std::ranges::any_of(rules, [&](std::string_view rule) {
    const std::string_view wanted = scheme_of(rule);
    if (wanted != scheme) return false;
    rule.remove_prefix(wanted.size());
    if (!rule.starts_with("*.")) return name == rule;
    return name.size() > rule.size() - 1 && name.ends_with(rule.substr(1));
  });
}

}  // namespace yingda::webchat
