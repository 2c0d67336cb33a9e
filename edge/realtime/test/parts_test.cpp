// The small parts: ring, receipt book, token bucket, frames.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frames.hpp"
#include "receipt_book.hpp"
#include "ring.hpp"
#include "yingda/realtime/limits.hpp"
#include "yingda/realtime/token_bucket.hpp"

namespace yingda::realtime {
namespace {

LiveEventPtr event(std::int64_t seq, std::size_t bytes = 10) {
  return make_live({TenantId{1}, seq, {}, "settings.changed", std::string(bytes, 'x')});
}

TEST(Ring, TooManyEvents_ForgetsTheOldest) {
  Ring ring(3, 1'000'000);
  for (std::int64_t seq = 5; seq <= 9; ++seq) ring.push(event(seq));
  EXPECT_EQ(ring.first(), 7);
  EXPECT_EQ(ring.last(), 9);
  EXPECT_EQ(ring.at(8)->event.seq, 8);
  EXPECT_TRUE(ring.covers_after(6));
  EXPECT_FALSE(ring.covers_after(5));
}

TEST(Ring, TooManyBytes_ForgetsTheOldestButKeepsTheNewest) {
  Ring ring(100, 3'000);
  ring.push(event(1, 1'000));
  ring.push(event(2, 1'000));
  ring.push(event(3, 5'000));
  EXPECT_EQ(ring.first(), 3);
  EXPECT_EQ(ring.size(), 1U);
}

TEST(Ring, Front_TakesOnlyWhatFitsOn) {
  Ring ring(3, 1'000'000);
  ring.push(event(10));
  EXPECT_FALSE(ring.push_front(event(8)));
  EXPECT_TRUE(ring.push_front(event(9)));
  EXPECT_TRUE(ring.push_front(event(8)));
  EXPECT_FALSE(ring.push_front(event(7)));
  EXPECT_EQ(ring.first(), 8);
}

Receipt receipt(std::int64_t customer, std::int64_t delivered, std::int64_t read, std::int64_t tenant = 1) {
  return {TenantId{tenant}, {}, CustomerId{customer}, {}, delivered, read};
}

TEST(ReceiptBook, SameSide_KeepsTheFurthest) {
  ReceiptBook book(10);
  EXPECT_EQ(book.add(receipt(7, 5, 1)), ReceiptBook::Added::first);
  EXPECT_EQ(book.add(receipt(7, 4, 3)), ReceiptBook::Added::joined);
  EXPECT_EQ(book.add(receipt(8, 1, 1)), ReceiptBook::Added::joined);
  const auto taken = book.take();
  ASSERT_EQ(taken.at(TenantId{1}).size(), 2U);
  const auto& list = taken.at(TenantId{1});
  const auto& anna = list[0].customer == CustomerId{7} ? list[0] : list[1];
  EXPECT_EQ(anna.delivered_seq, 5);
  EXPECT_EQ(anna.read_seq, 3);
  EXPECT_EQ(book.size(), 0U);
}

TEST(ReceiptBook, TenantsAndSides_AreKeptApart) {
  ReceiptBook book(10);
  book.add(receipt(7, 1, 1, 1));
  book.add(receipt(7, 1, 1, 2));
  Receipt agent{TenantId{1}, ConversationId{3}, {}, {}, 2, 2};
  agent.actor.user = UserId{7};
  book.add(agent);
  EXPECT_EQ(book.size(), 3U);
}

TEST(ReceiptBook, Full_RefusesNewSidesOnly) {
  ReceiptBook book(1);
  book.add(receipt(7, 1, 1));
  EXPECT_EQ(book.add(receipt(8, 1, 1)), ReceiptBook::Added::full);
  EXPECT_EQ(book.add(receipt(7, 2, 2)), ReceiptBook::Added::joined);
}

TEST(TokenBucket, Burst_ThenWaitsForTheRefill) {
  TokenBucket bucket(2, 0);
  EXPECT_EQ(bucket.take(1, 2, 0), 0);
  EXPECT_EQ(bucket.take(1, 2, 0), 0);
  EXPECT_EQ(bucket.take(1, 2, 0), 1'001);
  EXPECT_GT(bucket.take(1, 2, 500), 0);
  EXPECT_EQ(bucket.take(1, 2, 1'600), 0);
}

TEST(TokenBucket, LongQuiet_NeverExceedsTheBurst) {
  TokenBucket bucket(2, 0);
  EXPECT_EQ(bucket.take(1, 2, 1'000'000), 0);
  EXPECT_EQ(bucket.take(1, 2, 1'000'000), 0);
  EXPECT_GT(bucket.take(1, 2, 1'000'000), 0);
}

TEST(TokenBucket, ClockBackwards_GivesNothingForFree) {
  TokenBucket bucket(1, 1'000);
  EXPECT_EQ(bucket.take(1, 1, 1'000), 0);
  EXPECT_GT(bucket.take(1, 1, 0), 0);
}

std::string reason(const Result<AgentFrame>& frame) {
  if (frame) return {};
  return frame.error().fields.empty() ? frame.error().reason
                                      : frame.error().fields[0].field + " " + frame.error().fields[0].reason;
}

TEST(DecodeAgentFrame, Hello_ReadsEveryMember) {
  const auto frame = decode_agent_frame(R"({"t":"hello","since":12,"all":true,"watch":[")" +
                                        to_string(ConversationId{5}) + R"("],"extra":{}})");
  ASSERT_TRUE(frame);
  const auto& hello = std::get<HelloFrame>(*frame);
  EXPECT_EQ(hello.since, 12);
  EXPECT_TRUE(hello.all);
  EXPECT_EQ(hello.watch.at(0), ConversationId{5});
}

TEST(DecodeAgentFrame, Wrong_SaysWhatIsWrong) {
  EXPECT_EQ(reason(decode_agent_frame("{")), "request.invalid_json");
  EXPECT_EQ(reason(decode_agent_frame("[]")), " request.wrong_type");
  EXPECT_EQ(reason(decode_agent_frame(R"({"t":"hello"})")), "since request.required");
  EXPECT_EQ(reason(decode_agent_frame(R"({"t":"watch"})")), "id request.required");
  EXPECT_EQ(reason(decode_agent_frame(R"({"t":"watch","id":"ms_0000000000005"})")), "id request.invalid_id");
  EXPECT_EQ(reason(decode_agent_frame(R"({"t":"dance"})")), "realtime.unknown_frame");
  EXPECT_EQ(
      reason(decode_agent_frame(R"({"t":"receipts","id":")" + to_string(ConversationId{5}) + R"(","read_seq":-1})")),
      "read_seq request.out_of_range");
  EXPECT_EQ(reason(decode_agent_frame(std::string(kFrameBytesMax + 1, ' '))), "realtime.frame_too_large");
}

TEST(EventFrame, Anything_IsTheDocumentedJson) {
  EXPECT_EQ(event_frame(124, 121, {5}, "message.accepted", R"({"a":1})"),
            R"({"t":"event","seq":124,"prev":121,"at_ms":5,"type":"message.accepted","data":{"a":1}})");
  EXPECT_EQ(event_frame(1, 0, {5}, "x", ""), R"({"t":"event","seq":1,"prev":0,"at_ms":5,"type":"x","data":{}})");
}

TEST(TypingFrame, Off_HasNoPreview) {
  const std::string frame = typing_frame({ConversationId{5}, "customer", "cu", "", "secret", false});
  EXPECT_EQ(frame.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace yingda::realtime
