// Path -> endpoint in one walk over the segments.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "endpoint.hpp"

namespace yingda::rest {

class Router {
 public:
  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  void add(const Endpoint& endpoint);

  struct Found {
    const Endpoint* endpoint = nullptr;  // null: see `methods`
    std::vector<std::string> args;
    std::string methods;  // "GET, POST" when the path is known and the method is not; empty: no such path
  };
  /// HEAD is answered as GET.
  Found find(net::Method method, std::string_view path) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace yingda::rest
