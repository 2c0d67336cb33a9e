#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "shop.hpp"

namespace yingda::entrance {
namespace {

using conversation::State;
using testing::Contains;
using testing::Not;

EntranceRule rule(std::string name, std::vector<Condition> conditions, std::optional<TeamId> team) {
  return {.name = std::move(name), .conditions = std::move(conditions), .team_id = team};
}
Condition is(Subject subject, std::string value) { return {subject, {}, Match::is, {std::move(value)}}; }

class EntranceTest : public testing::Test {
 protected:
  Shop shop;

  Process& process() { return shop.process(); }
  Result<EntrancePlan> try_to_save(std::int64_t version) {
    return process().write(shop.tenant, [&](auto& tx) {
      return process().entrance->save(
          tx, shop.boss, {.version = version, .rules = {rule("all", {}, shop.sales)}, .external = {}, .menus = {}});
    });
  }
  /// Waits for what comes over the network.
  template <class F>
  void eventually(F condition) {
    for (int i = 0; i < 2'000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ASSERT_TRUE(condition());
    shop.settle();
  }
};

TEST_F(EntranceTest, Arrival_WithoutAPlan_CostsNothing) {
  const auto before = shop.last_event();
  const auto c = shop.say(shop.make_customer());
  EXPECT_EQ(c.team_id, shop.care);
  EXPECT_EQ(shop.why(c.id), std::nullopt);
  EXPECT_FALSE(process().entrance->port().asks(shop.tenant));
  EXPECT_THAT(shop.event_types(before), Not(Contains("conversation.changed")));
}

TEST_F(EntranceTest, Arrival_WithRules_GoesWhereTheFirstMatchSays) {
  shop.save({rule("english", {is(Subject::language, "en")}, shop.sales),
             rule("gold", {is(Subject::level, "gold"), {Subject::attribute, "plan", Match::starts_with, {"ent"}}},
                  shop.loans),
             rule("rest", {}, shop.care)});
  const auto english = shop.say(shop.make_customer("en-GB"));
  EXPECT_EQ(english.team_id, shop.sales);
  const auto gold = shop.say(shop.make_customer("zh-CN", {.external_id = "g",
                                                          .name = {},
                                                          .email = {},
                                                          .phone = {},
                                                          .level = "gold",
                                                          .attributes = {{"plan", "Enterprise"}}}));
  EXPECT_EQ(gold.team_id, shop.loans);
  EXPECT_EQ(shop.say(shop.make_customer()).team_id, shop.care);

  const auto record = shop.why(gold.id);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->rule_name, "gold");
  EXPECT_EQ(record->episode_id, gold.episode_id);
  EXPECT_EQ(record->plan_version, 1);
  ASSERT_EQ(record->checked.size(), 2U);
  EXPECT_EQ(record->checked[0].found, "zh-CN");
}

TEST_F(EntranceTest, Arrival_LastPageAndText_AreLookedAt) {
  shop.save({rule("loan", {{Subject::page, {}, Match::contains, {"/loan"}}}, shop.loans),
             rule("refund", {{Subject::text, {}, Match::contains, {"退款"}}}, shop.sales)});
  const auto browses = [&](CustomerId who, const char* url) {
    must(process().write(shop.tenant, [&](auto& tx) {
      return process().customers.record_page(tx, shop.tenant, who, {url, "", "", {}});
    }));
  };
  const auto anna = shop.make_customer(), ben = shop.make_customer();
  browses(anna, "https://shop/loan/1");
  browses(ben, "https://shop/loan/1");
  shop.clock.advance(seconds(1));
  browses(ben, "https://shop/help");
  EXPECT_EQ(shop.say(anna).team_id, shop.loans);
  EXPECT_EQ(shop.say(ben, "我要退款").team_id, shop.sales) << "the last page counts";
  EXPECT_EQ(shop.say(shop.make_customer(), "你好").team_id, shop.care);
}

TEST_F(EntranceTest, Region_IsTheAttribute_ElseTheCountryOfTheLanguage) {
  shop.save(
      {rule("hk", {is(Subject::region, "HK")}, shop.sales), rule("sh", {is(Subject::region, "上海")}, shop.loans)});
  EXPECT_EQ(shop.say(shop.make_customer("zh-HK")).team_id, shop.sales);
  const auto who = [](const char* key, std::map<std::string, std::string> attributes) {
    return customer::Identity{key, {}, {}, {}, {}, std::move(attributes)};
  };
  EXPECT_EQ(shop.say(shop.make_customer("zh-HK", who("a", {{"province", "上海"}}))).team_id, shop.loans);
  EXPECT_EQ(shop.say(shop.make_customer("zh", who("b", {{"city", "上海"}}))).team_id, shop.care);
}

TEST_F(EntranceTest, Priority_IsAddedInTheStore_AndOrdersTheQueue) {
  EntranceRule urgent = rule("urgent", {{Subject::text, {}, Match::contains, {"urgent"}}}, {});
  urgent.priority = 4;
  shop.save({urgent});
  const auto first = shop.say(shop.make_customer(), "hello");
  const auto second = shop.say(shop.make_customer(), "urgent!");
  EXPECT_EQ(first.priority, 0);
  EXPECT_EQ(second.priority, 4);
  EXPECT_EQ(second.team_id, shop.care);
  EXPECT_EQ(process().routing->queue_position(shop.tenant, second.id), 1);
  EXPECT_EQ(process().routing->queue_position(shop.tenant, first.id), 2);
}

TEST_F(EntranceTest, Skills_AreAskedInTheRulesTeam_AlsoAfterARestart_NotWhereAPersonSentIt) {
  EntranceRule skilled = rule("skilled", {}, shop.loans);
  skilled.skills = {{"mortgage", 3}};
  shop.save({skilled});
  const auto wang = shop.make_agent("wang", {shop.loans, shop.sales});
  const auto c = shop.say(shop.make_customer());
  shop.online(wang);
  EXPECT_EQ(shop.load(c.id).state, State::queued);
  shop.restart();
  shop.online(wang);
  EXPECT_EQ(shop.load(c.id).state, State::queued) << "what was asked is kept";

  const auto other = shop.say(shop.make_customer());
  must(process().write(shop.tenant, [&](auto& tx) {
    return process().conversations.transfer(
        tx, shop.boss, other.id, {.agent = {}, .team = shop.sales, .reason = {}, .note = {}, .expected_version = {}});
  }));
  shop.settle();
  EXPECT_EQ(shop.load(other.id).state, State::assigned) << "sales does not know the rule's skills";

  const auto li = shop.make_agent("li", {shop.loans}, {{"mortgage", 4}});
  shop.online(li);
  EXPECT_EQ(shop.load(c.id).agent->id, li.user);
}

TEST_F(EntranceTest, Decision_IsMadeOnceAnEpisode) {
  shop.save({rule("all", {}, shop.sales)});
  const auto wang = shop.make_agent("wang", {shop.sales, shop.loans});
  const auto who = shop.make_customer();
  const auto c = shop.say(who);
  shop.save({rule("all", {}, shop.loans)});
  shop.say(who, "still there?");
  EXPECT_EQ(shop.load(c.id).team_id, shop.sales);
  EXPECT_EQ(shop.why(c.id)->team_id, shop.sales);
  shop.restart();
  shop.online(wang);
  EXPECT_EQ(shop.load(c.id).team_id, shop.sales);
  shop.close(wang, c.id);
  EXPECT_EQ(shop.say(who, "something new").team_id, shop.loans);
  EXPECT_EQ(shop.why(c.id)->plan_version, 2);
}

TEST_F(EntranceTest, Returning_TellsTheSecondEpisode) {
  shop.save({rule("again", {is(Subject::returning, "yes")}, shop.loans)});
  const auto wang = shop.make_agent("wang", {shop.care});
  shop.online(wang);
  const auto who = shop.make_customer();
  const auto c = shop.say(who);
  EXPECT_EQ(c.team_id, shop.care);
  shop.close(wang, c.id);
  const auto again = shop.say(who);
  EXPECT_EQ(shop.why(again.id)->team_id, shop.loans);
}

TEST_F(EntranceTest, OpenHours_FollowTheQueuesSchedule) {
  routing::QueuePolicy policy;
  policy.team_id = shop.sales;
  policy.hours = calendar::Schedule{};
  policy.hours->time_zone = "UTC";
  policy.hours->chinese_holidays = false;
  for (std::int64_t day = 1; day <= 7; ++day) policy.hours->week.push_back({day, {{9 * 60, 17 * 60}}});
  must(process().write(shop.tenant, [&](auto& tx) { return process().routing->save_policy(tx, shop.boss, policy); }));
  shop.save({rule("by day", {is(Subject::open_hours, "open")}, shop.sales), rule("by night", {}, shop.loans)});
  const std::int64_t day = days(1).ms;
  const auto at_hour = [&](std::int64_t hour) {
    const std::int64_t now = shop.clock.now().ms;
    shop.clock.advance(milliseconds((now / day + 1) * day + hours(hour).ms - now));
    return shop.say(shop.make_customer()).team_id;
  };
  EXPECT_EQ(at_hour(12), shop.sales);
  EXPECT_EQ(at_hour(20), shop.loans);
}

TEST_F(EntranceTest, Menu_IsKnownFromMemory_AfterSavingAndAfterARestart_OnlyInItsTenant) {
  const WidgetId widget{77};
  const Menu menu{.widget_id = widget,
                  .prompt = {"请选择", ""},
                  .items = {{.id = "a", .label = {"甲", ""}, .topic = "x", .team_id = shop.loans}}};
  shop.save({}, {}, {menu});
  ASSERT_TRUE(process().entrance->menu_of(shop.tenant, widget));
  EXPECT_EQ(process().entrance->menu_of(shop.tenant, WidgetId{78}), std::nullopt);
  EXPECT_EQ(process().entrance->menu_of(TenantId{shop.tenant.value + 1}, widget), std::nullopt);
  shop.restart();
  const auto found = process().entrance->menu_of(shop.tenant, widget);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->items.at(0).team_id, shop.loans);
}

TEST_F(EntranceTest, TeamThatIsGone_ItsRulesAndMenuItemsAreLeftOut) {
  MenuItem item{.id = "a", .label = {"甲", ""}, .topic = "x", .team_id = shop.loans};
  Menu menu{.widget_id = WidgetId{}, .prompt = {}, .items = {item}};
  shop.save({rule("loans", {is(Subject::language, "en")}, shop.loans),
             rule("rest", {is(Subject::language, "en")}, shop.sales)},
            {}, {menu});
  must(process().write(shop.tenant, [&](auto& tx) { return process().org.delete_team(tx, shop.boss, shop.loans); }));
  const auto english = shop.say(shop.make_customer("en"));
  EXPECT_EQ(english.team_id, shop.sales);
  EXPECT_EQ(shop.why(english.id)->rule_name, "rest");
  const auto chosen = shop.say(shop.make_customer(), "hi", "x");
  EXPECT_EQ(chosen.team_id, shop.care);
  EXPECT_EQ(shop.why(chosen.id)->menu_item_id, "");
  const auto tried =
      must(process().read([&](auto& tx) { return process().entrance->try_out(tx, shop.boss, {.language = "en"}); }));
  EXPECT_EQ(tried.team_id, shop.sales);
  const auto plan = must(process().read([&](auto& tx) { return process().entrance->plan(tx, shop.boss); }));
  EXPECT_THAT(plan.warnings, Contains(testing::Field(&Warning::reason, "entrance.team_without_agents")));
}

TEST_F(EntranceTest, Topic_IsLookedAt) {
  shop.save({rule("refund", {is(Subject::topic, "refund")}, shop.sales)});
  EXPECT_EQ(shop.say(shop.make_customer(), "hi", "refund").team_id, shop.sales);
  EXPECT_EQ(shop.say(shop.make_customer(), "hi", "praise").team_id, shop.care);
}

TEST_F(EntranceTest, Save_AgainstAnOldVersion_IsAConflict_AndChangesNothing) {
  EXPECT_EQ(must(try_to_save(0)).version, 1);
  EXPECT_EQ(reason_of(try_to_save(0)), "entrance.version_conflict");
  EXPECT_EQ(reason_of(try_to_save(2)), "entrance.version_conflict");
  EXPECT_EQ(must(try_to_save(1)).version, 2);
}

TEST_F(EntranceTest, Save_ManyTimes_OldVersionsAreForgotten_TheNewestCounts) {
  for (int i = 0; i < kVersionsKept + 5; ++i) must(try_to_save(i));
  EXPECT_EQ(must(process().read([&](auto& tx) { return process().entrance->plan(tx, shop.boss); })).version,
            kVersionsKept + 5);
}

TEST_F(EntranceTest, Save_InOneProcess_CountsInTheOther_OnceItHearsOfIt) {
  const auto who = shop.make_customer();
  const auto other = shop.another_process();
  other->start();
  shop.save({rule("all", {}, shop.sales)});
  // Processes hear each other's events with their own next one.
  must(other->write(shop.tenant,
                    [&](auto& tx) { return other->customers.change(tx, shop.boss, who, {.name = "Anna"}); }));
  other->settle();
  EXPECT_TRUE(other->entrance->port().asks(shop.tenant));
}

TEST_F(EntranceTest, Verbs_NeedTheRight) {
  org::Actor nobody = shop.boss;
  nobody.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_handle);
  const auto reason = [&](auto verb) {
    return reason_of(process().write(shop.tenant, [&](auto& tx) { return verb(*process().entrance, tx); }));
  };
  EXPECT_EQ(reason([&](Entrance& e, auto& tx) { return e.plan(tx, nobody); }), "auth.permission_denied");
  EXPECT_EQ(reason([&](Entrance& e, auto& tx) { return e.save(tx, nobody, {}); }), "auth.permission_denied");
  EXPECT_EQ(reason([&](Entrance& e, auto& tx) { return e.try_out(tx, nobody, {}); }), "auth.permission_denied");
  EXPECT_EQ(reason([&](Entrance& e, auto& tx) { return e.external_status(tx, nobody); }), "auth.permission_denied");
}

