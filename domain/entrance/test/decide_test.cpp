#include "decide.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace yingda::entrance {
namespace {

constexpr TeamId kDefault{1}, kSales{2}, kLoans{3};

EntranceRule rule(std::vector<Condition> conditions, std::optional<TeamId> team = kSales, std::int64_t priority = 0) {
  return {.id = "r", .name = "rule", .conditions = std::move(conditions), .team_id = team, .priority = priority};
}

Facts somebody() {
  Facts facts;
  facts.widget = WidgetId{7};
  facts.page = "https://Shop.example/Loan/new?id=1";
  facts.regions = {"上海", "华东"};
  facts.language = "zh-CN";
  facts.level = "Gold";
  facts.topic = "refund";
  facts.text = "hello\n我要退款";
  facts.tags = {"vip", "老客户"};
  facts.attributes = {{"plan", "Enterprise"}, {"empty", ""}};
  facts.default_team = kDefault;
  return facts;
}

struct ConditionCase {
  const char* name;
  Condition condition;
  bool holds;
};

class ConditionHolds : public testing::TestWithParam<ConditionCase> {};

TEST_P(ConditionHolds, OfSomebody_IsAsWritten) {
  const Outcome outcome = decide({rule({GetParam().condition})}, {}, somebody());
  EXPECT_EQ(outcome.team_id == kSales, GetParam().holds);
  EXPECT_EQ(outcome.checked.at(0).matched, GetParam().holds);
  EXPECT_EQ(outcome.checked.at(0).failed_condition.has_value(), !GetParam().holds);
}

const std::string kWidget = to_string(WidgetId{7});

INSTANTIATE_TEST_SUITE_P(
    Table, ConditionHolds,
    testing::Values(
        ConditionCase{"channel_is", {Subject::channel, {}, Match::is, {"email", "webchat"}}, true},
        ConditionCase{"channel_is_not", {Subject::channel, {}, Match::is_not, {"email", "webchat"}}, false},
        ConditionCase{"widget_is", {Subject::widget, {}, Match::is, {kWidget}}, true},
        ConditionCase{"widget_other", {Subject::widget, {}, Match::is, {to_string(WidgetId{8})}}, false},
        ConditionCase{"page_contains_in_any_case", {Subject::page, {}, Match::contains, {"/loan/"}}, true},
        ConditionCase{"page_starts", {Subject::page, {}, Match::starts_with, {"https://shop.example/"}}, true},
        ConditionCase{"page_starts_in_the_middle", {Subject::page, {}, Match::starts_with, {"shop"}}, false},
        ConditionCase{"page_is_needs_all_of_it", {Subject::page, {}, Match::is, {"https://shop.example/loan"}}, false},
        ConditionCase{"region_any_known", {Subject::region, {}, Match::is, {"华东"}}, true},
        ConditionCase{"region_is_not_any_known", {Subject::region, {}, Match::is_not, {"华东"}}, false},
        ConditionCase{"language_exact", {Subject::language, {}, Match::is, {"zh-cn"}}, true},
        ConditionCase{"language_range", {Subject::language, {}, Match::is, {"zh"}}, true},
        ConditionCase{"language_prefix_is_no_range", {Subject::language, {}, Match::is, {"z"}}, false},
        ConditionCase{"language_is_not_range", {Subject::language, {}, Match::is_not, {"zh"}}, false},
        ConditionCase{"level_ignores_case", {Subject::level, {}, Match::is, {"gold"}}, true},
        ConditionCase{"tag_any", {Subject::tag, {}, Match::is, {"x", "老客户"}}, true},
        ConditionCase{"tag_is_not", {Subject::tag, {}, Match::is_not, {"x"}}, true},
        ConditionCase{"tag_contains", {Subject::tag, {}, Match::contains, {"客"}}, true},
        ConditionCase{"attribute_is", {Subject::attribute, "plan", Match::is, {"enterprise"}}, true},
        ConditionCase{"attribute_of_another_name", {Subject::attribute, "Plan", Match::is, {"enterprise"}}, false},
        ConditionCase{"attribute_present", {Subject::attribute, "plan", Match::present, {}}, true},
        ConditionCase{"attribute_empty_is_absent", {Subject::attribute, "empty", Match::absent, {}}, true},
        ConditionCase{"attribute_missing_is_not", {Subject::attribute, "x", Match::is_not, {"y"}}, true},
        ConditionCase{"topic_is", {Subject::topic, {}, Match::is, {"refund"}}, true},
        ConditionCase{"topic_absent", {Subject::topic, {}, Match::absent, {}}, false},
        ConditionCase{"text_contains", {Subject::text, {}, Match::contains, {"退款"}}, true},
        ConditionCase{"text_contains_none", {Subject::text, {}, Match::contains, {"贷款"}}, false},
        ConditionCase{"hours_open_without_hours", {Subject::open_hours, {}, Match::is, {"open"}}, true},
        ConditionCase{"returning_no", {Subject::returning, {}, Match::is, {"no"}}, true},
        ConditionCase{"returning_yes", {Subject::returning, {}, Match::is, {"yes"}}, false}),
    [](const auto& info) { return info.param.name; });

TEST(Decide, NothingKnown_PositiveConditionsFail_NegativeOnesHold) {
  Facts nobody;
  nobody.default_team = kDefault;
  for (const Subject subject : {Subject::page, Subject::region, Subject::language, Subject::level, Subject::tag,
                                Subject::attribute, Subject::topic}) {
    EXPECT_EQ(decide({rule({{subject, "n", Match::is, {"x"}}})}, {}, nobody).team_id, kDefault) << enum_name(subject);
    EXPECT_EQ(decide({rule({{subject, "n", Match::starts_with, {""}}})}, {}, nobody).team_id, kDefault);
    EXPECT_EQ(decide({rule({{subject, "n", Match::is_not, {"x"}}})}, {}, nobody).team_id, kSales);
    EXPECT_EQ(decide({rule({{subject, "n", Match::absent, {}}})}, {}, nobody).team_id, kSales);
  }
}

TEST(Decide, AllConditions_MustHold_TheFirstThatFailsIsTold) {
  const auto outcome = decide({rule({{Subject::level, {}, Match::is, {"gold"}},
                                     {Subject::region, {}, Match::is, {"北京"}},
                                     {Subject::topic, {}, Match::is, {"loan"}}})},
                              {}, somebody());
  EXPECT_EQ(outcome.team_id, kDefault);
  EXPECT_EQ(outcome.rule_id, "");
  EXPECT_EQ(outcome.checked.at(0).failed_condition, 1);
  EXPECT_EQ(outcome.checked.at(0).found, "上海, 华东");
}

TEST(Decide, WhatIsFound_IsCutToItsBound) {
  Facts facts = somebody();
  facts.page = std::string(5'000, 'x');
  const auto outcome = decide({rule({{Subject::page, {}, Match::contains, {"y"}}})}, {}, facts);
  EXPECT_LE(outcome.checked.at(0).found->size(), kFoundCodePointsMax + 3);
}

TEST(Decide, RulesWithoutATeam_AddAndGoOn) {
  EntranceRule vip = rule({{Subject::tag, {}, Match::is, {"vip"}}}, {}, 4);
  vip.skills = {{"loans", 2}};
  EntranceRule more = rule({}, {}, 7);
  more.skills = {{"loans", 4}, {"english", 1}};
  more.language = "en";
  EntranceRule team = rule({}, kLoans);
  team.language = "fr";
  const auto outcome = decide({vip, more, team}, {}, somebody());
  EXPECT_EQ(outcome.team_id, kLoans);
  EXPECT_EQ(outcome.priority, 9) << "cut to the highest priority";
  EXPECT_EQ(outcome.skills, (std::vector<routing::Skill>{{"loans", 4}, {"english", 1}})) << "the higher level counts";
  EXPECT_EQ(outcome.language, "en") << "the first that says one";
  EXPECT_EQ(outcome.checked.size(), 3U);
}

TEST(Decide, WithoutStop_LaterRulesAddButDoNotTakeTheTeam) {
  EntranceRule first = rule({}, kSales);
  first.stop = false;
  const auto outcome = decide({first, rule({}, kLoans, 5), rule({}, {}, 2)}, {}, somebody());
  EXPECT_EQ(outcome.team_id, kSales);
  EXPECT_EQ(outcome.priority, 2);
  EXPECT_EQ(outcome.checked.size(), 2U);
  EXPECT_EQ(decide({rule({}, kSales), rule({}, {}, 2)}, {}, somebody()).priority, 0) << "it stops by itself";
}

TEST(Decide, DisabledRules_AreNotLookedAt) {
  EntranceRule off = rule({}, kSales);
  off.enabled = false;
  const auto outcome = decide({off}, {}, somebody());
  EXPECT_EQ(outcome.team_id, kDefault);
  EXPECT_TRUE(outcome.checked.empty());
}

TEST(Decide, MenuItemOfTheTopic_DecidesBehindTheRules) {
  MenuItem leaf{.id = "leaf", .topic = "refund", .team_id = kLoans};
  const Menu menu{.widget_id = WidgetId{7}, .items = {{.id = "top", .items = {leaf}}}};
  const auto outcome = decide({}, {menu}, somebody());
  EXPECT_EQ(outcome.team_id, kLoans);
  EXPECT_EQ(outcome.menu_item_id, "leaf");
  EXPECT_EQ(decide({rule({}, kSales)}, {menu}, somebody()).team_id, kSales);
  Facts elsewhere = somebody();
  elsewhere.widget = WidgetId{8};
  EXPECT_EQ(decide({}, {menu}, elsewhere).team_id, kDefault) << "another entrance has another menu";
  elsewhere = somebody();
  elsewhere.topic.clear();
  EXPECT_EQ(decide({}, {menu}, elsewhere).team_id, kDefault);
}

TEST(Decide, Hours_OfTheNamedTeam_ElseOfTheRules_ElseOfTheDefault) {
  Facts facts = somebody();
  std::vector<TeamId> asked;
  facts.opened = [&](TeamId team) {
    asked.push_back(team);
    return team == kLoans;
  };
  const Condition open{Subject::open_hours, {}, Match::is, {"open"}};
  const Condition open_loans{Subject::open_hours, to_string(kLoans), Match::is, {"open"}};
  EXPECT_EQ(decide({rule({open}, kSales)}, {}, facts).team_id, kDefault);
  EXPECT_EQ(decide({rule({open}, kLoans)}, {}, facts).team_id, kLoans);
  EXPECT_EQ(decide({rule({open_loans}, kSales)}, {}, facts).team_id, kSales);
  decide({rule({open}, {}, 1)}, {}, facts);
  EXPECT_EQ(asked, (std::vector<TeamId>{kSales, kLoans, kLoans, kDefault}));
}

TEST(RegionOfLanguage, Tags_GiveTheirRegionSubtag) {
  EXPECT_EQ(region_of_language("zh-CN"), "CN");
  EXPECT_EQ(region_of_language("zh-Hant-hk"), "HK");
  EXPECT_EQ(region_of_language("es-419"), "419");
  EXPECT_EQ(region_of_language("en_GB"), "GB");
  EXPECT_EQ(region_of_language("zh"), "");
  EXPECT_EQ(region_of_language(""), "");
  EXPECT_EQ(region_of_language("en-u-ca-gregory"), "") << "behind a single letter stands no region";
}

TEST(Comparable, Values_AsTyped_MatchInAnyCase) {
  const auto rules = comparable(
      {rule({{Subject::level, {}, Match::is, {" GOLD "}}}), rule({{Subject::page, {}, Match::contains, {"SHOP"}}})});
  EXPECT_EQ(decide({rules[0]}, {}, somebody()).team_id, kSales);
  EXPECT_EQ(decide({rules[1]}, {}, somebody()).team_id, kSales);
}

TEST(WantedBy, OnlyEnabledRules_AskForReading) {
  EntranceRule off = rule({{Subject::page, {}, Match::contains, {"x"}}});
  off.enabled = false;
  auto wanted = wanted_by({off, rule({{Subject::channel, {}, Match::is, {"email"}}})});
  EXPECT_FALSE(wanted.customer || wanted.page || wanted.text);
  wanted = wanted_by({rule({{Subject::tag, {}, Match::is, {"x"}}})});
  EXPECT_TRUE(wanted.customer && !wanted.page && !wanted.text);
  wanted =
      wanted_by({rule({{Subject::page, {}, Match::contains, {"x"}}, {Subject::text, {}, Match::contains, {"x"}}})});
  EXPECT_TRUE(!wanted.customer && wanted.page && wanted.text);
}

TEST(Covers, ByWords_IsCertainOnlyWhenItMustBe) {
  const Condition gold{Subject::level, {}, Match::is, {"gold"}};
  const Condition metal{Subject::level, {}, Match::is, {"gold", "silver"}};
  const Condition loan{Subject::topic, {}, Match::is, {"loan"}};
  EXPECT_TRUE(covers(rule({}), rule({gold})));
  EXPECT_TRUE(covers(rule({metal}), rule({gold, loan})));
  EXPECT_FALSE(covers(rule({gold}), rule({metal})));
  EXPECT_FALSE(covers(rule({gold, loan}), rule({gold})));
  EXPECT_TRUE(covers(rule({{Subject::level, {}, Match::present, {}}}), rule({gold})));
  EXPECT_FALSE(
      covers(rule({{Subject::level, {}, Match::present, {}}}), rule({{Subject::level, {}, Match::is_not, {"x"}}})));
  EXPECT_TRUE(covers(rule({{Subject::level, {}, Match::is_not, {"a"}}}),
                     rule({{Subject::level, {}, Match::is_not, {"a", "b"}}})));
  const Condition open{Subject::open_hours, {}, Match::is, {"open"}};
  EXPECT_TRUE(covers(rule({open}, kSales), rule({open}, kSales)));
  EXPECT_FALSE(covers(rule({open}, kSales), rule({open}, kLoans))) << "their own teams' hours";
}

// --- properties over random rules and customers

class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return random_() % n; }
  const std::string& one_of(const std::vector<std::string>& list) { return list[below(list.size())]; }

