#include "check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yingda::entrance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr TeamId kStaffed{2}, kEmpty{3}, kUnknown{4};
constexpr WidgetId kWidget{7};

Company company() {
  return {.has_team = [](TeamId team) { return team == kStaffed || team == kEmpty; },
          .has_widget = [](WidgetId widget) { return widget == kWidget; },
          .has_agents = [](TeamId team) { return team == kStaffed; }};
}

EntranceRule rule(std::vector<Condition> conditions = {}, TeamId team = kStaffed) {
  return {.name = "rule", .conditions = std::move(conditions), .team_id = team};
}
MenuItem item(std::string id, std::string topic, std::vector<MenuItem> below = {}) {
  return {.id = std::move(id), .label = {"选项", ""}, .topic = std::move(topic), .items = std::move(below)};
}
EntrancePlan with(std::vector<EntranceRule> rules, std::vector<MenuItem> items = {}) {
  EntrancePlan plan{.rules = std::move(rules)};
  if (!items.empty()) plan.menus = {{.widget_id = kWidget, .items = std::move(items)}};
  return plan;
}
std::vector<std::string> wrong(const EntrancePlan& plan) {
  std::vector<std::string> out;
  for (const FieldError& error : check_plan(plan, company())) out.push_back(error.field + ' ' + error.reason);
  return out;
}
std::vector<std::string> odd(const EntrancePlan& plan) {
  std::vector<std::string> out;
  for (const Warning& warning : warnings_about(plan, company())) out.push_back(warning.field + ' ' + warning.reason);
  return out;
}

TEST(CheckPlan, GoodOnes_Pass) {
  EXPECT_THAT(wrong({}), IsEmpty());
  EXPECT_THAT(wrong(with({rule(), rule({{Subject::attribute, "plan", Match::present, {}}}, kEmpty)},
                         {item("a", "", {item("b", "x", {item("c", "y")})})})),
              IsEmpty());
}

TEST(CheckPlan, AtTheLimits_Passes_BeyondDoesNot) {
  EXPECT_THAT(wrong(with(std::vector<EntranceRule>(kRulesMax, rule()))), IsEmpty());
  EXPECT_THAT(wrong(with(std::vector<EntranceRule>(kRulesMax + 1, rule()))), ElementsAre("rules request.too_many"));
  Condition condition{Subject::level, {}, Match::is, std::vector<std::string>(kValuesMax, "x")};
  EXPECT_THAT(wrong(with({rule(std::vector(kConditionsMax, condition))})), IsEmpty());
  condition.values.emplace_back("x");
  EXPECT_THAT(wrong(with({rule({condition})})), ElementsAre("rules[0].conditions[0].values request.too_many"));
  std::vector<MenuItem> items;
  for (std::size_t i = 0; i < kMenuItemsMax; ++i)
    items.push_back(item("i" + std::to_string(i), "t" + std::to_string(i)));
  EXPECT_THAT(wrong(with({}, items)), IsEmpty());
  items[0].items.push_back(item("one too many", "x"));
  EXPECT_THAT(wrong(with({}, items)), ElementsAre("menus[0].items request.too_many"));
}

TEST(CheckPlan, Menus_KeysAndTopicsAreUnique_TeamsNeedATopic) {
  MenuItem teamed = item("c", "");
  teamed.team_id = kStaffed;
  teamed.answer = MenuText{"自助", ""};
  EXPECT_THAT(wrong(with({}, {item("a", "x"), item("a", "y"), item("b", "x"), teamed, item("", "z")})),
              ElementsAre("menus[0].items[1].id entrance.duplicate_id", "menus[0].items[2].topic entrance.topic_twice",
                          "menus[0].items[3].topic entrance.topic_needed", "menus[0].items[4].id request.required"));
  EntrancePlan two = with({}, {item("a", "x")});
  two.menus.push_back({.widget_id = WidgetId{8}, .items = {item("a", "x")}});
  EXPECT_THAT(wrong(two), ElementsAre("menus[1].widget_id entrance.unknown_widget"))
      << "keys of two menus have nothing to do with each other";
}

TEST(CheckPlan, Hours_NameAKnownTeamOrNone) {
  const auto open = [](std::string name) {
    return rule({{Subject::open_hours, std::move(name), Match::is, {"open"}}});
  };
  EXPECT_THAT(wrong(with({open(""), open(to_string(kStaffed)), open(to_string(kUnknown)), open("x")})),
              ElementsAre("rules[2].conditions[0].name entrance.unknown_team",
                          "rules[3].conditions[0].name entrance.unknown_team"));
}

