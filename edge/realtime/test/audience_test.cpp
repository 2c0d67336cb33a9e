#include "audience.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "yingda/realtime/scan.hpp"

namespace yingda::realtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr TeamId kSales{11}, kService{12};
constexpr UserId kWang{21}, kLi{22}, kZhao{23};
constexpr CustomerId kAnna{31};
constexpr ConversationId kThread{41};

struct Story {
  std::string_view state = "assigned";
  TeamId team = kSales;
  UserId owner = kWang;
  std::vector<UserId> participants;
  std::string tail;  // after the conversation
};

std::string payload(const Story& story) {
  std::string out = R"({"conversation":{"id":")" + to_string(kThread) + R"(","customer":{"id":")" + to_string(kAnna) +
                    R"(","name":"an\"na}","label":"","level":""},"state":")" + std::string(story.state) +
                    R"(","team_id":)" + (story.team ? '"' + to_string(story.team) + '"' : "null");
  if (story.owner) out += R"(,"agent":{"id":")" + to_string(story.owner) + R"(","name":"w"})";
  out += R"(,"participants":[)";
  for (std::size_t i = 0; i < story.participants.size(); ++i)
    out += (i > 0 ? "," : "") + (R"({"id":")" + to_string(story.participants[i]) + R"(","name":"x"})");
  return out + "],\"last_seq\":3}" + story.tail + "}";
}

Audience heard(std::string_view type, const Story& story) { return read_audience(type, payload(story)); }

AgentView person(UserId user, std::vector<TeamId> teams) {
  AgentView view;
  view.user = user;
  view.teams = std::move(teams);
  return view;
}

TEST(ReadAudience_AssignedMessage, gives_every_field) {
  const auto a = heard("message.accepted", {.participants = {kLi, kZhao}, .tail = R"(,"message":{"kind":"text"})"});
  EXPECT_EQ(a.subject, Subject::message);
  EXPECT_EQ(a.conversation, kThread);
  EXPECT_EQ(a.customer, kAnna);
  EXPECT_EQ(a.team, kSales);
  EXPECT_EQ(a.owner, kWang);
  EXPECT_THAT(a.participants, ElementsAre(kLi, kZhao));
  EXPECT_TRUE(a.assigned);
  EXPECT_FALSE(a.internal);
}

TEST(ReadAudience_Note, is_internal) {
  EXPECT_TRUE(heard("message.accepted", {.tail = R"(,"message":{"kind":"note","text":"x"})"}).internal);
}

TEST(ReadAudience_InternalSystemMessage, is_internal) {
  const auto tail = R"(,"message":{"kind":"system","system":{"key":"k","args":{"internal":"no"},"internal":true}})";
  EXPECT_TRUE(heard("message.accepted", {.tail = tail}).internal);
}

TEST(ReadAudience_OpenSystemMessage, is_for_the_customer) {
  const auto tail = R"(,"message":{"kind":"system","system":{"key":"k","args":{},"internal":false}})";
  EXPECT_FALSE(heard("message.accepted", {.tail = tail}).internal);
}

TEST(ReadAudience_TeamOfNobody, is_none) {
  const auto a = heard("conversation.opened", {.state = "queued", .team = {}, .owner = {}});
  EXPECT_FALSE(a.team);
  EXPECT_FALSE(a.owner);
  EXPECT_TRUE(a.queued);
}

TEST(ReadAudience_Receipts, come_from_the_top) {
  const auto a =
      read_audience("receipts.moved", R"({"conversation_id":")" + to_string(kThread) +
                                          R"(","receipts":{"customer_id":"x"},"customer_id":")" + to_string(kAnna) +
                                          R"(","agent_id":")" + to_string(kWang) +
                                          R"(","team_id":null,"participant_ids":[")" + to_string(kLi) + R"("]})");
  EXPECT_EQ(a.subject, Subject::receipts);
  EXPECT_EQ(a.conversation, kThread);
  EXPECT_EQ(a.customer, kAnna);
  EXPECT_EQ(a.owner, kWang);
  EXPECT_THAT(a.participants, ElementsAre(kLi));
}

TEST(ReadAudience_BrokenPayload, is_for_nobody) {
  for (const std::string text :
       {"", "{", "[]", R"({"conversation":{"id":"cv_)", R"({"conversation":{"id" "x"}})", "nul"})
    EXPECT_EQ(read_audience("message.accepted", text).subject, Subject::none) << text;
}

TEST(ReadAudience_EveryPrefix, never_runs_past_the_end) {
  const std::string whole = payload({.participants = {kLi}, .tail = R"(,"message":{"kind":"text","text":"a\\\"b"})"});
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const std::string cut = whole.substr(0, n);
    EXPECT_EQ(read_audience("message.accepted", cut).subject, Subject::none) << n;
  }
}

TEST(ReadAudience_UnknownType, is_for_nobody) {
  EXPECT_EQ(read_audience("customer.tracked", "{}").subject, Subject::none);
}

