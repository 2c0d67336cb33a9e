// What all sessions of one server share. Outlives them.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "address.hpp"
#include "loop.hpp"
#include "tls.hpp"
#include "yingda/net/server.hpp"

namespace yingda::net {

struct ServerCore {
  ServerOptions options;
  HttpApp* app = nullptr;
  SslContext tls;
  std::vector<AddressRange> trusted_proxies;
  std::vector<std::shared_ptr<Loop>> loops;
  std::atomic<std::int64_t> connections{0};
  std::atomic<std::int64_t> refused{0};
  std::atomic<bool> stopping{false};
};

}  // namespace yingda::net