// --- the external program

class AskingTest : public EntranceTest {
 protected:
  SilentProgram program;
  /// Longer than any wait of these tests in real time: here only the stored timer ends a question.
  External asks() const { return {.enabled = true, .url = program.url(), .deadline_ms = kDeadlineMax.ms}; }
};

TEST_F(AskingTest, WhileAsked_ItStandsInItsQueue_NobodyGetsIt_UntilTheDeadline) {
  shop.save({rule("all", {}, shop.sales)}, asks());
  const auto wang = shop.make_agent("wang", {shop.sales});
  shop.online(wang);
  const auto c = shop.say(shop.make_customer());
  EXPECT_EQ(c.state, State::queued);
  EXPECT_EQ(c.team_id, shop.sales);
  EXPECT_EQ(process().routing->queue_position(shop.tenant, c.id), 1);
  shop.pass(milliseconds(kDeadlineMax.ms - 1));
  EXPECT_EQ(shop.load(c.id).state, State::queued);
  shop.pass(milliseconds(1));
  EXPECT_EQ(shop.load(c.id).agent->id, wang.user);
  EXPECT_EQ(shop.why(c.id)->external, Asking::late);
  EXPECT_EQ(shop.external().asked, 1);
  EXPECT_EQ(shop.external().late, 1);
}

