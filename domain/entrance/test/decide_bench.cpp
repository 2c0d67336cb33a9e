// What a decision costs when nothing matches: every rule is judged to its last condition.
#include <benchmark/benchmark.h>

#include "decide.hpp"

namespace yingda::entrance {
namespace {

void judge_rules(benchmark::State& state) {
  Facts facts;
  facts.page = "https://shop.example/category/shoes?campaign=autumn";
  facts.language = "zh-CN";
  facts.level = "silver";
  facts.tags = {"returning", "app", "newsletter"};
  facts.attributes = {{"plan", "business"}, {"city", "杭州"}};
  facts.text.assign(static_cast<std::size_t>(state.range(1)), 'x');
  facts.default_team = TeamId{1};
  std::vector<EntranceRule> rules;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    rules.push_back({.id = std::to_string(i),
                     .name = "rule",
                     .conditions = {{Subject::language, {}, Match::is, {"zh"}},
                                    {Subject::tag, {}, Match::is_not, {"blocked"}},
                                    {Subject::attribute, "plan", Match::is, {"enterprise", "business"}},
                                    {Subject::page, {}, Match::contains, {"/shoes"}},
                                    {Subject::text, {}, Match::contains, {"refund", "退款"}}},
                     .team_id = TeamId{2}});
  }
  rules = comparable(std::move(rules));
  for (auto _ : state) benchmark::DoNotOptimize(decide(rules, {}, facts));
}
BENCHMARK(judge_rules)->ArgNames({"rules", "text"})->Args({10, 40})->Args({200, 40})->Args({200, 32'000});

}  // namespace
}  // namespace yingda::entrance

BENCHMARK_MAIN();
