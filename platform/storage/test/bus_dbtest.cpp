// Several processes on one PostgreSQL: each hears what the others commit. (SQLite has one process.)
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>

#include "notes.hpp"

namespace yingda::storage {
namespace {

using namespace notes;

constexpr TenantId kTenant{7};
constexpr TenantId kOther{8};

/// A process as the store sees it: its newest seq by tenant, and whether a seq ever came twice or backwards.
class Process {
 public:
  Process(const TestStore& store, const Clock& clock) : database_(store.open(clock)) {
    database_->set_event_listener([this](std::span<const CommittedEvent> events) {
      const std::lock_guard lock(mutex_);
      for (const CommittedEvent& event : events) {
        auto& newest = newest_[event.tenant];
        rising_ = rising_ && event.seq > newest;
        newest = event.seq;
        ++heard_;
      }
      changed_.notify_all();
    });
  }
  Database& database() { return *database_; }
  bool hears(TenantId tenant, std::int64_t seq) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return newest_[tenant] >= seq; });
  }
  bool rising() {
    const std::lock_guard lock(mutex_);
    return rising_;
  }
  std::int64_t heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<TenantId, std::int64_t> newest_;
  bool rising_ = true;
  std::int64_t heard_ = 0;
  std::unique_ptr<Database> database_;  // last: it calls the listener until it is gone
};

class StorageBus : public testing::Test {
 protected:
  void SetUp() override {
    if (first_.database().engine() != Engine::postgres) GTEST_SKIP() << "one process a SQLite store";
    ASSERT_TRUE(first_.database().migrate(schema()));
    // Only what comes after the line stands is heard: keep telling until the first is.
    for (int i = 1; i < 200; ++i) {
      ASSERT_TRUE(first_.database().write(kTenant, add_line(kTenant, i)));
      said_ = i;
      if (second_.heard() > 0) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ASSERT_TRUE(second_.hears(kTenant, said_));
  }
  ManualClock clock_;
  TestStore store_;
  Process first_{store_, clock_}, second_{store_, clock_};
  std::int64_t said_ = 0;
};

TEST_F(StorageBus, OtherProcessCommits_IsHeardInOrderAndOnce) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(first_.database().write(kTenant, add_line(kTenant, 1000 + i)));
    ASSERT_TRUE(first_.database().write(kOther, add_line(kOther, 1000 + i)));
  }
  EXPECT_TRUE(second_.hears(kTenant, said_ + 50));
  EXPECT_TRUE(second_.hears(kOther, 50));
  EXPECT_TRUE(second_.rising());
  EXPECT_TRUE(first_.rising());
  EXPECT_EQ(first_.heard(), said_ + 100);  // its own are not told twice
}

TEST_F(StorageBus, BothCommit_NobodyHearsBackwards) {
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(second_.database().write(kTenant, add_line(kTenant, 3000 + i)));
  });
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(first_.database().write(kTenant, add_line(kTenant, 2000 + i)));
  other.join();
  EXPECT_TRUE(first_.hears(kTenant, said_ + 200));
  EXPECT_TRUE(second_.hears(kTenant, said_ + 200));
  EXPECT_TRUE(first_.rising());
  EXPECT_TRUE(second_.rising());
}

constexpr Query kCutBuses{
    "test.cut", "",
    "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'yingda bus'"
    " AND datname = current_database()"};

TEST_F(StorageBus, LineCut_WhatWasMissedComesAfterwards) {
  const auto cut = first_.database().read_for<std::int64_t>([](Transaction& tx) -> Result<std::int64_t> {
    YD_TRY(const auto count, tx.one(kCutBuses, [](const Row& row) { return row.int64(0); }));
    return count.value_or(0);
  });
  ASSERT_TRUE(cut);
  ASSERT_GE(*cut, 2);
  ASSERT_TRUE(first_.database().write(kTenant, add_line(kTenant, 5000)));
  EXPECT_TRUE(second_.hears(kTenant, said_ + 1));
  ASSERT_TRUE(first_.database().write(kTenant, add_line(kTenant, 5001)));
  EXPECT_TRUE(second_.hears(kTenant, said_ + 2));
}

}  // namespace
}  // namespace yingda::storage
