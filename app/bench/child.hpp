// Child processes of a bench: started on a free loopback port, measured through /proc, ended by their own id.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "yingda/base/result.hpp"

namespace yingda::bench {

/// What a process used so far.
struct Usage {
  double cpu_seconds = 0;
  std::int64_t rss_bytes = 0;
};

class Child {
 public:
  /// Runs this program again with `arguments`; its output goes to `log_file`.
  static Result<Child> start(const std::vector<std::string>& arguments, const std::string& log_file);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  /// Ends it: SIGTERM, then SIGKILL after 10 s.
  ~Child();

  /// Waits until the port answers; unavailable `bench.child_not_ready` with the end of its log as detail.
  Status wait_for_port(std::uint16_t port) const;
  Usage usage() const;
  std::int64_t pid() const { return pid_; }

 private:
  Child(int pid, std::string log_file) : pid_(pid), log_file_(std::move(log_file)) {}
  int pid_;
  std::string log_file_;
};

/// A port nobody listens on at this moment.
std::uint16_t free_port();
/// A folder that goes away with this object.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// CPU of this process in seconds.
double own_cpu_seconds();

}  // namespace yingda::bench
