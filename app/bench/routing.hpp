// The bench of routing decisions.
#pragma once

namespace CLI {
class App;
}

namespace yingda::bench {

/// Adds `routing` to the bench command.
void add_routing_bench(CLI::App& bench);

}  // namespace yingda::bench
