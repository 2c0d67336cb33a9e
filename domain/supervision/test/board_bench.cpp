// What one push of the board costs: 500 queues, 2,000 agents, 10,000 open conversations. The board is made and encoded
// once for all who see the same, at most twice a second.
#include <benchmark/benchmark.h>

#include "codec.hpp"
#include "floor.hpp"
#include "yingda/base/json.hpp"

namespace yingda::supervision {
namespace {

using conversation::Conversation;
using conversation::State;

constexpr std::int64_t kQueues = 500, kAgents = 2'000, kOpen = 10'000;
constexpr UtcTime kNow{1'780'000'000'000};

Conversation thread(std::int64_t i) {
  Conversation c;
  c.id = {1'000'000 + i};
  c.customer = {CustomerId{2'000'000 + i}, "客户" + std::to_string(i), "访客 4F2K", i % 20 == 0 ? "vip" : ""};
  c.team_id = {1 + i % kQueues};
  c.state = i % 3 == 0 ? State::queued : State::assigned;
  if (c.state == State::queued) c.queued_at_ms = kNow - milliseconds(i * 37 % 400'000);
  if (c.state == State::assigned) c.agent = {UserId{1 + i % kAgents}, "坐席"};
  if (i % 2 == 0) c.waiting_since_ms = kNow - milliseconds(i * 53 % 400'000);
  c.last_preview = "请问这件衣服有没有大一号的，明天能发货吗？";
  c.version = 3;
  return c;
}

struct Company {
  Floor floor;
  routing::Live live;

  Company() {
    auto shape = std::make_shared<Structure>();
    std::vector<Conversation> open;
    for (std::int64_t i = 1; i <= kQueues; ++i) {
      shape->teams.push_back({{i}, UnitId{5'000 + i % 40}, "售后 " + std::to_string(i) + " 组", 4});
      routing::LiveQueue queue;
      queue.team_id = {i};
      queue.estimated_wait_ms = 42'000;
      queue.alarm_wait_ms = queue.silence_alarm_ms = 180'000;
      queue.today = {120, 100, 3, 4'000'000, 190'000, 90, 300'000, 80};
      live.queues.push_back(std::move(queue));
    }
    for (std::int64_t i = 1; i <= kAgents; ++i) {
      routing::LiveAgent agent;
      agent.status.user_id = {i};
      agent.status.name = agent.status.display_name = "坐席" + std::to_string(i);
      agent.status.state = i % 5 == 0 ? routing::AgentState::away : routing::AgentState::online;
      agent.status.team_ids = {{1 + i % kQueues}, {1 + i * 7 % kQueues}};
      shape->unit_of.emplace(agent.status.user_id, UnitId{5'000 + i % 40});
      live.agents.push_back(std::move(agent));
    }
    for (std::int64_t i = 0; i < kOpen; ++i) open.push_back(thread(i));
    floor.load(1, std::move(open), {});
    floor.set_structure(std::move(shape));
  }
};

void make_board(benchmark::State& state) {
  const Company company;
  for (auto _ : state) benchmark::DoNotOptimize(company.floor.board({.whole = true, .teams = {}}, company.live, kNow));
}
BENCHMARK(make_board)->Unit(benchmark::kMicrosecond);

void make_and_encode_board(benchmark::State& state) {
  const Company company;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto text = encode_board(company.floor.board({.whole = true, .teams = {}}, company.live, kNow));
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(make_and_encode_board)->Unit(benchmark::kMicrosecond);

/// A supervisor of 10 teams.
void make_and_encode_part(benchmark::State& state) {
  const Company company;
  Scope scope;
  for (std::int64_t i = 1; i <= 10; ++i) scope.teams.insert(TeamId{i});
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto text = encode_board(company.floor.board(scope, company.live, kNow));
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(make_and_encode_part)->Unit(benchmark::kMicrosecond);

/// What the floor pays for every event of a conversation.
void digest_message(benchmark::State& state) {
  Floor floor;
  Conversation c = thread(1);
  const std::string payload =
      R"({"conversation":)" + json::encode(c) +
      R"(,"message":{"id":"","author":{"kind":"agent","id":"","name":"x"},"kind":"text","automatic":false,"text":"您好"}})";
  std::int64_t version = 3;
  for (auto _ : state) {
    auto news = decode_conversation_news(payload);
    news->conversation.version = ++version;
    floor.put(news->conversation);
  }
}
BENCHMARK(digest_message)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace yingda::supervision

BENCHMARK_MAIN();
