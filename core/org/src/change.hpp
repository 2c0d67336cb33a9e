// What an administrative change leaves behind.
#pragma once

#include <string>
#include <string_view>

#include "yingda/org/org.hpp"

namespace yingda::org {

struct Org::Change {
  std::string_view action;    // "team.created"
  std::string_view area;      // of the event: "teams"
  std::string id;             // prefixed id of what changed
  std::string before, after;  // JSON objects or empty; never secrets
};

}  // namespace yingda::org
