// Two limits that the durable path is compared with, both on the product's own network layer with the frames that the
// product sends, in size and number. `bytes` only copies texts: what the network layer can carry. `rooms` is a Yingda
// without a store: it decodes every frame, moves the conversation on in memory, encodes the event, finds out who hears
// of it and makes each side's frame, as the product does, and keeps nothing.
#pragma once

#include <cstdint>

namespace yingda::bench {

enum class RelayWork { bytes, rooms };

/// Serves until SIGTERM. Visitors say hello with their number as token; agent v % agents gets visitor v. Gives the exit
/// code.
int run_relay(std::uint16_t port, RelayWork work);

}  // namespace yingda::bench
