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

TEST(ReadAudience, AssignedMessage_GivesEveryField) {
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

TEST(ReadAudience, Note_IsInternal) {
  EXPECT_TRUE(heard("message.accepted", {.tail = R"(,"message":{"kind":"note","text":"x"})"}).internal);
}

TEST(ReadAudience, InternalSystemMessage_IsInternal) {
  const auto tail = R"(,"message":{"kind":"system","system":{"key":"k","args":{"internal":"no"},"internal":true}})";
  EXPECT_TRUE(heard("message.accepted", {.tail = tail}).internal);
}

TEST(ReadAudience, OpenSystemMessage_IsForTheCustomer) {
  const auto tail = R"(,"message":{"kind":"system","system":{"key":"k","args":{},"internal":false}})";
  EXPECT_FALSE(heard("message.accepted", {.tail = tail}).internal);
}

TEST(ReadAudience, TeamOfNobody_IsNone) {
  const auto a = heard("conversation.opened", {.state = "queued", .team = {}, .owner = {}});
  EXPECT_FALSE(a.team);
  EXPECT_FALSE(a.owner);
  EXPECT_TRUE(a.queued);
}

TEST(ReadAudience, Receipts_ComeFromTheTop) {
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

TEST(ReadAudience, BrokenPayload_IsForNobody) {
  for (const std::string text :
       {"", "{", "[]", R"({"conversation":{"id":"cv_)", R"({"conversation":{"id" "x"}})", "nul"})
    EXPECT_EQ(read_audience("message.accepted", text).subject, Subject::none) << text;
}

TEST(ReadAudience, EveryPrefix_NeverRunsPastTheEnd) {
  const std::string whole = payload({.participants = {kLi}, .tail = R"(,"message":{"kind":"text","text":"a\\\"b"})"});
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const std::string cut = whole.substr(0, n);
    EXPECT_EQ(read_audience("message.accepted", cut).subject, Subject::none) << n;
  }
}

TEST(ReadAudience, UnknownType_IsForNobody) {
  EXPECT_EQ(read_audience("customer.tracked", "{}").subject, Subject::none);
}

TEST(Concerns, Owner_HearsEverything) {
  for (const auto* type : {"message.accepted", "conversation.assigned"})
    EXPECT_TRUE(concerns(person(kWang, {}), heard(type, {}))) << type;
}

TEST(Concerns, Participant_HearsMessages) {
  EXPECT_TRUE(concerns(person(kLi, {}), heard("message.accepted", {.participants = {kLi}})));
}

TEST(Concerns, FormerOwner_HearsTheEventThatTakesItAway) {
  const Story story{.owner = kLi, .tail = R"(,"previous_agent_id":")" + to_string(kWang) + "\""};
  EXPECT_TRUE(concerns(person(kWang, {}), heard("conversation.transferred", story)));
}

TEST(Concerns, FormerTeam_HearsTheEventThatTakesItAway) {
  const Story story{.team = kService, .owner = {}, .tail = R"(,"previous_team_id":")" + to_string(kSales) + "\""};
  EXPECT_TRUE(concerns(person(kLi, {kSales}), heard("conversation.transferred", story)));
}

TEST(Concerns, TeamMember_FollowsTheQueueButNotAColleaguesChat) {
  const auto li = person(kLi, {kSales});
  EXPECT_TRUE(concerns(li, heard("message.accepted", {.state = "queued", .owner = {}})));
  EXPECT_TRUE(concerns(li, heard("conversation.assigned", {})));
  EXPECT_FALSE(concerns(li, heard("message.accepted", {})));
}

TEST(Concerns, TeamMemberWithOpenView_HearsAColleaguesChat) {
  auto li = person(kLi, {kSales});
  li.watches.emplace_back(kThread, kAnna);
  EXPECT_TRUE(concerns(li, heard("message.accepted", {})));
}

TEST(Concerns, OpenViewWithoutRight_HearsNothing) {
  auto zhao = person(kZhao, {kService});
  zhao.watches.emplace_back(kThread, kAnna);
  EXPECT_FALSE(concerns(zhao, heard("message.accepted", {})));
}

TEST(Concerns, Stranger_HearsNothing) {
  for (const auto* type : {"message.accepted", "conversation.queued"})
    EXPECT_FALSE(concerns(person(kZhao, {kService}), heard(type, {}))) << type;
}

TEST(Concerns, AllBox_IsBoundedByTheScope) {
  auto boss = person(kZhao, {kService});
  boss.all = boss.sees_scope = true;
  boss.scope_teams = {kService};
  EXPECT_FALSE(concerns(boss, heard("message.accepted", {})));
  boss.scope_teams = {kSales, kService};
  EXPECT_TRUE(concerns(boss, heard("message.accepted", {})));
  boss.all = false;
  EXPECT_FALSE(concerns(boss, heard("message.accepted", {})));
}

