// What every engine promises to a job: values, errors, isolation, order, bounds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <thread>

#include "notes.hpp"

namespace yingda::storage {
namespace {

using namespace notes;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr TenantId kTenant{7};

class Storage : public testing::Test {
 protected:
  std::unique_ptr<Database> open(DatabaseOptions options = {}) {
    return open_test_database(clock_, schema(), std::move(options));
  }
  ManualClock clock_;
};

TEST_F(Storage, Write_CommittedJob_IsReadBack) {
  const auto database = open();
  ASSERT_TRUE(database->write(kTenant, add_line(kTenant, 1, "hello")));
  EXPECT_THAT(bodies(*database, kTenant), ElementsAre("hello"));
  EXPECT_EQ(database->last_seq(kTenant).value(), 1);
}

TEST_F(Storage, Write_EveryKindOfValue_ComesBackAsWritten) {
  const auto database = open();
  const Blob blob{std::string("\0\xff\\'\"\n", 6)};
  const Blob empty_blob;
  const auto status = database->write(kTenant, [&](Transaction& tx) -> Status {
    YD_CHECK(tx.exec(kInsertValue, 1, std::numeric_limits<std::int64_t>::min(), 0.1, "应答 '\"\\ 😀", blob));
    YD_CHECK(tx.exec(kInsertValue, 2, std::numeric_limits<std::int64_t>::max(), -1e300, "", empty_blob));
    YD_CHECK(tx.exec(kInsertValue, 3, std::nullopt, std::nullopt, std::optional<std::string>(), std::nullopt));
    return tx.exec_deferred(kInsertValue, 4, true, 3.0, std::string_view(), blob);
  });
  ASSERT_TRUE(status) << describe(status.error());
  const auto check = [&](std::int64_t id, const std::function<void(const Row&)>& look) {
    const Value values[] = {bind(id)};
    int rows = 0;
    ASSERT_TRUE(database->read([&](Transaction& tx) {
      return tx.each(kValue, values, [&](const Row& row) -> Status {
        ++rows;
        look(row);
        return {};
      });
    }));
    EXPECT_EQ(rows, 1);
  };
  check(1, [&](const Row& row) {
    EXPECT_EQ(row.int64(0), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(row.real(1), 0.1);
    EXPECT_EQ(row.text(2), "应答 '\"\\ 😀");
    EXPECT_EQ(row.blob(3), blob.bytes);
  });
  check(2, [&](const Row& row) {
    EXPECT_EQ(row.int64(0), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(row.real(1), -1e300);
    EXPECT_FALSE(row.is_null(2));
    EXPECT_FALSE(row.is_null(3));
    EXPECT_EQ(row.blob(3), "");
  });
  check(3, [&](const Row& row) {
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(row.is_null(i)) << i;
    EXPECT_EQ(row.int64(0), 0);
    EXPECT_EQ(row.text(2), "");
  });
  check(4, [&](const Row& row) {
    EXPECT_TRUE(row.boolean(0));
    EXPECT_FALSE(row.is_null(2));
  });
}

TEST_F(Storage, Read_AggregatesAndComparisons_AreIntegers) {
  static constexpr Query kMixed{
      "note.mixed", "SELECT SUM(id), COUNT(*), MAX(id) > 1, EXISTS (SELECT 1 FROM note_line) FROM note_line", ""};
  const auto database = open();
  ASSERT_TRUE(database->write(kTenant, add_line(kTenant, 1)));
  ASSERT_TRUE(database->write(kTenant, add_line(kTenant, 9'000'000'000'000'000)));
  const auto status = database->read([&](Transaction& tx) {
    return tx.each(kMixed, {}, [](const Row& row) -> Status {
      EXPECT_EQ(row.int64(0), 9'000'000'000'000'001);
      EXPECT_EQ(row.int64(1), 2);
      EXPECT_TRUE(row.boolean(2));
      EXPECT_TRUE(row.boolean(3));
      return {};
    });
  });
  EXPECT_TRUE(status) << describe(status.error());
}

TEST_F(Storage, Run_ChangedRows_AreCounted) {
  static constexpr Query kUpdate{"note.update", "UPDATE note_line SET body = $2 WHERE tenant_id = $1 AND body <> $2",
                                 ""};
  const auto database = open();
  std::vector<std::int64_t> counts;
  const auto status = database->write(kTenant, [&](Transaction& tx) -> Status {
    counts.clear();
    for (int id = 1; id <= 3; ++id) {
      YD_TRY(const auto inserted, tx.exec(kInsert, kTenant, id, "a"));
      counts.push_back(inserted);
    }
    for (int i = 0; i < 2; ++i) {
      YD_TRY(const auto updated, tx.exec(kUpdate, kTenant, "b"));
      counts.push_back(updated);
    }
    return {};
  });
  ASSERT_TRUE(status) << describe(status.error());
  EXPECT_THAT(counts, ElementsAre(1, 1, 1, 3, 0));
}

TEST_F(Storage, Write_JobReturnsError_NothingIsKept) {
  const auto database = open();
  const auto status = database->write(kTenant, [&](Transaction& tx) -> Status {
    YD_CHECK(add_line(kTenant, 1)(tx));
    return fail(Code::conflict, "note.refused");
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "note.refused");
  EXPECT_EQ(count(*database, kTenant), 0);
  EXPECT_EQ(database->last_seq(kTenant).value(), 0);
}

TEST_F(Storage, Write_JobThrows_BecomesInternal) {
  const auto database = open();
  const auto status = database->write(kTenant, [&](Transaction& tx) -> Status {
    YD_CHECK(add_line(kTenant, 1)(tx));
    throw std::runtime_error("boom");
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "storage.job_threw");
  EXPECT_EQ(count(*database, kTenant), 0);
}

TEST_F(Storage, Write_SwallowedStatementError_StillFailsTheJob) {
  const auto database = open();
  ASSERT_TRUE(database->write(kTenant, add_line(kTenant, 1)));
  const auto status = database->write(kTenant, [&](Transaction& tx) -> Status {
    (void)tx.exec(kInsert, kTenant, 2, "kept?");
    (void)tx.exec(kInsert, kTenant, 1, "clash");
    EXPECT_FALSE(tx.exec(kInsert, kTenant, 3, "later"));
    return {};
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "storage.unique");
  EXPECT_EQ(count(*database, kTenant), 1);
}

TEST_F(Storage, Write_JobTranslatesStatementError_ItsOwnErrorIsGiven) {
  const auto database = open();
  ASSERT_TRUE(database->write(kTenant, add_line(kTenant, 1)));
  const auto status = database->write(kTenant, [&](Transaction& tx) -> Status {
    if (!tx.exec(kInsert, kTenant, 1, "clash")) return fail(Code::conflict, "note.exists");
    return {};
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "note.exists");
}

TEST_F(Storage, Write_BrokenStatements_AreNamed) {
  static constexpr Query kNonsense{"note.nonsense", "SELEKT 1", ""};
  const auto database = open();
  const auto reason = [&](const std::function<Status(Transaction&)>& job) {
    const auto status = database->write(kTenant, job);
    return status ? "none" : status.error().reason;
  };
  EXPECT_EQ(reason([](Transaction& tx) { return tx.exec_deferred(kTag, kTenant, 99, "no line"); }),
            "storage.foreign_key");
  EXPECT_EQ(reason([](Transaction& tx) { return tx.exec_deferred(kNonsense); }), "storage.query");
  EXPECT_EQ(reason([](Transaction& tx) { return tx.exec_deferred(kInsert, kTenant, 1); }), "storage.query");
  EXPECT_EQ(reason([](Transaction& tx) { return tx.exec_deferred(kTag, kTenant, 1, std::nullopt); }), "storage.query");
  EXPECT_EQ(reason(add_line(kTenant, 1)), "none");  // and the lane works on
}

TEST_F(Storage, Each_NestedUseOfOneQuery_KeepsBothCursors) {
  const auto database = open();
  for (int id = 1; id <= 3; ++id) ASSERT_TRUE(database->write(kTenant, add_line(kTenant, id)));
  const Value values[] = {bind(kTenant)};
  int pairs = 0;
  const auto status = database->read([&](Transaction& tx) {
    return tx.each(kIds, values, [&](const Row&) {
      return tx.each(kIds, values, [&](const Row&) -> Status {
        ++pairs;
        return {};
      });
    });
  });
  ASSERT_TRUE(status) << describe(status.error());
  EXPECT_EQ(pairs, 9);
}

TEST_F(Storage, Each_ErrorOfOnRow_StopsAndIsReturned) {
  const auto database = open();
  for (int id = 1; id <= 3; ++id) ASSERT_TRUE(database->write(kTenant, add_line(kTenant, id)));
  const Value values[] = {bind(kTenant)};
  int seen = 0;
  const auto status = database->write(kTenant, [&](Transaction& tx) -> Status {
    seen = 0;
    const auto stopped = tx.each(kIds, values, [&](const Row&) -> Status {
      if (++seen == 2) return fail(Code::conflict, "note.enough");
      return {};
    });
    EXPECT_FALSE(stopped);
    return tx.exec_deferred(kInsert, kTenant, 4, "the job itself may go on");
  });
  EXPECT_TRUE(status) << describe(status.error());
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(count(*database, kTenant), 4);
}

TEST_F(Storage, WriteAsync_FailingJobsInABatch_DoNotHurtOthers) {
  const auto database = open();
  Outcomes outcomes;
  constexpr int kJobs = 60;
  {
    Gate gate(*database, kTenant);
    for (int i = 0; i < kJobs; ++i) {
      const auto job = [i](Transaction& tx) -> Status {
        YD_CHECK(tx.exec_deferred(kInsert, kTenant, i, "x"));
        tx.emit({kTenant, "note.added", std::to_string(i)});
        switch (i % 6) {
          case 1: return fail(Code::conflict, "note.refused");
          case 2: return tx.exec_deferred(kInsert, kTenant, i, "clash, seen late");
          case 3: YD_CHECK(tx.exec(kInsert, kTenant, i, "clash, seen at once")); return {};
          case 4: YD_CHECK(tx.exec(kInsertReturning, kTenant, 1000 + i, "y")); return {};
          default: return {};
        }
      };
      database->write_async(kTenant, job, outcomes.slot(static_cast<std::size_t>(i)));
    }
    gate.release();
  }
  const auto all = outcomes.wait(kJobs);
  std::vector<std::string> expected;
  for (int i = 0; i < kJobs; ++i) {
    const auto& outcome = all[static_cast<std::size_t>(i)];
    const std::string reason = outcome ? "none" : outcome.error().reason;
    const char* want[] = {"none", "note.refused", "storage.unique", "storage.unique", "none", "none"};
    EXPECT_EQ(reason, want[i % 6]) << i;
    if (outcome) expected.push_back(std::to_string(i));
  }
  const auto log = events(*database, kTenant);
  EXPECT_TRUE(is_dense(log));
  std::vector<std::string> payloads;
  for (const auto& event : log) payloads.push_back(event.payload);
  EXPECT_EQ(payloads, expected);
  EXPECT_EQ(count(*database, kTenant), 40);
}

TEST_F(Storage, WriteAsync_WaitingJobs_ShareCommits) {
  const auto database = open();
  Outcomes outcomes;
  const auto before = database->stats();
  Gate gate(*database, kTenant);
  for (std::size_t i = 0; i < 200; ++i)
    database->write_async(kTenant, add_line(kTenant, static_cast<std::int64_t>(i)), outcomes.slot(i));
  EXPECT_EQ(database->stats().write_queue, 200);
  gate.release();
  for (const auto& outcome : outcomes.wait(200)) EXPECT_TRUE(outcome);
  const auto after = database->stats();
  EXPECT_GE(after.jobs - before.jobs, 200);
  EXPECT_LE(after.commits - before.commits, 2);
  EXPECT_EQ(after.write_queue_max_seen, 200);
}

TEST_F(Storage, WriteAsync_JobsOfOneTenant_RunInOrderOneAtATime) {
  DatabaseOptions options;
  options.writer_lanes = 3;
  const auto database = open(std::move(options));
  Outcomes outcomes;
  std::vector<std::thread> threads;
  constexpr int kTenants = 6, kJobs = 100;
  for (int t = 0; t < kTenants; ++t) {
    threads.emplace_back([&, tenant = TenantId{t + 1}] {
      for (int i = 0; i < kJobs; ++i) {
        const auto job = [tenant, i](Transaction& tx) -> Status {
          YD_TRY(const auto n, tx.one(kCount, [](const Row& row) { return row.int64(0); }, tenant));
          EXPECT_EQ(n.value_or(-1), i);
          return add_line(tenant, i)(tx);
        };
        database->write_async(tenant, job, outcomes.slot(static_cast<std::size_t>((tenant.value - 1) * kJobs + i)));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& outcome : outcomes.wait(kTenants * kJobs)) EXPECT_TRUE(outcome);
  for (int t = 1; t <= kTenants; ++t) EXPECT_TRUE(is_dense(events(*database, TenantId{t})));
}

TEST_F(Storage, WriteAsync_FullQueue_RefusesAtOnce) {
  DatabaseOptions options;
  options.write_queue_max = 3;
  const auto database = open(std::move(options));
  Outcomes outcomes;
  Gate gate(*database, kTenant);
  for (std::size_t i = 0; i < 5; ++i)
    database->write_async(kTenant, add_line(kTenant, static_cast<std::int64_t>(i)), outcomes.slot(i));
  gate.release();
  const auto all = outcomes.wait(5);
  EXPECT_TRUE(all[0] && all[1] && all[2]);
  for (const std::size_t refused : {3U, 4U}) {
    ASSERT_FALSE(all[refused]);
    EXPECT_EQ(all[refused].error().code, Code::unavailable);
    EXPECT_EQ(all[refused].error().reason, "storage.busy");
  }
  EXPECT_EQ(count(*database, kTenant), 3);
}

TEST_F(Storage, Destruction_AcceptedJobs_AreFinished) {
  const TestStore store;
  Outcomes outcomes;
  {
    const auto database = store.open(clock_);
    ASSERT_TRUE(database->migrate(schema()));
    Gate gate(*database, kTenant);
    for (std::size_t i = 0; i < 50; ++i)
      database->write_async(kTenant, add_line(kTenant, static_cast<std::int64_t>(i)), outcomes.slot(i));
    gate.release();
  }
  for (const auto& outcome : outcomes.wait(50)) EXPECT_TRUE(outcome);
  EXPECT_EQ(count(*store.open(clock_), kTenant), 50);
}

TEST_F(Storage, Read_WritesMeanwhile_AreNotSeen) {
  const auto database = open();
  ASSERT_TRUE(database->write(kTenant, add_line(kTenant, 1)));
  const auto status = database->read([&](Transaction& tx) -> Status {
    const auto look = [&] { return tx.one(kCount, [](const Row& row) { return row.int64(0); }, kTenant); };
    EXPECT_EQ(look()->value_or(-1), 1);
    EXPECT_TRUE(database->write(kTenant, add_line(kTenant, 2)));
    EXPECT_EQ(look()->value_or(-1), 1);
    EXPECT_EQ(database->last_seq(tx, kTenant).value(), 1);
    return {};
  });
  ASSERT_TRUE(status) << describe(status.error());
  EXPECT_EQ(count(*database, kTenant), 2);
}

TEST_F(Storage, Read_ChangingStatement_IsRefused) {
  const auto database = open();
  EXPECT_FALSE(database->read([](Transaction& tx) { return tx.exec_deferred(kInsert, kTenant, 1, "x"); }));
  const auto status = database->read([](Transaction& tx) -> Status {
    YD_CHECK(tx.exec(kInsert, kTenant, 1, "x"));
    return {};
  });
  EXPECT_FALSE(status);
  EXPECT_EQ(count(*database, kTenant), 0);
}

TEST_F(Storage, Read_NoReaderFree_TimesOutAsBusy) {
  DatabaseOptions options;
  options.readers = 1;
  options.statement_timeout = milliseconds(50);
  const auto database = open(std::move(options));
  const auto status =
      database->read([&](Transaction&) { return database->read([](Transaction&) { return Status(); }); });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::timeout);
  EXPECT_EQ(status.error().reason, "storage.busy");
}

TEST_F(Storage, Write_SlowStatement_TimesOutAlone) {
  static constexpr Query kSlow{
      "note.slow",
      "INSERT INTO note_line (tenant_id, id) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
      "FROM n) SELECT 1, i FROM n WHERE i < 0",
      "INSERT INTO note_line (tenant_id, id) SELECT 1, 1 FROM pg_sleep(30)"};
  DatabaseOptions options;
  options.statement_timeout = milliseconds(200);
  const auto database = open(std::move(options));
  Outcomes outcomes;
  Gate gate(*database, kTenant);
  database->write_async(kTenant, add_line(kTenant, 1), outcomes.slot(0));
  database->write_async(kTenant, [](Transaction& tx) { return tx.exec_deferred(kSlow); }, outcomes.slot(1));
  database->write_async(kTenant, add_line(kTenant, 2), outcomes.slot(2));
  gate.release();
  const auto all = outcomes.wait(3);
  EXPECT_TRUE(all[0]);
  ASSERT_FALSE(all[1]);
  EXPECT_EQ(all[1].error().reason, "storage.timeout");
  EXPECT_TRUE(all[2]);
  EXPECT_EQ(events(*database, kTenant).size(), 2U);
}

TEST_F(Storage, Write_ForgottenQueryAddress_IsNotMixedUp) {
  const auto database = open();
  for (const std::string body : {"one", "two"}) {
    const std::string sql = "INSERT INTO note_line (tenant_id, id, body) VALUES (7, " +
                            std::to_string(body == "one" ? 1 : 2) + ", '" + body + "')";
    const Query query{"note.made", sql, ""};
    ASSERT_TRUE(database->write(kTenant, [&](Transaction& tx) { return tx.exec_deferred(query); }));
  }
  EXPECT_THAT(bodies(*database, kTenant), ElementsAre("one", "two"));
}

TEST_F(Storage, Open_WrongUrls_AreRefusedClearly) {
  const auto reason = [&](std::string url) {
    DatabaseOptions options;
    options.url = std::move(url);
    const auto opened = open_database(options, clock_);
    return opened ? std::string("none") : opened.error().reason;
  };
  EXPECT_EQ(reason(""), "storage.invalid_url");
  EXPECT_EQ(reason("mysql://x"), "storage.invalid_url");
  EXPECT_EQ(reason("sqlite:"), "storage.invalid_url");
  EXPECT_EQ(reason("sqlite::memory:"), "storage.invalid_url");
  EXPECT_EQ(reason("sqlite:/tmp/x.db?cache=shared"), "storage.invalid_url");
  EXPECT_EQ(reason("postgres://host/name?nonsense=1"), "storage.invalid_url");
  EXPECT_EQ(reason("sqlite:/nonexistent-folder/store.db"), "storage.down");
  EXPECT_EQ(reason("postgres://yingda@127.0.0.1:1/none"), "storage.down");
}

}  // namespace
}  // namespace yingda::storage
