// What happens when the engine below fails: full disk, foreign locks, a server that goes away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "notes.hpp"

namespace yingda::storage {
namespace {

using namespace notes;

constexpr TenantId kTenant{7};

TEST(StorageFailure, FullStore_JobsFailClearlyAndTheLaneRecovers) {
  ManualClock clock;
  const TestStore store(Engine::sqlite);
  DatabaseOptions options;
  options.url = store.url() + "?max_pages=60";
  const auto database = open_database(options, clock).value();
  ASSERT_TRUE(database->migrate(schema()));
  const std::string body(3000, 'x');
  std::int64_t kept = 0;
  Status status;
  while ((status = database->write(kTenant, add_line(kTenant, kept, body)))) ++kept;
  EXPECT_EQ(status.error().code, Code::unavailable);
  EXPECT_EQ(status.error().reason, "storage.full");
  EXPECT_GT(kept, 5);

  Outcomes outcomes;  // a whole batch meets the full store
  {
    Gate gate(*database, kTenant);
    for (std::size_t i = 0; i < 10; ++i)
      database->write_async(kTenant, add_line(kTenant, 1000 + static_cast<std::int64_t>(i), body), outcomes.slot(i));
    gate.release();
  }
  for (const auto& outcome : outcomes.wait(10)) {
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().reason, "storage.full");
  }
  EXPECT_EQ(count(*database, kTenant), kept);
  EXPECT_EQ(database->last_seq(kTenant).value(), kept);

  ASSERT_TRUE(database->write(kTenant, [](Transaction& tx) { return tx.exec_deferred(kDelete, kTenant); }));
  ASSERT_TRUE(database->write(kTenant, add_line(kTenant, 1, body)));
  EXPECT_TRUE(is_dense(events(*database, kTenant)));
}

TEST(StorageFailure, LockedByAnotherProcess_WaitsThenSaysBusy) {
  ManualClock clock;
  const TestStore store(Engine::sqlite);
  DatabaseOptions options;
  options.statement_timeout = milliseconds(100);
  const auto database = store.open(clock, options);
  ASSERT_TRUE(database->migrate(schema()));
  const auto other = store.open(clock);
  Gate gate(*other, kTenant);  // its transaction is open
  const auto status = database->write(kTenant, add_line(kTenant, 1));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "storage.busy");
  gate.release();
  EXPECT_TRUE(database->write(kTenant, add_line(kTenant, 1)));
}

class PostgresFailure : public testing::Test {
 protected:
  void SetUp() override {
    if (test_engine() != Engine::postgres) GTEST_SKIP() << "needs PostgreSQL";
    store_ = std::make_unique<TestStore>(Engine::postgres);
    victim_.url = store_->url() + "&application_name=yingda_victim";
    admin_ = store_->open(clock_);
    ASSERT_TRUE(admin_->migrate(schema()));
  }

  /// Ends the victim's server sessions, as a restart of the server does.
  int end_sessions() {
    static constexpr Query kEnd{"test.end_sessions", "",
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                " WHERE application_name = 'yingda_victim' AND pid <> pg_backend_pid()"};
    int ended = 0;
    EXPECT_TRUE(admin_->read([&](Transaction& tx) {
      return tx.each(kEnd, {}, [&](const Row&) -> Status {
        ++ended;
        return {};
      });
    }));
    return ended;
  }

  ManualClock clock_;
  std::unique_ptr<TestStore> store_;
  std::unique_ptr<Database> admin_;
  DatabaseOptions victim_;
};

TEST_F(PostgresFailure, SessionsEndedWhileIdle_NobodyNotices) {
  const auto database = open_database(victim_, clock_).value();
  ASSERT_TRUE(database->write(kTenant, add_line(kTenant, 1)));
  EXPECT_EQ(count(*database, kTenant), 1);
  EXPECT_GE(end_sessions(), 2);
  const auto status = database->write(kTenant, add_line(kTenant, 2));
  EXPECT_TRUE(status) << describe(status.error());
  EXPECT_EQ(count(*database, kTenant), 2);
}

TEST_F(PostgresFailure, SessionEndedInsideAJob_TheBatchRunsAgain) {
  const auto database = open_database(victim_, clock_).value();
  int runs = 0;
  const auto status = database->write(kTenant, [&](Transaction& tx) -> Status {
    YD_CHECK(tx.exec(kInsert, kTenant, 1, "x"));
    if (++runs == 1) EXPECT_GE(end_sessions(), 1);
    YD_CHECK(tx.exec(kInsert, kTenant, 2, "y"));
    tx.emit({kTenant, "note.added", "{}"});
    return {};
  });
  EXPECT_TRUE(status) << describe(status.error());
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(count(*admin_, kTenant), 2);
  EXPECT_EQ(events(*admin_, kTenant).size(), 1U);
}