TEST(Concerns, AllBoxOfTheTenant_IncludesWhatNoTeamHas) {
  auto boss = person(kZhao, {kService});
  boss.all = boss.sees_scope = boss.sees_tenant = true;
  EXPECT_TRUE(concerns(boss, heard("conversation.opened", {.state = "queued", .team = {}, .owner = {}})));
}

TEST(Concerns, SupervisorWithoutTeam_FollowsTheQueuesOfTheScope) {
  auto boss = person(kZhao, {});
  boss.sees_scope = true;
  boss.scope_teams = {kSales};
  EXPECT_TRUE(concerns(boss, heard("message.accepted", {.state = "queued", .owner = {}})));
  EXPECT_FALSE(concerns(boss, heard("message.accepted", {})));
}

TEST(Concerns, CustomerChanged_ReachesOpenViewsOnly) {
  const auto a = read_audience("customer.changed", R"({"id":")" + to_string(kAnna) + R"(","name":"Anna"})");
  auto wang = person(kWang, {kSales});
  EXPECT_FALSE(concerns(wang, a));
  wang.watches.emplace_back(kThread, kAnna);
  EXPECT_TRUE(concerns(wang, a));
}

TEST(Concerns, SettingsAndColleagues_ReachEverybody) {
  EXPECT_TRUE(concerns(person(kZhao, {}), read_audience("settings.changed", R"({"area":"teams"})")));
  EXPECT_TRUE(concerns(person(kZhao, {}), read_audience("agent.state_changed", R"({"user_id":"x"})")));
}

TEST(Scanner, Raw_GivesValuesAsTheyStand) {
  Scanner scan(R"({"a": {"b":[1,"}"]} ,"c":-1.5e3,"d":"x\"y","e":null})");
  std::vector<std::string_view> values;
  EXPECT_TRUE(scan.object([&](std::string_view) { values.push_back(scan.raw()); }));
  EXPECT_THAT(values, ElementsAre(R"({"b":[1,"}"]})", "-1.5e3", R"("x\"y")", "null"));
}

TEST(Concerns, Rating_IsHeardLikeAMessage) {
  const auto a = heard("rating.answered", {.state = "closed", .tail = R"(,"invitation":{"state":"rated"})"});
  EXPECT_EQ(a.customer, kAnna);
  EXPECT_FALSE(a.internal) << "the customer hears of it";
  EXPECT_TRUE(concerns(person(kWang, {}), a));
  EXPECT_FALSE(concerns(person(kZhao, {kService}), a));
}

TEST(Concerns, FollowUp_IsForWhoFollowsUp) {
  const std::string event = R"({"id":"fu_1","conversation_id":")" + to_string(kThread) + R"(","team_id":")" +
                            to_string(kSales) + R"(","follow_up_team_id":")" + to_string(kService) +
                            R"(","agent_id":")" + to_string(kWang) + R"(","assignee_id":")" + to_string(kLi) + R"("})";
  const auto a = read_audience("rating.follow_up_changed", event);
  EXPECT_EQ(a.customer, CustomerId{}) << "never for the customer";
  EXPECT_TRUE(concerns(person(kLi, {}), a)) << "the assignee";
  EXPECT_TRUE(concerns(person(kZhao, {kService}), a)) << "the team that follows up";
  EXPECT_FALSE(concerns(person(kWang, {kSales}), a)) << "an agent of the conversation's team";
  AgentView boss = person(UserId{29}, {});
  boss.supervises = boss.sees_scope = true;
  EXPECT_FALSE(concerns(boss, a)) << "another supervisor";
  boss.scope_teams = {kSales};
  EXPECT_TRUE(concerns(boss, a));
  boss.supervises = false;
  EXPECT_FALSE(concerns(boss, a)) << "who may only view";
}

AgentView supervisor(std::vector<TeamId> scope) {
  AgentView view = person(UserId{29}, {});
  view.supervises = view.sees_scope = true;
  view.scope_teams = std::move(scope);
  return view;
}

Audience whispered(UserId owner = kWang) {
  return heard("message.accepted",
               {.owner = owner,
                .participants = {kLi},
                .tail = R"(,"message":{"id":"ms_1","author":{"kind":"agent","id":")" + to_string(UserId{29}) +
                        R"(","name":"b"},"kind":"whisper","mentions":[")" + to_string(kWang) + R"("]})"});
}