TEST_F(AskingTest, OthersBehindAHeldOne_AreNotHeldUp) {
  shop.save({rule("all", {}, shop.sales)}, asks());
  const auto held = shop.say(shop.make_customer());
  shop.save({rule("all", {}, shop.sales)});
  const auto free = shop.say(shop.make_customer());
  shop.online(shop.make_agent("wang", {shop.sales}));
  EXPECT_EQ(shop.load(free.id).state, State::assigned);
  EXPECT_EQ(shop.load(held.id).state, State::queued);
}

TEST_F(AskingTest, Crash_WhileAsked_TheStoredDeadlineSettlesIt) {
  shop.save({rule("all", {}, shop.sales)}, asks());
  const auto c = shop.say(shop.make_customer());
  shop.restart();
  const auto wang = shop.make_agent("wang", {shop.sales});
  shop.online(wang);
  EXPECT_EQ(shop.load(c.id).state, State::queued) << "still held after the restart";
  shop.pass(kDeadlineMax);
  EXPECT_EQ(shop.load(c.id).agent->id, wang.user);
  EXPECT_EQ(shop.why(c.id)->external, Asking::late);
}

TEST_F(AskingTest, TakenByHand_WhileAsked_StaysWithWhoTookIt) {
  shop.save({rule("all", {}, shop.sales)}, asks());
  const auto wang = shop.make_agent("wang", {shop.sales}), li = shop.make_agent("li", {shop.sales});
  const auto c = shop.say(shop.make_customer());
  must(process().write(shop.tenant, [&](auto& tx) { return process().conversations.grab(tx, wang, c.id); }));
  shop.online(li);
  shop.pass(kDeadlineMax);
  EXPECT_EQ(shop.load(c.id).agent->id, wang.user);
  EXPECT_EQ(shop.why(c.id)->external, Asking::late);
}

