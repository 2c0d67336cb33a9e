// When an answer goes by mail, what the mail says, and what becomes of it.
#include "shop.hpp"

namespace yingda::email {
namespace {

using conversation::MessageKind;
using net::SmtpOutcome;
using net::SmtpVerdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class MailTest_ : public ShopTest {};

TEST_F(MailTest_, CustomerGone_GetsAllAnswersInOneMailAfterTheTime) {
  const auto c = ask(anna_, "什么时候发货？");
  send(c.id, "今天下午发货。");
  pass(minutes(1));
  send(c.id, "单号明天短信通知您。");
  EXPECT_TRUE(remote_.sent.empty());
  pass(minutes(1));
  ASSERT_EQ(remote_.sent.size(), 1U);
  const auto& mail = remote_.sent[0];
  EXPECT_EQ(mail.server.host, "mail.example");
  EXPECT_THAT(mail.mail.to, ElementsAre("anna@home.example"));
  EXPECT_EQ(mail.mail.from, "service@shop.example");
  for (const auto& part : {mail.text(), mail.html()}) {
    EXPECT_THAT(part, HasSubstr("什么时候发货？"));
    EXPECT_THAT(part, HasSubstr("今天下午发货。"));
    EXPECT_THAT(part, HasSubstr("单号明天短信通知您。"));
    EXPECT_THAT(part, HasSubstr("客服wang"));
  }
  EXPECT_THAT(mail.header("Auto-Submitted"), "auto-generated");
  EXPECT_THAT(mail.header("Message-ID"), HasSubstr("@shop.example>"));
  EXPECT_THAT(mail.header("Date"), HasSubstr("2026"));

  pass(hours(10));
  EXPECT_EQ(remote_.sent.size(), 1U);
  const auto status = outbox();
  ASSERT_EQ(status.size(), 1U);
  EXPECT_EQ(status[0].state, MailState::sent);
  EXPECT_EQ(status[0].answers, 2);
  EXPECT_EQ(status[0].conversation_id, c.id);
  EXPECT_THAT(told(c.id), ElementsAre("mail.sent"));
}

TEST_F(MailTest_, NextAnswers_GoInTheNextMailAndBelongToTheThread) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "first");
  pass(minutes(2));
  send(c.id, "second");
  pass(minutes(2));
  ASSERT_EQ(remote_.sent.size(), 2U);
  EXPECT_THAT(remote_.sent[1].text(), HasSubstr("second"));
  EXPECT_THAT(remote_.sent[1].text(), Not(HasSubstr("first")));
  EXPECT_EQ(remote_.sent[1].header("In-Reply-To"), remote_.sent[0].header("Message-ID"));
  EXPECT_NE(remote_.sent[1].header("Message-ID"), remote_.sent[0].header("Message-ID"));
}

TEST_F(MailTest_, AnswerReadInTime_NoMail) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  read_all(anna_);
  pass(days(1));
  EXPECT_TRUE(remote_.sent.empty());
  EXPECT_TRUE(outbox().empty());
}

TEST_F(MailTest_, SecondAnswerAfterTheFirstWasRead_HasItsOwnTime) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "first");
  read_all(anna_);
  pass(seconds(100));
  send(c.id, "second");
  pass(seconds(60));  // the first answer's time is over
  EXPECT_TRUE(remote_.sent.empty());
  pass(seconds(60));
  ASSERT_EQ(remote_.sent.size(), 1U);
  EXPECT_THAT(remote_.sent[0].text(), Not(HasSubstr("first")));
}

TEST_F(MailTest_, CustomerConnected_GetsMailOnlyWhenGoneForTheTime) {
  connected_.insert(anna_);
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  pass(hours(1));
  EXPECT_TRUE(remote_.sent.empty());
  leave(anna_);
  pass(seconds(119));
  EXPECT_TRUE(remote_.sent.empty());
  pass(seconds(1));
  EXPECT_EQ(remote_.sent.size(), 1U);
}

TEST_F(MailTest_, CustomerConnectedWhenTheServerRestarts_IsNotForgotten) {
  connected_.insert(anna_);
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  pass(minutes(5));
  connected_.clear();
  restart();
  EXPECT_TRUE(remote_.sent.empty());
  pass(minutes(2));
  EXPECT_EQ(remote_.sent.size(), 1U);
}

