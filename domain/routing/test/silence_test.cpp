#include "silence.hpp"

#include <gtest/gtest.h>

#include <random>

namespace yingda::routing {
namespace {

const UserId kWang{1};
const EpisodeId kEpisode{9};
const UtcTime kStart{1'000'000};
const SilenceRules kRules;

Scene waiting(UserId owner = kWang) {
  Scene scene;
  scene.episode = kEpisode;
  scene.owner = owner;
  scene.waiting_since = kStart;
  scene.owner_since = kStart;
  scene.queued_since = kStart;
  return scene;
}
Scene answered() {
  Scene scene = waiting();
  scene.waiting_since.reset();
  scene.quiet_since = kStart;
  return scene;
}
UtcTime at(std::int64_t ms) { return kStart + milliseconds(ms); }

TEST(Silence_Decide, CustomerWaits_WarnsAlarmsRedispatches) {
  Watch watch;
  const auto look = [&](std::int64_t ms) {
    const auto verdict = decide_silence(waiting(), watch, kRules, at(ms));
    watch = verdict.after;
    return verdict.step;
  };
  EXPECT_EQ(look(kRules.warn_ms - 1), Step::none);
  EXPECT_EQ(look(kRules.warn_ms), Step::warn);
  EXPECT_EQ(look(kRules.warn_ms), Step::none);
  EXPECT_EQ(look(kRules.alarm_ms - 1), Step::none);
  EXPECT_EQ(look(kRules.alarm_ms), Step::alarm);
  EXPECT_EQ(look(kRules.redispatch_ms), Step::redispatch);
  EXPECT_EQ(watch.hops, 1);
  EXPECT_EQ(watch.excluded, std::vector<UserId>{kWang});
}

TEST(Silence_Decide, CustomerWaits_NeverCloses) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    const auto pick = [&](std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(0, high)(random); };
    SilenceRules rules{pick(5), pick(5), pick(5), pick(3), pick(5), pick(5)};
    Watch watch{kEpisode, UserId{pick(2)}, pick(1) == 1, at(pick(10)), pick(3), at(pick(10)), pick(4), {}};
    Scene scene = waiting(UserId{pick(2)});
    scene.owner_reachable = pick(1) == 1;
    scene.others_online = pick(1) == 1;
    const auto verdict = decide_silence(scene, watch, rules, at(pick(50)));
    EXPECT_NE(verdict.step, Step::close);
    EXPECT_NE(verdict.step, Step::remind);
    EXPECT_GT(verdict.look_at, at(0));
    EXPECT_LE(verdict.after.hops, std::max<std::int64_t>(watch.hops, rules.hops_max));
  }
}

TEST(Silence_Decide, AgentSpokeLast_RemindsThenCloses) {
  Watch watch;
  const auto look = [&](std::int64_t ms) {
    const auto verdict = decide_silence(answered(), watch, kRules, at(ms));
    watch = verdict.after;
    return verdict.step;
  };
  EXPECT_EQ(look(kRules.remind_ms - 1), Step::none);
  EXPECT_EQ(look(kRules.remind_ms), Step::remind);
  EXPECT_EQ(look(kRules.close_ms - 1), Step::none);
  EXPECT_EQ(look(kRules.close_ms), Step::close);
}

TEST(Silence_Decide, AfterALongStop_StepsKeepTheirDistance) {
  Watch watch;
  auto verdict = decide_silence(waiting(), watch, kRules, at(hours(8).ms));
  EXPECT_EQ(verdict.step, Step::warn);
  const UtcTime warned = at(hours(8).ms);
  verdict = decide_silence(waiting(), verdict.after, kRules, warned + seconds(1));
  EXPECT_EQ(verdict.step, Step::none);
  verdict = decide_silence(waiting(), verdict.after, kRules, warned + milliseconds(kRules.alarm_ms - kRules.warn_ms));
  EXPECT_EQ(verdict.step, Step::alarm);
}

