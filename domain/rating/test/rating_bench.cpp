// What a summary costs: a month of a busy company among a year of others, by each of the three queries.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "decide.hpp"
#include "store.hpp"
#include "yingda/base/manual_clock.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::rating {
namespace {

constexpr std::int64_t kDays = 365, kEpisodesADay = 300, kAgents = 60, kTeams = 6;
constexpr TenantId kTenant{7};

template <class R>
auto must(R result) -> typename R::value_type {
  if (!result) throw std::runtime_error(describe(result.error()));
  if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
}

/// One episode: every second one is answered, every third has two agents.
Status write_one(storage::Transaction& tx, std::int64_t number, UtcTime closed) {
  store::EpisodeFact fact{.episode = EpisodeId{number + 1},
                          .conversation = ConversationId{number % 20'000 + 1},
                          .customer_name = "Customer",
                          .team = TeamId{number % kTeams + 1},
                          .agent = UserId{number % kAgents + 1},
                          .closed_at = closed,
                          .day = std::to_string(closed.ms / days(1).ms),
                          .close_reason = "agent"};
  std::vector<UserId> agents{fact.agent};
  if (number % 3 == 0) agents.push_back(UserId{(number + 1) % kAgents + 1});
  YD_CHECK(store::save_fact(tx, kTenant, fact, decide_shares(ShareRule::equal, fact.agent, agents, {})));
  if (number % 2 != 0) return {};
  Invitation invitation;
  invitation.episode_id = fact.episode;
  invitation.invited_at_ms = closed;
  YD_CHECK(store::save_invitation(tx, kTenant, invitation, hours(24)));
  invitation.state = InvitationState::rated;
  invitation.solved = true;
  invitation.score = number % 5 + 1;
  invitation.answered_at_ms = invitation.editable_until_ms = closed;
  return store::save_answer(tx, kTenant, invitation);
}

struct Year {
  Year() {
    std::int64_t number = 0;
    for (std::int64_t day = 0; day < kDays; ++day) {
      must(db->write(kTenant, [&](storage::Transaction& tx) -> Status {
        for (std::int64_t i = 0; i < kEpisodesADay; ++i)
          YD_CHECK(write_one(tx, number++, begin + days(day) + minutes(i)));
        return {};
      }));
    }
  }
  ManualClock clock;
  const UtcTime begin = clock.now();
  std::unique_ptr<storage::Database> db = storage::open_test_database(clock, migrations());
};

void summary(benchmark::State& state, SummaryGroup group, UserId agent) {
  static Year year;
  const SummaryFilter filter{
      .from = year.begin + days(200), .until = year.begin + days(231), .group = group, .agent = agent};
  std::int64_t episodes = 0;
  for (auto _ : state) {
    const auto rows = must(year.db->read_for<std::vector<store::Sums>>(
        [&](storage::Transaction& tx) { return store::sums(tx, kTenant, filter); }));
    episodes = 0;
    for (const auto& row : rows) episodes += row.item.episodes;
    benchmark::DoNotOptimize(episodes);
  }
  state.counters["episodes"] = static_cast<double>(episodes);
}

BENCHMARK_CAPTURE(summary, month_by_team_and_day, SummaryGroup::day, UserId{})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(summary, month_by_agent, SummaryGroup::agent, UserId{})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(summary, month_of_one_agent, SummaryGroup::day, UserId{5})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yingda::rating

BENCHMARK_MAIN();
