// Path and query parameters -> typed values, from the same description as JSON. Templates; codec .cpp files only.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yingda/base/json.hpp"
#include "yingda/net/http.hpp"

namespace yingda::rest {

using Params = std::vector<std::pair<std::string, std::string>>;

/// Where a request's members come from: of a read the query, of a write the JSON body; a struct that comes from the
/// query of a write (uploads) says so by specialising this.
template <class Input>
inline constexpr bool kFromQuery = false;

/// No members beyond the path's.
struct NoInput {};
YD_DESCRIBE(NoInput, ())

namespace detail {

/// One value from text; an empty return is a rejection reason.
template <class T>
std::string_view parse_param(std::string_view text, T& out) {
  using namespace json::detail;
  if constexpr (kIsOptional<T>) {
    if (text.empty()) return {};
    return parse_param(text, out.emplace());
  } else if constexpr (std::same_as<T, std::string>) {
    out = text;
    return {};
  } else if constexpr (std::same_as<T, bool>) {
    out = text == "true" || text == "1";
    return out || text == "false" || text == "0" ? std::string_view{} : "request.wrong_type";
  } else if constexpr (std::same_as<T, std::int64_t>) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error == std::errc::result_out_of_range) return "request.out_of_range";
    return error == std::errc{} && end == text.data() + text.size() ? std::string_view{} : "request.wrong_type";
  } else if constexpr (kIsId<T>) {
    auto id = parse_id<T>(text);
    if (id) out = *id;
    return id ? std::string_view{} : "request.invalid_id";
  } else if constexpr (DescribedEnum<T>) {
    const auto value = parse_enum<T>(text);
    if (value) out = *value;
    return value ? std::string_view{} : "request.unknown_value";
  } else if constexpr (kIsVector<T>) {
    while (!text.empty()) {
      const auto comma = text.find(',');
      if (const auto reason = parse_param(text.substr(0, comma), out.emplace_back()); !reason.empty()) return reason;
      text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    return {};
  } else {
    static_assert(kAlwaysFalse<T>, "no query mapping for this type");
  }
}

}  // namespace detail

/// Members by their names; unknown parameters are refused like unknown JSON fields, absent ones keep their defaults.
template <class Input>
Result<Input> decode_query_params(const Params& params) {
  Input input{};
  std::vector<FieldError> errors;
  for (const auto& [name, text] : params) {
    bool known = false;
    boost::mp11::mp_for_each<json::detail::MembersOf<Input>>([&](auto d) {
      if (name != outside_name(d.name)) return;
      known = true;
      if (const auto reason = detail::parse_param(text, input.*d.pointer); !reason.empty())
        errors.push_back({name, std::string(reason)});
    });
    if (!known) errors.push_back({name, "request.unknown_field"});
    if (errors.size() >= json::kMaxFieldErrors) break;
  }
  if (!errors.empty()) return fail_fields(std::move(errors));
  return input;
}

}  // namespace yingda::rest
