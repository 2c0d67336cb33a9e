// The event log: dense, in commit order, told to the listener, read and trimmed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "notes.hpp"

namespace yingda::storage {
namespace {

using namespace notes;
using testing::ElementsAre;

constexpr TenantId kTenant{7};

TEST(StorageEvents, Listener_HearsBatchesInOrderBeforeDone) {
  ManualClock clock;
  DatabaseOptions options;
  options.writer_lanes = 2;
  const auto database = open_test_database(clock, schema(), std::move(options));
  std::map<std::int64_t, std::int64_t> heard;  // newest seq by tenant; the store calls one at a time
  bool in_order = true;
  std::atomic<std::int64_t> heard_of_seven{0};
  database->set_event_listener([&](std::span<const CommittedEvent> events) {
    for (const auto& event : events) {
      in_order = in_order && event.seq == ++heard[event.tenant.value] && event.type == "note.added";
      if (event.tenant == kTenant) heard_of_seven = event.seq;
    }
  });
  std::vector<std::thread> threads;
  for (int t = 5; t < 9; ++t) {
    threads.emplace_back([&, tenant = TenantId{t}] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(database->write(tenant, add_line(tenant, i)));
        if (tenant == kTenant) EXPECT_GE(heard_of_seven, i + 1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(in_order);
  EXPECT_THAT(heard,
              ElementsAre(testing::Pair(5, 50), testing::Pair(6, 50), testing::Pair(7, 50), testing::Pair(8, 50)));
}

TEST(StorageEvents, OnCommit_RunsOnceAfterListenerOnlyForKeptJobs) {
  ManualClock clock;
  const auto database = open_test_database(clock, schema());
  std::vector<std::string> order;
  database->set_event_listener(
      [&](std::span<const CommittedEvent> events) { order.push_back("events" + std::to_string(events.size())); });
  Outcomes outcomes;
  Gate gate(*database, kTenant);
  for (int i = 0; i < 3; ++i) {
    const auto job = [&, i](Transaction& tx) -> Status {
      YD_CHECK(add_line(kTenant, i)(tx));
      tx.on_commit([&, i] { order.push_back("commit" + std::to_string(i)); });
      if (i == 1) return fail(Code::conflict, "note.refused");
      return {};
    };
    database->write_async(kTenant, job, outcomes.slot(static_cast<std::size_t>(i)));
  }
  gate.release();
  outcomes.wait(3);
  EXPECT_THAT(order, ElementsAre("events2", "commit0", "commit2"));
}

TEST(StorageEvents, Emit_SeveralTenantsInOneBatch_EachIsDense) {
  ManualClock clock;
  const auto database = open_test_database(clock, schema());
  Outcomes outcomes;
  Gate gate(*database, kTenant);
  for (int i = 0; i < 30; ++i) {
    const auto job = [i](Transaction& tx) -> Status {
      for (int tenant = 1; tenant <= 3; ++tenant)
        for (int k = 0; k < tenant; ++k) tx.emit({TenantId{tenant}, "note.counted", std::to_string(i)});
      return {};
    };
    database->write_async(kTenant, job, outcomes.slot(static_cast<std::size_t>(i)));
  }
  gate.release();
  outcomes.wait(30);
  for (int tenant = 1; tenant <= 3; ++tenant) {
    const auto log = events(*database, TenantId{tenant});
    EXPECT_EQ(log.size(), 30U * static_cast<std::size_t>(tenant));
    EXPECT_TRUE(is_dense(log));
    for (std::size_t i = 1; i < log.size(); ++i) EXPECT_LE(std::stoi(log[i - 1].payload), std::stoi(log[i].payload));
  }
  EXPECT_THAT(database->tenants_with_events().value(), ElementsAre(TenantId{1}, TenantId{2}, TenantId{3}));
}

TEST(StorageEvents, Emit_TwoHandlesOnOneStore_StaysDense) {
  ManualClock clock;
  const TestStore store;
  const auto first = store.open(clock);
  ASSERT_TRUE(first->migrate(schema()));
  const auto second = store.open(clock);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Database& database = t % 2 == 0 ? *first : *second;
      for (int i = 0; i < 50; ++i) {
        const auto status = database.write(kTenant, add_line(kTenant, t * 1000 + i));
        EXPECT_TRUE(status) << describe(status.error());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto log = events(*first, kTenant);
  EXPECT_EQ(log.size(), 200U);
  EXPECT_TRUE(is_dense(log));
  EXPECT_EQ(count(*second, kTenant), 200);
}

TEST(StorageEvents, ReadEvents_AfterAndLimit_AreKept) {
  ManualClock clock;
  const auto database = open_test_database(clock, schema());
  for (int i = 1; i <= 5; ++i) {
    clock.advance(seconds(1));
    ASSERT_TRUE(database->write(kTenant, add_line(kTenant, i)));
  }
  const auto page = database->read_events(kTenant, 2, 2).value();
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[0].seq, 3);
  EXPECT_EQ(page[0].tenant, kTenant);
  EXPECT_EQ(page[0].type, "note.added");
  EXPECT_EQ(page[0].payload, "{\"id\":3}");
  EXPECT_EQ(page[1].at.ms - page[0].at.ms, 1000);
  EXPECT_TRUE(database->read_events(kTenant, 5, 10).value().empty());
  EXPECT_TRUE(database->read_events(TenantId{99}, 0, 10).value().empty());
}

TEST(StorageEvents, TrimEvents_ForgetsAPrefixAndSaysSo) {
  ManualClock clock;
  const auto database = open_test_database(clock, schema());
  for (int i = 1; i <= 10; ++i) {
    // The clock steps back before the ninth event: what stays must be dense nevertheless.
    clock.advance(i == 9 ? seconds(-8) : seconds(1));
    ASSERT_TRUE(database->write(kTenant, add_line(kTenant, i)));
  }
  const UtcTime before = database->read_events(kTenant, 4, 1).value()[0].at;
  EXPECT_EQ(database->trim_events(before, 3).value(), 3);
  EXPECT_EQ(database->trim_events(before, 100).value(), 1);
  EXPECT_EQ(database->trim_events(before, 100).value(), 0);
  const auto rest = database->read_events(kTenant, 4, 100).value();
  ASSERT_EQ(rest.size(), 6U);
  EXPECT_EQ(rest.front().seq, 5);
  const auto trimmed = database->read_events(kTenant, 3, 100);
  ASSERT_FALSE(trimmed);
  EXPECT_EQ(trimmed.error().code, Code::not_found);
  EXPECT_EQ(trimmed.error().reason, "storage.events_trimmed");

  EXPECT_EQ(database->trim_events(clock.now() + days(1), 100).value(), 6);
  EXPECT_EQ(database->read_events(kTenant, 9, 100).error().reason, "storage.events_trimmed");
  EXPECT_TRUE(database->read_events(kTenant, 10, 100).value().empty());
  ASSERT_TRUE(database->write(kTenant, add_line(kTenant, 11)));
  EXPECT_EQ(database->last_seq(kTenant).value(), 11);
}

}  // namespace
}  // namespace yingda::storage
