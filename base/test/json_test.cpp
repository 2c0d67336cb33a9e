#include "yingda/base/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shop.hpp"

namespace yingda {
namespace {

using json::Unknown;
using testing::ElementsAre;
using testing::IsEmpty;

FieldError error_at(std::string field, std::string reason) { return {std::move(field), std::move(reason)}; }

template <class T>
std::vector<FieldError> fields_of(std::string_view text, Unknown unknown = Unknown::ignore) {
  auto result = json::decode<T>(text, unknown);
  if (result) return {};
  EXPECT_EQ(result.error().code, Code::invalid_argument);
  return result.error().fields;
}

std::string reason_of(std::string_view text) {
  auto result = json::check(text);
  return result ? "" : result.error().reason;
}

TEST(Json, EncodeFullStruct_EveryMapping_IsWrittenInDeclarationOrder) {
  EXPECT_EQ(json::encode(full_order()),
            R"({"id":"cv_0000000000001","owner":null,"title":"你好 \"quoted\" \\ \n\u0001","paid":true,"price":12.5,)"
            R"("count":-3,"total":9007199254740993,"kind":"phone","note":"n","at":1767225600000,"wait":-5,)"
            R"("lines":[{"sku":"a","amount":1},{"sku":"b","amount":2}],"tags":{"k":["v","w"]},"extra":{"x":[1,2]},)"
            R"("kinds":["default","phone"]})");
}

TEST(Json, EncodeEmptyStruct_OptionalAndText_AreAbsent) {
  EXPECT_EQ(json::encode(Order{}),
            R"({"id":null,"owner":null,"title":"","paid":false,"price":0,"count":0,"total":0,"kind":"default","at":0,)"
            R"("wait":0,"lines":[],"tags":{},"kinds":[]})");
}

TEST(Json, DecodeOfEncoded_FullAndEmpty_GivesTheSame) {
  for (const Order& order : {full_order(), Order{}}) {
    auto again = json::decode<Order>(json::encode(order));
    ASSERT_TRUE(again) << describe(again.error()) << testing::PrintToString(again.error().fields.size());
    EXPECT_EQ(*again, order);
  }
}

TEST(Json, DecodeText_Escapes_AreResolved) {
  auto line = json::decode<OrderLine>(R"({"sku":"\u4f60\ud83d\ude00\n\/","amount":1})");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->sku, "你😀\n/");
}

TEST(Json, DecodeNumbers_WholeRealsAndLimits_AreIntegers) {
  EXPECT_EQ(json::decode<OrderLine>(R"({"sku":"a","amount":2.0})")->amount, 2);
  EXPECT_EQ(json::decode<OrderLine>(R"({"sku":"a","amount":-2147483648})")->amount, -2147483648LL);
  EXPECT_EQ(json::decode<std::int64_t>("9223372036854775807").value(), INT64_MAX);
  EXPECT_EQ(json::decode<double>("3").value(), 3.0);
  EXPECT_EQ(json::decode<double>("-0.25e1").value(), -2.5);
}

TEST(Json, EncodeDouble_ShortestFormAndNotFinite_StaysValid) {
  EXPECT_EQ(json::encode(0.1), "0.1");
  EXPECT_EQ(json::encode(std::vector<double>{1e300, -0.0, NAN, INFINITY}), "[1e+300,-0,null,null]");
}

TEST(Json, DecodeReal_ManyDigits_IsCorrectlyRounded) {
  for (const char* text : {"1.7976931348623157e+308", "2.2250738585072014e-308", "5e-324", "0.1", "123456789.01234567",
                           "9007199254740993.5", "1.7672888888888889e+115"}) {
    EXPECT_EQ(json::decode<double>(text).value(), std::strtod(text, nullptr)) << text;
  }
  const std::string digits = "1767288" + std::string(120, '8') + "25600000";
  EXPECT_EQ(json::decode<double>(digits).value(), std::strtod(digits.c_str(), nullptr));
  EXPECT_EQ(json::decode<double>("1e-400").value(), 0.0);
  EXPECT_EQ(reason_of("1e400"), "request.invalid_json");
  EXPECT_EQ(reason_of("[-1" + std::string(400, '0') + "]"), "request.invalid_json");
}

TEST(Json, DecodeNested_WrongMembers_NameThePath) {
  EXPECT_THAT(
      fields_of<Order>(R"({"id":"cv_0000000000001","title":1,"paid":"yes","price":true,"count":2147483648,)"
                       R"("total":9223372036854775808,"kind":"fax","at":1.5,"lines":[{"sku":"a","amount":1},{}],)"
                       R"("tags":{"k":[1]},"wait":1e30})"),
      ElementsAre(error_at("title", "request.wrong_type"), error_at("paid", "request.wrong_type"),
                  error_at("price", "request.wrong_type"), error_at("count", "request.out_of_range"),
                  error_at("total", "request.out_of_range"), error_at("kind", "request.unknown_value"),
                  error_at("at", "request.wrong_type"), error_at("wait", "request.out_of_range"),
                  error_at("lines[1].sku", "request.required"), error_at("lines[1].amount", "request.required"),
                  error_at("tags.k[0]", "request.wrong_type")));
}

