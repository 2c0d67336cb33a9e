#include "bench.hpp"

#include <CLI/App.hpp>

namespace yingda::bench {

void add_bench_commands(CLI::App& program) { (void)program; }

}  // namespace yingda::bench