TEST_F(MailTest_, WhatIsInternal_NeverLeaves) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "SECRET note", MessageKind::note);
  send(c.id, "automatic words", MessageKind::text, true);
  pass(hours(1));
  EXPECT_TRUE(remote_.sent.empty());
  const auto taken_back = send(c.id, "WRONG answer");
  must(write([&](auto& tx) { return room().recall(tx, wang_, taken_back.id); }));
  pass(hours(1));
  EXPECT_TRUE(remote_.sent.empty());
  send(c.id, "right answer");
  pass(minutes(2));
  ASSERT_EQ(remote_.sent.size(), 1U);
  for (const auto& part : {remote_.sent[0].text(), remote_.sent[0].html()}) {
    EXPECT_THAT(part, HasSubstr("right answer"));
    for (const char* never : {"SECRET", "WRONG", "automatic"}) EXPECT_THAT(part, Not(HasSubstr(never)));
  }
}

TEST_F(MailTest_, RecalledWhileTheMailWaits_IsNotInTheNextAttempt) {
  const auto c = ask(anna_, "Hi");
  const auto wrong = send(c.id, "WRONG");
  send(c.id, "right");
  remote_.answers = {{SmtpVerdict::not_now, 451, "451 later"}};
  pass(minutes(2));
  clock_.advance(DurationMs{-1});  // within the recall window
  must(write([&](auto& tx) { return room().recall(tx, wang_, wrong.id); }));
  pass(minutes(1));
  ASSERT_EQ(remote_.sent.size(), 2U);
  EXPECT_THAT(remote_.sent[1].text(), Not(HasSubstr("WRONG")));
  EXPECT_EQ(outbox()[0].answers, 1);
}

TEST_F(MailTest_, NoAddress_MailedWhenOneIsGiven) {
  const auto ben = make_customer("en", "");
  const auto c = ask(ben, "Where is my parcel?");
  send(c.id, "On its way.");
  pass(hours(1));
  EXPECT_TRUE(remote_.sent.empty());
  set_address(ben, "ben@home.example");
  settle();
  ASSERT_EQ(remote_.sent.size(), 1U);
  EXPECT_THAT(remote_.sent[0].text(), HasSubstr("Your question to 小店 has been answered"));
  EXPECT_THAT(remote_.sent[0].header("Subject"), HasSubstr("Where is my parcel?"));
}

TEST_F(MailTest_, AddressGivenDaysLater_OldAnswersStay) {
  const auto ben = make_customer("en", "");
  const auto c = ask(ben, "Hi");
  send(c.id, "hello");
  pass(days(3));
  set_address(ben, "ben@home.example");
  pass(days(1));
  EXPECT_TRUE(remote_.sent.empty());
}

TEST_F(MailTest_, SwitchedOff_NoMail) {
  settings_.enabled = false;
  save();
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  pass(hours(1));
  EXPECT_TRUE(remote_.sent.empty());
}

TEST_F(MailTest_, SwitchedOffWhileAMailWaits_IsCancelled) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  remote_.answers = {{SmtpVerdict::unreachable, 0, "nobody listens"}};
  pass(minutes(2));
  settings_.enabled = false;
  save();
  pass(hours(1));
  EXPECT_EQ(remote_.sent.size(), 1U);
  EXPECT_EQ(outbox()[0].state, MailState::cancelled);
}

TEST_F(MailTest_, ServerNotReady_TriedAgainWithGrowingPausesUnderOneMessageId) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  remote_.answers = {{SmtpVerdict::unreachable, 0, "nobody listens"},
                     {SmtpVerdict::not_now, 451, "451 greylisted"},
                     {SmtpVerdict::login_refused, 535, "535 wrong password"}};
  pass(minutes(2));
  ASSERT_EQ(remote_.sent.size(), 1U);
  auto status = outbox()[0];
  EXPECT_EQ(status.state, MailState::queued);
  EXPECT_EQ(status.words, "nobody listens");
  EXPECT_EQ(*status.next_at_ms - clock_.now(), kRetryFirst);
  pass(seconds(14));
  EXPECT_EQ(remote_.sent.size(), 1U);
  pass(seconds(1));
  EXPECT_EQ(remote_.sent.size(), 2U);
  pass(seconds(30));
  EXPECT_EQ(remote_.sent.size(), 3U);
  EXPECT_EQ(outbox()[0].words, "535 wrong password");
  pass(seconds(60));
  ASSERT_EQ(remote_.sent.size(), 4U);
  status = outbox()[0];
  EXPECT_EQ(status.state, MailState::sent);
  EXPECT_EQ(status.attempts, 4);
  for (const auto& sent : remote_.sent) EXPECT_EQ(sent.header("Message-ID"), remote_.sent[0].header("Message-ID"));
  pass(days(3));
  EXPECT_EQ(remote_.sent.size(), 4U);
  EXPECT_THAT(told(c.id), ElementsAre("mail.sent"));
}

