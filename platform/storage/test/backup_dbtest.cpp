// Backups: consistent while writes go on, restored into either engine, older schemas migrated on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "notes.hpp"

namespace yingda::storage {
namespace {

using namespace notes;

constexpr TenantId kTenant{7};

std::vector<Engine> engines() {
  std::vector<Engine> all{Engine::sqlite};
  if (test_engine() == Engine::postgres) all.push_back(Engine::postgres);
  return all;
}

DatabaseOptions at(const TestStore& store) {
  DatabaseOptions options;
  options.url = store.url();
  return options;
}

class StorageBackup : public testing::Test {
 protected:
  ManualClock clock_;
  const TestStore files_{Engine::sqlite};
  const std::string file_ = files_.folder() + "/backup.ydb";
};

TEST_F(StorageBackup, EveryEngineIntoEveryEngine_EverythingIsThere) {
  const Blob blob{std::string("\0\xff\\\n\t", 5)};
  const std::string tricky = "tab\t line\n return\r back\\slash \\N '\" 应答";
  for (const Engine from : engines()) {
    const TestStore source(from);
    {
      const auto database = source.open(clock_);
      ASSERT_TRUE(database->migrate(schema()));
      ASSERT_TRUE(database->write(kTenant, [&](Transaction& tx) -> Status {
        YD_CHECK(add_line(kTenant, 1, tricky)(tx));
        YD_CHECK(add_line(kTenant, 2, "")(tx));
        YD_CHECK(tx.exec(kInsert, kTenant, 3, std::nullopt));
        YD_CHECK(tx.exec(kTag, kTenant, 1, "tagged"));
        return tx.exec_deferred(kInsertValue, 1, std::int64_t{1} << 62, 0.1, std::nullopt, blob);
      }));
      const auto status = database->backup(file_);
      ASSERT_TRUE(status) << describe(status.error());
    }
    for (const Engine to : engines()) {
      const TestStore target(to);
      const auto status = restore_database(at(target), clock_, schema(), file_);
      ASSERT_TRUE(status) << describe(status.error());
      const auto database = target.open(clock_);
      ASSERT_TRUE(database->migrate(schema()));
      EXPECT_THAT(bodies(*database, kTenant), testing::ElementsAre(tricky, "", ""));
      EXPECT_EQ(events(*database, kTenant).size(), 2U);
      const Value values[] = {bind(1)};
      EXPECT_TRUE(database->read([&](Transaction& tx) {
        return tx.each(kValue, values, [&](const Row& row) -> Status {
          EXPECT_EQ(row.int64(0), std::int64_t{1} << 62);
          EXPECT_EQ(row.real(1), 0.1);
          EXPECT_TRUE(row.is_null(2));
          EXPECT_EQ(row.blob(3), blob.bytes);
          return {};
        });
      }));
      // The references hold again, and the log goes on behind its last number.
      const auto dangling =
          database->write(kTenant, [](Transaction& tx) { return tx.exec_deferred(kTag, kTenant, 99, "x"); });
      EXPECT_EQ(dangling.error().reason, "storage.foreign_key");
      ASSERT_TRUE(database->write(kTenant, add_line(kTenant, 4)));
      EXPECT_TRUE(is_dense(events(*database, kTenant)));

      const auto again = restore_database(at(target), clock_, schema(), file_);
      ASSERT_FALSE(again);
      EXPECT_EQ(again.error().reason, "storage.not_empty");
    }
  }
}

TEST_F(StorageBackup, UnderLoad_IsOneMomentOfTheStore) {
  const TestStore source;
  const auto database = source.open(clock_);
  ASSERT_TRUE(database->migrate(schema()));
  const std::string body(2000, 'b');
  // Each job writes one line and one event: in any consistent copy there are as many of both.
  for (int i = 0; i < 500; ++i) database->write_async(kTenant, add_line(kTenant, i, body), [](const Status&) {});
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 1000; !stop; ++i) EXPECT_TRUE(database->write(kTenant, add_line(kTenant, i, body)));
  });
  for (int round = 0; round < 3; ++round) {
    const auto status = database->backup(file_);
    ASSERT_TRUE(status) << describe(status.error());
    for (const Engine to : engines()) {
      const TestStore target(to);
      const auto restored = restore_database(at(target), clock_, schema(), file_);
      ASSERT_TRUE(restored) << describe(restored.error());
      const auto copy = target.open(clock_);
      const auto log = events(*copy, kTenant);
      EXPECT_TRUE(is_dense(log));
      EXPECT_EQ(static_cast<std::int64_t>(log.size()), count(*copy, kTenant));
      EXPECT_EQ(static_cast<std::int64_t>(log.size()), copy->last_seq(kTenant).value());
    }
  }
  stop = true;
  writer.join();
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(files_.folder()), {}), 1) << "temporary files are left";
}

