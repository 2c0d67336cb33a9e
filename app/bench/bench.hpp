// `yingda bench …`: load against real sockets and a real store, beside the limits of the same run. Every bench starts
// what it needs itself in child processes, shows progress on standard error and prints one JSON object with --json.
#pragma once

namespace CLI {
class App;
}

namespace yingda::bench {

/// Adds the `bench` command and its hidden helper commands; their callbacks run the bench and exit the process.
void add_bench_commands(CLI::App& app);

}  // namespace yingda::bench