TEST_F(PostgresFailure, SessionsEndedUnderLoad_NothingAcknowledgedIsLostOrDoubled) {
  victim_.writer_lanes = 2;
  const auto database = open_database(victim_, clock_).value();
  constexpr int kThreads = 6, kJobs = 150;
  std::mutex mutex;
  std::set<std::pair<std::int64_t, std::int64_t>> acknowledged;
  std::atomic<int> running{kThreads};
  int refused = 0;
  std::vector<std::thread> threads;
  for (int t = 1; t <= kThreads; ++t) {
    threads.emplace_back([&, tenant = TenantId{t}] {
      for (int i = 0; i < kJobs; ++i) {
        const auto status = database->write(tenant, add_line(tenant, i));
        const std::lock_guard lock(mutex);
        if (status) {
          acknowledged.emplace(tenant.value, i);
        } else {
          ++refused;
          EXPECT_EQ(status.error().reason, "storage.down") << describe(status.error());
        }
      }
      --running;
    });
  }
  int ended = 0;
  while (running > 0) {
    ended += end_sessions();
    std::this_thread::yield();
  }
  for (auto& thread : threads) thread.join();
  EXPECT_GT(ended, 5);
  for (int t = 1; t <= kThreads; ++t) {
    const TenantId tenant{t};
    std::set<std::int64_t> stored;
    const Value values[] = {bind(tenant)};
    ASSERT_TRUE(admin_->read([&](Transaction& tx) {
      return tx.each(kIds, values, [&](const Row& row) -> Status {
        stored.insert(row.int64(0));
        return {};
      });
    }));
    for (const auto& [owner, id] : acknowledged)
      if (owner == t) EXPECT_TRUE(stored.contains(id)) << t << "/" << id;
    const auto log = events(*admin_, tenant);
    EXPECT_TRUE(is_dense(log));
    EXPECT_EQ(log.size(), stored.size());
  }
  RecordProperty("ended", ended);
  RecordProperty("refused", refused);
}

TEST_F(PostgresFailure, TableChangedBelowPreparedStatement_IsPreparedAnew) {
  static constexpr Query kStar{"note.star", "", "SELECT * FROM note_value"};
  static constexpr Query kAlter{"note.alter", "", "ALTER TABLE note_value ADD COLUMN more TEXT"};
  const auto database = open_database(victim_, clock_).value();
  const auto look = [](Transaction& tx) { return tx.each(kStar, {}, [](const Row&) -> Status { return {}; }); };
  ASSERT_TRUE(database->write(kTenant, look));
  ASSERT_TRUE(admin_->write(kTenant, [](Transaction& tx) { return tx.exec_deferred(kAlter); }));
  const auto status = database->write(kTenant, look);
  EXPECT_TRUE(status) << describe(status.error());
}

TEST_F(PostgresFailure, DeadlockWithAnotherProcess_IsRetried) {
  static constexpr Query kTouch{"note.touch", "", "UPDATE note_line SET body = 'x' WHERE tenant_id = $1 AND id = $2"};
  for (int id = 1; id <= 2; ++id) ASSERT_TRUE(admin_->write(kTenant, add_line(kTenant, id)));
  const auto first = open_database(victim_, clock_).value();
  const auto second = open_database(victim_, clock_).value();
  // Both hold one row and want the other's, at least once at the same time.
  std::mutex mutex;
  std::condition_variable both;
  int holding = 0;
  const auto touch = [&](int mine, int other) {
    return [&, mine, other](Transaction& tx) -> Status {
      YD_CHECK(tx.exec(kTouch, kTenant, mine));
      std::unique_lock lock(mutex);
      ++holding;
      both.notify_all();
      both.wait(lock, [&] { return holding >= 2; });
      lock.unlock();
      YD_CHECK(tx.exec(kTouch, kTenant, other));
      return {};
    };
  };
  Outcomes outcomes;
  first->write_async(kTenant, touch(1, 2), outcomes.slot(0));
  second->write_async(kTenant, touch(2, 1), outcomes.slot(1));
  for (const auto& outcome : outcomes.wait(2)) EXPECT_TRUE(outcome);
  EXPECT_GE(first->stats().batch_retries + second->stats().batch_retries, 1);
}

}  // namespace
}  // namespace yingda::storage