TEST_F(MailTest_, CustomerReadsBeforeTheNextAttempt_IsCancelled) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  remote_.answers = {{SmtpVerdict::not_now, 451, "451 later"}};
  pass(minutes(2));
  read_all(anna_);
  pass(hours(1));
  EXPECT_EQ(remote_.sent.size(), 1U);
  EXPECT_EQ(outbox()[0].state, MailState::cancelled);
  EXPECT_TRUE(told(c.id).empty());
  // The next answer is a new matter.
  send(c.id, "more");
  pass(minutes(2));
  ASSERT_EQ(remote_.sent.size(), 2U);
  EXPECT_THAT(remote_.sent[1].text(), Not(HasSubstr("hello")));
}

TEST_F(MailTest_, RefusedForGood_IsToldToTheAgentOnlyAndNotTriedAgain) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  remote_.answers = {{SmtpVerdict::refused, 550, "550 no such user"}};
  pass(minutes(2));
  pass(days(3));
  EXPECT_EQ(remote_.sent.size(), 1U);
  EXPECT_EQ(outbox()[0].state, MailState::failed);
  EXPECT_THAT(told(c.id), ElementsAre("mail.refused"));
  const auto messages = must(read([&](auto& tx) { return room().messages(tx, boss_, c.id, 0, 200); }));
  EXPECT_EQ(messages.back().system->args.at("words"), "550 no such user");
  EXPECT_EQ(messages.back().system->args.at("to"), "anna@home.example");
  for (const auto& m : must(read([&](auto& tx) { return room().messages_for_customer(tx, tenant_, anna_, 0, 200); })))
    EXPECT_FALSE(m.system && m.system->internal);
  // Telling changed nobody's turn and no preview.
  const auto now = must(read([&](auto& tx) { return room().load(tx, tenant_, c.id); }));
  EXPECT_EQ(now.last_preview, "hello");
  EXPECT_FALSE(now.waiting_since_ms);
}

TEST_F(MailTest_, ServerDeadForTwoDays_IsGivenUpAndTold) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  for (int i = 0; i < 200; ++i) remote_.answers.push_back({SmtpVerdict::unreachable, 0, "nobody listens"});
  for (int i = 0; i < 60; ++i) pass(hours(1));
  EXPECT_EQ(outbox()[0].state, MailState::given_up);
  EXPECT_LE(*outbox()[0].ended_at_ms - outbox()[0].created_at_ms, kGiveUpAfter);
  EXPECT_GT(*outbox()[0].ended_at_ms - outbox()[0].created_at_ms, hours(44));
  EXPECT_THAT(told(c.id), ElementsAre("mail.given_up"));
  const auto attempts = remote_.sent.size();
  for (int i = 0; i < 10; ++i) pass(hours(1));
  EXPECT_EQ(remote_.sent.size(), attempts);
}

TEST_F(MailTest_, AnswersWhileAMailWaits_ComeInTheNextOne) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "first");
  remote_.answers = {{SmtpVerdict::not_now, 451, "451 later"}};
  pass(minutes(2));
  send(c.id, "second");
  pass(minutes(1));
  pass(minutes(2));
  ASSERT_EQ(remote_.sent.size(), 3U);
  EXPECT_THAT(remote_.sent[1].text(), Not(HasSubstr("second")));
  EXPECT_THAT(remote_.sent[2].text(), HasSubstr("second"));
  EXPECT_THAT(remote_.sent[2].text(), Not(HasSubstr("first")));
  EXPECT_EQ(remote_.sent[1].header("Message-ID"), remote_.sent[0].header("Message-ID"));
}

TEST_F(MailTest_, CutWhileSending_IsSentAgainUnderTheSameMessageId) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  remote_.answers = {{SmtpVerdict::cancelled, 0, "stopped"}};  // what a stop, or a crash, leaves behind
  pass(minutes(2));
  EXPECT_EQ(outbox()[0].state, MailState::sending);
  pass(minutes(1));
  EXPECT_EQ(remote_.sent.size(), 1U);
  restart();
  EXPECT_EQ(remote_.sent.size(), 1U);  // it may still be on its way in another process
  pass(kLease);
  ASSERT_EQ(remote_.sent.size(), 2U);
  EXPECT_EQ(remote_.sent[1].header("Message-ID"), remote_.sent[0].header("Message-ID"));
  EXPECT_EQ(outbox()[0].state, MailState::sent);
  restart();
  EXPECT_EQ(remote_.sent.size(), 2U);
}