  Condition condition() {
    static const std::vector<std::string> kLevels{"gold", "silver", "none"}, kTopics{"loan", "refund"};
    switch (below(4)) {
      case 0: return {Subject::level, {}, below(3) == 0 ? Match::is_not : Match::is, some(kLevels)};
      case 1: return {Subject::topic, {}, below(3) == 0 ? Match::present : Match::is, {}};
      case 2: return {Subject::returning, {}, Match::is, {below(2) == 0 ? "yes" : "no"}};
      default: return {Subject::tag, {}, below(3) == 0 ? Match::is_not : Match::is, some(kTopics)};
    }
  }
  EntranceRule rule_of_any_kind(int number) {
    EntranceRule out{.id = std::to_string(number), .name = "n", .enabled = below(8) != 0};
    for (std::size_t i = below(3); i > 0; --i) {
      Condition made = condition();
      if (made.match == Match::is && made.values.empty()) made.values = {"loan"};
      out.conditions.push_back(std::move(made));
    }
    if (below(4) != 0) out.team_id = TeamId{static_cast<std::int64_t>(10 + number)};
    if (!out.team_id) out.priority = static_cast<std::int64_t>(1 + below(3));
    if (below(5) == 0) out.stop = false;
    return out;
  }
  Facts customer() {
    static const std::vector<std::string> kLevels{"gold", "silver", ""}, kTopics{"loan", "refund", ""};
    Facts facts;
    facts.default_team = kDefault;
    facts.level = one_of(kLevels);
    facts.topic = one_of(kTopics);
    facts.returning = below(2) == 0;
    if (below(2) == 0) facts.tags.push_back(kTopics[below(2)]);
    return facts;
  }

