// Which pages may show a widget. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"

namespace yingda::webchat {

/// A rule is "https://shop.example", "https://shop.example:8443" or "https://*.shop.example" (any subdomain, not the
/// domain itself). invalid_argument `webchat.invalid_origin` for anything else; gives it in lower case.
Result<std::string> check_origin_rule(std::string_view rule);

/// An empty list allows every origin; a request without an origin comes from no page; `host` is our own name as the
/// request says it: our own pages (demo, preview) are always allowed.
bool origin_allowed(const std::vector<std::string>& rules, std::string_view origin, std::string_view host);

}  // namespace yingda::webchat
