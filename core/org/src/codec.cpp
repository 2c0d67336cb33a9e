#include "codec.hpp"

#include "yingda/base/json.hpp"

namespace yingda::org {

std::string to_json(const Tenant& value) { return json::encode(value); }
std::string to_json(const Unit& value) { return json::encode(value); }
std::string to_json(const Team& value) { return json::encode(value); }
std::string to_json(const Role& value) { return json::encode(value); }
std::string to_json(const User& value) { return json::encode(value); }
std::string to_json(const ApiToken& value) { return json::encode(value); }

}  // namespace yingda::org
