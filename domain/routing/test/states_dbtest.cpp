// Wrap-up, reason codes, forced states and an agent's day.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "office.hpp"

namespace yingda::routing {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;

class States : public ::testing::Test {
 protected:
  void wrap_up(TeamId team, DurationMs lasts, DurationMs most = minutes(10)) {
    auto policy = office_.policy(team);
    policy.wrap_up_ms = lasts.ms;
    policy.wrap_up_max_ms = most.ms;
    office_.save(policy);
  }
  /// A conversation of his that he has answered and closed.
  void serve_and_close(const org::Actor& agent) {
    const auto c = office_.say(office_.make_customer());
    office_.settle();
    office_.answer(agent, c.id);
    must(office_.close(agent, c.id));
    office_.settle();
  }
  AgentState state(const org::Actor& agent) { return office_.status(agent).state; }
  Result<AgentStatus> change(const org::Actor& agent, const WrapUpChange& change) {
    return office_.process().write(office_.tenant,
                                   [&](auto& tx) { return office_.routing().change_wrap_up(tx, agent, change); });
  }
  Result<AgentStatus> force(const org::Actor& by, const org::Actor& agent, AgentState to,
                            const std::string& reason = "") {
    return office_.process().write(
        office_.tenant, [&](auto& tx) { return office_.routing().force_state(tx, by, agent.user, to, reason); });
  }
  Result<std::vector<ReasonCode>> save_codes(const std::vector<ReasonCode>& codes) {
    return office_.process().write(
        office_.tenant, [&](auto& tx) { return office_.routing().save_reason_codes(tx, office_.boss, codes); });
  }
  Result<AgentDay> day(const org::Actor& by, const org::Actor& agent, const std::string& date = "") {
    return office_.process().read([&](auto& tx) { return office_.routing().day_of(tx, by, agent.user, date); });
  }
  org::Actor supervisor_of(TeamId team) {
    org::Actor actor = office_.boss;
    actor.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_supervise);
    actor.scope = org::DataScope::team;
    actor.scope_teams = {team};
    return actor;
  }

  Office office_;
};

TEST_F(States, WrapUp_AfterAClose_TakesNothingNewUntilItEnds) {
  wrap_up(office_.care, seconds(30));
  const auto li = office_.make_agent("li", {office_.care});
  office_.online(li);
  serve_and_close(li);
  EXPECT_EQ(state(li), AgentState::wrap_up);
  EXPECT_EQ(office_.status(li).until_at_ms, office_.clock.now() + seconds(30));

  const auto next = office_.say(office_.make_customer());
  office_.settle();
  EXPECT_EQ(office_.load(next.id).state, conversation::State::queued);
  office_.pass(seconds(31));
  EXPECT_EQ(state(li), AgentState::online);
  EXPECT_FALSE(office_.status(li).until_at_ms);
  EXPECT_EQ(office_.load(next.id).agent->id, li.user);
}

TEST_F(States, WrapUp_BeforeARestart_EndsInTimeAfterIt) {
  wrap_up(office_.care, seconds(30));
  const auto li = office_.make_agent("li", {office_.care});
  office_.online(li);
  serve_and_close(li);
  office_.restart();
  EXPECT_EQ(state(li), AgentState::wrap_up);
  office_.routing().agent_connected(office_.tenant, li.user);
  office_.pass(seconds(31));
  EXPECT_EQ(state(li), AgentState::online);
}

