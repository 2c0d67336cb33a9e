#include "router.hpp"

#include "yingda/base/assert.hpp"

namespace yingda::rest {

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
  std::unique_ptr<Node> parameter;
  std::vector<const Endpoint*> endpoints;
};

namespace {

/// The next segment of "/a/b"; advances `path`.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto slash = path.find('/');
  const auto segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
  return segment;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(const Endpoint& endpoint) {
  Node* node = root_.get();
  std::string_view path = endpoint.path;
  while (!path.empty()) {
    const auto segment = next_segment(path);
    auto& next = segment.starts_with('{') ? node->parameter : node->literal[std::string(segment)];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  for (const auto* other : node->endpoints) YD_ASSERT(other->method != endpoint.method);
  node->endpoints.push_back(&endpoint);
}

Router::Found Router::find(net::Method method, std::string_view path) const {
  Found found;
  const Node* node = root_.get();
  while (!path.empty() && node) {
    if (path.front() != '/') return {};
    const auto segment = next_segment(path);
    // A literal wins over a parameter: /agents/me/… beside /agents/{id}/…
    if (const auto at = node->literal.find(segment); at != node->literal.end()) {
      node = at->second.get();
    } else {
      node = segment.empty() ? nullptr : node->parameter.get();
      found.args.emplace_back(segment);
    }
  }
  if (!node || node->endpoints.empty()) return {};
  if (method == net::Method::head) method = net::Method::get;
  for (const auto* endpoint : node->endpoints) {
    if (endpoint->method == method) found.endpoint = endpoint;
    if (!found.methods.empty()) found.methods += ", ";
    found.methods += net::to_string(endpoint->method);
  }
  return found;
}

std::vector<std::string> parameter_names(std::string_view path) {
  std::vector<std::string> names;
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1))
    names.emplace_back(path.substr(open + 1, path.find('}', open) - open - 1));
  return names;
}

}  // namespace yingda::rest
