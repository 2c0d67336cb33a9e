// The program: reads the command line, runs one command, gives its exit code.
#include <malloc.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <exception>

#include "bench/bench.hpp"
#include "commands.hpp"
#include "yingda/base/log.hpp"

int main(int argc, char** argv) {
  // Arenas of many threads keep what they once held: two serve our few threads and keep an idle server small.
  mallopt(M_ARENA_MAX, 2);
  // A fixed threshold: glibc would learn from the 19 MiB of a password hash to keep such blocks in the heap for ever.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  CLI::App program("Yingda 应答 - customer service in one server", "yingda");
  program.set_version_flag("--version", "yingda " YINGDA_VERSION);
  program.require_subcommand(1);
  yingda::app::Action chosen;
  yingda::app::add_serve(program, chosen);
  yingda::app::add_admin(program, chosen);
  yingda::app::add_store_commands(program, chosen);
  yingda::app::add_routing_commands(program, chosen);
  yingda::app::add_calendar_commands(program, chosen);
  yingda::bench::add_bench_commands(program);
  CLI11_PARSE(program, argc, argv);
  int code = 0;
  try {
    if (chosen) code = chosen();
  } catch (const std::exception& thrown) {
    std::fprintf(stderr, "yingda: %s\n", thrown.what());
    code = 1;
  }
  yingda::log::flush();
  return code;
}
