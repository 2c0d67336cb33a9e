// `yingda bench routing`: how long a routing decision takes on the board of a large company, and how soon a freed agent
// has the next conversation on his screen.
#include "routing.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "freed.hpp"
#include "yingda/routing/bench.hpp"

namespace yingda::bench {
namespace {

struct RoutingArgs {
  double seconds = 5;
  bool json = false;
};

void run_routing(const RoutingArgs& args) {
  fmt::print(stderr, "deciding for {:.0f} s: {} agents, {} queues, {} waiting\n", args.seconds, routing::kBenchAgents,
             routing::kBenchQueues, routing::kBenchWaiting);
  const routing::RoutingBenchResult r = routing::bench_decisions(args.seconds);
  fmt::print(stderr,
             "{} decisions, {:.0f} a second; a decision p50 {:.1f} us, p99 {:.1f} us; with its effects p99 {:.1f} us\n",
             r.decisions, r.decisions_per_s, r.decision_us_p50, r.decision_us_p99, r.assign_us_p99);
  fmt::print(stderr, "freed agents get the next conversation, over sockets, durable\n");
  const FreedResult freed = measure_freed_agents(args.seconds);
  fmt::print(stderr,
             "{} assignments: from closing one to seeing the next p50 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms\n",
             freed.assignments, freed.p50_ms, freed.p99_ms, freed.max_ms);
  if (!args.json) return;
  fmt::print(
      R"({{"decision_us_p50":{:.2f},"decision_us_p99":{:.2f},"decision_us_max":{:.2f},"assign_us_p50":{:.2f},)"
      R"("assign_us_p99":{:.2f},"decisions_per_s":{:.0f},"assign_ms_p50":{:.2f},"assign_ms_p99":{:.2f},"assign_ms_max":{:.2f},"assignments":{},)"
      R"("agents":{},"queues":{},"waiting":{}}})"
      "\n",
      r.decision_us_p50, r.decision_us_p99, r.decision_us_max, r.assign_us_p50, r.assign_us_p99, r.decisions_per_s,
      freed.p50_ms, freed.p99_ms, freed.max_ms, freed.assignments, r.agents, r.queues, r.waiting);
}

}  // namespace

void add_routing_bench(CLI::App& bench) {
  auto args = std::make_shared<RoutingArgs>();
  CLI::App* sub = bench.add_subcommand(
      "routing",
      "Routing decisions on the board of a large company, and how soon a freed agent sees the next conversation");
  sub->add_option("--seconds", args->seconds, "how long")->check(CLI::Range(0.5, 600.0))->capture_default_str();
  sub->add_flag("--json", args->json, "one JSON object on standard output");
  sub->callback([args] { run_routing(*args); });
}

}  // namespace yingda::bench
