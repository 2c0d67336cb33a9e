#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "office.hpp"

namespace yingda::routing {
namespace {

using conversation::State;

class RoutingTest : public testing::Test {
 protected:
  UserId owner(ConversationId id) {
    const auto c = office.load(id);
    return c.state == State::assigned && c.agent ? c.agent->id : UserId{};
  }
  /// A new customer's first message, decided.
  ConversationId arrive() {
    const auto id = office.say(office.make_customer()).id;
    office.settle();
    return id;
  }

  Office office;
};

TEST_F(RoutingTest, FirstMessage_AgentOnline_GoesToHimThroughTheFirstTeam) {
  const auto wang = office.make_agent("wang", {office.care});
  office.online(wang);
  const auto id = arrive();
  const auto c = office.load(id);
  EXPECT_EQ(owner(id), wang.user);
  EXPECT_EQ(c.team_id, office.care);
  EXPECT_EQ(office.load_of(wang), 1);
}

TEST_F(RoutingTest, FirstMessage_EntranceWithTeam_WaitsInThatTeam) {
  office.routing().set_entrance(
      {.asks = {}, .decide = {}, .default_team = [&](TenantId, WidgetId) { return office.sales; }});
  const auto wang = office.make_agent("wang", {office.care});
  office.online(wang);
  const auto id = arrive();
  EXPECT_EQ(office.load(id).team_id, office.sales);
  EXPECT_EQ(office.load(id).state, State::queued);
  EXPECT_EQ(office.routing().queue_position(office.tenant, id), 1);
}

TEST_F(RoutingTest, TeamThatIsGone_NobodyWaitsForIt) {
  office.routing().set_entrance(
      {.asks = {}, .decide = {}, .default_team = [&](TenantId, WidgetId) { return office.sales; }});
  const auto before = arrive();
  EXPECT_EQ(office.load(before).team_id, office.sales);
  must(office.process().write(
      office.tenant, [&](auto& tx) { return office.process().org.delete_team(tx, office.boss, office.sales); }));
  office.settle();
  EXPECT_EQ(office.load(before).team_id, office.care) << "he waits where somebody can be";
  const auto after = arrive();
  EXPECT_EQ(office.load(after).team_id, office.care) << "the entrance still names it";
  const auto wang = office.make_agent("wang", {office.care});
  office.online(wang);
  office.settle();
  EXPECT_EQ(owner(before), wang.user);
  EXPECT_EQ(owner(after), wang.user);
}

TEST_F(RoutingTest, SeveralAgents_LeastLoadedGetsTheNext) {
  const auto wang = office.make_agent("wang", {office.care});
  const auto li = office.make_agent("li", {office.care});
  office.online(wang);
  office.online(li);
  std::map<UserId, int> got;
  for (int i = 0; i < 6; ++i) ++got[owner(arrive())];
  EXPECT_EQ(got[wang.user], 3);
  EXPECT_EQ(got[li.user], 3);
}

TEST_F(RoutingTest, NobodyOnline_WaitsThenGoesInOrder) {
  const auto wang = office.make_agent("wang", {office.care}, 2);
  std::vector<ConversationId> ids;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(arrive());
    office.clock.advance(seconds(1));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_NE(office.load(ids[i]).state, State::assigned);
    EXPECT_EQ(office.routing().queue_position(office.tenant, ids[i]), static_cast<std::int64_t>(i) + 1);
  }
  office.online(wang);
  office.settle();
  EXPECT_EQ(owner(ids[0]), wang.user);
  EXPECT_EQ(owner(ids[1]), wang.user);
  EXPECT_FALSE(owner(ids[2]));
  EXPECT_EQ(office.routing().queue_position(office.tenant, ids[2]), 1);
}

TEST_F(RoutingTest, AgentFull_ClosingGivesTheNextToHim) {
  const auto wang = office.make_agent("wang", {office.care}, 1);
  office.online(wang);
  const auto first = arrive();
  const auto second = arrive();
  EXPECT_EQ(owner(first), wang.user);
  EXPECT_FALSE(owner(second));
  must(office.close(wang, first));
  office.settle();
  EXPECT_EQ(owner(second), wang.user);
  EXPECT_EQ(office.load_of(wang), 1);
}

TEST_F(RoutingTest, BusyOrAway_GetsNothingUntilBack) {
  const auto wang = office.make_agent("wang", {office.care});
  office.online(wang);
  must(office.try_state(wang, AgentState::away, "meal"));
  const auto id = arrive();
  EXPECT_FALSE(owner(id));
  EXPECT_EQ(office.status(wang).reason, "meal");
  office.clock.advance(seconds(5));
  office.online(wang);
  office.settle();
  EXPECT_EQ(owner(id), wang.user);
}

TEST_F(RoutingTest, Pull_AssignsNothingAndGrabCounts) {
  auto rules = office.policy(office.care);
  rules.strategy = Strategy::pull;
  office.save(rules);
  const auto wang = office.make_agent("wang", {office.care}, 1);
  const auto li = office.make_agent("li", {office.care});
  office.online(wang);
  office.online(li);
  const auto id = arrive();
  EXPECT_FALSE(owner(id));
  must(office.grab(wang, id));
  EXPECT_EQ(reason_of(office.grab(li, id)), "conversation.already_taken");
  office.settle();
  EXPECT_EQ(office.load_of(wang), 1);
  EXPECT_EQ(office.routing().queue_position(office.tenant, id), 0);
}

TEST_F(RoutingTest, GrabAgainstAssignment_OneWinsAndLoadsAreRight) {
  const auto wang = office.make_agent("wang", {office.care}, 50);
  const auto li = office.make_agent("li", {office.care}, 50);
  office.online(wang);
  std::vector<ConversationId> ids;
  for (int i = 0; i < 20; ++i) {
    const auto id = office.say(office.make_customer()).id;
    const auto grabbed = office.grab(li, id);
    if (!grabbed)
      EXPECT_THAT(reason_of(grabbed), testing::AnyOf("conversation.already_taken", "conversation.not_found"));
    ids.push_back(id);
  }
  office.settle();
  std::map<UserId, std::int64_t> owned;
  for (const auto id : ids) {
    ASSERT_TRUE(owner(id));
    ++owned[owner(id)];
  }
  EXPECT_EQ(office.load_of(wang), owned[wang.user]);
  EXPECT_EQ(office.load_of(li), owned[li.user]);
}

TEST_F(RoutingTest, TransferToTeam_QueuesThereAndFreesTheOwner) {
  const auto wang = office.make_agent("wang", {office.care}, 1);
  const auto zhao = office.make_agent("zhao", {office.sales}, 1);
  office.online(wang);
  const auto id = arrive();
  const auto next = arrive();
  must(office.transfer(wang, id, {.agent = {}, .team = office.sales, .reason = {}, .note = "wants a price"}));
  office.settle();
  EXPECT_EQ(office.load(id).team_id, office.sales);
  EXPECT_FALSE(owner(id));
  EXPECT_EQ(owner(next), wang.user);
  office.online(zhao);
  office.settle();
  EXPECT_EQ(owner(id), zhao.user);
}

TEST_F(RoutingTest, TransferToAgent_MovesTheLoad) {
  const auto wang = office.make_agent("wang", {office.care});
  const auto li = office.make_agent("li", {office.care});
  office.online(wang);
  const auto id = arrive();
  office.online(li);
  must(office.transfer(wang, id, {.agent = li.user, .team = {}, .reason = {}, .note = {}}));
  office.settle();
  EXPECT_EQ(office.load_of(wang), 0);
  EXPECT_EQ(office.load_of(li), 1);
}

TEST_F(RoutingTest, LastSocketGone_OfflineAfterTheGraceNotBefore) {
  const auto wang = office.make_agent("wang", {office.care});
  office.routing().agent_connected(office.tenant, wang.user);
  office.online(wang);
  office.routing().agent_disconnected(office.tenant, wang.user);
  office.pass(milliseconds(kDisconnectGrace.ms - 1));
  EXPECT_EQ(office.status(wang).state, AgentState::online);
  office.pass(milliseconds(1));
  EXPECT_EQ(office.status(wang).state, AgentState::offline);
  EXPECT_EQ(office.status(wang).reason, "connection_lost");
  EXPECT_FALSE(office.routing().anyone_online(office.tenant, office.care));
}

TEST_F(RoutingTest, SocketBackWithinTheGrace_StaysOnline) {
  const auto wang = office.make_agent("wang", {office.care});
  office.routing().agent_connected(office.tenant, wang.user);
  office.online(wang);
  office.routing().agent_disconnected(office.tenant, wang.user);
  office.pass(seconds(20));
  office.routing().agent_connected(office.tenant, wang.user);
  office.pass(minutes(5));
  EXPECT_EQ(office.status(wang).state, AgentState::online);
  EXPECT_TRUE(office.status(wang).connected);
}

TEST_F(RoutingTest, Restart_RebuildsQueuesLoadsAndStates) {
  const auto wang = office.make_agent("wang", {office.care}, 1);
  office.online(wang);
  const auto first = arrive();
  const auto second = arrive();
  office.clock.advance(seconds(1));
  const auto third = arrive();
  office.restart();
  EXPECT_EQ(office.load_of(wang), 1);
  EXPECT_EQ(office.status(wang).state, AgentState::online);
  EXPECT_EQ(office.routing().queue_position(office.tenant, second), 1);
  EXPECT_EQ(office.routing().queue_position(office.tenant, third), 2);
  must(office.close(wang, first));
  office.settle();
  EXPECT_EQ(owner(second), wang.user);
  office.pass(kDisconnectGrace);  // nobody came back to his socket
  EXPECT_EQ(office.status(wang).state, AgentState::offline);
}

TEST_F(RoutingTest, MessageWhileStopped_IsRoutedAfterTheStart) {
  const auto wang = office.make_agent("wang", {office.care});
  office.online(wang);
  office.process().routing->stop();
  const auto id = office.say(office.make_customer()).id;
  EXPECT_FALSE(owner(id));
  office.restart();
  office.settle();
  EXPECT_EQ(owner(id), wang.user);
}

TEST_F(RoutingTest, NewTenantWhileRunning_IsServed) {
  Process& p = office.process();
  const auto other = must(p.write(TenantId{1}, [&](auto& tx) { return p.org.create_tenant(tx, {.name = "other"}); }));
  const auto anna =
      must(p.write(other.id, [&](auto& tx) { return p.customers.create_anonymous(tx, other.id, "en"); })).id;
  conversation::InboundMessage inbound;
  inbound.tenant = other.id;
  inbound.customer = anna;
  inbound.client_msg_id = "first";
  inbound.text = "hello";
  const auto id =
      must(p.write(other.id, [&](auto& tx) { return p.conversations.accept(tx, inbound); })).conversation.id;
  office.settle();
  const auto c = must(p.read([&](auto& tx) { return p.conversations.load(tx, other.id, id); }));
  EXPECT_TRUE(c.team_id);
  EXPECT_EQ(p.routing->queue_position(other.id, id), 1);
}

TEST_F(RoutingTest, TwoProcesses_NeverAssignTwice) {
  const auto wang = office.make_agent("wang", {office.care}, 100);
  const auto li = office.make_agent("li", {office.care}, 100);
  office.online(wang);
  office.online(li);
  const auto second = office.another_process();
  second->start();
  std::vector<ConversationId> ids;
  for (int i = 0; i < 30; ++i) {
    Process& door = i % 2 == 0 ? office.process() : *second;
    conversation::InboundMessage inbound;
    inbound.tenant = office.tenant;
    inbound.customer = office.make_customer();
    inbound.client_msg_id = "first";
    inbound.text = "hello";
    ids.push_back(must(door.write(office.tenant, [&](auto& tx) {
                    return door.conversations.accept(tx, inbound);
                  })).conversation.id);
  }
  for (int i = 0; i < 3; ++i) {
    office.settle();
    second->settle();
  }
  std::map<std::string, int> assigned;
  for (const auto& event : office.events()) {
    if (event.type != "conversation.assigned") continue;
    const auto at = event.payload.find("cv_");
    ++assigned[event.payload.substr(at, 16)];
  }
  for (const auto id : ids) {
    EXPECT_TRUE(owner(id));
    EXPECT_EQ(assigned[to_string(id)], 1) << to_string(id);
    EXPECT_EQ(office.why(id).size(), 1U);
  }
}

TEST_F(RoutingTest, Assignment_KeepsItsReasons) {
  const auto wang = office.make_agent("wang", {office.care}, 7);
  const auto li = office.make_agent("li", {office.care});
  const auto id = arrive();
  office.clock.advance(seconds(9));
  office.online(wang);
  office.settle();
  const auto why = office.why(id);
  ASSERT_EQ(why.size(), 1U);
  EXPECT_EQ(why[0].agent_id, wang.user);
  EXPECT_EQ(why[0].team_id, office.care);
  EXPECT_EQ(why[0].episode_id, office.load(id).episode_id);
  EXPECT_EQ(why[0].why.strategy, Strategy::least_loaded);
  EXPECT_EQ(why[0].why.waited_ms, 9'000);
  EXPECT_EQ(why[0].why.agents_able, 1);
  EXPECT_EQ(why[0].why.agents_in_queue, 2);
  EXPECT_EQ(why[0].why.capacity, 7);
  EXPECT_EQ(office.load(id).assign_reason, why[0].why.rule);
}

TEST_F(RoutingTest, CapacityRaised_TakesMore) {
  const auto wang = office.make_agent("wang", {office.care}, 1);
  office.online(wang);
  arrive();
  const auto second = arrive();
  EXPECT_FALSE(owner(second));
  Process& p = office.process();
  must(
      p.write(office.tenant, [&](auto& tx) { return p.org.change_user(tx, office.boss, wang.user, {.capacity = 2}); }));
  office.settle();
  EXPECT_EQ(owner(second), wang.user);
}

TEST_F(RoutingTest, ManyAtOnce_LoadNeverExceedsCapacity) {
  std::vector<org::Actor> agents;
  for (int i = 0; i < 4; ++i) {
    agents.push_back(office.make_agent("agent" + std::to_string(i), {office.care}, 3));
    office.online(agents.back());
  }
  std::vector<ConversationId> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(office.say(office.make_customer()).id);
  office.settle();
  std::map<UserId, int> owned;
  for (const auto id : ids) ++owned[owner(id)];
  for (const auto& agent : agents) EXPECT_EQ(owned[agent.user], 3);
  EXPECT_EQ(owned[UserId{}], 8);
}

TEST_F(RoutingTest, CustomersNextEpisode_IsRoutedAgain) {
  const auto wang = office.make_agent("wang", {office.care});
  office.online(wang);
  const auto anna = office.make_customer();
  const auto id = office.say(anna).id;
  office.settle();
  must(office.close(wang, id));
  office.settle();
  EXPECT_EQ(office.load_of(wang), 0);
  EXPECT_EQ(office.say(anna, "again").id, id);
  office.settle();
  EXPECT_EQ(owner(id), wang.user);
  EXPECT_EQ(office.load_of(wang), 1);
  EXPECT_EQ(office.why(id).size(), 2U);
}

}  // namespace
}  // namespace yingda::routing