TEST(Concerns_Owner, hears_everything) {
  for (const auto* type : {"message.accepted", "conversation.assigned"})
    EXPECT_TRUE(concerns(person(kWang, {}), heard(type, {}))) << type;
}

TEST(Concerns_Participant, hears_messages) {
  EXPECT_TRUE(concerns(person(kLi, {}), heard("message.accepted", {.participants = {kLi}})));
}

TEST(Concerns_FormerOwner, hears_the_event_that_takes_it_away) {
  const Story story{.owner = kLi, .tail = R"(,"previous_agent_id":")" + to_string(kWang) + "\""};
  EXPECT_TRUE(concerns(person(kWang, {}), heard("conversation.transferred", story)));
}

TEST(Concerns_FormerTeam, hears_the_event_that_takes_it_away) {
  const Story story{.team = kService, .owner = {}, .tail = R"(,"previous_team_id":")" + to_string(kSales) + "\""};
  EXPECT_TRUE(concerns(person(kLi, {kSales}), heard("conversation.transferred", story)));
}

TEST(Concerns_TeamMember, follows_the_queue_but_not_a_colleagues_chat) {
  const auto li = person(kLi, {kSales});
  EXPECT_TRUE(concerns(li, heard("message.accepted", {.state = "queued", .owner = {}})));
  EXPECT_TRUE(concerns(li, heard("conversation.assigned", {})));
  EXPECT_FALSE(concerns(li, heard("message.accepted", {})));
}

TEST(Concerns_TeamMemberWithOpenView, hears_a_colleagues_chat) {
  auto li = person(kLi, {kSales});
  li.watches.emplace_back(kThread, kAnna);
  EXPECT_TRUE(concerns(li, heard("message.accepted", {})));
}

TEST(Concerns_OpenViewWithoutRight, hears_nothing) {
  auto zhao = person(kZhao, {kService});
  zhao.watches.emplace_back(kThread, kAnna);
  EXPECT_FALSE(concerns(zhao, heard("message.accepted", {})));
}

TEST(Concerns_Stranger, hears_nothing) {
  for (const auto* type : {"message.accepted", "conversation.queued"})
    EXPECT_FALSE(concerns(person(kZhao, {kService}), heard(type, {}))) << type;
}

TEST(Concerns_AllBox, is_bounded_by_the_scope) {
  auto boss = person(kZhao, {kService});
  boss.all = boss.sees_scope = true;
  boss.scope_teams = {kService};
  EXPECT_FALSE(concerns(boss, heard("message.accepted", {})));
  boss.scope_teams = {kSales, kService};
  EXPECT_TRUE(concerns(boss, heard("message.accepted", {})));
  boss.all = false;
  EXPECT_FALSE(concerns(boss, heard("message.accepted", {})));
}

TEST(Concerns_AllBoxOfTheTenant, includes_what_no_team_has) {
  auto boss = person(kZhao, {kService});
  boss.all = boss.sees_scope = boss.sees_tenant = true;
  EXPECT_TRUE(concerns(boss, heard("conversation.opened", {.state = "queued", .team = {}, .owner = {}})));
}

TEST(Concerns_SupervisorWithoutTeam, follows_the_queues_of_the_scope) {
  auto boss = person(kZhao, {});
  boss.sees_scope = true;
  boss.scope_teams = {kSales};
  EXPECT_TRUE(concerns(boss, heard("message.accepted", {.state = "queued", .owner = {}})));
  EXPECT_FALSE(concerns(boss, heard("message.accepted", {})));
}

TEST(Concerns_CustomerChanged, reaches_open_views_only) {
  const auto a = read_audience("customer.changed", R"({"id":")" + to_string(kAnna) + R"(","name":"Anna"})");
  auto wang = person(kWang, {kSales});
  EXPECT_FALSE(concerns(wang, a));
  wang.watches.emplace_back(kThread, kAnna);
  EXPECT_TRUE(concerns(wang, a));
}

TEST(Concerns_SettingsAndColleagues, reach_everybody) {
  EXPECT_TRUE(concerns(person(kZhao, {}), read_audience("settings.changed", R"({"area":"teams"})")));
  EXPECT_TRUE(concerns(person(kZhao, {}), read_audience("agent.state_changed", R"({"user_id":"x"})")));
}

TEST(Scanner_Raw, gives_values_as_they_stand) {
  Scanner scan(R"({"a": {"b":[1,"}"]} ,"c":-1.5e3,"d":"x\"y","e":null})");
  std::vector<std::string_view> values;
  EXPECT_TRUE(scan.object([&](std::string_view) { values.push_back(scan.raw()); }));
  EXPECT_THAT(values, ElementsAre(R"({"b":[1,"}"]})", "-1.5e3", R"("x\"y")", "null"));
}

}  // namespace
}  // namespace yingda::realtime
