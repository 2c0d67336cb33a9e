// From an agent who is free again to the next conversation on his screen, through real sockets and a real store.
#pragma once

#include <cstdint>

namespace yingda::bench {

struct FreedResult {
  std::int64_t assignments = 0;
  double p50_ms = 0, p99_ms = 0, max_ms = 0;
};

/// Agents who take one conversation at a time close it and get the next of a queue that is never empty; measured from
/// the request that closes to the push that brings the next. Starts its own server. Blocking.
FreedResult measure_freed_agents(double seconds);

}  // namespace yingda::bench
