#include "yingda/base/json_schema.hpp"

#include "yingda/base/assert.hpp"

namespace yingda::json {
namespace detail {
namespace {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

void append_camel(std::string& out, std::string_view word) {
  bool upper = true;
  for (const char c : word) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out.push_back(upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    upper = false;
  }
}

}  // namespace

std::string component_name(std::string_view qualified, int depth) {
  std::string out;
  std::vector<std::string_view> path;  // of the name being read: namespaces and the type itself
  const auto finish = [&] {
    const std::size_t keep = std::min(path.size(), static_cast<std::size_t>(depth));
    for (std::size_t i = path.size() - keep; i < path.size(); ++i) append_camel(out, path[i]);
    path.clear();
  };
  std::size_t i = 0;
  while (i < qualified.size()) {
    if (is_word(qualified[i])) {
      std::size_t end = i;
      while (end < qualified.size() && is_word(qualified[end])) ++end;
      path.push_back(qualified.substr(i, end - i));
      i = end;
    } else if (qualified.substr(i).starts_with("::")) {
      i += 2;
    } else if (constexpr std::string_view anonymous = "(anonymous namespace)";
               qualified.substr(i).starts_with(anonymous)) {
      i += anonymous.size();
    } else {
      finish();
      ++i;
    }
  }
  finish();
  return out;
}

std::string integer_schema(std::string_view format) {
  return R"({"type":"integer","format":")" + std::string(format) + "\"}";
}

std::string id_schema(std::string_view prefix) {
  return R"({"type":"string","pattern":"^)" + std::string(prefix) + R"(_[0-9a-hjkmnp-tv-z]{13}$"})";
}

}  // namespace detail

std::string Schemas::claim_name(std::string_view wanted, std::string_view qualified, bool& fresh) {
  if (const auto known = name_by_type_.find(qualified); known != name_by_type_.end()) {
    fresh = false;
    return known->second;
  }
  std::string name = wanted.empty() ? detail::component_name(qualified, 1) : std::string(wanted);
  for (int depth = 2; components_.contains(name); ++depth) {
    std::string longer = detail::component_name(qualified, depth);
    YD_ASSERT(longer != name);
    name = std::move(longer);
  }
  components_[name];
  name_by_type_.emplace(qualified, name);
  fresh = true;
  return name;
}

}  // namespace yingda::json