TEST_F(MailTest_, AnswerBehindHundredsOfOtherMessages_IsFound) {
  const auto c = ask(anna_, "Hi");
  for (int i = 0; i < 2 * kMessagesRead + 10; ++i) say(anna_, "are you there?");
  send(c.id, "yes, I am");
  pass(minutes(2));
  ASSERT_EQ(remote_.sent.size(), 1U);
  EXPECT_THAT(remote_.sent[0].text(), HasSubstr("yes, I am"));
  EXPECT_THAT(remote_.sent[0].text(), HasSubstr("> are you there?"));
}

TEST_F(MailTest_, ManyMailsAtOnce_AllGoOnceEach) {
  constexpr std::size_t kPeople = 3 * kOnTheWayMax;
  for (std::size_t i = 0; i < kPeople; ++i) {
    const auto who = make_customer("en", "c" + std::to_string(i) + "@home.example");
    send(ask(who, "Hi").id, "hello");
  }
  for (int i = 0; i < 20; ++i) pass(i == 0 ? minutes(2) : kRoomAgain);
  std::set<std::string> people;
  for (const auto& sent : remote_.sent) people.insert(sent.mail.to.front());
  EXPECT_EQ(people.size(), kPeople);
  EXPECT_EQ(remote_.sent.size(), kPeople);
  for (const auto& status : outbox()) EXPECT_EQ(status.state, MailState::sent);
}

TEST_F(MailTest_, RestartBetweenAnswerAndTime_MailStillGoes) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  process_.reset();
  clock_.advance(hours(1));
  begin_again();
  EXPECT_EQ(remote_.sent.size(), 1U);
  EXPECT_EQ(outbox()[0].conversation_id, c.id);
}

TEST_F(MailTest_, LinkBack_IsTheLastPageWhenItIsOursElseTheCompanys) {
  settings_.link_base_url = "https://shop.example/contact";
  save();
  const auto page = [&](const std::string& url) {
    must(write([&](auto& tx) { return process_->customers.record_page(tx, tenant_, anna_, {url, "", "", {}}); }));
  };
  const auto c = ask(anna_, "Hi");
  const std::pair<const char*, const char*> cases[] = {
      {"https://shop.example/cart?item=7&x=<b>", "https://shop.example/contact"},
      {"https://shop.example/cart?item=7&x=1", "https://shop.example/cart?item=7&x=1"},
      {"https://evil.example/login", "https://shop.example/contact"},
      {"javascript:alert(1)", "https://shop.example/contact"}};
  std::size_t n = 0;
  for (const auto& [url, link] : cases) {
    page(url);
    send(c.id, "answer");
    pass(minutes(2));
    ASSERT_EQ(remote_.sent.size(), ++n);
    EXPECT_THAT(remote_.sent.back().text(), HasSubstr(std::string(link) + "\n"));
    EXPECT_THAT(remote_.sent.back().text(), Not(HasSubstr("evil")));
  }
  EXPECT_THAT(remote_.sent[1].html(), HasSubstr("href=\"https://shop.example/cart?item=7&amp;x=1\""));
}

TEST_F(MailTest_, WordsOfPeople_AreEscapedAndBreakNoHeader) {
  customer::CustomerChange change;
  change.name = "Anna <b>\"x\"</b>";
  must(write([&](auto& tx) { return process_->customers.change(tx, boss_, anna_, change); }));
  const auto c = ask(anna_, "<script>alert(1)</script>\r\nBcc: evil@evil.example\r\n\r\nbody");
  send(c.id, "a < b & \"c\"\n.\nQUIT");
  pass(minutes(2));
  ASSERT_EQ(remote_.sent.size(), 1U);
  const auto& mail = remote_.sent[0];
  EXPECT_THAT(mail.html(), Not(HasSubstr("<script>")));
  EXPECT_THAT(mail.html(), HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(mail.html(), HasSubstr("a &lt; b &amp; &quot;c&quot;<br>"));
  EXPECT_FALSE(mail.find_header("Bcc"));
  EXPECT_THAT(mail.mail.to, ElementsAre("anna@home.example"));
  for (std::size_t at = 0; (at = mail.mail.bytes.find('\n', at)) != std::string::npos; ++at)
    ASSERT_EQ(mail.mail.bytes[at - 1], '\r') << at;
}

}  // namespace
}  // namespace yingda::email