TEST(Silence_Decide, NewWord_BeginsAnew) {
  auto verdict = decide_silence(waiting(), {}, kRules, at(kRules.warn_ms));
  Scene later = waiting();
  later.waiting_since = at(kRules.warn_ms + 5'000);
  verdict = decide_silence(later, verdict.after, kRules, at(kRules.alarm_ms));
  EXPECT_EQ(verdict.after.stage, verdict.step == Step::warn ? 1 : 0);
  EXPECT_NE(verdict.step, Step::alarm);
}

TEST(Silence_Decide, NewOwner_HasHisOwnTime) {
  Scene scene = waiting();
  scene.owner_since = at(kRules.redispatch_ms);
  EXPECT_EQ(decide_silence(scene, {}, kRules, at(kRules.redispatch_ms + 1)).step, Step::none);
}

TEST(Silence_Decide, OwnerOffline_IsLeftAtOnce) {
  Scene scene = waiting();
  scene.owner_reachable = false;
  EXPECT_EQ(decide_silence(scene, {}, kRules, at(1)).step, Step::leave_offline_agent);
  Scene quiet = answered();
  quiet.owner_reachable = false;
  EXPECT_EQ(decide_silence(quiet, {}, kRules, at(1)).step, Step::none);
}

TEST(Silence_Decide, NobodyElse_KeepsTheSlowAgent) {
  Scene scene = waiting();
  scene.others_online = false;
  Watch watch{kEpisode, kWang, true, kStart, 2, at(kRules.alarm_ms), 0, {}};
  auto verdict = decide_silence(scene, watch, kRules, at(kRules.redispatch_ms));
  EXPECT_EQ(verdict.step, Step::none);
  scene.others_online = true;
  verdict = decide_silence(scene, verdict.after, kRules, verdict.look_at);
  EXPECT_EQ(verdict.step, Step::redispatch);
}

TEST(Silence_Decide, TooManyHops_IsTheSupervisors) {
  Watch watch{kEpisode, kWang, true, kStart, 2, at(kRules.alarm_ms), kRules.hops_max, {}};
  const auto verdict = decide_silence(waiting(), watch, kRules, at(kRules.redispatch_ms));
  EXPECT_EQ(verdict.step, Step::give_up);
  EXPECT_EQ(decide_silence(waiting(), verdict.after, kRules, at(hours(2).ms)).step, Step::none);
}

TEST(Silence_Decide, NextEpisode_ForgetsHops) {
  Watch watch{EpisodeId{3}, kWang, true, kStart, 2, kStart, 3, {kWang}};
  const auto verdict = decide_silence(waiting(), watch, kRules, at(1));
  EXPECT_EQ(verdict.after.hops, 0);
  EXPECT_TRUE(verdict.after.excluded.empty());
}

TEST(Silence_Decide, InTheQueue_AlarmsOnce) {
  Watch watch;
  auto verdict = decide_silence(waiting({}), watch, kRules, at(kRules.alarm_ms));
  EXPECT_EQ(verdict.step, Step::alarm);
  verdict = decide_silence(waiting({}), verdict.after, kRules, at(hours(3).ms));
  EXPECT_EQ(verdict.step, Step::none);
}

// Looking only when told to loses no moment: every step happens exactly when it is due.
TEST(Silence_LookAt, RandomTalk_EveryStepOnTime) {
  std::mt19937_64 random(11);
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  for (int round = 0; round < 2'000; ++round) {
    const SilenceRules rules{pick(1, 9), pick(1, 20), pick(1, 40), 2, pick(1, 20), pick(1, 40)};
    Scene scene = waiting();
    Watch lazy, eager;
    UtcTime look = kStart + first_step(rules);
    for (std::int64_t ms = 0; ms < 120; ++ms) {
      const UtcTime now = at(ms);
      const auto seen = decide_silence(scene, eager, rules, now);
      eager = seen.after;
      if (now == look) {
        const auto verdict = decide_silence(scene, lazy, rules, now);
        EXPECT_EQ(verdict.step, seen.step);
        lazy = verdict.after;
        look = verdict.look_at;
      } else {
        EXPECT_EQ(seen.step, Step::none) << "at " << ms << " nobody looked";
      }
      if (seen.step == Step::redispatch || seen.step == Step::close) break;
      if (pick(0, 9) == 0) {  // somebody speaks, behind this millisecond's look
        if (scene.waiting_since) {
          scene.waiting_since.reset();
          scene.quiet_since = now;
        } else {
          scene.waiting_since = now;
        }
      }
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace yingda::routing
