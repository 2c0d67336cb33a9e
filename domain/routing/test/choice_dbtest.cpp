// Whom a customer gets: last agent first, skills, languages, overflow, weights, VIP; on a real store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "office.hpp"

namespace yingda::routing {
namespace {

using conversation::State;

class ChoiceTest : public testing::Test {
 protected:
  UserId owner(ConversationId id) {
    const auto c = office.load(id);
    return c.state == State::assigned && c.agent ? c.agent->id : UserId{};
  }
  ConversationId arrive(CustomerId customer) {
    const auto id = office.say(customer).id;
    office.settle();
    return id;
  }
  ConversationId arrive() { return arrive(office.make_customer()); }
  void profile(const org::Actor& agent, std::vector<Skill> skills, std::vector<std::string> languages = {}) {
    Process& p = office.process();
    must(p.write(office.tenant, [&](auto& tx) {
      return p.routing->save_profile(tx, office.boss, {agent.user, skills, languages, 1});
    }));
    office.settle();
  }
  std::int64_t alarms(const std::string& kind) {
    std::int64_t count = 0;
    for (const auto& event : office.events())
      count += event.type == "routing.alarm_raised" && event.payload.find('"' + kind + '"') != std::string::npos;
    return count;
  }

  Office office;
};

TEST_F(ChoiceTest, Returning_GoesToTheAgentHeKnows) {
  const auto wang = office.make_agent("wang", {office.care});
  const auto li = office.make_agent("li", {office.care});
  office.online(wang);
  const auto anna = office.make_customer();
  const auto id = arrive(anna);
  must(office.close(wang, id));
  office.online(li);
  arrive();  // wang has one more than li
  arrive();
  arrive(anna);
  EXPECT_EQ(owner(id), wang.user);
  EXPECT_EQ(office.why(id).front().why.rule, "routing.rule.last_agent");
}

TEST_F(ChoiceTest, KnownAgentFull_WaitsForHimThenTakesAnother) {
  const auto wang = office.make_agent("wang", {office.care}, 1);
  const auto li = office.make_agent("li", {office.care});
  office.online(wang);
  const auto anna = office.make_customer();
  const auto id = arrive(anna);
  must(office.close(wang, id));
  office.settle();
  arrive();
  office.online(li);
  arrive(anna);
  EXPECT_FALSE(owner(id));
  office.pass(seconds(59));
  EXPECT_FALSE(owner(id));
  office.pass(seconds(1));
  EXPECT_EQ(owner(id), li.user);
}

TEST_F(ChoiceTest, KnownAgentGrabbedLastTime_CountsToo) {
  const auto wang = office.make_agent("wang", {office.care});
  const auto li = office.make_agent("li", {office.care});
  const auto anna = office.make_customer();
  const auto id = arrive(anna);
  must(office.grab(li, id));
  office.settle();
  ASSERT_EQ(office.why(id).size(), 1U);
  EXPECT_EQ(office.why(id).front().why.rule, "conversation.grabbed");
  must(office.close(li, id));
  office.online(wang);
  office.online(li);
  arrive(anna);
  EXPECT_EQ(owner(id), li.user);
}

TEST_F(ChoiceTest, RestartWhileWaitingForHisAgent_StillGetsHim) {
  const auto wang = office.make_agent("wang", {office.care}, 1);
  const auto li = office.make_agent("li", {office.care});
  office.online(wang);
  const auto anna = office.make_customer();
  const auto id = arrive(anna);
  must(office.close(wang, id));
  office.settle();
  const auto other = arrive();
  office.online(li);
  arrive(anna);
  office.restart();
  EXPECT_FALSE(owner(id));
  must(office.close(wang, other));
  office.settle();
  EXPECT_EQ(owner(id), wang.user);
}

TEST_F(ChoiceTest, RestartWhileWaitingForHisAgent_WaitsNoLongerThanBefore) {
  auto policy = office.policy(office.care);
  policy.last_agent_wait_ms = seconds(20).ms;
  office.save(policy);
  const auto wang = office.make_agent("wang", {office.care}, 1);
  const auto li = office.make_agent("li", {office.care});
  office.online(wang);
  const auto anna = office.make_customer();
  const auto id = arrive(anna);
  must(office.close(wang, id));
  office.settle();
  arrive();
  office.online(li);
  arrive(anna);
  office.pass(seconds(10));
  office.restart();
  EXPECT_FALSE(owner(id));
  office.pass(seconds(10));
  EXPECT_EQ(owner(id), li.user);
}

TEST_F(ChoiceTest, PolicyShortensTheWaitForHisAgent_CountsAtOnce) {
  auto policy = office.policy(office.care);
  policy.last_agent_wait_ms = hours(1).ms;
  office.save(policy);
  const auto wang = office.make_agent("wang", {office.care}, 1);
  const auto li = office.make_agent("li", {office.care});
  office.online(wang);
  const auto anna = office.make_customer();
  const auto id = arrive(anna);
  must(office.close(wang, id));
  office.settle();
  arrive();
  office.online(li);
  arrive(anna);
  EXPECT_FALSE(owner(id));
  policy.last_agent_wait_ms = seconds(7).ms;
  office.save(policy);
  EXPECT_FALSE(owner(id));
  office.pass(seconds(7));
  EXPECT_EQ(owner(id), li.user);
}

TEST_F(ChoiceTest, QueueAsksForSkill_RelaxesWithTime) {
  const auto wang = office.make_agent("wang", {office.care});
  const auto li = office.make_agent("li", {office.care});
  profile(wang, {{"refund", 1}});
  auto policy = office.policy(office.care);
  policy.skills = {{"refund", 3}};
  policy.relaxations = {{seconds(10).ms, 2}};
  office.save(policy);
  office.online(wang);
  office.online(li);
  const auto id = arrive();
  EXPECT_FALSE(owner(id));
  office.pass(milliseconds(9'999));
  EXPECT_FALSE(owner(id));
  office.pass(milliseconds(1));
  EXPECT_EQ(owner(id), wang.user);
  EXPECT_EQ(office.why(id).front().why.relaxed_levels, 2);
}

TEST_F(ChoiceTest, Language_FindsWhoSpeaksIt) {
  office.routing().set_entrance(
      {.asks = {},
       .decide = [](storage::Transaction&, TenantId, conversation::Conversation&) -> Result<EntranceDecision> {
         return EntranceDecision{.language = "en"};
       },
       .default_team = {}});
  const auto wang = office.make_agent("wang", {office.care});
  const auto li = office.make_agent("li", {office.care});
  profile(wang, {}, {"zh-CN"});
  profile(li, {}, {"zh-CN", "en"});
  office.online(wang);
  const auto id = arrive();
  EXPECT_FALSE(owner(id));
  office.online(li);
  office.settle();
  EXPECT_EQ(owner(id), li.user);
}

TEST_F(ChoiceTest, Entrance_ThatCannotDecide_DropsNobody) {
  int asked = 0;
  office.routing().set_entrance(
      {.asks = {},
       .decide = [&](storage::Transaction&, TenantId, conversation::Conversation&) -> Result<EntranceDecision> {
         // Once something that passes, then something that stays.
         return ++asked == 1 ? fail(Code::conflict, "conversation.version_conflict")
                             : fail(Code::corrupt, "request.invalid_json");
       },
       .default_team = {}});
  const auto wang = office.make_agent("wang", {office.care});
  office.online(wang);
  EXPECT_EQ(owner(arrive()), wang.user);
  EXPECT_EQ(asked, 2);
}

TEST_F(ChoiceTest, QueueTooLong_OverflowsWhereSomebodyIs) {
  const auto wang = office.make_agent("wang", {office.care}, 1);
  const auto zhao = office.make_agent("zhao", {office.sales}, 1);
  auto policy = office.policy(office.care);
  policy.length_max = 1;
  policy.overflow_team_ids = {office.sales};
  office.save(policy);
  office.online(wang);
  office.online(zhao);
  const auto first = arrive();
  const auto second = arrive();
  const auto third = arrive();
  EXPECT_EQ(owner(first), wang.user);
  EXPECT_EQ(office.load(second).team_id, office.care);
  EXPECT_EQ(owner(third), zhao.user);
}

TEST_F(ChoiceTest, WaitTooLong_OverflowsOnceAndNeverInCircles) {
  const auto wang = office.make_agent("wang", {office.care}, 0);
  const auto zhao = office.make_agent("zhao", {office.sales}, 0);
  for (const auto& [from, to] : {std::pair(office.care, office.sales), std::pair(office.sales, office.care)}) {
    auto policy = office.policy(from);
    policy.wait_ms_max = seconds(30).ms;
    policy.overflow_team_ids = {to};
    office.save(policy);
  }
  office.online(wang);
  office.online(zhao);
  const auto id = arrive();
  office.pass(seconds(29));
  EXPECT_EQ(office.load(id).team_id, office.care);
  office.pass(seconds(1));
  EXPECT_EQ(office.load(id).team_id, office.sales);
  const auto version = office.load(id).version;
  for (int i = 0; i < 5; ++i) office.pass(seconds(60));
  EXPECT_EQ(office.load(id).version, version);
  EXPECT_EQ(alarms("queue_full"), 1);
  EXPECT_EQ(office.load(id).state, State::queued);
}

TEST_F(ChoiceTest, Vip_GoesBeforeWhoCameALittleEarlier) {
  const auto wang = office.make_agent("wang", {office.care}, 1);
  const auto plain = arrive();
  office.clock.advance(seconds(30));
  const auto gold = arrive(office.make_customer("gold"));
  office.online(wang);
  office.settle();
  EXPECT_EQ(owner(gold), wang.user);
  EXPECT_FALSE(owner(plain));
}

TEST_F(ChoiceTest, HeavyChannel_TakesMoreOfAnAgent) {
  auto policy = office.policy(office.care);
  policy.weights = {{conversation::Channel::webchat, 2}};
  office.save(policy);
  const auto wang = office.make_agent("wang", {office.care}, 5);
  office.online(wang);
  std::vector<ConversationId> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(arrive());
  EXPECT_EQ(owner(ids[1]), wang.user);
  EXPECT_FALSE(owner(ids[2])) << "2 + 2 + 2 > 5";
  office.restart();
  EXPECT_FALSE(owner(ids[2]));
  must(office.close(wang, ids[0]));
  office.settle();
  EXPECT_EQ(owner(ids[2]), wang.user);
}

TEST_F(ChoiceTest, EstimatedWait_FollowsThePaceAndIsKeptWithTheReason) {
  const auto wang = office.make_agent("wang", {office.care}, 1);
  office.online(wang);
  std::vector<ConversationId> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(arrive());
  EXPECT_FALSE(office.routing().estimated_wait(office.tenant, ids[5])) << "nothing moved yet";
  for (int i = 0; i < 3; ++i) {
    office.clock.advance(seconds(20));
    must(office.close(wang, ids[static_cast<std::size_t>(i)]));
    office.settle();
  }
  EXPECT_EQ(office.routing().estimated_wait(office.tenant, ids[5]), seconds(40)) << "second in the queue";
  office.clock.advance(seconds(50));
  EXPECT_EQ(office.routing().estimated_wait(office.tenant, ids[5]), seconds(100)) << "nothing moved for 50 s";
  office.clock.set(office.clock.now() - seconds(50));
  const auto late = arrive();
  for (std::size_t i = 3; i < 6; ++i) {
    office.clock.advance(seconds(20));
    must(office.close(wang, ids[i]));
    office.settle();
  }
  ASSERT_EQ(owner(late), wang.user);
  EXPECT_EQ(office.why(late).front().why.estimated_wait_ms, seconds(60).ms);
  EXPECT_EQ(office.why(late).front().why.waited_ms, seconds(60).ms);
}

TEST_F(ChoiceTest, Profiles_AreCheckedAndListed) {
  const auto wang = office.make_agent("wang", {office.care});
  Process& p = office.process();
  const auto save = [&](const org::Actor& by, const AgentProfile& profile) {
    return p.write(office.tenant, [&](auto& tx) { return p.routing->save_profile(tx, by, profile); });
  };
  EXPECT_EQ(reason_of(save(wang, {wang.user, {}, {}, 1})), "auth.permission_denied");
  EXPECT_EQ(reason_of(save(office.boss, {wang.user, {{"", 1}}, {}, 1})), "request.invalid_fields");
  EXPECT_EQ(reason_of(save(office.boss, {wang.user, {{"x", 6}}, {}, 1})), "request.invalid_fields");
  EXPECT_EQ(reason_of(save(office.boss, {UserId{7}, {}, {}, 1})), "routing.no_such_agent");
  must(save(office.boss, {wang.user, {{"refund", 4}}, {"en"}, 2}));
  const auto all = must(p.read([&](auto& tx) { return p.routing->profiles(tx, office.boss); }));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].skills.at(0).level, 4);
}

}  // namespace
}  // namespace yingda::routing
