#include "merge.hpp"

#include <gtest/gtest.h>

#include "codec.hpp"
#include "yingda/base/text.hpp"

namespace yingda::customer {
namespace {

template <class R>
std::string field_of(const R& result) {
  if (result || result.error().fields.empty()) return {};
  return result.error().fields[0].field + " " + result.error().fields[0].reason;
}

}  // namespace

TEST(Label, AnyId_FourCrockfordCharactersAlwaysTheSame) {
  const std::string label = label_of(CustomerId{123});
  EXPECT_EQ(label.size(), 4U);
  EXPECT_EQ(label.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos);
  EXPECT_EQ(label_of(CustomerId{123}), label);
  EXPECT_NE(label_of(CustomerId{124}), label);
}

TEST(IdentitySignature, KnownKeyAndId_AsComputedElsewhere) {
  // openssl dgst -sha256 -hmac key -binary | base64url
  EXPECT_EQ(identity_signature("key", "user-1"), "ijLmgHSUiv0NN9Whtr4yku7qfUCW0o3BCqn1P3pEixM");
  EXPECT_NE(identity_signature("key", "user-2"), identity_signature("key", "user-1"));
  EXPECT_NE(identity_signature("kez", "user-1"), identity_signature("key", "user-1"));
}

TEST(BoundedIdentity, TooMuchOfEverything_Cut) {
  Identity wild{.external_id = " 42 ",
                .name = std::string(200, 'n'),
                .email = "no mail",
                .phone = std::string(100, '1'),
                .level = std::string(100, 'v'),
                .attributes = {}};
  for (int i = 0; i < 150; ++i) wild.attributes["k" + std::to_string(i)] = "v";
  wild.attributes["a"] = std::string(999, 'x') + "应";
  wild.attributes[std::string(65, 'b')] = "key too long";
  const Identity bounded = bounded_identity(wild).value();
  EXPECT_EQ(bounded.external_id, "42");
  EXPECT_EQ(bounded.name.size(), 80U);
  EXPECT_EQ(bounded.email, "");
  EXPECT_EQ(bounded.phone.size(), 32U);
  EXPECT_EQ(bounded.level.size(), 32U);
  EXPECT_EQ(bounded.attributes.size(), 100U);
  EXPECT_EQ(bounded.attributes.at("a"), std::string(999, 'x'));
  EXPECT_FALSE(bounded.attributes.contains(std::string(65, 'b')));
}

TEST(BoundedIdentity, ExternalIdOutOfBoundsOrNotUtf8_Refused) {
  EXPECT_EQ(field_of(bounded_identity({.external_id = " "})), "external_id request.too_short");
  EXPECT_EQ(field_of(bounded_identity({.external_id = std::string(129, '1')})), "external_id request.too_long");
  EXPECT_EQ(field_of(bounded_identity({.external_id = "1", .name = "\xFF"})), "name request.invalid_utf8");
  EXPECT_EQ(field_of(bounded_identity({.external_id = "1", .attributes = {{"k", "\xFF"}}})),
            "attributes request.invalid_utf8");
}

TEST(MergeIdentity, EmptyFacts_ChangeNothing) {
  Customer customer;
  customer.name = "Anna";
  customer.email = "a@x.cn";
  customer.attributes = {{"city", "上海"}};
  const Customer before = customer;
  merge_identity(customer, {});
  EXPECT_EQ(customer, before);
}

TEST(MergeIdentity, NewFacts_LaidOver) {
  Customer customer;
  customer.name = "Anna";
  customer.attributes = {{"city", "上海"}, {"plan", "free"}, {"old", "1"}};
  merge_identity(customer, {.external_id = "7", .name = "Anna Li", .attributes = {{"plan", "pro"}, {"old", ""}}});
  EXPECT_EQ(customer.external_id, "7");
  EXPECT_EQ(customer.name, "Anna Li");
  EXPECT_EQ(customer.attributes, (std::map<std::string, std::string>{{"city", "上海"}, {"plan", "pro"}}));
}

TEST(MergeAttributes, OneTooMany_LimitExceeded) {
  Customer customer;
  for (int i = 0; i < kAttributesMax; ++i) customer.attributes["k" + std::to_string(i)] = "v";
  EXPECT_TRUE(merge_attributes(customer, {{"k5", "new"}}));
  EXPECT_TRUE(merge_attributes(customer, {{"k6", ""}, {"another", "v"}}));
  EXPECT_EQ(merge_attributes(customer, {{"more", "v"}}).error().reason, "customer.too_many_attributes");
}

TEST(MergeAttributes, BadKeyOrValue_Refused) {
  Customer customer;
  EXPECT_EQ(field_of(merge_attributes(customer, {{"", "v"}})), "attributes customer.attribute_key_malformed");
  EXPECT_EQ(field_of(merge_attributes(customer, {{std::string(65, 'k'), "v"}})),
            "attributes customer.attribute_key_malformed");
  EXPECT_EQ(field_of(merge_attributes(customer, {{"k", std::string(1001, 'v')}})), "attributes.k request.too_long");
  EXPECT_EQ(field_of(merge_attributes(customer, {{"k", "\xC3"}})), "attributes.k request.invalid_utf8");
}

TEST(MergeChange, Fields_CheckedNotCut) {
  Customer customer;
  EXPECT_EQ(field_of(merge_change(customer, {.name = std::string(81, 'n')})), "name request.too_long");
  EXPECT_EQ(field_of(merge_change(customer, {.email = "no mail"})), "email request.invalid_mail_address");
  EXPECT_EQ(field_of(merge_change(customer, {.note = std::string(2001, 'n')})), "note request.too_long");
  EXPECT_EQ(field_of(merge_change(customer, {.tags = std::vector<std::string>{" "}})), "tags request.too_short");
  EXPECT_EQ(merge_change(customer, {.tags = std::vector<std::string>(51, "t")}).error().reason,
            "customer.too_many_tags");
}

TEST(MergeChange, GivenFields_ReplaceWhole) {
  Customer customer;
  customer.tags = {"old"};
  customer.attributes = {{"a", "1"}, {"b", "2"}};
  customer.email = "a@x.cn";
  ASSERT_TRUE(merge_change(customer, {.email = "",
                                      .tags = std::vector<std::string>{"vip", " vip ", "大客户"},
                                      .attributes = std::map<std::string, std::string>{{"c", "3"}, {"d", ""}}}));
  EXPECT_EQ(customer.email, "");
  EXPECT_EQ(customer.tags, (std::vector<std::string>{"vip", "大客户"}));
  EXPECT_EQ(customer.attributes, (std::map<std::string, std::string>{{"c", "3"}}));
}

TEST(BoundedPage, LongTexts_Cut) {
  const PageView page =
      bounded_page({.url = "https://x.cn/" + std::string(3000, 'p'), .title = std::string(300, 't')}).value();
  EXPECT_EQ(page.url.size(), 2000U);
  EXPECT_EQ(page.title.size(), 200U);
  EXPECT_EQ(field_of(bounded_page({.url = " "})), "url request.too_short");
  EXPECT_EQ(field_of(bounded_page({.url = "x", .title = "\xFF"})), "title request.invalid_utf8");
}

TEST(Codec, TagsAndAttributes_ThereAndBack_Same) {
  const std::vector<std::string> tags{"a\"b", "大客户"};
  const std::map<std::string, std::string> attributes{{"k\n", "\\v"}, {"城市", "上海"}};
  EXPECT_EQ(decode_tags(to_json(tags)), tags);
  EXPECT_EQ(decode_attributes(to_json(attributes)), attributes);
  EXPECT_TRUE(decode_tags("[]").empty());
  EXPECT_TRUE(decode_attributes("{}").empty());
}

TEST(MergeContact, EmptyFields_AreFilledAndMarkedUnverified) {
  Customer customer;
  ASSERT_TRUE(merge_contact(customer, {"Lin", "lin@example.com", ""}));
  EXPECT_EQ(customer.name, "Lin");
  EXPECT_EQ(customer.email, "lin@example.com");
  EXPECT_EQ(customer.attributes.at(std::string(kUnverifiedEmail)), "lin@example.com");
  EXPECT_FALSE(customer.attributes.contains(std::string(kUnverifiedPhone)));
}

TEST(MergeContact, ProvenFields_StayAndTheClaimStandsBeside) {
  Customer customer;
  customer.name = "林小姐";
  customer.email = "proven@example.com";
  ASSERT_TRUE(merge_contact(customer, {"Mallory", "claimed@example.com", "139 0000"}));
  EXPECT_EQ(customer.name, "林小姐");
  EXPECT_EQ(customer.email, "proven@example.com");
  EXPECT_EQ(customer.phone, "139 0000");
  EXPECT_EQ(customer.attributes.at(std::string(kUnverifiedEmail)), "claimed@example.com");
}

TEST(MergeContact, NothingOrNonsense_IsRefusedAndNothingChanges) {
  for (const Contact& contact :
       {Contact{}, Contact{"Lin", "", ""}, Contact{"", "nonsense", ""}, Contact{"", "", std::string(100, '1')}}) {
    Customer customer;
    const Status merged = merge_contact(customer, contact);
    ASSERT_FALSE(merged);
    EXPECT_EQ(merged.error().reason, "request.invalid_fields");
    EXPECT_EQ(customer, Customer{});
  }
}

}  // namespace yingda::customer