TEST(Concerns, Whisper_IsForAuthorOwnerAndSupervisors) {
  const auto a = whispered();
  EXPECT_TRUE(a.whisper);
  EXPECT_TRUE(a.internal) << "never for the customer";
  EXPECT_TRUE(concerns(person(kWang, {kSales}), a)) << "the owner";
  EXPECT_FALSE(concerns(person(kLi, {}), a)) << "a participant";
  AgentView colleague = person(kZhao, {kSales});
  colleague.watches = {{kThread, kAnna}};
  EXPECT_FALSE(concerns(colleague, a)) << "a colleague who has it open";
  AgentView viewer = person(kZhao, {});
  viewer.sees_scope = viewer.sees_tenant = viewer.all = true;
  EXPECT_FALSE(concerns(viewer, a)) << "who sees everything but does not supervise";
  AgentView boss = supervisor({kSales});
  EXPECT_FALSE(concerns(boss, a)) << "who follows neither everything nor this one";
  boss.all = true;
  EXPECT_TRUE(concerns(boss, a));
  AgentView other = supervisor({kService});
  other.user = kZhao;
  other.watches = {{kThread, kAnna}};
  EXPECT_FALSE(concerns(other, a)) << "a supervisor of another part";
}

TEST(Concerns, RecalledWhisper_IsNotForTheNextOwner) {
  const auto a = whispered(kZhao);
  EXPECT_FALSE(concerns(person(kZhao, {kSales}), a)) << "it was said to the owner before";
  AgentView before = person(kWang, {kSales});
  before.watches = {{kThread, kAnna}};
  EXPECT_TRUE(concerns(before, a));
}

TEST(Concerns, Alarm_IsForSupervisorsOfItsTeam) {
  const auto a = read_audience(
      "alarm.raised", R"({"id":"al_1","kind":"queue_long","team_id":")" + to_string(kSales) + R"(","value_ms":1})");
  EXPECT_TRUE(concerns(supervisor({kSales}), a));
  EXPECT_FALSE(concerns(supervisor({kService}), a));
  AgentView viewer = supervisor({kSales});
  viewer.supervises = false;
  EXPECT_FALSE(concerns(viewer, a));
  EXPECT_FALSE(concerns(person(kWang, {kSales}), a)) << "an agent of the team";
  AgentView whole = supervisor({});
  EXPECT_FALSE(concerns(whole, a));
  whole.sees_tenant = true;
  EXPECT_TRUE(concerns(whole, a));
}

TEST(Concerns, Offer_IsForThoseItIsMadeToAndWhoMadeIt) {
  const std::string tail =
      R"(,"kind":"transfer","agent_ids":[")" + to_string(kLi) + R"("],"from_id":")" + to_string(kZhao) + R"(")";
  const auto a = heard("routing.offered", {.owner = kWang, .tail = tail});
  EXPECT_EQ(a.customer, CustomerId{}) << "never for the customer";
  EXPECT_TRUE(concerns(person(kLi, {}), a));
  EXPECT_TRUE(concerns(person(kZhao, {}), a));
  EXPECT_FALSE(concerns(person(kWang, {kSales}), a)) << "the owner of the conversation in it";
  const auto ended = read_audience("routing.offer_ended",
                                   R"({"id":"of_1","agent_ids":[")" + to_string(kLi) + R"("],"outcome":"expired"})");
  EXPECT_TRUE(concerns(person(kLi, {}), ended));
  EXPECT_FALSE(concerns(supervisor({kSales}), ended));
}

TEST(Concerns, Warning_IsForTheSilentOwnerAlone) {
  const auto a = heard("routing.agent_warned", {.tail = R"(,"agent_id":")" + to_string(kWang) + R"(","waited_ms":1)"});
  EXPECT_EQ(a.customer, CustomerId{});
  EXPECT_TRUE(concerns(person(kWang, {}), a));
  EXPECT_FALSE(concerns(person(kLi, {kSales}), a));
  EXPECT_FALSE(concerns(supervisor({kSales}), a));
}

TEST(ReadAudience, ConsultedParticipants_AreKnown) {
  const std::string event = R"({"conversation":{"id":")" + to_string(kThread) + R"(","participants":[{"id":")" +
                            to_string(kLi) + R"(","name":"l","role":"consult"},{"id":")" + to_string(kZhao) +
                            R"(","name":"z","role":"conference"}]}})";
  const auto a = read_audience("conversation.changed", event);
  EXPECT_THAT(a.participants, ElementsAre(kLi, kZhao));
  EXPECT_THAT(a.consulted, ElementsAre(kLi));
}

}  // namespace
}  // namespace yingda::realtime
