// What every bench command needs: a fresh server of ours in a child process, and the end when something refuses.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "child.hpp"
#include "yingda/base/result.hpp"

namespace yingda::bench {

[[noreturn]] inline void give_up(const Error& error) {
  fmt::print(stderr, "bench failed: {}\n", describe(error));
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error());
  return *std::move(result);
}
inline void must(Status status) {
  if (!status) give_up(status.error());
}

/// A fresh server of ours in a child process.
struct Server {
  ScratchFolder folder;
  std::uint16_t port = free_port();
  Child child;
  double ready_ms = 0;

  explicit Server(const std::string& database) : child(start(database)) { must(child.wait_for_port(port)); }
  Child start(const std::string& database) {
    std::vector<std::string> arguments{"serve",
                                       "--data",
                                       folder.path() + "/data",
                                       "--listen",
                                       fmt::format("127.0.0.1:{}", port),
                                       "--no-rate-limits",
                                       "--log-level",
                                       "warn"};
    if (!database.empty()) arguments.insert(arguments.end(), {"--database", database});
    return must(Child::start(arguments, folder.path() + "/server.log"));
  }
  std::string base() const { return fmt::format("127.0.0.1:{}", port); }
};

}  // namespace yingda::bench
