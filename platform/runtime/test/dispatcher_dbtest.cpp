#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>

#include "gate_database.hpp"
#include "yingda/base/manual_clock.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::runtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr TenantId kTenant{7}, kOther{8};
constexpr DurationMs kLimit = minutes(1);

/// What a handler saw, per tenant.
class Journal {
 public:
  Status operator()(const storage::CommittedEvent& event) {
    const std::lock_guard lock(mutex_);
    seen_[event.tenant.value].push_back(event.seq);
    return {};
  }
  std::vector<std::int64_t> seen(TenantId tenant = kTenant) {
    const std::lock_guard lock(mutex_);
    return seen_[tenant.value];
  }

 private:
  std::mutex mutex_;
  std::map<std::int64_t, std::vector<std::int64_t>> seen_;
};

std::vector<std::int64_t> range(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(last - first + 1));
  std::iota(out.begin(), out.end(), first);
  return out;
}

class DispatcherTest : public testing::Test {
 protected:
  DispatcherTest() {
    open();
    EXPECT_TRUE(database->migrate(migrations()));
  }
  ~DispatcherTest() override {
    dispatcher.reset();
    if (workers) workers->stop(kLimit);
  }
  void open() {
    database = std::make_unique<GateDatabase>(store.open(clock));
    workers = std::make_unique<WorkerPool>(3, 100);
    dispatcher = std::make_unique<Dispatcher>(*database, *workers, clock);
  }
  void restart() {
    dispatcher.reset();
    workers.reset();
    database.reset();
    open();
  }
  void emit(int n, const std::string& type = "a.b", TenantId tenant = kTenant) {
    ASSERT_TRUE(database->write(tenant, [&](storage::Transaction& tx) -> Status {
      for (int i = 0; i < n; ++i) tx.emit({tenant, type, "{}"});
      return {};
    }));
  }
  std::vector<DeadLetter> letters(TenantId tenant = kTenant) {
    return database
        ->read_for<std::vector<DeadLetter>>(
            [&](storage::Transaction& tx) { return list_dead_letters(tx, tenant, {}, 100); })
        .value();
  }

  ManualClock clock;
  storage::TestStore store;
  std::unique_ptr<GateDatabase> database;
  std::unique_ptr<WorkerPool> workers;
  std::unique_ptr<Dispatcher> dispatcher;
  Journal all, some;
};

TEST_F(DispatcherTest, Events_LiveAndFromBefore_ReachEveryHandlerInOrder) {
  emit(300);
  dispatcher->on("all", {}, std::ref(all));
  dispatcher->on("some", {"c.d"}, std::ref(some));
  ASSERT_TRUE(dispatcher->start());
  emit(2, "c.d");
  emit(1);
  emit(2, "c.d", kOther);
  ASSERT_TRUE(dispatcher->drain(kLimit));
  EXPECT_EQ(all.seen(), range(1, 303));
  EXPECT_EQ(all.seen(kOther), range(1, 2));
  EXPECT_THAT(some.seen(), ElementsAre(301, 302));
  EXPECT_THAT(some.seen(kOther), ElementsAre(1, 2));
}

TEST_F(DispatcherTest, Events_ManyTenantsAndWriters_StayInOrderPerTenant) {
  dispatcher->on("all", {}, std::ref(all));
  ASSERT_TRUE(dispatcher->start());
  {
    std::vector<std::jthread> writers;
    for (std::int64_t tenant = 1; tenant <= 6; ++tenant) {
      writers.emplace_back([this, tenant] {
        for (int i = 0; i < 200; ++i) emit(1 + i % 3, "a.b", TenantId{tenant});
      });
    }
  }
  ASSERT_TRUE(dispatcher->drain(kLimit));
  for (std::int64_t tenant = 1; tenant <= 6; ++tenant) {
    EXPECT_EQ(all.seen(TenantId{tenant}), range(1, database->last_seq(TenantId{tenant}).value()));
  }
}

