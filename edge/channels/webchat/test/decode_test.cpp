#include "decode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "yingda/webchat/limits.hpp"

namespace yingda::webchat {
namespace {

std::string reason(const std::expected<Frame, Refused>& frame) {
  if (frame) return {};
  const Error& error = frame.error().error;
  return error.fields.empty() ? error.reason : error.fields[0].field + " " + error.fields[0].reason;
}

TEST(DecodeFrame, SendText_ReadsKeyAndText) {
  const auto frame = decode_frame(R"({"t":"send","client_msg_id":"k1","kind":"text","text":"你好"})");
  ASSERT_TRUE(frame);
  const auto& send = std::get<SendFrame>(*frame);
  EXPECT_EQ(send.client_msg_id, "k1");
  EXPECT_EQ(send.text, "你好");
  EXPECT_EQ(send.kind, conversation::MessageKind::text);
}

TEST(DecodeFrame, SendFileWithoutKind_IsAFile) {
  const auto frame = decode_frame(R"({"t":"send","client_msg_id":"k","file_id":")" + to_string(FileId{9}) + R"("})");
  ASSERT_TRUE(frame);
  EXPECT_EQ(std::get<SendFrame>(*frame).kind, conversation::MessageKind::file);
  EXPECT_EQ(std::get<SendFrame>(*frame).file, FileId{9});
}

TEST(DecodeFrame, SendAsTheHouse_IsRefusedWithItsKey) {
  for (const auto* kind : {"note", "system", "dance"}) {
    const auto frame =
        decode_frame(R"({"t":"send","client_msg_id":"k7","kind":")" + std::string(kind) + R"(","text":"x"})");
    EXPECT_EQ(reason(frame), "kind request.unknown_value") << kind;
    EXPECT_EQ(frame.error().client_msg_id, "k7");
  }
}

TEST(DecodeFrame, SendWithoutContent_IsRefused) {
  EXPECT_EQ(reason(decode_frame(R"({"t":"send","client_msg_id":"k","text":" 　 "})")), "text request.required");
  EXPECT_EQ(reason(decode_frame(R"({"t":"send","client_msg_id":"k","kind":"image"})")), "file_id request.required");
  EXPECT_EQ(reason(decode_frame(R"({"t":"send","text":"x"})")), "client_msg_id request.required");
  EXPECT_EQ(reason(decode_frame(R"({"t":"send","text":"x","client_msg_id":")" + std::string(65, 'k') + R"("})")),
            "client_msg_id request.too_long");
}

TEST(DecodeFrame, Malformed_SaysWhatIsWrong) {
  EXPECT_EQ(reason(decode_frame("")), "request.invalid_json");
  EXPECT_EQ(reason(decode_frame("\xff")), "request.invalid_json");
  EXPECT_EQ(reason(decode_frame(R"({"t":7})")), "t request.wrong_type");
  EXPECT_EQ(reason(decode_frame(R"({"t":"recall","id":"cv_0000000000009"})")), "id request.invalid_id");
  EXPECT_EQ(reason(decode_frame(R"({"t":"hello"})")), "token request.required");
  EXPECT_EQ(reason(decode_frame(R"({"t":"dance"})")), "webchat.unknown_frame");
  EXPECT_EQ(reason(decode_frame(std::string(kFrameBytesMax + 1, ' '))), "webchat.frame_too_large");
  EXPECT_EQ(reason(decode_frame(R"({"t":"track","name":"x","properties":[1]})")), "properties request.wrong_type");
}

TEST(DecodeFrame, LongAddress_IsCutBetweenCodePoints) {
  std::string url = "https://shop.example/";
  while (url.size() < kUrlBytesMax + 10) url += "页";
  const auto frame = decode_frame(R"({"t":"page","url":")" + url + R"(","title":"t"})");
  ASSERT_TRUE(frame);
  const std::string& kept = std::get<PageFrame>(*frame).page.url;
  EXPECT_LE(kept.size(), kUrlBytesMax);
  EXPECT_GT(kept.size(), kUrlBytesMax - 3);
  EXPECT_TRUE(url.starts_with(kept));
  EXPECT_TRUE(kept.ends_with("页"));
}

TEST(DecodeFrame, Rate_AbsentPartsStayAbsent) {
  const std::string episode = to_string(EpisodeId{4});
  const auto no = decode_frame(R"({"t":"rate","episode_id":")" + episode + R"(","solved":false})");
  ASSERT_TRUE(no);
  const auto& answer = std::get<RateFrame>(*no).answer;
  EXPECT_EQ(answer.episode_id, EpisodeId{4});
  EXPECT_EQ(answer.solved, std::optional(false));
  EXPECT_FALSE(answer.score || answer.reason_keys || answer.words);
  const auto full =
      decode_frame(R"({"t":"rate","episode_id":")" + episode + R"(","score":2,"reason_keys":["slow"],"words":"…"})");
  ASSERT_TRUE(full);
  EXPECT_EQ(std::get<RateFrame>(*full).answer.score, std::optional<std::int64_t>(2));
  EXPECT_THAT(*std::get<RateFrame>(*full).answer.reason_keys, testing::ElementsAre("slow"));
  EXPECT_FALSE(decode_frame(R"({"t":"rate","solved":true})"));
  EXPECT_FALSE(decode_frame(R"({"t":"rate","episode_id":"cv_0"})"));
}

TEST(DecodeFrame, SendWithTopic_ReadsIt) {
  const auto frame = decode_frame(R"({"t":"send","client_msg_id":"k","text":"hi","topic":"order"})");
  ASSERT_TRUE(frame);
  EXPECT_EQ(std::get<SendFrame>(*frame).topic, "order");
}

TEST(DecodeFrame, Contact_TakesWhatIsGiven) {
  const auto frame = decode_frame(R"({"t":"contact","email":"a@b.cn","phone":"139"})");
  ASSERT_TRUE(frame);
  const auto& contact = std::get<ContactFrame>(*frame).contact;
  EXPECT_EQ(contact.email, "a@b.cn");
  EXPECT_EQ(contact.phone, "139");
  EXPECT_EQ(contact.name, "");
  EXPECT_FALSE(decode_frame(R"({"t":"contact","email":5})"));
}

TEST(DecodeSession, Empty_IsAFirstVisit) {
  const auto asked = decode_session("  ");
  ASSERT_TRUE(asked);
  EXPECT_TRUE(asked->visitor_token.empty());
  EXPECT_FALSE(asked->identity);
}

TEST(DecodeSession, Identity_ReadsClaim) {
  const auto asked = decode_session(
      R"({"identity":{"external_id":"u1","signature":"s","name":"Anna","attributes":{"plan":"gold"}},"locale":"zh-CN"})");
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->identity->external_id, "u1");
  EXPECT_EQ(asked->identity->attributes.at("plan"), "gold");
  EXPECT_EQ(asked->locale, "zh-CN");
}

TEST(DecodeSession, IdentityWithoutSignature_IsRefused) {
  EXPECT_FALSE(decode_session(R"({"identity":{"external_id":"u1"}})"));
}

TEST(DecodePoll, Frames_KeepsEachTextAndBounds) {
  const auto asked = decode_poll(R"({"since":4,"wait_s":900,"frames":[{"t":"ping"},{"t":"x"}]})");
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->since, 4);
  EXPECT_EQ(asked->wait_s, kPollWaitMax.ms / 1000);
  EXPECT_THAT(asked->frames, testing::ElementsAre(R"({"t":"ping"})", R"({"t":"x"})"));
  std::string many = R"({"since":0,"frames":[1)";
  for (int i = 0; i < kPollFramesMax; ++i) many += ",1";
  EXPECT_EQ(decode_poll(many + "]}").error().reason, "webchat.too_many_frames");
}

}  // namespace
}  // namespace yingda::webchat