TEST_F(AskingTest, ClosedAndBack_WhileAsked_TheOldDeadlineDoesNotTouchTheNewEpisode) {
  shop.save({rule("all", {}, shop.sales)}, asks());
  const auto who = shop.make_customer();
  const auto c = shop.say(who);
  shop.close(shop.boss, c.id);
  shop.pass(milliseconds(kDeadlineMax.ms - 1'000));
  const auto again = shop.say(who);
  EXPECT_EQ(again.episode_number, 2);
  shop.online(shop.make_agent("wang", {shop.sales}));
  shop.pass(seconds(1));
  EXPECT_EQ(shop.load(c.id).state, State::queued) << "the second question has its own deadline";
  shop.pass(kDeadlineMax);
  EXPECT_EQ(shop.load(c.id).state, State::assigned);
  EXPECT_EQ(shop.why(c.id)->external, Asking::late);
  EXPECT_EQ(shop.external().asked, 2);
  EXPECT_EQ(shop.external().late, 2) << "every question ends";
}

TEST_F(AskingTest, AfterADeadline_ItIsLookedAfterLikeAnyOther) {
  shop.save({rule("all", {}, shop.sales)}, asks());
  const auto c = shop.say(shop.make_customer());
  shop.pass(kDeadlineMax);
  const auto before = shop.last_event();
  shop.pass(minutes(30));
  EXPECT_THAT(shop.event_types(before), Contains("routing.alarm_raised")) << "waiting is watched: its timer is armed";
  EXPECT_EQ(shop.load(c.id).state, State::queued);
}

TEST_F(AskingTest, Unreachable_FailsAtOnce_TheRulesStand) {
  External gone = asks();
  gone.url = "http://127.0.0.1:1/";
  shop.save({rule("all", {}, shop.sales)}, gone);
  const auto c = shop.say(shop.make_customer());
  eventually([&] { return shop.external().failed == 1; });
  EXPECT_EQ(shop.why(c.id)->external, Asking::failed);
  EXPECT_TRUE(shop.why(c.id)->external_error.starts_with("net.unreachable")) << shop.why(c.id)->external_error;
  EXPECT_EQ(shop.external().last_error, shop.why(c.id)->external_error);
  shop.online(shop.make_agent("wang", {shop.sales}));
  EXPECT_EQ(shop.load(c.id).state, State::assigned);
  shop.pass(kDeadlineMax);
  EXPECT_EQ(shop.external().late, 0) << "its timer is gone";
}

TEST_F(AskingTest, ManyArrivals_OverARestart_NobodyIsLostOrHeldForGood) {
  External gone = asks();
  gone.url = "http://127.0.0.1:1/";
  EntranceRule urgent = rule("urgent", {{Subject::text, {}, Match::contains, {"urgent"}}}, {});
  urgent.priority = 2;
  std::vector<ConversationId> arrived;
  const auto arrive = [&](int count) {
    for (int i = 0; i < count; ++i) {
      conversation::InboundMessage inbound;
      inbound.tenant = shop.tenant;
      inbound.customer = shop.make_customer();
      inbound.client_msg_id = "key";
      inbound.text = i % 3 == 0 ? "urgent" : "hello";
      arrived.push_back(must(process().write(shop.tenant, [&](auto& tx) {
                          return process().conversations.accept(tx, inbound);
                        })).conversation.id);
    }
  };
  // Some questions fail at once, some are never answered, and the process ends in the middle of it.
  shop.save({urgent, rule("all", {}, shop.sales)}, gone);
  arrive(30);
  shop.restart();
  shop.save({urgent, rule("all", {}, shop.loans)}, asks());
  arrive(30);
  shop.restart();
  shop.pass(kDeadlineMax);
  eventually([&] {
    const ExternalStatus status = shop.external();
    return status.asked == status.answered + status.late + status.failed;
  });
  EXPECT_EQ(shop.external().asked, 60);
  for (int i = 0; i < 12; ++i) shop.online(shop.make_agent("agent" + std::to_string(i), {shop.sales, shop.loans}));
  for (const ConversationId id : arrived) {
    const auto c = shop.load(id);
    const auto record = shop.why(id);
    ASSERT_TRUE(record);
    EXPECT_EQ(c.state, State::assigned);
    EXPECT_EQ(c.team_id, record->team_id);
    EXPECT_EQ(c.priority, record->priority);
    EXPECT_NE(record->external, Asking::waiting);
  }
}

TEST_F(AskingTest, Secret_IsSealedInTheStore_KeptWhenNotGiven_RemovedWhenEmpty) {
  External with = asks();
  with.secret = "geheim";
  EXPECT_TRUE(shop.save({}, with).external.has_secret.value_or(false));
  const auto kept = shop.save({}, asks());
  EXPECT_TRUE(kept.external.has_secret.value_or(false));
  EXPECT_EQ(kept.external.secret, std::nullopt);
  with.secret = "";
  EXPECT_FALSE(shop.save({}, with).external.has_secret.value_or(true));
  for (const auto& event : must(process().database->read_events(shop.tenant, 0, 1'000)))
    EXPECT_EQ(event.payload.find("geheim"), std::string::npos);
}

}  // namespace
}  // namespace yingda::entrance