TEST(Json, DecodeContainers_WrongKind_IsWrongType) {
  EXPECT_THAT(fields_of<std::vector<int>>("{}"), ElementsAre(error_at("", "request.wrong_type")));
  EXPECT_THAT(fields_of<OrderLine>("[]"), ElementsAre(error_at("", "request.wrong_type")));
  EXPECT_THAT((fields_of<std::map<std::string, int>>("[]")), ElementsAre(error_at("", "request.wrong_type")));
  EXPECT_THAT(fields_of<OrderKind>("1"), ElementsAre(error_at("", "request.wrong_type")));
  EXPECT_THAT(fields_of<std::vector<int>>("[1,null]"), ElementsAre(error_at("[1]", "request.wrong_type")));
}

TEST(Json, DecodeId_WrongForms_AreInvalidId) {
  for (const char* text : {R"("ms_0000000000001")", R"("cv_")", R"("")", R"("cv_000000000000u")",
                           R"("cv_0000000000000")", R"("cv_8000000000000")", R"("cv_00000000000001")"}) {
    EXPECT_THAT(fields_of<ConversationId>(text), ElementsAre(error_at("", "request.invalid_id"))) << text;
  }
  EXPECT_THAT(fields_of<ConversationId>("7"), ElementsAre(error_at("", "request.wrong_type")));
}

TEST(Json, DecodeId_NullOrAbsent_IsNoneInEventsButMissingInRequests) {
  EXPECT_THAT(fields_of<Owned>("{}", Unknown::ignore), IsEmpty());
  EXPECT_THAT(fields_of<Owned>(R"({"owner":null})", Unknown::ignore), IsEmpty());
  EXPECT_THAT(fields_of<Owned>("{}", Unknown::reject), ElementsAre(error_at("owner", "request.required")));
  EXPECT_THAT(fields_of<Owned>(R"({"owner":null})", Unknown::reject),
              ElementsAre(error_at("owner", "request.required")));
}

TEST(Json, DecodeOptional_Null_IsEmpty) {
  auto owned = json::decode<Owned>(R"({"owner":"us_0000000000001","deputy":null})", Unknown::reject);
  ASSERT_TRUE(owned);
  EXPECT_FALSE(owned->deputy);
}

TEST(Json, DecodeUnknownMember_IgnoredOrRejected_AsAsked) {
  constexpr std::string_view text = R"({"sku":"a","amount":1,"amuont":2})";
  EXPECT_THAT(fields_of<OrderLine>(text), IsEmpty());
  EXPECT_THAT(fields_of<OrderLine>(text, Unknown::reject), ElementsAre(error_at("amuont", "request.unknown_field")));
}

TEST(Json, DecodeManyErrors_AreBounded) {
  std::string text = "[";
  for (int i = 0; i < 100; ++i) text += "true,";
  EXPECT_EQ(fields_of<std::vector<int>>(text + "true]").size(), json::kMaxFieldErrors);
}

TEST(Json, DecodeZeroCharacter_IsRefused) {
  EXPECT_THAT(fields_of<OrderLine>(R"({"sku":"a\u0000","amount":1})"),
              ElementsAre(error_at("sku", "request.invalid_utf8")));
  EXPECT_THAT((fields_of<std::map<std::string, int>>(R"({"a\u0000":1})")),
              ElementsAre(error_at("", "request.invalid_utf8")));
}

TEST(Json, JsonText_AnyValue_KeepsItsMeaning) {
  auto value = json::decode<std::vector<JsonText>>(
      R"([ {"a" : [ ] , "b":{}}, "x\"y", -1, 18446744073709551615, 1.5, true, null, {"n":null} ])");
  ASSERT_TRUE(value);
  EXPECT_EQ(json::encode(*value), R"([{"a":[],"b":{}},"x\"y",-1,18446744073709551615,1.5,true,null,{"n":null}])");
}

TEST(Json, Check_NotJson_IsInvalid) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "{}x",
                           "{} {}",
                           "[1,]",
                           "{\"a\":1,}",
                           "nul",
                           "01",
                           "'a'",
                           "\"\n\"",
                           "NaN",
                           "\xff",
                           "\"\xc0\xaf\"",
                           "\"\xed\xa0\x80\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\xe4\xbd\"",
                           "/**/1",
                           "\xef\xbb\xbf{}"}) {
    EXPECT_EQ(reason_of(text), "request.invalid_json") << testing::PrintToString(text);
  }
  EXPECT_EQ(reason_of(" [1, {\"a\": null}] \n"), "");
}

TEST(Json, Check_TooDeepOrLarge_IsRefused) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_EQ(reason_of(nested(json::kMaxDepth)), "");
  EXPECT_EQ(reason_of(nested(json::kMaxDepth + 1)), "request.json_too_deep");
  EXPECT_EQ(reason_of(std::string(json::kMaxBytes + 1, ' ')), "request.json_too_large");
}

TEST(Describe, EnumName_KeywordAndUnknown_AreHandled) {
  EXPECT_EQ(enum_name(OrderKind::default_), "default");
  EXPECT_EQ(enum_name(static_cast<OrderKind>(99)), "");
  EXPECT_EQ(parse_enum<OrderKind>("phone"), OrderKind::phone);
  EXPECT_EQ(parse_enum<OrderKind>("Phone"), std::nullopt);
}

}  // namespace
}  // namespace yingda
