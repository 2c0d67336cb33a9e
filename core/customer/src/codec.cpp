#include "codec.hpp"

#include "yingda/base/json.hpp"

namespace yingda::customer {

using Attributes = std::map<std::string, std::string>;
using Tags = std::vector<std::string>;

std::string to_json(const Customer& customer) { return json::encode(customer); }
std::string to_json(const Tags& tags) { return json::encode(tags); }
std::string to_json(const Attributes& attributes) { return json::encode(attributes); }

Tags decode_tags(std::string_view json) {
  if (json == "[]") return {};
  return json::decode<Tags>(json).value_or(Tags{});
}

Attributes decode_attributes(std::string_view json) {
  if (json == "{}") return {};
  return json::decode<Attributes>(json).value_or(Attributes{});
}

}  // namespace yingda::customer
