#include "letter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mime.hpp"
#include "yingda/email/limits.hpp"

namespace yingda::email {
namespace {

using conversation::AuthorKind;
using conversation::Message;
using conversation::MessageKind;
using messages::Language;
using testing::HasSubstr;
using testing::Not;

Message message_of(AuthorKind author, MessageKind kind) {
  Message message;
  message.author.kind = author;
  message.kind = kind;
  message.text = "words";
  return message;
}

TEST(Answer, OnlyWhatACustomerMaySee_Counts) {
  for (const auto author : {AuthorKind::agent, AuthorKind::bot}) {
    for (const auto kind :
         {MessageKind::text, MessageKind::image, MessageKind::file, MessageKind::video, MessageKind::voice})
      EXPECT_TRUE(is_answer(message_of(author, kind)));
    EXPECT_FALSE(is_answer(message_of(author, MessageKind::note)));
    EXPECT_FALSE(is_answer(message_of(author, MessageKind::system)));
  }
  EXPECT_FALSE(is_answer(message_of(AuthorKind::system, MessageKind::text)));
  EXPECT_FALSE(is_answer(message_of(AuthorKind::customer, MessageKind::text)));
  auto automatic = message_of(AuthorKind::agent, MessageKind::text);
  automatic.automatic = true;
  EXPECT_FALSE(is_answer(automatic));
  auto recalled = message_of(AuthorKind::agent, MessageKind::text);
  recalled.recalled_at_ms = UtcTime{1};
  EXPECT_FALSE(is_answer(recalled));
  // Every kind that will ever be added is internal until somebody says otherwise.
  EXPECT_FALSE(is_answer(message_of(AuthorKind::agent, static_cast<MessageKind>(1000))));
}

TEST(Words, OfFiles_NameTheKindInTheCustomersLanguage) {
  auto image = message_of(AuthorKind::agent, MessageKind::image);
  image.text.clear();
  image.file.emplace();
  image.file->name = "发票.png";
  EXPECT_EQ(words_of(image, Language::zh_CN), "［图片］ 发票.png");
  EXPECT_EQ(words_of(image, Language::en), "[Image] 发票.png");
  image.kind = MessageKind::file;
  image.text = "here";
  EXPECT_EQ(words_of(image, Language::en), "[File] 发票.png\nhere");
}

TEST(Composed, TextQuotesEveryLine_SubjectIsOneLine) {
  Letter letter;
  letter.language = Language::en;
  letter.company = "Shop";
  letter.questions = {"first", "one\r\ntwo\n\nthree"};
  letter.answers = {{"Wang", "yes"}, {"", "and no"}};
  const auto composed = compose_letter(letter);
  EXPECT_EQ(composed.subject, "Reply to your question: one two three");
  EXPECT_THAT(composed.text, HasSubstr("> first\n> one\n> two\n> \n> three\n"));
  EXPECT_THAT(composed.text, HasSubstr("Wang:\nyes\n"));
  EXPECT_THAT(composed.text, HasSubstr("return to the page where you asked"));
  EXPECT_THAT(composed.text, HasSubstr("replies to it are not read"));
  letter.replies_are_read = true;
  EXPECT_THAT(compose_letter(letter).text, Not(HasSubstr("not read")));
  letter.questions.clear();
  EXPECT_EQ(compose_letter(letter).subject, "You have a new reply");
  letter.questions = {std::string(300, 'x')};
  EXPECT_LE(compose_letter(letter).subject.size(), 80U);
}

TEST(Composed, EveryWordOfAPerson_IsEscapedInTheHtml) {
  const std::string evil = "<img src=x onerror=alert(1)>&\"'";
  Letter letter;
  letter.company = letter.customer_name = evil;
  letter.questions = {evil};
  letter.answers = {{evil, evil}};
  letter.link = "https://shop.example/?a=1&b=2";
  const auto html = compose_letter(letter).html;
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, HasSubstr("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;"));
  EXPECT_THAT(html, HasSubstr("<a href=\"https://shop.example/?a=1&amp;b=2\">"));
}

TEST(Mime, NamesAndSubjects_CannotBreakTheHead) {
  Headers headers;
  headers.from_name = "应答小店";
  headers.from_address = "service@shop.example";
  headers.to_name = "Anna\r\nBcc: evil@evil.example\r\n\r\nbody";
  headers.to = "anna@home.example";
  headers.reply_to = "help@shop.example";
  headers.message_id = "one@shop.example";
  headers.in_reply_to = "zero@shop.example";
  headers.date = UtcTime{1'767'225'600'000};
  const auto bytes = write_mime(headers, {"主题\r\nBcc: evil@evil.example", "text\n.\n", "<p>html</p>"});
  const auto head = bytes.substr(0, bytes.find("\r\n\r\n"));
  EXPECT_THAT("\r\n" + head, Not(HasSubstr("\r\nBcc:")));
  for (const char* line : {"From: =?UTF-8?", "Subject: =?UTF-8?", "Reply-To: help@shop.example", "<one@shop.example>",
                           "In-Reply-To: <zero@shop.example>", "Date: Thu, 01 Jan 2026 00:00:00 +0000",
                           "Auto-Submitted: auto-generated", "multipart/alternative"})
    EXPECT_THAT("\r\n" + head, HasSubstr(line));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    ASSERT_LT(static_cast<unsigned char>(bytes[at]), 0x80U);
    if (bytes[at] == '\n') ASSERT_EQ(bytes[at - 1], '\r');
  }
}

TEST(WebAddress, AnythingButPlainHttp_IsRefused) {
  for (const char* good : {"http://a", "https://shop.example/x?y=1#z", "https://例子.cn/页"})
    EXPECT_TRUE(is_web_address(good)) << good;
  for (const char* bad : {"", "https://", "javascript:alert(1)", "//a", "ftp://a", "HTTPS://a\"b", "https://a b",
                          "https://a\nb", "https://a'b", "https://a<b", "https://a\\b", "data:text/html,x"})
    EXPECT_FALSE(is_web_address(bad)) << bad;
  EXPECT_FALSE(is_web_address("https://" + std::string(kUrlBytesMax, 'a')));
}

TEST(Retry, Pauses_DoubleToTheLongest) {
  EXPECT_EQ(retry_pause(1), kRetryFirst);
  EXPECT_EQ(retry_pause(2).ms, 2 * kRetryFirst.ms);
  EXPECT_EQ(retry_pause(3).ms, 4 * kRetryFirst.ms);
  EXPECT_EQ(retry_pause(60), kRetryLongest);
  EXPECT_EQ(retry_pause(100'000), kRetryLongest);
  EXPECT_EQ(retry_pause(0), kRetryFirst);
}

}  // namespace
}  // namespace yingda::email
