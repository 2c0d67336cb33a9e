// `yingda bench …`: measurements that start what they need themselves.
#pragma once

namespace CLI {
class App;
}

namespace yingda::bench {

/// Adds `bench` and its subcommands to the program.
void add_bench_commands(CLI::App& program);

}  // namespace yingda::bench
