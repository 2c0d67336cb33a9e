#include "yingda/base/messages.hpp"

#include <gmock/gmock.h>

namespace yingda::messages {
namespace {

TEST(Messages_Text, KnownReason_IsWordedInBothLanguages) {
  EXPECT_EQ(text("auth.no_session", Language::zh_CN), "请先登录");
  EXPECT_EQ(text("auth.no_session", Language::en), "Please sign in");
}

TEST(Messages_Text, UnknownReasonOfAnError_TakesTheWordsOfItsCode) {
  const Error error{Code::not_found, "no.such_reason", {}, {}, {}};
  EXPECT_EQ(text(error, Language::en), text("error.not_found", Language::en));
  EXPECT_EQ(text("no.such_reason", Language::en), text("error.invalid_argument", Language::en));
}

TEST(Messages_Text, EveryCode_HasGeneralWords) {
  for (int code = 0; code <= static_cast<int>(Code::internal); ++code) {
    const Error error{static_cast<Code>(code), "", {}, {}, {}};
    EXPECT_EQ(text(error, Language::en), text("error." + std::string(to_string(error.code)), Language::en));
  }
}

TEST(Messages_LanguageOf, FirstLanguageWeSpeak_Wins) {
  EXPECT_EQ(language_of("zh-CN,zh;q=0.9,en;q=0.8"), Language::zh_CN);
  EXPECT_EQ(language_of("fr-FR, en-GB;q=0.7"), Language::en);
  EXPECT_EQ(language_of("en"), Language::en);
  EXPECT_EQ(language_of("EN_us"), Language::en);
  EXPECT_EQ(language_of("english"), Language::zh_CN) << "no tag of ours";
  EXPECT_EQ(language_of("", Language::en), Language::en);
  EXPECT_EQ(language_of(",,;;", Language::en), Language::en);
}

}  // namespace
}  // namespace yingda::messages
