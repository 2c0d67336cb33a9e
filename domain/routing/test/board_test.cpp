#include "board.hpp"

#include <gtest/gtest.h>

namespace yingda::routing {
namespace {

const TeamId kSales{11};
const TeamId kCare{12};
const UtcTime kNow{1'000'000};

AgentView agent(std::int64_t id, std::vector<TeamId> teams = {kSales}, std::int64_t capacity = 5) {
  AgentView view;
  view.id = UserId{id};
  view.state = AgentState::online;
  view.capacity = capacity;
  view.teams = std::move(teams);
  view.idle_since = UtcTime{id};
  return view;
}

WorkItem item(std::int64_t id, std::int64_t arrived_ms = 0, TeamId team = kSales) {
  WorkItem one;
  one.id = ConversationId{id};
  one.team = team;
  one.arrived = UtcTime{arrived_ms};
  return one;
}

QueuePolicy policy(Strategy strategy) {
  QueuePolicy rules;
  rules.team_id = kSales;
  rules.strategy = strategy;
  return rules;
}

UserId chosen(const Board& board, std::int64_t id, UtcTime now = kNow) {
  const auto decision = board.decide_for_item(ConversationId{id}, now);
  return decision ? decision->agent : UserId{};
}

TEST(Board_DecideForItem, LeastLoaded_TakesTheFreest) {
  Board board;
  board.put_agent(agent(1));
  board.put_agent(agent(2));
  board.put_owned(ConversationId{90}, UserId{1}, 1);
  board.put_waiting(item(1));
  EXPECT_EQ(chosen(board, 1), UserId{2});
}

TEST(Board_DecideForItem, EqualLoad_TakesTheLongestIdle) {
  Board board;
  board.put_agent(agent(7));
  board.put_agent(agent(3));
  board.put_waiting(item(1));
  EXPECT_EQ(chosen(board, 1), UserId{3});
}

TEST(Board_DecideForItem, NotOnlineOrFull_TakesNobody) {
  Board board;
  AgentView busy = agent(1);
  busy.state = AgentState::busy;
  board.put_agent(busy);
  board.put_agent(agent(2, {kSales}, 1));
  board.put_agent(agent(3, {kCare}));
  board.put_owned(ConversationId{90}, UserId{2}, 1);
  board.put_waiting(item(1));
  EXPECT_EQ(chosen(board, 1), UserId{});
}

TEST(Board_DecideForItem, Pull_AssignsNobody) {
  Board board;
  board.put_policy(policy(Strategy::pull));
  board.put_agent(agent(1));
  board.put_waiting(item(1));
  EXPECT_EQ(chosen(board, 1), UserId{});
  EXPECT_FALSE(board.decide_for_agent(UserId{1}, kNow));
}

TEST(Board_DecideForItem, RoundRobin_GoesRound) {
  Board board;
  board.put_policy(policy(Strategy::round_robin));
  for (int id = 1; id <= 3; ++id) board.put_agent(agent(id));
  std::vector<std::int64_t> order;
  for (int i = 0; i < 6; ++i) {
    board.put_waiting(item(100 + i));
    const auto decision = board.decide_for_item(ConversationId{100 + i}, kNow + milliseconds(i));
    ASSERT_TRUE(decision);
    board.apply_assignment(*decision, kNow + milliseconds(i));
    board.remove_item(ConversationId{100 + i});
    order.push_back(decision->agent.value);
  }
  EXPECT_EQ(order, (std::vector<std::int64_t>{1, 2, 3, 1, 2, 3}));
}

TEST(Board_DecideForItem, Weighted_SharesByWeight) {
  Board board;
  board.put_policy(policy(Strategy::weighted));
  AgentView heavy = agent(1);
  heavy.weight = 3;
  board.put_agent(heavy);
  board.put_agent(agent(2));
  int to_heavy = 0;
  for (int i = 0; i < 40; ++i) {
    board.put_waiting(item(100 + i));
    const auto decision = board.decide_for_item(ConversationId{100 + i}, kNow);
    ASSERT_TRUE(decision);
    board.apply_assignment(*decision, kNow);
    board.remove_item(ConversationId{100 + i});
    to_heavy += decision->agent == UserId{1};
  }
  EXPECT_EQ(to_heavy, 30);
}

TEST(Board_DecideForItem, OccupancyBalanced_ComparesShares) {
  Board board;
  board.put_policy(policy(Strategy::occupancy_balanced));
  board.put_agent(agent(1, {kSales}, 10));
  board.put_agent(agent(2, {kSales}, 2));
  board.put_owned(ConversationId{90}, UserId{1}, 1);
  board.put_owned(ConversationId{91}, UserId{1}, 1);
  board.put_owned(ConversationId{92}, UserId{2}, 1);
  board.put_waiting(item(1));
  EXPECT_EQ(chosen(board, 1), UserId{1});  // 2/10 < 1/2
}

TEST(Board_DecideForItem, SkillsRelax_LetsOthersInLater) {
  Board board;
  QueuePolicy rules = policy(Strategy::skill_score);
  rules.relaxations = {{10'000, 2}};
  board.put_policy(rules);
  AgentView novice = agent(1);
  novice.skills = {{"refund", 1}};
  board.put_agent(novice);
  WorkItem hard = item(1, kNow.ms);
  hard.skills = {{"refund", 3}};
  board.put_waiting(hard);
  EXPECT_EQ(chosen(board, 1), UserId{});
  EXPECT_EQ(board.next_change(ConversationId{1}, kNow), kNow + seconds(10));
  EXPECT_EQ(chosen(board, 1, kNow + seconds(10)), UserId{1});
  EXPECT_TRUE(board.decide_for_agent(UserId{1}, kNow + seconds(10)));
}

TEST(Board_DecideForItem, LastAgent_IsPreferredForAWhile) {
  Board board;
  board.put_agent(agent(1));
  board.put_agent(agent(2, {kCare}, 1));
  board.put_owned(ConversationId{90}, UserId{2}, 1);
  WorkItem known = item(1, kNow.ms);
  known.preferred = UserId{2};
  board.put_waiting(known);
  EXPECT_EQ(chosen(board, 1), UserId{}) << "waits for the known agent, who is full";
  EXPECT_FALSE(board.decide_for_agent(UserId{1}, kNow));
  EXPECT_EQ(chosen(board, 1, kNow + minutes(1)), UserId{1});
  board.remove_item(ConversationId{90});
  const auto decision = board.decide_for_item(ConversationId{1}, kNow);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->agent, UserId{2});
  EXPECT_EQ(decision->why.rule, "routing.rule.last_agent");
}

TEST(Board_DecideForItem, PreferredIsOffline_DoesNotWaitForHim) {
  Board board;
  board.put_agent(agent(1));
  AgentView gone = agent(2);
  gone.state = AgentState::offline;
  board.put_agent(gone);
  WorkItem known = item(1, kNow.ms);
  known.preferred = UserId{2};
  board.put_waiting(known);
  EXPECT_EQ(chosen(board, 1), UserId{1});
}

TEST(Board_DecideForAgent, EqualPriority_IsFirstInFirstOut) {
  Board board;
  board.put_agent(agent(1));
  board.put_waiting(item(3, 300));
  board.put_waiting(item(1, 100));
  board.put_waiting(item(2, 200));
  for (const int expected : {1, 2, 3}) {
    const auto decision = board.decide_for_agent(UserId{1}, kNow);
    ASSERT_TRUE(decision);
    EXPECT_EQ(decision->item, ConversationId{expected});
    board.apply_assignment(*decision, kNow);
  }
  EXPECT_FALSE(board.decide_for_agent(UserId{1}, kNow));
  EXPECT_EQ(board.load(UserId{1}), 3);
}

TEST(Board_DecideForAgent, Priority_OvertakesUpToItsStepAndNoFurther) {
  Board board;
  board.put_agent(agent(1));
  board.put_waiting(item(1, 0));
  WorkItem urgent = item(2, 100'000);
  urgent.priority = 1;
  board.put_waiting(urgent);  // 100 s younger, one step is worth 120 s
  WorkItem late = item(3, 130'000);
  late.priority = 1;
  board.put_waiting(late);  // 130 s younger: the step does not reach
  EXPECT_EQ(board.position(ConversationId{2}), 1);
  EXPECT_EQ(board.position(ConversationId{1}), 2);
  EXPECT_EQ(board.position(ConversationId{3}), 3);
}

TEST(Board_DecideForAgent, SeveralTeams_ServesTheOldestOfAll) {
  Board board;
  board.put_agent(agent(1, {kSales, kCare}));
  board.put_waiting(item(1, 500, kSales));
  board.put_waiting(item(2, 400, kCare));
  EXPECT_EQ(board.decide_for_agent(UserId{1}, kNow)->item, ConversationId{2});
}

TEST(Board_DecideForAgent, ExcludedAgent_IsPassedBy) {
  Board board;
  board.put_agent(agent(1));
  WorkItem lost = item(1, 0);
  lost.excluded = {UserId{1}};
  board.put_waiting(lost);
  board.put_waiting(item(2, 100));
  EXPECT_EQ(board.decide_for_agent(UserId{1}, kNow)->item, ConversationId{1}) << "nobody else is here";
  board.put_agent(agent(2, {kSales}, 0));
  EXPECT_EQ(board.decide_for_agent(UserId{1}, kNow)->item, ConversationId{2});
}

TEST(Board_PutPolicy, NewStep_ReordersTheQueue) {
  Board board;
  board.put_agent(agent(1));
  WorkItem urgent = item(2, 100'000);
  urgent.priority = 1;
  board.put_waiting(item(1, 0));
  board.put_waiting(urgent);
  QueuePolicy rules = policy(Strategy::least_loaded);
  rules.priority_step_ms = 0;
  board.put_policy(rules);
  EXPECT_EQ(board.position(ConversationId{1}), 1);
  EXPECT_EQ(board.queue_length(kSales), 2);
}

TEST(Board_Explanation, Decision_SaysWhatWasTrue) {
  Board board;
  for (int id = 1; id <= 3; ++id) board.put_agent(agent(id));
  AgentView away = agent(4);
  away.state = AgentState::away;
  board.put_agent(away);
  board.put_waiting(item(1, kNow.ms - 4'000));
  board.put_waiting(item(2, kNow.ms - 1'000));
  const auto decision = board.decide_for_item(ConversationId{1}, kNow);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->why.waited_ms, 4'000);
  EXPECT_EQ(decision->why.queue_length, 2);
  EXPECT_EQ(decision->why.agents_able, 3);
  EXPECT_EQ(decision->why.agents_in_queue, 4);
  EXPECT_EQ(decision->why.runner_up, to_string(UserId{2}));
}

TEST(Board_Loads, OwnedThenClosed_GivesTheRoomBack) {
  Board board;
  board.put_agent(agent(1, {kSales}, 1));
  board.put_waiting(item(1));
  board.apply_assignment(*board.decide_for_item(ConversationId{1}, kNow), kNow);
  board.put_waiting(item(2));
  EXPECT_EQ(chosen(board, 2), UserId{});
  board.remove_item(ConversationId{1});
  EXPECT_EQ(chosen(board, 2), UserId{1});
}

}  // namespace
}  // namespace yingda::routing
