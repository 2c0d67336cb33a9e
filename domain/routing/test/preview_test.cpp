#include "preview.hpp"

#include <gtest/gtest.h>

namespace yingda::routing {
namespace {

const TeamId kCare{11}, kSales{12};
const UtcTime kNow{1'767'225'600'000};  // Thursday 2026-01-01 08:00 in Shanghai

AgentView agent(std::int64_t id, AgentState state = AgentState::online, std::int64_t capacity = 2) {
  AgentView view;
  view.id = UserId{id};
  view.state = state;
  view.capacity = capacity;
  view.teams = {kCare, kSales};
  view.idle_since = UtcTime{id};
  return view;
}

WorkItem item(std::int64_t id, UtcTime arrived, TeamId team = kCare) {
  WorkItem one;
  one.id = ConversationId{id};
  one.team = team;
  one.arrived = arrived;
  return one;
}

PreviewRequest ask(Strategy strategy = Strategy::least_loaded) {
  PreviewRequest request;
  request.policy.team_id = kCare;
  request.policy.strategy = strategy;
  return request;
}

Preview run(const Board& board, const PreviewRequest& request, std::optional<TeamId> overflow = {}) {
  return preview(part_of(board, request.policy), request, overflow, kNow);
}

TEST(Preview, SomebodyFree_NamesHimWithTheReasonAndTheOthers) {
  Board board;
  board.put_agent(agent(1));
  board.put_agent(agent(2));
  board.put_agent(agent(3, AgentState::away));
  board.put_owned(ConversationId{90}, UserId{1}, 1);
  const auto out = run(board, ask());
  EXPECT_EQ(out.outcome, PreviewOutcome::assigned);
  ASSERT_TRUE(out.assignment);
  EXPECT_EQ(out.assignment->agent_id, UserId{2});
  EXPECT_EQ(out.assignment->why.agents_able, 2);
  EXPECT_EQ(out.assignment->why.runner_up, to_string(UserId{1}));
  ASSERT_EQ(out.candidates.size(), 3U);
  EXPECT_EQ(out.candidates[0].agent_id, UserId{2});
  EXPECT_EQ(out.candidates[1].load, 1);
  EXPECT_EQ(out.candidates[2].reason, Ability::away);
  EXPECT_EQ(out.agents, 3);
}

TEST(Preview, RealBoard_IsNotChanged) {
  Board board;
  board.put_agent(agent(1));
  board.put_waiting(item(5, kNow - minutes(1)));
  run(board, ask());
  EXPECT_EQ(board.load(UserId{1}), 0);
  EXPECT_EQ(board.queue_length(kCare), 1);
  EXPECT_EQ(board.policy(kCare).strategy, Strategy::least_loaded);
}

TEST(Preview, RoomThatOthersWaitFor_IsTheirs) {
  Board board;
  board.put_agent(agent(1, AgentState::online, 2));
  board.put_waiting(item(5, kNow - minutes(2)));
  EXPECT_EQ(run(board, ask()).outcome, PreviewOutcome::assigned);  // one for him who waits, one for the newcomer
  board.put_waiting(item(6, kNow - minutes(1)));
  const auto out = run(board, ask());
  EXPECT_EQ(out.outcome, PreviewOutcome::waiting);
  EXPECT_EQ(out.position, 1);  // the two before him were given away
}

TEST(Preview, VipAndLongerWait_GoAheadOfTheQueue) {
  Board board;
  board.put_agent(agent(1, AgentState::busy));
  board.put_waiting(item(5, kNow - minutes(3)));
  EXPECT_EQ(run(board, ask()).position, 2);
  auto request = ask();
  request.level = "gold";  // two steps of two minutes
  EXPECT_EQ(run(board, request).position, 1);
  request = ask();
  request.waited_ms = minutes(4).ms;
  EXPECT_EQ(run(board, request).position, 1);
}

TEST(Preview, Candidates_SayWhatIsMissing) {
  Board board;
  for (std::int64_t id = 1; id <= 5; ++id) board.put_agent(agent(id));
  auto full = agent(6, AgentState::online, 0);
  board.put_agent(full);
  auto chinese = agent(7);
  chinese.languages = {"zh-CN"};
  board.put_agent(chinese);
  auto skilled = agent(8);
  skilled.skills = {{"wine", 3}};
  board.put_agent(skilled);
  auto request = ask();
  request.language = "en";
  request.skills = {{"wine", 4}};
  request.policy.relaxations = {{60'000, 1}};
  auto out = run(board, request);
  EXPECT_EQ(out.outcome, PreviewOutcome::waiting);
  for (const Candidate& one : out.candidates)
    EXPECT_EQ(one.reason, one.agent_id == UserId{7} ? Ability::language : Ability::skill) << one.agent_id.value;
  request.waited_ms = 60'000;
  out = run(board, request);
  EXPECT_EQ(out.outcome, PreviewOutcome::assigned);
  EXPECT_EQ(out.candidates[0].agent_id, UserId{8});
  request = ask();
  out = run(board, request);
  EXPECT_EQ(out.candidates.back().reason, Ability::full);
}

TEST(Preview, RingAndPull_OfferInsteadOfAssigning) {
  Board board;
  for (std::int64_t id = 1; id <= 4; ++id) board.put_agent(agent(id));
  auto request = ask(Strategy::ring_several);
  request.policy.ring_count = 2;
  auto out = run(board, request);
  EXPECT_EQ(out.outcome, PreviewOutcome::ringing);
  EXPECT_EQ(out.offered_to, (std::vector{UserId{1}, UserId{2}}));
  out = run(board, ask(Strategy::pull));
  EXPECT_EQ(out.outcome, PreviewOutcome::pulled);
  EXPECT_FALSE(out.assignment);
}

TEST(Preview, ClosedAndNobodyHere_PromisesTheOpening) {
  Board board;
  board.put_agent(agent(1, AgentState::offline));
  auto request = ask();
  request.policy.hours = calendar::Schedule{.chinese_holidays = false, .week = {{4, {{540, 1'080}}}}};
  auto out = run(board, request);
  EXPECT_EQ(out.outcome, PreviewOutcome::promised);
  EXPECT_EQ(out.next_open_at_ms, kNow + hours(1));
  board.put_agent(agent(2, AgentState::busy));
  EXPECT_EQ(run(board, request).outcome, PreviewOutcome::waiting);
}

TEST(Preview, QueueTooLong_GoesWhereSomebodyIs) {
  Board board;
  board.put_agent(agent(1, AgentState::busy));
  board.put_waiting(item(5, kNow - minutes(1)));
  auto request = ask();
  request.policy.length_max = 1;
  auto out = run(board, request, kSales);
  EXPECT_EQ(out.outcome, PreviewOutcome::overflowed);
  EXPECT_EQ(out.overflow_team_id, kSales);
  EXPECT_EQ(run(board, request).outcome, PreviewOutcome::waiting);
  request.policy.length_max = 2;
  EXPECT_EQ(run(board, request, kSales).outcome, PreviewOutcome::waiting);
}

TEST(Preview, Scores_AreInTheStrategysMeasure) {
  Board board;
  auto one = agent(1, AgentState::online, 4);
  one.weight = 2, one.assigned_count = 3, one.last_assigned = kNow - seconds(9), one.idle_since = kNow - seconds(7);
  one.skills = {{"wine", 3}};
  board.put_agent(one);
  board.put_owned(ConversationId{90}, UserId{1}, 1);
  const auto score = [&](Strategy strategy) {
    auto request = ask(strategy);
    request.policy.skills = {{"wine", 2}};
    return run(board, request).candidates.at(0).score;
  };
  EXPECT_EQ(score(Strategy::least_loaded), 1);
  EXPECT_EQ(score(Strategy::longest_idle), 7'000);
  EXPECT_EQ(score(Strategy::round_robin), 9'000);
  EXPECT_EQ(score(Strategy::weighted), 1'500);
  EXPECT_EQ(score(Strategy::skill_score), 3);
  EXPECT_EQ(score(Strategy::occupancy_balanced), 250'000);
}

}  // namespace
}  // namespace yingda::routing
