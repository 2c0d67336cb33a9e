// The law of timers and what never drops a customer, on a real store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "office.hpp"

namespace yingda::routing {
namespace {

using conversation::MessageKind;
using conversation::State;

class LawTest : public testing::Test {
 protected:
  LawTest() {
    wang = office.make_agent("wang", {office.care});
    li = office.make_agent("li", {office.care});
    rules.warn_ms = seconds(60).ms;
    rules.alarm_ms = seconds(120).ms;
    rules.redispatch_ms = seconds(180).ms;
    rules.remind_ms = seconds(300).ms;
    rules.close_ms = seconds(600).ms;
    use(rules);
  }
  void use(const SilenceRules& chosen) {
    auto policy = office.policy(office.care);
    policy.silence = chosen;
    office.save(policy);
  }
  UserId owner(ConversationId id) {
    const auto c = office.load(id);
    return c.state == State::assigned && c.agent ? c.agent->id : UserId{};
  }
  ConversationId arrive() {
    customer = office.make_customer();
    const auto id = office.say(customer).id;
    office.settle();
    return id;
  }
  std::vector<std::string> texts(ConversationId id) {
    std::vector<std::string> out;
    for (const auto& message : office.messages(id))
      if (message.kind != MessageKind::system) out.push_back(message.text);
    return out;
  }
  std::int64_t alarms(const std::string& kind) {
    std::int64_t count = 0;
    for (const auto& event : office.events())
      count += event.type == "routing.alarm_raised" && event.payload.find('"' + kind + '"') != std::string::npos;
    return count;
  }
  /// Nine to six on working days.
  void keep_hours() {
    calendar::Schedule hours;
    for (std::int64_t day = 1; day <= 5; ++day) hours.week.push_back({day, {{540, 1'080}}});
    auto policy = office.policy(office.care);
    policy.hours = hours;
    office.save(policy);
  }

  Office office;
  org::Actor wang, li;
  CustomerId customer;
  SilenceRules rules;
};

TEST_F(LawTest, AgentSilent_WarnedThenAlarmThenSomebodyElse) {
  office.online(wang);
  const auto id = arrive();
  office.online(li);
  ASSERT_EQ(owner(id), wang.user);
  office.pass(seconds(59));
  EXPECT_EQ(office.count_events("routing.agent_warned"), 0);
  office.pass(seconds(1));
  EXPECT_EQ(office.count_events("routing.agent_warned"), 1);
  office.pass(seconds(60));
  EXPECT_EQ(alarms("agent_silent"), 1);
  office.pass(seconds(59));
  EXPECT_EQ(owner(id), wang.user);
  office.pass(seconds(1));
  EXPECT_EQ(owner(id), li.user);
  const auto all = office.messages(id);
  const auto note = std::ranges::find(all, MessageKind::note, &conversation::Message::kind);
  ASSERT_NE(note, all.end());
  EXPECT_THAT(note->text, testing::HasSubstr("wang"));
  EXPECT_NE(office.load(id).state, State::closed);
}

TEST_F(LawTest, AgentAnswers_NothingHappensAndTheTimerCostsNoWarning) {
  office.online(wang);
  const auto id = arrive();
  for (int turn = 0; turn < 10; ++turn) {
    office.pass(seconds(50));
    office.answer(wang, id);
    office.pass(seconds(50));
    office.say(customer, "and");
  }
  EXPECT_EQ(office.count_events("routing.agent_warned"), 0);
  EXPECT_EQ(owner(id), wang.user);
}

TEST_F(LawTest, NobodyElseOnline_SlowAgentKeepsHimUntilSomebodyComes) {
  office.online(wang);
  const auto id = arrive();
  office.pass(seconds(60));
  office.pass(seconds(60));
  office.pass(seconds(60));
  office.pass(minutes(10));
  EXPECT_EQ(owner(id), wang.user);
  office.online(li);
  office.pass(seconds(60));
  EXPECT_EQ(owner(id), li.user);
}

TEST_F(LawTest, EverybodySilent_HopsAreLimitedThenItIsUrgent) {
  auto limited = rules;
  limited.hops_max = 1;
  use(limited);
  office.online(wang);
  const auto id = arrive();
  office.online(li);
  for (int i = 0; i < 6; ++i) office.pass(seconds(60));
  EXPECT_EQ(owner(id), li.user);
  for (int i = 0; i < 10; ++i) office.pass(seconds(60));
  EXPECT_EQ(owner(id), li.user);
  EXPECT_EQ(alarms("redispatch_limit"), 1);
  EXPECT_EQ(office.load(id).priority, 1);
}

TEST_F(LawTest, CustomerSilent_RemindedThenClosedThenHisWordOpensTheNext) {
  office.online(wang);
  const auto id = arrive();
  office.answer(wang, id, "here you are");
  office.settle();
  for (int i = 0; i < 4; ++i) office.pass(seconds(60));
  EXPECT_EQ(texts(id).size(), 2U);
  office.pass(seconds(60));
  ASSERT_EQ(texts(id).size(), 3U);
  EXPECT_TRUE(office.messages(id).back().automatic);
  for (int i = 0; i < 4; ++i) office.pass(seconds(60));
  EXPECT_EQ(office.load(id).state, State::assigned);
  office.pass(seconds(60));
  EXPECT_EQ(office.load(id).state, State::closed);
  EXPECT_EQ(texts(id).size(), 4U) << "with a word of farewell";
  EXPECT_EQ(office.load_of(wang), 0);
  const auto again = office.say(customer, "one more thing");
  office.settle();
  EXPECT_EQ(again.id, id);
  EXPECT_EQ(owner(id), wang.user);
}

TEST_F(LawTest, CustomerWaits_IsNeverClosed) {
  auto only_close = SilenceRules{0, 0, 0, 3, 0, seconds(10).ms};
  use(only_close);
  office.online(wang);
  const auto id = arrive();
  for (int i = 0; i < 20; ++i) office.pass(minutes(5));
  EXPECT_EQ(owner(id), wang.user);
}

TEST_F(LawTest, OtherChannelsOwnRules_HoldForTheirs) {
  auto policy = office.policy(office.care);
  policy.channel_silence = {{conversation::Channel::email, SilenceRules{}},
                            {conversation::Channel::webchat, SilenceRules{0, 0, 0, 3, 0, seconds(20).ms}}};
  office.save(policy);
  office.online(wang);
  const auto id = arrive();
  office.answer(wang, id);
  office.pass(seconds(10));
  office.pass(seconds(10));
  office.pass(seconds(10));
  EXPECT_EQ(office.load(id).state, State::closed);
}

TEST_F(LawTest, AgentGoesOffline_WaitingCustomerGoesToAnother) {
  office.online(wang);
  const auto id = arrive();
  office.online(li);
  must(office.try_state(wang, AgentState::offline));
  office.settle();
  EXPECT_EQ(owner(id), li.user);
  EXPECT_EQ(office.load_of(wang), 0);
  EXPECT_EQ(office.load_of(li), 1);
}

TEST_F(LawTest, ConnectionLost_AfterTheGraceAnotherHasHim) {
  office.routing().agent_connected(office.tenant, wang.user);
  office.online(wang);
  const auto id = arrive();
  office.online(li);
  office.routing().agent_disconnected(office.tenant, wang.user);
  office.pass(seconds(29));
  EXPECT_EQ(owner(id), wang.user);
  office.pass(seconds(1));
  EXPECT_EQ(owner(id), li.user);
}

TEST_F(LawTest, OwnerGoneAndCustomerQuiet_NextWordFindsAnotherAtOnce) {
  office.online(wang);
  const auto id = arrive();
  office.answer(wang, id);
  office.online(li);
  must(office.try_state(wang, AgentState::offline));
  office.settle();
  EXPECT_EQ(owner(id), wang.user);
  office.say(customer, "are you there?");
  office.settle();
  EXPECT_EQ(owner(id), li.user);
}

TEST_F(LawTest, OwnerComesBack_KeepsHisQuietOnes) {
  office.online(wang);
  const auto id = arrive();
  office.answer(wang, id);
  office.online(li);
  must(office.try_state(wang, AgentState::offline));
  office.settle();
  office.clock.advance(seconds(1));
  office.online(wang);
  office.settle();
  office.say(customer, "are you there?");
  office.settle();
  EXPECT_EQ(owner(id), wang.user);
}

TEST_F(LawTest, AgentDisabled_HisCustomersGoToOthers) {
  office.online(wang);
  const auto id = arrive();
  office.online(li);
  Process& p = office.process();
  must(p.write(office.tenant,
               [&](auto& tx) { return p.org.change_user(tx, office.boss, wang.user, {.disabled = true}); }));
  office.settle();
  EXPECT_EQ(owner(id), li.user);
}

TEST_F(LawTest, RestartWhileWaiting_StepsGoOn) {
  office.online(wang);
  const auto id = arrive();
  office.online(li);
  office.pass(seconds(60));
  EXPECT_EQ(office.count_events("routing.agent_warned"), 1);
  office.restart();
  for (const auto& agent : {wang, li}) office.routing().agent_connected(office.tenant, agent.user);
  for (int i = 0; i < 3; ++i) office.pass(seconds(60));
  EXPECT_EQ(owner(id), li.user);
  EXPECT_EQ(alarms("agent_silent"), 1);
}

TEST_F(LawTest, RestartAfterRedispatch_SilentAgentStaysOut) {
  auto policy = office.policy(office.care);
  office.online(wang);
  const auto id = arrive();
  const auto full = office.make_agent("zhao", {office.care}, 0);  // online, but has no room
  office.online(full);
  for (int i = 0; i < 3; ++i) office.pass(seconds(60));
  EXPECT_FALSE(owner(id));
  office.restart();
  office.routing().agent_connected(office.tenant, wang.user);
  office.routing().agent_connected(office.tenant, full.user);
  office.settle();
  EXPECT_FALSE(owner(id)) << "wang had his chance";
  office.online(li);
  office.settle();
  EXPECT_EQ(owner(id), li.user);
}

TEST_F(LawTest, NobodyOnlineOutsideHours_GetsADateAndIsServedInOrderNextMorning) {
  keep_hours();
  office.clock.set(UtcTime{1'767'580'200'000 + hours(12).ms});  // Monday 5 January 2026, 22:30 in Shanghai
  const auto first = arrive();
  office.clock.advance(seconds(5));
  const auto second = arrive();
  const auto c = office.load(first);
  EXPECT_EQ(c.state, State::promised);
  ASSERT_TRUE(c.promised_at_ms);
  EXPECT_EQ(*c.promised_at_ms, UtcTime{1'767'574'800'000 + days(1).ms});  // Tuesday 9:00
  office.pass(hours(11));
  auto one = li;
  office.online(one);
  office.settle();
  EXPECT_EQ(owner(first), li.user);
  EXPECT_EQ(owner(second), li.user);
  const auto events = office.events();
  std::vector<std::string> order;
  for (const auto& event : events)
    if (event.type == "conversation.assigned") order.push_back(event.payload.substr(event.payload.find("cv_"), 16));
  EXPECT_THAT(order, testing::ElementsAre(to_string(first), to_string(second)));
}

TEST_F(LawTest, LastAgentLeavesAfterHours_QueueGetsItsDate) {
  keep_hours();
  office.clock.set(UtcTime{1'767'580'200'000 + hours(12).ms});
  office.online(wang);
  const auto talking = arrive();
  must(office.try_state(wang, AgentState::busy));
  const auto waiting = arrive();
  EXPECT_EQ(office.load(waiting).state, State::queued);
  must(office.try_state(wang, AgentState::offline));
  office.settle();
  EXPECT_EQ(office.load(waiting).state, State::promised);
  EXPECT_EQ(office.load(talking).state, State::promised);
}

TEST_F(LawTest, WaitingLong_AlarmsOnce) {
  const auto id = arrive();
  for (int i = 0; i < 10; ++i) office.pass(seconds(60));
  EXPECT_EQ(alarms("waiting_long"), 1);
  EXPECT_EQ(office.load(id).state, State::queued);
}

TEST_F(LawTest, RulesOutOfRange_AreRefused) {
  auto policy = office.policy(office.care);
  policy.silence = SilenceRules{1, 0, 0, 3, 0, 0};
  Process& p = office.process();
  const auto saved = p.write(office.tenant, [&](auto& tx) { return p.routing->save_policy(tx, office.boss, policy); });
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().fields.at(0).field, "silence.warn_ms");
}

}  // namespace
}  // namespace yingda::routing
