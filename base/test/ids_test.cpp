#include "yingda/base/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "yingda/base/manual_clock.hpp"

namespace yingda {
namespace {

TEST(Ids, TextForm_RoundTrip_GivesTheSame) {
  for (const std::int64_t value : {INT64_C(1), INT64_C(31), INT64_C(32), INT64_C(123456789012345), INT64_MAX}) {
    const std::string text = to_string(ConversationId{value});
    EXPECT_EQ(text.size(), 16U);
    EXPECT_EQ(parse_id<ConversationId>(text).value(), ConversationId{value}) << text;
  }
  EXPECT_EQ(to_string(ConversationId{}), "");
}

TEST(Ids, TextForm_Order_IsTheNumbersOrder) {
  std::string last;
  for (std::int64_t value = 1; value > 0 && value < INT64_MAX / 7; value = value * 7 + 3) {
    const std::string text = encode_id_text(value);
    EXPECT_LT(last, text);
    last = text;
  }
}

TEST(Ids, Parse_WrongForms_AreInvalid) {
  for (const char* text :
       {"", "cv", "cv_", "cv_1", "ms_0000000000001", "cv-0000000000001", "cv_000000000000i", "cv_000000000000L",
        "cv_0000000000000", "cv_8000000000000", "cv_00000000000001", "CV_0000000000001"}) {
    auto id = parse_id<ConversationId>(text);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().reason, "request.invalid_id");
  }
}

TEST(IdSource, ClockStepsBack_IdsStillGrow) {
  ManualClock clock;
  IdSource source(clock, 5);
  std::int64_t last = 0;
  for (int i = 0; i < 10'000; ++i) {
    if (i % 100 == 0) clock.advance(milliseconds(i % 200 == 0 ? 7 : -9));
    const std::int64_t next = source.next_value();
    ASSERT_GT(next, last);
    ASSERT_EQ((next >> 12) & 1023, 5);
    last = next;
  }
}

TEST(IdSource, LaterMillisecond_GivesLaterId) {
  ManualClock clock;
  IdSource high(clock, 1023), low(clock, 0);
  const auto first = high.next<MessageId>();
  clock.advance(milliseconds(1));
  EXPECT_LT(first, low.next<MessageId>());
}

TEST(IdSource, ManyThreads_NeverRepeat) {
  ManualClock clock;
  IdSource source(clock);
  std::vector<std::vector<std::int64_t>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& ids : made) {
      threads.emplace_back([&source, &ids] {
        for (int i = 0; i < 5000; ++i) ids.push_back(source.next_value());
      });
    }
  }
  std::set<std::int64_t> all;
  for (const auto& ids : made) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 20'000U);
}

}  // namespace
}  // namespace yingda