TEST_F(States, WrapUp_Extended_EndsAtTheLimit) {
  wrap_up(office_.care, seconds(30), seconds(50));
  const auto li = office_.make_agent("li", {office_.care});
  office_.online(li);
  const UtcTime begin = office_.clock.now();
  serve_and_close(li);
  EXPECT_EQ(must(change(li, {.extend_ms = 10'000})).until_at_ms, begin + seconds(40));
  EXPECT_EQ(must(change(li, {.extend_ms = 60'000})).until_at_ms, begin + seconds(50));
  EXPECT_EQ(reason_of(change(li, {.extend_ms = 10'000})), "routing.wrap_up_limit");
  office_.pass(seconds(45));
  EXPECT_EQ(state(li), AgentState::wrap_up);
  office_.pass(seconds(6));
  EXPECT_EQ(state(li), AgentState::online);
}

TEST_F(States, WrapUp_EndedByHand_BringsWorkAtOnce) {
  wrap_up(office_.care, seconds(30));
  const auto li = office_.make_agent("li", {office_.care});
  office_.online(li);
  EXPECT_EQ(reason_of(change(li, {.end = true})), "routing.not_in_wrap_up");
  serve_and_close(li);
  const auto next = office_.say(office_.make_customer());
  must(change(li, {.end = true}));
  office_.settle();
  EXPECT_EQ(office_.load(next.id).agent->id, li.user);
}

TEST_F(States, WrapUp_WhoIsBusyOrLosesItToASupervisor_HasNone) {
  wrap_up(office_.care, seconds(30));
  const auto li = office_.make_agent("li", {office_.care});
  office_.online(li);
  const auto first = office_.say(office_.make_customer());
  const auto second = office_.say(office_.make_customer());
  office_.settle();
  auto other = office_.boss;
  other.user = UserId{4711};  // a person, not the system
  other.name = "chief";
  must(office_.close(other, first.id));
  office_.settle();
  EXPECT_EQ(state(li), AgentState::online);
  must(office_.try_state(li, AgentState::busy));
  must(office_.close(li, second.id));
  office_.settle();
  EXPECT_EQ(state(li), AgentState::busy);
}

TEST_F(States, WrapUp_ChosenByHand_IsRefused) {
  const auto li = office_.make_agent("li", {office_.care});
  const auto refused = office_.try_state(li, AgentState::wrap_up);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.front().reason, "routing.wrap_up_only_after_work");
}

TEST_F(States, ReasonCode_UnknownOrSwitchedOff_IsRefused) {
  const auto li = office_.make_agent("li", {office_.care});
  must(office_.try_state(li, AgentState::away, "meal"));
  EXPECT_EQ(office_.status(li).reason, "meal");
  for (const auto& [to, code] : {std::pair(AgentState::away, "gardening"), std::pair(AgentState::busy, "meal")}) {
    const auto refused = office_.try_state(li, to, code);
    ASSERT_FALSE(refused) << code;
    EXPECT_EQ(refused.error().fields.front().reason, "routing.unknown_reason_code");
  }
  must(save_codes(
      {{"gardening", AgentState::away, "园艺", "Gardening"}, {"meal", AgentState::away, "饭", "Meal", false}}));
  must(office_.try_state(li, AgentState::away, "gardening"));
  EXPECT_FALSE(office_.try_state(li, AgentState::away, "meal"));
  must(office_.try_state(li, AgentState::away));  // no reason is a reason too
}

TEST_F(States, ReasonCodes_BadOnes_AreNamedFieldByField) {
  const auto refused = save_codes({{"Tea Time", AgentState::away, "茶", "Tea"},
                                   {"tea", AgentState::online, "茶", "Tea"},
                                   {"tea", AgentState::away, "", "Tea"}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().fields,
              ElementsAre(Field(&FieldError::field, "items[0].code"), Field(&FieldError::field, "items[1].state"),
                          Field(&FieldError::field, "items[2].code"), Field(&FieldError::field, "items[2].zh_CN")));
}

TEST_F(States, Force_WithinAndOutsideTheScope_IsDoneAndRefused) {
  const auto li = office_.make_agent("li", {office_.care});
  const auto zhao = office_.make_agent("zhao", {office_.sales});
  office_.online(li);
  office_.online(zhao);
  const auto chief = supervisor_of(office_.care);
  must(force(chief, li, AgentState::away, "training"));
  EXPECT_EQ(state(li), AgentState::away);
  EXPECT_EQ(reason_of(force(chief, zhao, AgentState::busy)), "org.out_of_scope");
  EXPECT_EQ(reason_of(force(li, li, AgentState::busy)), "auth.permission_denied");
  must(office_.try_state(li, AgentState::offline));
  EXPECT_EQ(reason_of(force(chief, li, AgentState::online)), "routing.agent_not_here");

  const auto audit = must(
      office_.process().read([&](auto& tx) { return office_.process().org.list_audit(tx, office_.boss, "", 10); }));
  ASSERT_EQ(audit.items.front().action, "agent.state_forced");
  EXPECT_EQ(audit.items.front().object, to_string(li.user));
}

TEST_F(States, SetState_RightAfterBeingHired_IsAllowed) {
  auto& p = office_.process();
  const auto user = must(p.write(office_.tenant, [&](auto& tx) -> Result<org::User> {
    YD_TRY(auto made, p.org.create_user(tx, office_.boss,
                                        {.login = "new",
                                         .name = "new",
                                         .display_name = "new",
                                         .password_hash = {},
                                         .role_id = office_.agent_role,
                                         .unit_id = {},
                                         .team_ids = {office_.care}}));
    org::Actor actor;
    actor.tenant = office_.tenant;
    actor.user = made.id;
    actor.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_handle);
    YD_CHECK(office_.routing().set_state(tx, actor, AgentState::online, ""));
    return made;
  }));
  const auto c = office_.say(office_.make_customer());
  office_.settle();
  EXPECT_EQ(office_.load(c.id).agent->id, user.id);
}

TEST_F(States, Day_OfStatesAndConversations_AddsUp) {
  office_.clock.set({1'777'824'000'000 + hours(9).ms});  // 2026-05-04, 09:00 in Shanghai
  const auto li = office_.make_agent("li", {office_.care});
  office_.online(li);
  const auto c = office_.say(office_.make_customer());
  office_.pass(minutes(20));
  must(office_.try_state(li, AgentState::away, "meal"));
  EXPECT_EQ(must(day(li, li)).spans.back().state, AgentState::away) << "at the very moment it begins";
  office_.clock.advance(minutes(30));
  must(office_.try_state(li, AgentState::online));
  office_.clock.advance(minutes(10));

  const auto today = must(day(li, li));
  EXPECT_EQ(today.date, "2026-05-04");
  const UtcTime nine{1'777'824'000'000 + hours(9).ms};
  EXPECT_THAT(today.spans, ElementsAre(StateSpan{AgentState::offline, "", nine - hours(9), nine},
                                       StateSpan{AgentState::online, "", nine, nine + minutes(20)},
                                       StateSpan{AgentState::away, "meal", nine + minutes(20), nine + minutes(50)},
                                       StateSpan{AgentState::online, "", nine + minutes(50), nine + minutes(60)}));
  EXPECT_THAT(today.totals,
              ElementsAre(StateTotal{AgentState::offline, hours(9).ms}, StateTotal{AgentState::online, minutes(30).ms},
                          StateTotal{AgentState::busy, 0}, StateTotal{AgentState::away, minutes(30).ms},
                          StateTotal{AgentState::wrap_up, 0}));
  EXPECT_EQ(today.assigned, 1);
  ASSERT_EQ(today.conversations.size(), 1U);
  EXPECT_EQ(today.conversations.front().conversation_id, c.id);

  // The day after begins in the state the day before ended in.
  office_.clock.advance(hours(24));
  EXPECT_EQ(must(day(li, li)).spans.front().state, AgentState::online);
  EXPECT_EQ(must(day(li, li, "2026-05-04")).spans.back().until_at_ms, nine + hours(15));
}

TEST_F(States, Day_OfAColleague_NeedsRightsAndScope) {
  const auto li = office_.make_agent("li", {office_.care});
  const auto zhao = office_.make_agent("zhao", {office_.sales});
  EXPECT_EQ(reason_of(day(zhao, li)), "auth.permission_denied");
  EXPECT_EQ(reason_of(day(supervisor_of(office_.sales), li)), "org.out_of_scope");
  must(day(supervisor_of(office_.care), li));
  EXPECT_EQ(day(li, li, "yesterday").error().fields.front().field, "date");
}

}  // namespace
}  // namespace yingda::routing
