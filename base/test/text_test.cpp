#include "yingda/base/text.hpp"

#include <gtest/gtest.h>

namespace yingda {
namespace {

using namespace std::string_view_literals;

TEST(Text, IsValidUtf8_EdgesOfEveryLength_AreAccepted) {
  for (const auto text :
       {""sv, "a"sv, "\x7f"sv, "\xc2\x80"sv, "\xdf\xbf"sv, "\xe0\xa0\x80"sv, "\xed\x9f\xbf"sv, "\xee\x80\x80"sv,
        "\xef\xbf\xbf"sv, "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv, "eight by and 你好😀 more than eight"sv}) {
    EXPECT_TRUE(text::is_valid_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Text, IsValidUtf8_BrokenForms_AreRefusedAtEveryOffset) {
  for (const auto broken :
       {"\0"sv, "\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc2"sv, "\xc2\x20"sv, "\xe0\x80\x80"sv,
        "\xe0\x9f\xbf"sv, "\xed\xa0\x80"sv, "\xed\xbf\xbf"sv, "\xe4\xbd"sv, "\xf0\x80\x80\x80"sv, "\xf0\x8f\xbf\xbf"sv,
        "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv, "\xff"sv, "\xfe"sv, "\xf0\x9f\x98"sv}) {
    for (std::size_t before = 0; before < 17; ++before) {
      for (const std::size_t after : {0U, 1U, 8U, 9U}) {
        const std::string text = std::string(before, 'x') + std::string(broken) + std::string(after, 'y');
        EXPECT_FALSE(text::is_valid_utf8(text)) << testing::PrintToString(text);
      }
    }
  }
}

TEST(Text, CodePoints_MixedScripts_AreCountedAndCut) {
  EXPECT_EQ(text::count_code_points("a你é😀"), 4U);
  EXPECT_EQ(text::first_code_points("a你é😀", 2), "a你");
  EXPECT_EQ(text::first_code_points("a你é😀", 4), "a你é😀");
  EXPECT_EQ(text::first_code_points("a你é😀", 9), "a你é😀");
  EXPECT_EQ(text::first_code_points("a你", 0), "");
}

TEST(Text, Trim_ForeignSpaces_AreRemovedAtBothEnds) {
  EXPECT_EQ(text::trim(" \t\r\n　\u00a0a 你　b\u00a0　\x01 "), "a 你　b");
  EXPECT_EQ(text::trim(" 　\u00a0"), "");
  EXPECT_EQ(text::trim(""), "");
  EXPECT_EQ(text::trim("你"), "你");
}

TEST(Text, LowerAscii_OtherBytes_StayAsTheyAre) { EXPECT_EQ(text::lower_ascii("AbZ-ÄÖ你"), "abz-ÄÖ你"); }

TEST(Text, Preview_LinesAndLength_GiveOneShortLine) {
  EXPECT_EQ(text::preview("  a\r\n\n  b　你 ", 20), "a b 你");
  EXPECT_EQ(text::preview("abcdef", 6), "abcdef");
  EXPECT_EQ(text::preview("abcdef", 5), "abcd…");
  EXPECT_EQ(text::preview("你好世界", 3), "你好…");
  EXPECT_EQ(text::preview("ab cd", 3), "ab…");
  EXPECT_EQ(text::preview("abc", 0), "");
  EXPECT_EQ(text::preview("", 5), "");
}

TEST(Text, IsMailAddress_PlausibleForms_AreAccepted) {
  for (const char* good : {"a@b.cn", "anna.li+x@mail.example.com", "客服@例子.中国"})
    EXPECT_TRUE(text::is_mail_address(good)) << good;
  for (const char* bad : {"", "a", "@b.cn", "a@", "a@b", "a@@b.cn", "a b@c.cn", "a@b.cn.", "a@.cn", ".a@b.cn",
                          "a..b@c.cn", "a@b..cn", "<a@b.cn>", "a@b.cn\n", "a@b.cn,c@d.cn"}) {
    EXPECT_FALSE(text::is_mail_address(bad)) << bad;
  }
  EXPECT_FALSE(text::is_mail_address(std::string(65, 'a') + "@b.cn"));
  EXPECT_FALSE(text::is_mail_address("a@" + std::string(260, 'b') + ".cn"));
}

TEST(Text, CheckLength_Bounds_NameTheField) {
  EXPECT_EQ(text::check_length("name", "　你好 ", 1, 2).value(), "你好");
  const auto reason = [](std::string_view value) {
    auto checked = text::check_length("name", value, 2, 3);
    EXPECT_FALSE(checked);
    EXPECT_EQ(checked.error().code, Code::invalid_argument);
    EXPECT_EQ(checked.error().fields.at(0).field, "name");
    return checked.error().fields.at(0).reason;
  };
  EXPECT_EQ(reason(" 你 "), "request.too_short");
  EXPECT_EQ(reason("你好世界"), "request.too_long");
  EXPECT_EQ(reason("\xff\xff"), "request.invalid_utf8");
}

}  // namespace
}  // namespace yingda
