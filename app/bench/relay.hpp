// The raw relay limit: the product's own network layer, the same frames in and out, no store, no rooms. What the
// durable path is compared with.
#pragma once

#include <cstdint>

namespace yingda::bench {

/// Serves until SIGTERM. Visitors say hello with token "V", agents get visitors V % agents. Gives the exit code.
int run_relay(std::uint16_t port, int agents);

}  // namespace yingda::bench
