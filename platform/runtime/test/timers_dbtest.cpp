#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "gate_database.hpp"
#include "yingda/base/manual_clock.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::runtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr TenantId kTenant{7}, kOther{8};
constexpr storage::Query kCountRows{"test.timers", "SELECT COUNT(*) FROM runtime_timer", ""};

class TimersTest : public testing::Test {
 protected:
  TimersTest() {
    open();
    EXPECT_TRUE(database->migrate(migrations()));
  }
  void open() { database = std::make_unique<GateDatabase>(store.open(clock)); }

  /// A Timers whose kind "k" remembers what fired as "key:payload".
  std::unique_ptr<Timers> make() {
    auto timers = std::make_unique<Timers>(*database, clock);
    timers->on("k", [this](storage::Transaction& tx, const Timer& timer) -> Status {
      if (on_fire) YD_CHECK(on_fire(tx, timer));
      tx.on_commit([this, text = timer.key + ":" + timer.payload] { fired.push_back(text); });
      return {};
    });
    return timers;
  }
  void schedule(Timers& timers, const std::string& key, DurationMs in, TenantId tenant = kTenant) {
    ASSERT_TRUE(database->write(tenant, [&](storage::Transaction& tx) {
      return timers.schedule(tx, {tenant, "k", key, clock.now() + in, std::to_string(in.ms)});
    }));
  }
  void cancel(Timers& timers, const std::string& key) {
    ASSERT_TRUE(
        database->write(kTenant, [&](storage::Transaction& tx) { return timers.cancel(tx, kTenant, "k", key); }));
  }
  std::int64_t rows() {
    return database
        ->read_for<std::int64_t>([](storage::Transaction& tx) -> Result<std::int64_t> {
          YD_TRY(const auto count, tx.one(kCountRows, [](const storage::Row& row) { return row.int64(0); }));
          return *count;
        })
        .value();
  }

  ManualClock clock;
  storage::TestStore store;
  std::unique_ptr<GateDatabase> database;
  std::function<Status(storage::Transaction&, const Timer&)> on_fire;
  std::vector<std::string> fired;
};