TEST_F(DispatcherTest, SlowHandler_QueueOverflows_NothingIsLostAndOthersGoOn) {
  std::latch gate(1);
  dispatcher->on("slow", {}, [&](const storage::CommittedEvent& event) {
    gate.wait();
    return some(event);
  });
  dispatcher->on("all", {}, std::ref(all));
  ASSERT_TRUE(dispatcher->start());
  for (int i = 0; i < 30; ++i) emit(100);
  while (all.seen().size() < 3000) std::this_thread::yield();
  EXPECT_FALSE(dispatcher->drain({}));
  gate.count_down();
  ASSERT_TRUE(dispatcher->drain(kLimit));
  EXPECT_EQ(some.seen(), range(1, 3000));
  EXPECT_EQ(all.seen(), range(1, 3000));
}

TEST_F(DispatcherTest, Restart_AfterStop_ContinuesBehindTheCursor) {
  dispatcher->on("all", {}, std::ref(all));
  dispatcher->on("passing", {"never.comes"}, std::ref(some));
  ASSERT_TRUE(dispatcher->start());
  emit(500);
  ASSERT_TRUE(dispatcher->drain(kLimit));
  dispatcher->stop();
  emit(3);
  EXPECT_EQ(all.seen().size(), 500U) << "stopped means stopped";
  restart();
  dispatcher->on("all", {}, std::ref(all));
  dispatcher->on("new", {}, std::ref(some));
  ASSERT_TRUE(dispatcher->start());
  ASSERT_TRUE(dispatcher->drain(kLimit));
  EXPECT_EQ(all.seen(), range(1, 503));
  EXPECT_EQ(some.seen(), range(1, 503)) << "a new handler starts with the oldest event";
}

TEST_F(DispatcherTest, Crash_BetweenHandlerAndCursor_DeliversAgain) {
  dispatcher->on("all", {}, std::ref(all));
  ASSERT_TRUE(dispatcher->start());
  emit(10);
  ASSERT_TRUE(dispatcher->drain(kLimit));
  dispatcher->stop();
  restart();
  dispatcher->on("all", {}, std::ref(all));
  ASSERT_TRUE(dispatcher->start());
  emit(5);
  database->cut(true);  // the handler digests, its cursor never reaches the store
  ASSERT_TRUE(dispatcher->drain(kLimit));
  restart();
  ASSERT_EQ(all.seen(), range(1, 15));
  dispatcher->on("all", {}, std::ref(all));
  ASSERT_TRUE(dispatcher->start());
  ASSERT_TRUE(dispatcher->drain(kLimit));
  const auto seen = all.seen();
  ASSERT_GE(seen.size(), 15U);
  // The cursor of 15 may have been written before the cut; what comes again is a whole end of the log.
  EXPECT_EQ(std::vector(seen.begin() + 15, seen.end()), range(31 - static_cast<std::int64_t>(seen.size()), 15));
}

TEST_F(DispatcherTest, Handler_FailsForEver_EventGoesToDeadLettersAndTheRestGoesOn) {
  std::atomic<int> attempts{0};
  dispatcher->on("picky", {}, [&](const storage::CommittedEvent& event) -> Status {
    if (event.seq == 2) {
      ++attempts;
      return fail(Code::corrupt, "test.poison", "cannot read");
    }
    return all(event);
  });
  ASSERT_TRUE(dispatcher->start());
  emit(3, "x.y");
  ASSERT_TRUE(dispatcher->drain(kLimit));
  EXPECT_EQ(attempts, Dispatcher::kAttempts);
  EXPECT_THAT(all.seen(), ElementsAre(1, 3));
  const auto kept = letters();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].handler, "picky");
  EXPECT_EQ(kept[0].seq, 2);
  EXPECT_EQ(kept[0].type, "x.y");
  EXPECT_EQ(kept[0].payload, "{}");
  EXPECT_THAT(kept[0].error, testing::HasSubstr("test.poison"));
  EXPECT_EQ(kept[0].at, clock.now());
  EXPECT_THAT(letters(kOther), IsEmpty());
}

