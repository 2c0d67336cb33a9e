#include "yingda/net/limits.hpp"

#include <sys/resource.h>

namespace yingda::net {
namespace {
constexpr rlim_t kWanted = 1'048'576;  // the kernel's default fs.nr_open
}

std::int64_t raise_file_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_max < kWanted) {
    const rlimit raised{kWanted, kWanted};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) return static_cast<std::int64_t>(kWanted);
  }
  const rlim_t target = limit.rlim_max == RLIM_INFINITY ? kWanted : limit.rlim_max;
  if (limit.rlim_cur < target) {
    const rlimit raised{target, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) return static_cast<std::int64_t>(target);
  }
  return static_cast<std::int64_t>(limit.rlim_cur);
}

}  // namespace yingda::net
