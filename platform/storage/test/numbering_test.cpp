// Numbering of a batch's events, and the order of migrations, without any engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_log.hpp"
#include "lane.hpp"
#include "schema.hpp"

namespace yingda::storage {
namespace {

CommittedEvent event(std::int64_t tenant) { return {TenantId{tenant}, 0, {}, "x", "{}"}; }

TEST(EventNumbering, TenantsInAnyOrder_AreCountedOnceAndSorted) {
  std::vector<CommittedEvent> events{event(3), event(1), event(3), event(2), event(1), event(3)};
  auto runs = count_by_tenant(events);
  ASSERT_EQ(runs.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(runs[i].tenant, TenantId{static_cast<std::int64_t>(i) + 1});
    runs[i].next = 100 * (static_cast<std::int64_t>(i) + 1);
  }
  EXPECT_EQ(runs[2].count, 3);
  assign_seq(events, runs);
  std::vector<std::int64_t> seqs;
  for (const auto& e : events) seqs.push_back(e.seq);
  EXPECT_THAT(seqs, testing::ElementsAre(300, 100, 301, 200, 101, 302));
}

TEST(Batch, FailAll_SettledJobsKeepTheirOutcome) {
  Batch batch;
  batch.jobs.resize(3);
  batch.outcomes.resize(3);
  batch.outcomes[1] = fail(Code::timeout, "own");
  batch.events.resize(2);
  batch.fail_all({Code::unavailable, "storage.down", {}, {}, {}}, {0, 1});
  EXPECT_EQ(batch.outcomes[0].error().reason, "storage.down");
  EXPECT_EQ(batch.outcomes[1].error().reason, "own");
  EXPECT_EQ(batch.outcomes[2].error().reason, "storage.down");
  EXPECT_TRUE(batch.events.empty());
}

TEST(SchemaPlan, StoreComesFirst_ModulesInOrderOfAppearance) {
  const Migration listed[] = {{"b", 2, "2", ""}, {"a", 1, "1", ""}, {"b", 1, "1", ""}};
  const auto plan = plan_schema(listed);
  ASSERT_TRUE(plan);
  std::vector<std::string> modules;
  for (const auto& module : *plan) modules.emplace_back(module.module);
  EXPECT_THAT(modules, testing::ElementsAre("storage", "b", "a"));
  EXPECT_EQ((*plan)[1].steps[1]->common, "2");
}

}  // namespace
}  // namespace yingda::storage
