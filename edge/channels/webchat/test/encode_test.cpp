#include "encode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "yingda/base/json.hpp"
#include "yingda/conversation/events.hpp"

namespace yingda::webchat {
namespace {

using namespace conversation;

const FileToken kToken = [](FileId) { return std::string("tok"); };
const PlaceOf kNowhere = [](ConversationId) { return realtime::QueuePlace{}; };
const PlaceOf kThird = [](ConversationId) { return realtime::QueuePlace{3, std::nullopt}; };
const PlaceOf kThirdInFiveMinutes = [](ConversationId) { return realtime::QueuePlace{3, minutes(5).ms}; };

Conversation thread() {
  Conversation c;
  c.id = {5};
  c.customer = {CustomerId{6}, "Anna \"}", "4F2K", "vip"};
  c.state = State::assigned;
  c.team_id = {7};
  c.agent = AgentSummary{UserId{8}, "王芳"};
  c.participants = {{UserId{9}, "secret colleague"}};
  c.episode_number = 2;
  c.priority = 9;
  c.last_seq = 4;
  c.last_preview = "secret preview";
  c.version = 11;
  c.assign_reason = "routing.secret";
  return c;
}

Message text(std::string_view words) {
  Message m;
  m.id = {20};
  m.conversation_id = {5};
  m.seq = 4;
  m.author = {AuthorKind::agent, "us_x", "王芳"};
  m.text = words;
  m.client_msg_id = "agents-key";
  m.mentions = {UserId{9}};
  return m;
}

storage::CommittedEvent event(std::string type, std::string payload) {
  return {TenantId{1}, 7, {5}, std::move(type), std::move(payload)};
}

TEST(EncodeConversation, Agents_LeavesOnlyWhatACustomerMayKnow) {
  const std::string out = encode_conversation(json::encode(thread()), kNowhere);
  EXPECT_EQ(out, R"({"id":")" + to_string(ConversationId{5}) + R"(","state":"assigned","agent":{"id":")" +
                     to_string(UserId{8}) + R"(","name":"王芳"},"episode_number":2,"last_seq":4,"receipts":)" +
                     json::encode(Receipts{}) + R"(,"version":11})");
}

TEST(EncodeConversation, Queued_TellsThePlace) {
  Conversation c = thread();
  c.state = State::queued;
  c.agent.reset();
  EXPECT_THAT(encode_conversation(json::encode(c), kThird), testing::EndsWith(R"("version":11,"queue_position":3})"));
  EXPECT_THAT(encode_conversation(json::encode(thread()), kThird), testing::EndsWith(R"("version":11})"));
}

TEST(EncodeConversation, QueueOfKnownPace_TellsTheEstimateOnlyWhileQueued) {
  Conversation c = thread();
  EXPECT_THAT(encode_conversation(json::encode(c), kThirdInFiveMinutes), testing::Not(testing::HasSubstr("estimated")));
  c.state = State::queued;
  c.agent.reset();
  EXPECT_THAT(encode_conversation(json::encode(c), kThirdInFiveMinutes),
              testing::EndsWith(R"("queue_position":3,"estimated_wait_ms":300000})"));
}

TEST(EncodeConfig, Menu_IsShownWithoutTheHousesTeams) {
  entrance::Menu menu;
  menu.prompt = {"问什么", "What"};
  entrance::MenuItem leaf;
  leaf.id = "where";
  leaf.label = {"物流 \"", ""};
  leaf.topic = "order";
  leaf.team_id = TeamId{7};
  leaf.answer = entrance::MenuText{"在路上", ""};
  entrance::MenuItem branch;
  branch.id = "b";
  branch.items = {leaf};
  menu.items = {branch};
  EXPECT_EQ(encode_config("{}", true, menu),
            R"({"widget":{},"online":true,"menu":{"prompt":{"zh_CN":"问什么","en":"What"},"items":[{"id":"b","label":)"
            R"({"zh_CN":"","en":""},"items":[{"id":"where","label":{"zh_CN":"物流 \"","en":""},"topic":"order",)"
            R"("answer":{"zh_CN":"在路上","en":""},"items":[]}]}]}})");
}

TEST(EncodeConfig, NoMenuOrAnEmptyOne_SaysNothingOfIt) {
  EXPECT_EQ(encode_config("{}", false, std::nullopt), R"({"widget":{},"online":false})");
  EXPECT_EQ(encode_config("{}", false, entrance::Menu{}), R"({"widget":{},"online":false})");
}

TEST(EncodeEvent, RatingAnswered_CarriesTheInvitationAndOnlyWhatACustomerMayKnow) {
  const auto data = encode_event(event("rating.answered", R"({"conversation":)" + json::encode(thread()) +
                                                              R"(,"invitation":{"state":"rated","score":4}})"),
                                 kToken, kNowhere);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->type, "rating.answered");
  EXPECT_THAT(data->data, testing::EndsWith(R"(,"invitation":{"state":"rated","score":4}})"));
  EXPECT_THAT(data->data, testing::Not(testing::HasSubstr("secret")));
}

TEST(EncodeContact, Parts_TellsWhatWasKept) {
  EXPECT_EQ(contact_frame({"", "a@b.cn", ""}), R"({"t":"contact","email":"a@b.cn"})");
  EXPECT_EQ(contact_frame({"林 \"", "", "139"}), R"({"t":"contact","name":"林 \"","phone":"139"})");
}

