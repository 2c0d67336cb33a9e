#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "yingda/base/manual_clock.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::storage {
namespace {

constexpr Migration kNotes{"note", 1,
                           "CREATE TABLE note_line (tenant_id BIGINT NOT NULL, id BIGINT NOT NULL, body TEXT, "
                           "PRIMARY KEY (tenant_id, id));",
                           ""};
constexpr Query kInsert{"note.insert", "INSERT INTO note_line (body, tenant_id, id) VALUES ($3, $1, $2)", ""};
constexpr Query kBodies{"note.bodies", "SELECT body FROM note_line WHERE tenant_id = $1 ORDER BY id LIMIT 1000", ""};

TEST(Storage, Write_CommittedJob_IsReadBack) {
  ManualClock clock;
  const auto database = open_test_database(clock, std::span(&kNotes, 1));
  const TenantId tenant{7};
  ASSERT_TRUE(database->write(tenant, [&](Transaction& tx) -> Status {
    YD_CHECK(tx.exec(kInsert, tenant, 1, "hello"));
    tx.emit({tenant, "note.added", "{}"});
    return {};
  }));
  const auto bodies = database->read_for<std::vector<std::string>>(
      [&](Transaction& tx) { return tx.all(kBodies, [](const Row& row) { return row.string(0); }, tenant); });
  ASSERT_TRUE(bodies);
  EXPECT_THAT(*bodies, testing::ElementsAre("hello"));
  EXPECT_EQ(database->last_seq(tenant).value(), 1);
}

}  // namespace
}  // namespace yingda::storage
