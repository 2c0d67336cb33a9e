// The company a bench talks to, made through the public API as an administrator would: agents online, a widget,
// visitors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/net/client.hpp"

namespace yingda::bench {

struct Company {
  std::string base;  // "127.0.0.1:port"
  std::string widget_key;
  std::vector<std::string> agent_cookies;  // "yd_session=…", each agent online
  std::vector<std::string> agent_csrf;     // X-CSRF-Token of the same
  std::vector<std::string> agent_ids;      // us_…
  std::vector<std::string> visitor_tokens;
};

inline constexpr int kCompanyCapacity = 100;  // the largest

/// Sets up a fresh server. Blocking; about 60 ms an agent (password hashing twice).
Result<Company> found_company(net::HttpClient& http, const std::string& base, int agents,
                              int capacity = kCompanyCapacity);
/// Opens `count` visitor sessions, several at a time, and appends their tokens.
Status invite_visitors(net::HttpClient& http, Company& company, int count);

}  // namespace yingda::bench