TEST(CheckPlan, EverySubject_RefusesTheMatchesItCannot) {
  using enum Match;
  const auto possible = [&](Subject subject, Match match, std::string value) {
    std::vector<std::string> values;
    if (match != present && match != absent) values.push_back(std::move(value));
    return wrong(with({rule({{subject, "n", match, values}})})).empty();
  };
  EXPECT_FALSE(possible(Subject::channel, contains, "webchat"));
  EXPECT_FALSE(possible(Subject::channel, present, ""));
  EXPECT_TRUE(possible(Subject::channel, is_not, "email"));
  EXPECT_FALSE(possible(Subject::widget, starts_with, to_string(kWidget)));
  EXPECT_FALSE(possible(Subject::returning, is_not, "yes"));
  EXPECT_FALSE(possible(Subject::text, is, "x"));
  EXPECT_TRUE(possible(Subject::text, contains, "x"));
  EXPECT_TRUE(possible(Subject::topic, absent, ""));
  EXPECT_FALSE(possible(Subject::topic, contains, "x"));
  for (const Match match : {is, is_not, contains, starts_with, present, absent}) {
    for (const Subject subject :
         {Subject::page, Subject::region, Subject::language, Subject::level, Subject::tag, Subject::attribute})
      EXPECT_TRUE(possible(subject, match, "x")) << enum_name(subject) << ' ' << enum_name(match);
  }
}

TEST(CheckPlan, Values_AreNeitherEmptyNorWithoutUse) {
  EXPECT_THAT(wrong(with({rule({{Subject::level, {}, Match::is, {"  "}}})})),
              ElementsAre("rules[0].conditions[0].values[0] request.too_short"));
  EXPECT_THAT(wrong(with({rule({{Subject::level, {}, Match::present, {"x"}}})})),
              ElementsAre("rules[0].conditions[0].values entrance.values_without_use"));
}

TEST(CheckPlan, External_NeedsAnAddressWhenItIsOn) {
  EntrancePlan plan;
  plan.external.enabled = true;
  EXPECT_THAT(wrong(plan), ElementsAre("external.url entrance.invalid_url"));
  for (const char* url : {"https://", "https://a b", "file:///etc/passwd", "//x"}) {
    plan.external.url = url;
    EXPECT_THAT(wrong(plan), ElementsAre("external.url entrance.invalid_url")) << url;
  }
  plan.external.url = "https://company.example/route";
  EXPECT_THAT(wrong(plan), IsEmpty());
}

TEST(Warnings, TeamsWithoutAgents_AreToldInRulesAndMenus) {
  MenuItem below = item("b", "x");
  below.team_id = kEmpty;
  EXPECT_THAT(odd(with({rule({}, kEmpty)}, {item("a", "", {below})})),
              ElementsAre("rules[0].team_id entrance.team_without_agents",
                          "menus[0].items[0].items[0].team_id entrance.team_without_agents"));
}

TEST(Warnings, RulesBehindACatchAll_AreNeverReached) {
  const Condition gold{Subject::level, {}, Match::is, {"gold"}};
  EntranceRule adds{.name = "adds", .priority = 1};
  EXPECT_THAT(odd(with({rule(), rule({gold}), adds})),
              ElementsAre("rules[1] entrance.rule_never_reached", "rules[2] entrance.rule_never_reached"));
  EntranceRule goes_on = rule();
  goes_on.stop = false;
  EXPECT_THAT(odd(with({goes_on, rule({gold}), adds})), ElementsAre("rules[1] entrance.rule_never_reached"))
      << "what only adds is still reached";
  EntranceRule off = rule();
  off.enabled = false;
  EXPECT_THAT(odd(with({off, rule({gold}), rule()})), IsEmpty());
  EXPECT_THAT(odd(with({adds, rule()})), IsEmpty());
}

TEST(Warnings, TopicsThatNoMenuOffers_AreTold_UnlessAProgramMayTellThem) {
  EntrancePlan plan = with({rule({{Subject::topic, {}, Match::is, {"x", "typo"}}})}, {item("a", "x")});
  EXPECT_THAT(odd(plan), ElementsAre("rules[0].conditions[0].values[1] entrance.topic_in_no_menu"));
  plan.external = {.enabled = true, .url = "https://x", .has_secret = true};
  EXPECT_THAT(odd(plan), IsEmpty());
}

}  // namespace
}  // namespace yingda::entrance
