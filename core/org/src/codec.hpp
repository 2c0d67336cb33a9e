// Values as JSON for audit records.
#pragma once

#include <string>

#include "yingda/org/types.hpp"

namespace yingda::org {

std::string to_json(const Tenant& value);
std::string to_json(const Unit& value);
std::string to_json(const Team& value);
std::string to_json(const Role& value);
std::string to_json(const User& value);
std::string to_json(const ApiToken& value);

}  // namespace yingda::org
