// The board out of memory.
#include "floor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yingda::supervision {
namespace {

using conversation::Conversation;
using conversation::State;
using routing::AgentState;
using testing::ElementsAre;

constexpr TeamId kCare{1}, kSales{2};
constexpr UnitId kRoot{21}, kNorth{22}, kSouth{23};
constexpr UserId kWang{11}, kLi{12};
constexpr UtcTime kNow{1'780'000'000'000};

Conversation thread(std::int64_t id, State state, TeamId team, std::int64_t waited_ms, UserId agent = {}) {
  Conversation c;
  c.id = {id};
  c.state = state;
  c.team_id = team;
  c.version = 1;
  if (state == State::queued || state == State::promised) c.queued_at_ms = kNow - milliseconds(waited_ms);
  if (waited_ms > 0) c.waiting_since_ms = kNow - milliseconds(waited_ms);
  if (agent) c.agent = {agent, "agent"};
  return c;
}

routing::LiveAgent agent(UserId id, AgentState state, std::int64_t load, std::vector<TeamId> teams) {
  routing::LiveAgent out;
  out.status.user_id = id;
  out.status.state = state;
  out.status.load = load;
  out.status.capacity = 2;
  out.status.team_ids = std::move(teams);
  return out;
}

class Floors : public testing::Test {
 protected:
  Floors() {
    auto shape = std::make_shared<Structure>();
    shape->teams = {{kCare, kNorth, "Care", 1}, {kSales, kSouth, "Sales", 1}};
    shape->parent_of = {{kRoot, {}}, {kNorth, kRoot}, {kSouth, kRoot}};
    shape->unit_of = {{kWang, kNorth}};
    floor_.set_structure(std::move(shape));
    routing::LiveQueue care, sales;
    care.team_id = kCare;
    care.alarm_wait_ms = 60'000;
    care.silence_alarm_ms = 30'000;
    care.silence_alarm_of = {{conversation::Channel::email, 0}};
    care.today.offered = 9;
    sales.team_id = kSales;
    live_.queues = {care, sales};
    live_.agents = {agent(kWang, AgentState::online, 1, {kCare}), agent(kLi, AgentState::busy, 2, {kSales})};
  }
  Board whole() { return floor_.board({.whole = true, .teams = {}}, live_, kNow); }
  Board of(TeamId team) { return floor_.board({.whole = false, .teams = {team}}, live_, kNow); }