TEST_F(StorageBackup, OlderSchema_IsMigratedWhileRestoring) {
  constexpr Migration kSteps[] = {
      {"shop", 1, "CREATE TABLE shop_item (id BIGINT NOT NULL PRIMARY KEY); INSERT INTO shop_item (id) VALUES (1);",
       ""},
      {"shop", 2, "ALTER TABLE shop_item ADD COLUMN twice BIGINT; UPDATE shop_item SET twice = 2 * id;", ""},
  };
  static constexpr Query kAdd{"shop.add", "INSERT INTO shop_item (id) VALUES ($1)", ""};
  static constexpr Query kForget{"shop.forget", "DELETE FROM shop_item WHERE id = 1", ""};
  static constexpr Query kAll{"shop.all", "SELECT twice FROM shop_item ORDER BY id LIMIT 10", ""};
  for (const Engine from : engines()) {
    const TestStore source(from);
    const auto database = source.open(clock_);
    ASSERT_TRUE(database->migrate(std::span(kSteps, 1)));
    ASSERT_TRUE(database->write(kTenant, [](Transaction& tx) -> Status {
      YD_CHECK(tx.exec(kForget));
      return tx.exec_deferred(kAdd, 21);
    }));
    ASSERT_TRUE(database->backup(file_));
    for (const Engine to : engines()) {
      const TestStore target(to);
      const auto status = restore_database(at(target), clock_, kSteps, file_);
      ASSERT_TRUE(status) << describe(status.error());
      const auto rows = target.open(clock_)->read_for<std::vector<std::int64_t>>(
          [](Transaction& tx) { return tx.all(kAll, [](const Row& row) { return row.int64(0); }); });
      EXPECT_THAT(rows.value(), testing::ElementsAre(42)) << "the row of the migration itself must not come back";

      const TestStore older(to);
      const auto refused = restore_database(at(older), clock_, {}, file_);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().reason, "storage.schema_newer");
      EXPECT_TRUE(restore_database(at(older), clock_, kSteps, file_)) << "the failed try left something";
    }
  }
}

TEST_F(StorageBackup, WrongFiles_AreRefused) {
  const TestStore target;
  const auto reason = [&](const std::string& file) {
    const auto status = restore_database(at(target), clock_, schema(), file);
    return status ? std::string("none") : status.error().reason;
  };
  EXPECT_EQ(reason(files_.folder() + "/missing"), "storage.no_backup");
  std::ofstream(file_) << "this is no backup, but long enough to look at: " << std::string(4096, '?');
  EXPECT_EQ(reason(file_), "storage.corrupt");
  {
    const auto database = target.open(clock_);
    ASSERT_TRUE(database->migrate(schema()));
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(database->write(kTenant, add_line(kTenant, i, std::string(500, 'x'))));
    ASSERT_TRUE(database->backup(file_));
    EXPECT_EQ(database->backup("/nonexistent-folder/backup").error().reason, "storage.down");
  }
  std::fstream damaged(file_, std::ios::in | std::ios::out | std::ios::binary);
  damaged.seekp(3 * 4096);
  damaged << std::string(8192, '\x5a');
  damaged.close();
  const TestStore fresh;
  const auto status = restore_database(at(fresh), clock_, schema(), file_);
  EXPECT_FALSE(status);
}

}  // namespace
}  // namespace yingda::storage
