#include "external.hpp"

#include <gtest/gtest.h>

#include "yingda/base/crypto.hpp"

namespace yingda::entrance {
namespace {

std::string reason_of(int status, std::string body) {
  const auto answer = decode_answer({.status = status, .body = std::move(body)});
  return answer ? "" : answer.error().reason;
}

TEST(EncodeQuestion, WithASecret_IsSignedOverTheBody) {
  ExternalQuestion question;
  question.text = "你好";
  question.decided.rule_id = "er_1";
  const External external{.enabled = true, .url = "https://company.example/", .deadline_ms = 700};
  const auto request = encode_question(question, external, "key", net::AddressGuard::public_only);
  EXPECT_EQ(request.method, net::Method::post);
  EXPECT_EQ(request.deadline, milliseconds(700));
  EXPECT_EQ(request.guard, net::AddressGuard::public_only);
  ASSERT_EQ(request.headers.size(), 2U);
  EXPECT_EQ(request.headers[1].name, "X-Yingda-Signature");
  EXPECT_EQ(request.headers[1].value, "sha256=" + crypto::hex(crypto::hmac_sha256("key", request.body)));
  EXPECT_NE(request.body.find(R"("rule_id":"er_1")"), std::string::npos);
  EXPECT_EQ(encode_question(question, external, "", net::AddressGuard::any).headers.size(), 1U);
}

TEST(DecodeAnswer, NothingToSay_IsAnAnswer) {
  for (const char* body : {"", " \n", "{}", R"({"comment":"ok"})"}) {
    const auto answer = decode_answer({.status = 200, .body = body});
    ASSERT_TRUE(answer) << body;
    EXPECT_FALSE(answer->team_id || answer->priority || answer->skills || answer->language || answer->topic);
  }
  EXPECT_EQ(reason_of(204, ""), "");
}

TEST(DecodeAnswer, Everything_IsTaken) {
  const auto answer = decode_answer(
      {.status = 200,
       .body = R"({"team_id":")" + to_string(TeamId{5}) +
               R"(","priority":9,"skills":[{"name":"loans","level":5}],"language":"en","topic":"loan"})"});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->team_id, TeamId{5});
  EXPECT_EQ(answer->priority, 9);
  EXPECT_EQ(answer->skills->front(), (routing::Skill{"loans", 5}));
  EXPECT_EQ(answer->language, "en");
  EXPECT_EQ(answer->topic, "loan");
}

TEST(DecodeAnswer, Nonsense_IsNotTaken) {
  EXPECT_EQ(reason_of(302, ""), "entrance.external_refused");
  EXPECT_EQ(reason_of(500, "{}"), "entrance.external_refused");
  for (const char* body : {"no json", "[]", "7", R"({"team_id":"sales"})", R"({"priority":-1})", R"({"priority":10})",
                           R"({"priority":"high"})", R"({"skills":[{"name":"","level":1}]})",
                           R"({"skills":[{"name":"x","level":6}]})", R"({"skills":"x"})", R"({"language":7})"})
    EXPECT_EQ(reason_of(200, body), "entrance.external_nonsense") << body;
  EXPECT_EQ(reason_of(200, R"({"topic":")" + std::string(65, 'x') + R"("})"), "entrance.external_nonsense");
  EXPECT_EQ(reason_of(200, R"({"language":")" + std::string(36, 'x') + R"("})"), "entrance.external_nonsense");
}

}  // namespace
}  // namespace yingda::entrance
