// Customers as JSON: event payloads and the two columns that hold JSON.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/customer/types.hpp"

namespace yingda::customer {

std::string to_json(const Customer& customer);
std::string to_json(const std::vector<std::string>& tags);
std::string to_json(const std::map<std::string, std::string>& attributes);
/// Empty for text that encode has not written.
std::vector<std::string> decode_tags(std::string_view json);
std::map<std::string, std::string> decode_attributes(std::string_view json);

}  // namespace yingda::customer