TEST_F(DispatcherTest, Handler_ThrowsThenSucceeds_LeavesNoLetter) {
  std::atomic<int> attempts{0};
  dispatcher->on("shaky", {}, [&](const storage::CommittedEvent& event) -> Status {
    if (++attempts < Dispatcher::kAttempts) throw std::runtime_error("defect");
    return all(event);
  });
  ASSERT_TRUE(dispatcher->start());
  emit(2);
  ASSERT_TRUE(dispatcher->drain(kLimit));
  EXPECT_EQ(all.seen(), range(1, 2));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_F(DispatcherTest, Handler_UnavailableForAWhile_IsNotADeadLetter) {
  std::atomic<int> attempts{0};
  dispatcher->on("remote", {}, [&](const storage::CommittedEvent& event) -> Status {
    if (++attempts <= Dispatcher::kAttempts + 1) return fail(Code::unavailable, "test.away");
    return all(event);
  });
  ASSERT_TRUE(dispatcher->start());
  emit(1);
  ASSERT_TRUE(dispatcher->drain(kLimit));
  EXPECT_EQ(all.seen(), range(1, 1));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_F(DispatcherTest, DeadLetter_RetriedAndDiscarded_IsGone) {
  std::atomic<bool> mended{false};
  dispatcher->on("picky", {}, [&](const storage::CommittedEvent& event) -> Status {
    if (!mended) return fail(Code::internal, "test.defect");
    return all(event);
  });
  ASSERT_TRUE(dispatcher->start());
  emit(2);
  ASSERT_TRUE(dispatcher->drain(kLimit));
  auto kept = letters();
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(dispatcher->retry_dead_letter(kTenant, kept[0].id).error().reason, "test.defect");
  EXPECT_EQ(letters().size(), 2U);
  mended = true;
  EXPECT_TRUE(dispatcher->retry_dead_letter(kTenant, kept[0].id));
  EXPECT_THAT(all.seen(), ElementsAre(1));
  EXPECT_EQ(dispatcher->retry_dead_letter(kTenant, kept[0].id).error().reason, "runtime.dead_letter_not_found");
  EXPECT_EQ(dispatcher->retry_dead_letter(kOther, kept[1].id).error().code, Code::not_found) << "another tenant's";
  const auto discard = [&](TenantId tenant) {
    return database->write(tenant,
                           [&](storage::Transaction& tx) { return discard_dead_letter(tx, tenant, kept[1].id); });
  };
  EXPECT_EQ(discard(kOther).error().code, Code::not_found);
  EXPECT_TRUE(discard(kTenant));
  EXPECT_THAT(letters(), IsEmpty());
  dispatcher->stop();
  EXPECT_EQ(dispatcher->retry_dead_letter(kTenant, kept[1].id).error().code, Code::not_found);
}

TEST_F(DispatcherTest, BatchHandler_Backlog_GetsManyAtOnceInOrder) {
  emit(1000);
  std::atomic<std::size_t> calls{0}, largest{0};
  dispatcher->on_batch("facts", {}, [&](std::span<const storage::CommittedEvent> events) -> Status {
    ++calls;
    largest = std::max<std::size_t>(largest, events.size());
    for (const auto& event : events) YD_CHECK(all(event));
    return {};
  });
  ASSERT_TRUE(dispatcher->start());
  ASSERT_TRUE(dispatcher->drain(kLimit));
  EXPECT_EQ(all.seen(), range(1, 1000));
  EXPECT_LE(largest, Dispatcher::kBatchMax);
  EXPECT_LT(calls, 100U);
}

TEST_F(DispatcherTest, BatchHandler_OnePoison_OnlyThatOneIsBuried) {
  emit(100);
  dispatcher->on_batch("facts", {}, [&](std::span<const storage::CommittedEvent> events) -> Status {
    for (const auto& event : events) {
      if (event.seq == 50) return fail(Code::corrupt, "test.poison");
    }
    for (const auto& event : events) YD_CHECK(all(event));
    return {};
  });
  ASSERT_TRUE(dispatcher->start());
  ASSERT_TRUE(dispatcher->drain(kLimit));
  auto expected = range(1, 100);
  expected.erase(expected.begin() + 49);
  EXPECT_EQ(all.seen(), expected);
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_EQ(letters()[0].seq, 50);
}

TEST_F(DispatcherTest, Drain_HandlersThatEmit_WaitsForTheWholeChain) {
  dispatcher->on("chain", {"a.b"}, [&](const storage::CommittedEvent& event) -> Status {
    YD_CHECK(all(event));
    if (event.seq >= 20) return {};
    return database->write(event.tenant, [&](storage::Transaction& tx) -> Status {
      tx.emit({event.tenant, "a.b", "{}"});
      return {};
    });
  });
  ASSERT_TRUE(dispatcher->start());
  emit(1);
  ASSERT_TRUE(dispatcher->drain(kLimit));
  EXPECT_EQ(all.seen(), range(1, 20));
}

TEST_F(DispatcherTest, Tap_EveryCommit_IsHeardBeforeTheWriterContinues) {
  std::vector<std::int64_t> heard;
  dispatcher->tap([&](std::span<const storage::CommittedEvent> events) {
    for (const auto& event : events) heard.push_back(event.seq);
  });
  ASSERT_TRUE(dispatcher->start());
  emit(2);
  EXPECT_EQ(heard, range(1, 2));
  emit(3);
  EXPECT_EQ(heard, range(1, 5));
}

TEST_F(DispatcherTest, Stop_WhileHandlersWork_StoresWhatTheyDigested) {
  std::latch began(1), gate(1);
  dispatcher->on("slow", {}, [&](const storage::CommittedEvent& event) {
    if (event.seq == 1) {
      began.count_down();
      gate.wait();
    }
    return all(event);
  });
  ASSERT_TRUE(dispatcher->start());
  emit(50);
  began.wait();
  std::jthread stopper([&] { dispatcher->stop(); });
  gate.count_down();
  stopper.join();
  EXPECT_GE(all.seen().size(), 1U);
  restart();
  dispatcher->on("slow", {}, std::ref(all));
  ASSERT_TRUE(dispatcher->start());
  ASSERT_TRUE(dispatcher->drain(kLimit));
  EXPECT_EQ(all.seen(), range(1, 50)) << "nothing twice: the cursor was stored at stop";
}

TEST_F(DispatcherTest, Stop_PoolStoppedFirst_DoesNotHang) {
  std::latch began(1), gate(1);
  dispatcher->on("a", {}, [&](const storage::CommittedEvent& event) {
    if (event.seq == 1) {
      began.count_down();
      gate.wait();
    }
    return all(event);
  });
  dispatcher->on("b", {}, std::ref(some));
  ASSERT_TRUE(dispatcher->start());
  emit(5);
  began.wait();
  std::jthread opener([&] {
    while (workers->queued() > 0) std::this_thread::yield();
    gate.count_down();
  });
  workers->stop({});
  dispatcher->stop();
  restart();
  dispatcher->on("a", {}, std::ref(all));
  ASSERT_TRUE(dispatcher->start());
  ASSERT_TRUE(dispatcher->drain(kLimit));
  EXPECT_EQ(all.seen().back(), 5);
}

TEST_F(DispatcherTest, Log_TrimmedBeyondTheCursor_ContinuesWithTheOldestKept) {
  emit(100);
  clock.advance(hours(1));
  emit(50);
  ASSERT_EQ(database->trim_events(clock.now(), 1000).value(), 100);
  dispatcher->on("all", {}, std::ref(all));
  ASSERT_TRUE(dispatcher->start());
  ASSERT_TRUE(dispatcher->drain(kLimit));
  EXPECT_EQ(all.seen(), range(101, 150));
}

}  // namespace
}  // namespace yingda::runtime
