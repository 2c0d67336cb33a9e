#include "yingda/org/paging.hpp"

#include <gtest/gtest.h>

#include "yingda/base/ids.hpp"

namespace yingda::org {

TEST(LikePattern, WildcardsInSearch_Escaped) { EXPECT_EQ(like_pattern(" 50%_A! ").value(), "%50!%!_a!!%"); }

TEST(LikePattern, EmptySearch_MatchesAll) { EXPECT_EQ(like_pattern("").value(), "%"); }

TEST(LikePattern, NotUtf8_Refused) { EXPECT_EQ(like_pattern("\xFF").error().code, Code::invalid_argument); }

TEST(FoldSearch, EmptyFields_LeftOut) {
  EXPECT_EQ(fold_search({"Anna", "", "ANNA@X.cn", "王芳"}), "anna\nanna@x.cn\n王芳");
}

TEST(Cursor, ThereAndBack_Same) { EXPECT_EQ(decode_cursor(encode_cursor(77), 0).value(), 77); }

TEST(Cursor, Empty_Start) { EXPECT_EQ(decode_cursor("", 5).value(), 5); }

TEST(Cursor, Nonsense_Refused) { EXPECT_EQ(decode_cursor("no cursor", 0).error().reason, "request.invalid_cursor"); }

TEST(PageLimit, OutOfRange_BroughtIn) {
  EXPECT_EQ(page_limit(-3), 1);
  EXPECT_EQ(page_limit(50), 50);
  EXPECT_EQ(page_limit(100'000), kPageMax);
}

struct Item {
  TeamId id;
};

TEST(CutPage, OneRowTooMany_CursorOfTheLastKept) {
  const auto page = cut_page(std::vector<Item>{{TeamId{1}}, {TeamId{2}}, {TeamId{3}}}, 2);
  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_EQ(decode_cursor(page.next, 0).value(), 2);
}

TEST(CutPage, ExactlyFull_NoCursor) { EXPECT_EQ(cut_page(std::vector<Item>{{TeamId{1}}}, 1).next, ""); }

}  // namespace yingda::org