TEST(EncodeMessage, OfAnAgent_HidesMentionsAndHisKey) {
  const std::string out = encode_message(json::encode(text("a \"quoted\" }")), kToken);
  EXPECT_TRUE(json::check(out));
  EXPECT_THAT(out, testing::HasSubstr(R"("text":"a \"quoted\" }")"));
  EXPECT_THAT(out, testing::Not(testing::HasSubstr("mentions")));
  EXPECT_THAT(out, testing::Not(testing::HasSubstr("agents-key")));
}

TEST(EncodeMessage, OfTheCustomer_CarriesHisKey) {
  Message m = text("hi");
  m.author.kind = AuthorKind::customer;
  EXPECT_THAT(encode_message(json::encode(m), kToken), testing::HasSubstr(R"("client_msg_id":"agents-key")"));
}

TEST(EncodeMessage, File_GetsSignedAddresses) {
  Message m = text("");
  m.file = FileInfo{FileId{3}, "a \"b\".png", "image/png", 10, 4, 5, 0, true};
  const std::string out = encode_message(json::encode(m), kToken), id = to_string(FileId{3});
  EXPECT_TRUE(json::check(out));
  EXPECT_THAT(out, testing::HasSubstr(R"("url":"/api/v1/webchat/files/)" + id + R"(?token=tok")"));
  EXPECT_THAT(out, testing::HasSubstr(R"("thumbnail_url":"/api/v1/webchat/files/)" + id + R"(/thumbnail?token=tok")"));
  EXPECT_THAT(out, testing::HasSubstr(R"("name":"a \"b\".png")"));
}

TEST(EncodeEvent, Message_IsCutDown) {
  const auto data =
      encode_event(event("message.accepted", json::encode(MessageEvent{thread(), text("hi")})), kToken, kNowhere);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->type, "message.accepted");
  EXPECT_EQ(data->data, R"({"conversation":)" + encode_conversation(json::encode(thread()), kNowhere) +
                            R"(,"message":)" + encode_message(json::encode(text("hi")), kToken) + "}");
}

TEST(EncodeEvent, NoteOrWhisper_ShowsOnlyThatTheConversationMovedOn) {
  Message note = text("he is difficult");
  for (const MessageKind kind : {MessageKind::note, MessageKind::whisper}) {
    note.kind = kind;
    for (const auto* type : {"message.accepted", "message.recalled"}) {
      const auto data = encode_event(event(type, json::encode(MessageEvent{thread(), note})), kToken, kNowhere);
      ASSERT_TRUE(data);
      EXPECT_EQ(data->type, "conversation.changed");
      EXPECT_THAT(data->data, testing::Not(testing::HasSubstr("difficult")));
      EXPECT_THAT(data->data, testing::Not(testing::HasSubstr("message")));
    }
  }
}

TEST(EncodeEvent, InternalSystemMessage_IsHidden) {
  Message m = text("");
  m.kind = MessageKind::system;
  m.system = SystemEvent{"conversation.whisper", {{"internal", "false"}}, true};
  const auto data = encode_event(event("message.accepted", json::encode(MessageEvent{thread(), m})), kToken, kNowhere);
  EXPECT_THAT(data->data, testing::Not(testing::HasSubstr("whisper")));
  m.system->internal = false;
  const auto open = encode_event(event("message.accepted", json::encode(MessageEvent{thread(), m})), kToken, kNowhere);
  EXPECT_THAT(open->data, testing::HasSubstr("whisper"));
}

TEST(EncodeEvent, Transfer_HidesTheHandoverNote) {
  ConversationEvent moved{thread(), "us_a", "Li", UserId{8}, TeamId{7}, "reason.secret", "beware of him"};
  const auto data = encode_event(event("conversation.transferred", json::encode(moved)), kToken, kNowhere);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->type, "conversation.transferred");
  EXPECT_THAT(data->data, testing::Not(testing::HasSubstr("beware")));
  EXPECT_THAT(data->data, testing::Not(testing::HasSubstr("secret")));
}

TEST(EncodeEvent, Receipts_CarryMarksAndVersion) {
  ReceiptsEvent moved;
  moved.receipts.agent_read_seq = 4;
  moved.version = 12;
  moved.customer_id = {6};
  const auto data = encode_event(event("receipts.moved", json::encode(moved)), kToken, kNowhere);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->data, R"({"receipts":)" + json::encode(moved.receipts) + R"(,"version":12})");
}

TEST(EncodeEvent, OthersBusiness_IsHidden) {
  EXPECT_FALSE(encode_event(event("customer.changed", "{}"), kToken, kNowhere));
  EXPECT_FALSE(encode_event(event("agent.state_changed", "{}"), kToken, kNowhere));
  EXPECT_FALSE(encode_event(event("message.accepted", "broken"), kToken, kNowhere));
}

TEST(NackFrame, Retry_TellsWhen) {
  const Error error{Code::limit_exceeded, "request.too_many_requests", "internal detail", {}, {}};
  const std::string out = nack_frame("k", error, messages::Language::en, 250);
  EXPECT_TRUE(json::check(out));
  EXPECT_THAT(out, testing::HasSubstr(R"("retry_after_ms":250)"));
  EXPECT_THAT(out, testing::Not(testing::HasSubstr("internal detail")));
}

}  // namespace
}  // namespace yingda::webchat