 private:
  std::vector<std::string> some(const std::vector<std::string>& list) {
    std::vector<std::string> out{one_of(list)};
    if (below(2) == 0) out.push_back(one_of(list));
    return out;
  }
  std::mt19937 random_;
};

std::vector<EntranceRule> random_rules(Random& random) {
  std::vector<EntranceRule> rules;
  for (int i = static_cast<int>(random.below(8)); i > 0; --i) rules.push_back(random.rule_of_any_kind(i));
  return rules;
}

bool matches_alone(EntranceRule rule, const Facts& facts) {
  rule.team_id = kSales;
  return decide({rule}, {}, facts).team_id == kSales;
}

TEST(DecideProperty, TheFirstMatchWithATeamWins_OthersOnlyAdd) {
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    const auto rules = random_rules(random);
    const Facts facts = random.customer();
    const Outcome outcome = decide(rules, {}, facts);
    TeamId expected = kDefault;
    std::int64_t priority = 0;
    bool stopped = false;
    for (const EntranceRule& rule : rules) {
      if (stopped || !matches_alone(rule, facts)) continue;
      if (rule.team_id && expected != kDefault) continue;
      priority += rule.priority;
      if (!rule.team_id) continue;
      expected = *rule.team_id;
      stopped = rule.stop.value_or(true);
    }
    ASSERT_EQ(outcome.team_id, expected) << "seed " << seed;
    ASSERT_EQ(outcome.priority, std::min<std::int64_t>(priority, 9)) << "seed " << seed;
    // What is explained is what happened: every rule that was looked at, in order, and the deciding one matched.
    for (std::size_t i = 0; i < outcome.checked.size(); ++i)
      ASSERT_EQ(outcome.checked[i].matched, !outcome.checked[i].failed_condition) << "seed " << seed;
    if (!outcome.rule_id.empty()) {
      ASSERT_TRUE(std::ranges::any_of(
          outcome.checked, [&](const RuleCheck& check) { return check.matched && check.rule_id == outcome.rule_id; }))
          << "seed " << seed;
    }
  }
}

TEST(DecideProperty, WhatIsCoveredIsNeverReached) {
  int covered = 0;
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    EntranceRule wide = random.rule_of_any_kind(1), narrow = random.rule_of_any_kind(2);
    wide.enabled = narrow.enabled = true;
    wide.team_id = kSales, narrow.team_id = kLoans, wide.stop = true;
    if (!covers(wide, narrow)) continue;
    ++covered;
    for (int i = 0; i < 20; ++i)
      ASSERT_NE(decide({wide, narrow}, {}, random.customer()).team_id, kLoans) << "seed " << seed;
  }
  EXPECT_GT(covered, 1'000);
}

}  // namespace
}  // namespace yingda::entrance
