#include "lane.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace yingda::runtime {
namespace {

EventPtr event(std::int64_t seq) {
  return std::make_shared<const storage::CommittedEvent>(storage::CommittedEvent{TenantId{1}, seq, {}, "a.b", "{}"});
}

TEST(Lane, Hear_BeforeTheCursorIsKnown_MustReadTheStore) {
  Lane lane;
  lane.hear(5, event(5));
  EXPECT_TRUE(lane.has_work());
  lane.set_cursor(3);
  EXPECT_TRUE(lane.must_read());
  lane.set_cursor(5);
  EXPECT_FALSE(lane.has_work());
}

TEST(Lane, Hear_NextInOrder_IsQueuedOnce) {
  Lane lane;
  lane.set_cursor(3);
  lane.hear(4, event(4));
  lane.hear(4, event(4));
  lane.hear(5, event(5));
  const auto items = lane.take(10);
  ASSERT_EQ(items.size(), 2U);
  lane.digested(5);
  EXPECT_EQ(lane.cursor(), 5);
  EXPECT_FALSE(lane.has_work());
}

TEST(Lane, Hear_GapFromAnotherNode_MustReadTheStore) {
  Lane lane;
  lane.set_cursor(3);
  lane.hear(6, event(6));
  EXPECT_TRUE(lane.must_read());
  EXPECT_EQ(lane.tail(), 3);
}

TEST(Lane, Hear_UnwantedWhileIdle_OnlyMovesTheCursor) {
  Lane lane;
  lane.set_cursor(0);
  for (std::int64_t seq = 1; seq <= 5000; ++seq) lane.hear(seq, nullptr);
  EXPECT_FALSE(lane.has_work());
  EXPECT_EQ(lane.cursor(), 5000);
}

TEST(Lane, Hear_UnwantedWhileInHand_DoesNotOvertake) {
  Lane lane;
  lane.set_cursor(0);
  lane.hear(1, event(1));
  auto items = lane.take(1);
  lane.hear(2, nullptr);
  EXPECT_EQ(lane.cursor(), 0);
  lane.give_back(std::move(items));
  EXPECT_EQ(lane.take(5).size(), 2U);
}

TEST(Lane, Hear_MoreThanTheQueueHolds_LeavesTheRestToTheStore) {
  Lane lane;
  lane.set_cursor(0);
  for (std::int64_t seq = 1; seq <= 3000; ++seq) lane.hear(seq, event(seq));
  EXPECT_EQ(lane.take(5000).size(), Lane::kQueueMax);
  EXPECT_TRUE(lane.must_read());
  lane.refill({}, 3000);
  EXPECT_FALSE(lane.has_work());
}

// Whatever the mixture of hearing, reading and failing, every wanted event is seen in order and none twice.
TEST(Lane, RandomUse_LiveAndStore_SeesEveryWantedEventInOrder) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    std::mt19937 random(seed);
    Lane lane;
    lane.set_cursor(0);
    std::int64_t committed = 0, heard = 0, next_wanted = 3;
    const auto wanted = [](std::int64_t seq) { return seq % 3 == 0; };
    const auto item = [&](std::int64_t seq) { return LaneItem{seq, wanted(seq) ? event(seq) : nullptr}; };
    while (committed < 20'000 || lane.has_work() || heard < committed) {
      if (committed < 20'000) committed += random() % (seed % 5 == 0 ? 3000 : 50);
      const bool loses = random() % 200 == 0;  // a commit by another node is not heard
      if (loses && heard + 1 < committed) ++heard;
      while (heard < committed && (committed >= 20'000 || random() % 100 != 0)) {
        ++heard;
        lane.hear(heard, item(heard).event);
      }
      if (lane.must_read()) {
        std::vector<LaneItem> items;
        const std::int64_t to = std::min(committed, lane.tail() + 256);
        for (std::int64_t seq = lane.tail() + 1; seq <= to; ++seq) items.push_back(item(seq));
        lane.refill(std::move(items), to);
      }
      auto items = lane.take(1 + random() % 64);
      std::size_t done = 0;
      for (; done < items.size(); ++done) {
        if (!items[done].event) continue;
        if (random() % 50 == 0) break;
        ASSERT_EQ(items[done].seq, next_wanted) << seed;
        next_wanted += 3;
      }
      if (done > 0) lane.digested(items[done - 1].seq);
      items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(done));
      lane.give_back(std::move(items));
    }
    EXPECT_EQ(lane.cursor(), committed);
    EXPECT_EQ(next_wanted, committed / 3 * 3 + 3);
  }
}

}  // namespace
}  // namespace yingda::runtime
