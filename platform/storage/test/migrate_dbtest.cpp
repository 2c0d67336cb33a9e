// Schema versions: one step from any older one, never backwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "notes.hpp"

namespace yingda::storage {
namespace {

constexpr Migration kSteps[] = {
    {"shop", 1, "CREATE TABLE shop_item (id BIGINT NOT NULL PRIMARY KEY); INSERT INTO shop_item (id) VALUES (1);", ""},
    {"shop", 2, "ALTER TABLE shop_item ADD COLUMN name TEXT; UPDATE shop_item SET name = 'a;b -- c';", ""},
    {"shop", 3, "CREATE TABLE shop_price (id BIGINT NOT NULL PRIMARY KEY)",
     "CREATE TABLE shop_price (id BIGINT NOT NULL PRIMARY KEY, only_here BIGINT)"},
    {"yard", 1, "CREATE TABLE yard_gate (id BIGINT NOT NULL PRIMARY KEY)", ""},
};
constexpr Query kName{"shop.name", "SELECT name FROM shop_item WHERE id = 1", ""};
constexpr Query kPrices{"shop.prices", "SELECT COUNT(*) FROM shop_price", ""};
constexpr Query kGates{"yard.gates", "SELECT COUNT(*) FROM yard_gate", ""};
constexpr Query kVersions{"shop.versions", "SELECT version FROM storage_migration WHERE module = 'shop' ORDER BY 1",
                          ""};

class StorageMigrate : public testing::Test {
 protected:
  ManualClock clock_;
  TestStore store_;
};

TEST_F(StorageMigrate, AnyOlderVersion_ReachesTheNewestInOneStep) {
  for (std::size_t from = 0; from <= 3; ++from) {
    const TestStore store;
    const auto database = store.open(clock_);
    if (from > 0) {
      const auto old = database->migrate(std::span(kSteps, from));
      ASSERT_TRUE(old) << describe(old.error());
    }
    const auto status = database->migrate(kSteps);
    ASSERT_TRUE(status) << describe(status.error());
    ASSERT_TRUE(database->migrate(kSteps)) << "again is harmless";
    const auto look = database->read([](Transaction& tx) -> Status {
      YD_TRY(const auto name, tx.one(kName, [](const Row& row) { return row.string(0); }));
      EXPECT_EQ(name, "a;b -- c");
      for (const Query* query : {&kPrices, &kGates}) {
        YD_TRY(const auto n, tx.one(*query, [](const Row& row) { return row.int64(0); }));
        EXPECT_EQ(n, 0);
      }
      YD_TRY(const auto versions, tx.all(kVersions, [](const Row& row) { return row.int64(0); }));
      EXPECT_THAT(versions, testing::ElementsAre(1, 2, 3));
      return {};
    });
    EXPECT_TRUE(look) << describe(look.error());
  }
}

TEST_F(StorageMigrate, NewerStore_IsRefusedUntouched) {
  const auto database = store_.open(clock_);
  ASSERT_TRUE(database->migrate(std::span(kSteps, 3)));
  const Migration older[] = {kSteps[0], kSteps[3]};
  const auto status = database->migrate(older);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::conflict);
  EXPECT_EQ(status.error().reason, "storage.schema_newer");
  EXPECT_FALSE(database->read([](Transaction& tx) { return tx.exec_deferred(kGates); })) << "yard was made";
}

TEST_F(StorageMigrate, FailingStep_UndoesItsModuleOnly) {
  const auto database = store_.open(clock_);
  const Migration broken[] = {
      kSteps[3],
      {"shop", 1, "CREATE TABLE shop_price (id BIGINT NOT NULL PRIMARY KEY); CREATE NONSENSE;", ""},
  };
  const auto status = database->migrate(broken);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().detail, testing::HasSubstr("shop 1"));
  EXPECT_TRUE(database->read([](Transaction& tx) { return tx.exec_deferred(kGates); }));
  EXPECT_FALSE(database->read([](Transaction& tx) { return tx.exec_deferred(kPrices); }));
  EXPECT_TRUE(database->migrate(kSteps));
}

TEST_F(StorageMigrate, GapsAndDoublesInTheList_AreRefused) {
  const auto database = store_.open(clock_);
  const Migration gap[] = {kSteps[0], kSteps[2]};
  EXPECT_EQ(database->migrate(gap).error().reason, "storage.migrations");
  const Migration differs[] = {kSteps[0], {"shop", 1, "SELECT 1", ""}};
  EXPECT_EQ(database->migrate(differs).error().reason, "storage.migrations");
  const Migration twice[] = {kSteps[3], kSteps[3]};
  EXPECT_TRUE(database->migrate(twice));
}

TEST_F(StorageMigrate, SeveralProcessesAtOnce_AllSucceed) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto database = store_.open(clock_);
      const auto status = database->migrate(kSteps);
      EXPECT_TRUE(status) << describe(status.error());
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace yingda::storage
