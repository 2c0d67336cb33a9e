#include "api.hpp"

#include "areas.hpp"
#include "rest_impl.hpp"
#include "yingda/rest/limits.hpp"

namespace yingda::rest {

namespace detail {

Result<std::string_view> json_body(const Call& call) {
  if (call.request.body_bytes == 0) return "{}";
  // Forms of other sites can post text/plain and urlencoded bodies without asking, JSON they cannot.
  const std::string_view type = call.request.header("content-type");
  if (!type.starts_with("application/json")) return fail(Code::invalid_argument, "request.wrong_content_type");
  if (call.request.body_file) return fail(Code::limit_exceeded, "request.json_too_large");
  return call.request.body;
}

}  // namespace detail

Result<int> check_limit(const std::optional<std::int64_t>& limit) {
  const std::int64_t value = limit.value_or(kPageDefault);
  if (value < 1 || value > kPageMax) return fail_fields({{"limit", "request.out_of_range"}});
  return static_cast<int>(value);
}

void declare_all(Api& api, Ground ground) {
  declare_setup(api, ground);
  declare_auth(api, ground);
  declare_second_factor(api, ground);
  declare_org(api, ground);
  declare_users(api, ground);
  declare_conversations(api, ground);
  declare_customers(api, ground);
  declare_files(api, ground);
  declare_canned_replies(api, ground);
  declare_widgets(api, ground);
  declare_agents(api, ground);
  declare_offers(api, ground);
  declare_entrance(api, ground);
  declare_mail(api, ground);
  declare_ratings(api, ground);
  declare_profiles(api, ground);
  declare_calendar(api, ground);
  declare_simulation(api, ground);
  declare_supervision(api, ground);
}

}  // namespace yingda::rest