TEST_F(TimersTest, RunDue_OnlyWhatIsDue_FiresOnce) {
  auto timers = make();
  ASSERT_TRUE(timers->start(Firing::by_hand));
  schedule(*timers, "a", seconds(10));
  schedule(*timers, "b", seconds(20));
  schedule(*timers, "a", seconds(10), kOther);
  EXPECT_EQ(timers->open(), 3U);
  clock.advance(milliseconds(9'999));
  timers->run_due();
  EXPECT_THAT(fired, IsEmpty());
  clock.advance(milliseconds(1));
  timers->run_due();
  EXPECT_THAT(fired, UnorderedElementsAre("a:10000", "a:10000"));
  timers->run_due();
  EXPECT_EQ(fired.size(), 2U);
  EXPECT_EQ(timers->open(), 1U);
  EXPECT_EQ(rows(), 1);
}

TEST_F(TimersTest, Restart_OpenTimers_FireAlsoWhenDueMeanwhile) {
  {
    auto timers = make();
    ASSERT_TRUE(timers->start(Firing::by_hand));
    schedule(*timers, "missed", seconds(10));
    schedule(*timers, "later", hours(24 * 40));
  }
  database.reset();
  clock.advance(hours(1));
  open();
  auto timers = make();
  ASSERT_TRUE(timers->start(Firing::by_hand));
  EXPECT_EQ(timers->open(), 2U);
  timers->run_due();
  EXPECT_THAT(fired, ElementsAre("missed:10000"));
  clock.advance(hours(24 * 40));
  timers->run_due();
  EXPECT_THAT(fired, ElementsAre("missed:10000", "later:3456000000"));
  EXPECT_EQ(rows(), 0);
}

TEST_F(TimersTest, Schedule_SameKeyAgain_MovesTheTimer) {
  auto timers = make();
  ASSERT_TRUE(timers->start(Firing::by_hand));
  schedule(*timers, "a", seconds(10));
  schedule(*timers, "a", seconds(30));
  EXPECT_EQ(timers->open(), 1U);
  clock.advance(seconds(20));
  timers->run_due();
  EXPECT_THAT(fired, IsEmpty());
  schedule(*timers, "a", seconds(1));
  clock.advance(seconds(1));
  timers->run_due();
  EXPECT_THAT(fired, ElementsAre("a:1000"));
}

TEST_F(TimersTest, Schedule_JobUndone_LeavesNothing) {
  auto timers = make();
  ASSERT_TRUE(timers->start(Firing::by_hand));
  schedule(*timers, "kept", seconds(10));
  const Status status = database->write(kTenant, [&](storage::Transaction& tx) -> Status {
    YD_CHECK(timers->schedule(tx, {kTenant, "k", "new", clock.now(), "{}"}));
    YD_CHECK(timers->cancel(tx, kTenant, "k", "kept"));
    return fail(Code::conflict, "test.undone");
  });
  EXPECT_EQ(status.error().reason, "test.undone");
  clock.advance(seconds(10));
  timers->run_due();
  EXPECT_THAT(fired, ElementsAre("kept:10000"));
}

TEST_F(TimersTest, Cancel_BeforeDue_NeverFires) {
  auto timers = make();
  ASSERT_TRUE(timers->start(Firing::by_hand));
  schedule(*timers, "a", seconds(10));
  cancel(*timers, "a");
  cancel(*timers, "nothing");
  EXPECT_EQ(timers->open(), 0U);
  clock.advance(seconds(10));
  timers->run_due();
  EXPECT_THAT(fired, IsEmpty());
}

TEST_F(TimersTest, UnknownKind_IsRefusedAndStoredOnesStay) {
  {
    Timers older(*database, clock);
    older.on("gone", [](storage::Transaction&, const Timer&) -> Status { return {}; });
    ASSERT_TRUE(older.start(Firing::by_hand));
    ASSERT_TRUE(database->write(kTenant, [&](storage::Transaction& tx) {
      return older.schedule(tx, {kTenant, "gone", "x", clock.now(), "{}"});
    }));
  }
  auto timers = make();
  ASSERT_TRUE(timers->start(Firing::by_hand));
  timers->run_due();
  EXPECT_EQ(timers->open(), 0U);
  EXPECT_EQ(rows(), 1);
  const Status status = database->write(kTenant, [&](storage::Transaction& tx) {
    return timers->schedule(tx, {kTenant, "gone", "y", clock.now(), "{}"});
  });
  EXPECT_EQ(status.error().reason, "runtime.unknown_timer_kind");
}

// The firing is on its way to the store when another job moves, cancels or re-creates the timer before it.
class TimersRace : public TimersTest, public testing::WithParamInterface<int> {};

TEST_P(TimersRace, FiringOvertaken_TheNewestWordCounts) {
  auto timers = make();
  ASSERT_TRUE(timers->start(Firing::by_hand));
  schedule(*timers, "a", seconds(10));
  clock.advance(seconds(10));
  database->hold();
  std::jthread firing([&] { timers->run_due(); });
  while (database->held() == 0) std::this_thread::yield();
  const auto direct = [&](const std::function<Status(storage::Transaction&)>& job) {
    ASSERT_TRUE(database->inner().write(kTenant, job));
  };
  switch (GetParam()) {
    case 0:  // moved
      direct([&](auto& tx) { return timers->schedule(tx, {kTenant, "k", "a", clock.now() + seconds(5), "moved"}); });
      break;
    case 1:  // cancelled
      direct([&](auto& tx) { return timers->cancel(tx, kTenant, "k", "a"); });
      break;
    default:  // cancelled and made again
      direct([&](auto& tx) { return timers->cancel(tx, kTenant, "k", "a"); });
      direct([&](auto& tx) { return timers->schedule(tx, {kTenant, "k", "a", clock.now() + seconds(5), "again"}); });
  }
  database->release();
  firing.join();
  EXPECT_THAT(fired, IsEmpty());
  EXPECT_EQ(timers->open(), GetParam() == 1 ? 0U : 1U);
  clock.advance(seconds(5));
  timers->run_due();
  if (GetParam() == 0) EXPECT_THAT(fired, ElementsAre("a:moved"));
  if (GetParam() == 1) EXPECT_THAT(fired, IsEmpty());
  if (GetParam() == 2) EXPECT_THAT(fired, ElementsAre("a:again"));
  EXPECT_EQ(rows(), 0);
}
INSTANTIATE_TEST_SUITE_P(All, TimersRace, testing::Values(0, 1, 2));

TEST_F(TimersTest, Handler_SchedulesItsKeyAgain_RepeatsUntilItStops) {
  auto timers = make();
  int left = 3;
  on_fire = [&](storage::Transaction& tx, const Timer& timer) -> Status {
    if (left == 0) return {};
    tx.on_commit([&] { --left; });
    return timers->schedule(tx, {timer.tenant, "k", timer.key, clock.now(), std::to_string(left)});
  };
  ASSERT_TRUE(timers->start(Firing::by_hand));
  schedule(*timers, "a", milliseconds(0));
  timers->run_due();
  EXPECT_THAT(fired, ElementsAre("a:0", "a:3", "a:2", "a:1"));
  EXPECT_EQ(timers->open(), 0U);
}

TEST_F(TimersTest, Handler_Fails_IsUndoneAndTriedWithGrowingPauses) {
  auto timers = make();
  int attempts = 0;
  on_fire = [&](storage::Transaction& tx, const Timer& timer) -> Status {
    tx.emit({timer.tenant, "timer.fired", "{}"});
    return ++attempts < 3 ? Status(fail(Code::internal, "test.defect")) : Status{};
  };
  ASSERT_TRUE(timers->start(Firing::by_hand));
  schedule(*timers, "a", seconds(1));
  clock.advance(seconds(1));
  timers->run_due();
  timers->run_due();
  EXPECT_EQ(attempts, 1) << "no second attempt before the pause";
  EXPECT_EQ(timers->open(), 1U);
  clock.advance(milliseconds(200));
  timers->run_due();
  EXPECT_EQ(attempts, 2);
  clock.advance(milliseconds(399));
  timers->run_due();
  EXPECT_EQ(attempts, 2);
  clock.advance(milliseconds(1));
  timers->run_due();
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(database->last_seq(kTenant).value(), 1) << "failed attempts left no event";
  EXPECT_EQ(rows(), 0);
}

TEST_F(TimersTest, StoreDown_WhenDue_FiresWhenItIsBack) {
  auto timers = make();
  ASSERT_TRUE(timers->start(Firing::by_hand));
  schedule(*timers, "a", seconds(1));
  clock.advance(seconds(1));
  database->cut(true);
  timers->run_due();
  EXPECT_THAT(fired, IsEmpty());
  database->cut(false);
  clock.advance(milliseconds(200));
  timers->run_due();
  EXPECT_THAT(fired, ElementsAre("a:1000"));
}

TEST_F(TimersTest, Clock_StepsBack_TimersKeepTheirMoment) {
  auto timers = make();
  ASSERT_TRUE(timers->start(Firing::by_hand));
  schedule(*timers, "a", hours(1));
  clock.advance(minutes(59));
  timers->run_due();
  clock.advance(hours(-2));
  timers->run_due();
  schedule(*timers, "b", seconds(1));
  clock.advance(seconds(1));
  timers->run_due();
  EXPECT_THAT(fired, ElementsAre("b:1000"));
  clock.advance(hours(3));
  timers->run_due();
  EXPECT_THAT(fired, ElementsAre("b:1000", "a:3600000"));
}

TEST_F(TimersTest, HundredThousandTimers_LoadAndFireAll) {
  constexpr int kTimers = 100'000, kPerJob = 1000;
  {
    auto timers = make();
    ASSERT_TRUE(timers->start(Firing::by_hand));
    for (int from = 0; from < kTimers; from += kPerJob) {
      ASSERT_TRUE(database->write(kTenant, [&](storage::Transaction& tx) -> Status {
        for (int i = from; i < from + kPerJob; ++i) {
          YD_CHECK(timers->schedule(tx, {kTenant, "k", "cv_" + encode_id_text(i),
                                         clock.now() + milliseconds(1 + i % 100 * 3'600'000), "{}"}));
        }
        return {};
      }));
    }
    EXPECT_EQ(timers->open(), static_cast<std::size_t>(kTimers));
  }
  database.reset();
  open();
  auto timers = make();
  ASSERT_TRUE(timers->start(Firing::by_hand));
  EXPECT_EQ(timers->open(), static_cast<std::size_t>(kTimers));
  clock.advance(milliseconds(1));
  timers->run_due();
  EXPECT_EQ(fired.size(), kTimers / 100U);
  EXPECT_EQ(timers->open(), kTimers - kTimers / 100U);
}

TEST(TimersThread, Schedule_EarlierThanTheSleep_WakesTheThread) {
  const SystemClock clock;
  const storage::TestStore store;
  const auto database = store.open(clock);
  ASSERT_TRUE(database->migrate(migrations()));
  Timers timers(*database, clock);
  std::latch fired(2);
  std::atomic<bool> early{false};
  timers.on("k", [&](storage::Transaction& tx, const Timer& timer) -> Status {
    if (clock.now() < timer.due) early = true;
    tx.on_commit([&] { fired.count_down(); });
    return {};
  });
  ASSERT_TRUE(timers.start());
  const auto schedule = [&](const char* key, DurationMs in) {
    ASSERT_TRUE(database->write(kTenant, [&](storage::Transaction& tx) {
      return timers.schedule(tx, {kTenant, "k", key, clock.now() + in, "{}"});
    }));
  };
  schedule("never", hours(1));
  schedule("soon", milliseconds(100));
  schedule("sooner", milliseconds(30));
  fired.wait();
  EXPECT_FALSE(early);
  timers.stop();
  EXPECT_EQ(timers.open(), 1U);
}

}  // namespace
}  // namespace yingda::runtime