  Floor floor_;
  routing::Live live_;
};

TEST_F(Floors, Board_CountsEachState) {
  floor_.put(thread(1, State::queued, kCare, 5'000));
  floor_.put(thread(2, State::queued, kCare, 20'000));
  floor_.put(thread(3, State::promised, kCare, 90'000));
  floor_.put(thread(4, State::assigned, kCare, 0, kWang));
  const BoardQueue care = whole().queues.at(0);
  EXPECT_EQ(care.team_name, "Care");
  EXPECT_EQ(care.waiting, 2);
  EXPECT_EQ(care.longest_wait_ms, 20'000);
  EXPECT_EQ(care.promised, 1);
  EXPECT_EQ(care.in_service, 1);
  EXPECT_EQ(care.agents_online, 1);
  EXPECT_EQ(care.agents_free, 1);
  EXPECT_EQ(care.today.offered, 9);
  EXPECT_EQ(whole().queues.at(1).agents_busy, 1);
  EXPECT_EQ(whole().queues.at(1).agents_online, 0);
}

TEST_F(Floors, Board_ShowsAgentsWithWhoWaitsForThem) {
  floor_.put(thread(4, State::assigned, kCare, 8'000, kWang));
  floor_.put(thread(5, State::assigned, kCare, 3'000, kWang));
  floor_.put(thread(6, State::assigned, kCare, 0, kWang));
  floor_.note_reply(kWang, kNow - seconds(2));
  floor_.note_reply(kWang, kNow - seconds(9));
  const BoardAgent wang = whole().agents.at(0);
  EXPECT_EQ(wang.waiting_count, 2);
  EXPECT_EQ(wang.longest_silent_ms, 8'000);
  EXPECT_EQ(wang.last_reply_at_ms, kNow - seconds(2));
  EXPECT_EQ(wang.unit_id, kNorth);
}

TEST_F(Floors, Risks_BeginAtTheThresholdWorstFirst) {
  floor_.put(thread(1, State::queued, kCare, 59'999));
  floor_.put(thread(2, State::queued, kCare, 61'000));
  floor_.put(thread(3, State::assigned, kCare, 45'000, kWang));
  floor_.put(thread(4, State::promised, kCare, 999'000));
  auto mail = thread(5, State::assigned, kCare, 999'000, kWang);
  mail.channel = conversation::Channel::email;
  floor_.put(mail);
  floor_.put(thread(6, State::queued, kSales, 999'000));  // its queue never alarms
  const auto risks = whole().risks;
  ASSERT_EQ(risks.size(), 2U);
  EXPECT_EQ(risks[0].conversation.id, ConversationId{3});
  EXPECT_EQ(risks[0].kind, RiskKind::agent);
  EXPECT_EQ(risks[0].threshold_ms, 30'000);
  EXPECT_EQ(risks[1].conversation.id, ConversationId{2});
  EXPECT_EQ(risks[1].waited_ms, 61'000);
}

TEST_F(Floors, Risks_AreBounded) {
  for (int i = 1; i <= 150; ++i) floor_.put(thread(i, State::queued, kCare, 60'000 + i));
  const auto risks = whole().risks;
  ASSERT_EQ(risks.size(), kRisksMax);
  EXPECT_EQ(risks.front().conversation.id, ConversationId{150});
  EXPECT_EQ(risks.back().conversation.id, ConversationId{51});
}

TEST_F(Floors, Scope_HidesOtherTeams) {
  floor_.put(thread(1, State::queued, kCare, 70'000));
  floor_.put(thread(2, State::queued, kSales, 70'000));
  Alarm in_care, in_sales, of_none;
  in_care.id = {1}, in_care.team_id = kCare;
  in_sales.id = {2}, in_sales.team_id = kSales;
  of_none.id = {3};
  for (const Alarm& alarm : {in_care, in_sales, of_none}) floor_.put(alarm);
  const Board sales = of(kSales);
  ASSERT_EQ(sales.queues.size(), 1U);
  EXPECT_EQ(sales.queues[0].team_id, kSales);
  ASSERT_EQ(sales.agents.size(), 1U);
  EXPECT_EQ(sales.agents[0].user_id, kLi);
  EXPECT_TRUE(sales.risks.empty());
  EXPECT_THAT(sales.alarms, ElementsAre(in_sales));
  EXPECT_EQ(whole().alarms.size(), 3U);
}

TEST_F(Floors, ScopeOf_FollowsRightsAndUnit) {
  const auto shape = floor_.structure();
  org::Actor boss;
  boss.scope = org::DataScope::tenant;
  EXPECT_TRUE(scope_of(boss, *shape, {}).whole);
  EXPECT_THAT(scope_of(boss, *shape, kNorth).teams, ElementsAre(kCare));
  EXPECT_THAT(scope_of(boss, *shape, kRoot).teams, ElementsAre(kCare, kSales));
  boss.scope = org::DataScope::unit;
  boss.scope_teams = {kSales};
  EXPECT_THAT(scope_of(boss, *shape, {}).teams, ElementsAre(kSales));
  EXPECT_TRUE(scope_of(boss, *shape, kNorth).teams.empty()) << "a unit does not widen the scope";
}

TEST_F(Floors, Put_OlderVersionsAndClosedOnes) {
  auto c = thread(1, State::queued, kCare, 5'000);
  c.version = 5;
  floor_.put(c);
  auto older = thread(1, State::assigned, kCare, 0, kWang);
  older.version = 4;
  floor_.put(older);
  EXPECT_EQ(whole().queues[0].waiting, 1);
  c.state = State::closed;
  c.version = 6;
  floor_.put(c);
  EXPECT_EQ(whole().queues[0].waiting, 0);
}

TEST_F(Floors, Alarms_AreKnownByTheirConversationUntilTheyEnd) {
  Alarm alarm;
  alarm.id = {1};
  alarm.conversation_id = ConversationId{9};
  floor_.put(alarm);
  floor_.put(alarm);
  EXPECT_TRUE(floor_.has_alarm(ConversationId{9}));
  alarm.ended_at_ms = kNow;
  floor_.put(alarm);
  EXPECT_FALSE(floor_.has_alarm(ConversationId{9}));
  EXPECT_TRUE(whole().alarms.empty());
}

TEST_F(Floors, Advance_RefusesWhatWasLoaded) {
  floor_.load(10, {thread(1, State::queued, kCare, 1)}, {});
  EXPECT_FALSE(floor_.advance(10));
  EXPECT_TRUE(floor_.advance(11));
  EXPECT_FALSE(floor_.advance(11));
  EXPECT_EQ(whole().queues[0].waiting, 1);
}

}  // namespace
}  // namespace yingda::supervision
