// Origins, buckets, tokens, settings' checks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "buckets.hpp"
#include "check.hpp"
#include "origins.hpp"
#include "tokens.hpp"

namespace yingda::webchat {
namespace {

TEST(OriginAllowed, NoRules_AllowsEverybody) { EXPECT_TRUE(origin_allowed({}, "https://any.example", "us")); }

TEST(OriginAllowed, Exact_NeedsSchemeHostAndPort) {
  const std::vector<std::string> rules{"https://shop.example", "http://dev.example:8080"};
  EXPECT_TRUE(origin_allowed(rules, "https://Shop.example", "us"));
  EXPECT_TRUE(origin_allowed(rules, "http://dev.example:8080", "us"));
  EXPECT_FALSE(origin_allowed(rules, "http://shop.example", "us"));
  EXPECT_FALSE(origin_allowed(rules, "https://shop.example.evil", "us"));
  EXPECT_FALSE(origin_allowed(rules, "https://evil-shop.example", "us"));
  EXPECT_FALSE(origin_allowed(rules, "null", "us"));
}

TEST(OriginAllowed, Wildcard_MeansSubdomainsOnly) {
  const std::vector<std::string> rules{"https://*.shop.example"};
  EXPECT_TRUE(origin_allowed(rules, "https://a.b.shop.example", "us"));
  EXPECT_FALSE(origin_allowed(rules, "https://shop.example", "us"));
  EXPECT_FALSE(origin_allowed(rules, "https://evilshop.example", "us"));
  EXPECT_FALSE(origin_allowed(rules, "https://.shop.example.evil", "us"));
}

TEST(OriginAllowed, OwnPages_AreAllowed) {
  EXPECT_TRUE(origin_allowed({"https://shop.example"}, "http://127.0.0.1:8080", "127.0.0.1:8080"));
  EXPECT_FALSE(origin_allowed({"https://shop.example"}, "http://127.0.0.1:8080", ""));
}

TEST(CheckOriginRule, Forms_AreStrict) {
  EXPECT_EQ(check_origin_rule(" HTTPS://Shop.Example/ ").value(), "https://shop.example");
  EXPECT_EQ(check_origin_rule("https://*.shop.example").value(), "https://*.shop.example");
  for (const auto* wrong : {"", "shop.example", "https://", "https://*", "https://a/b", "ftp://a.example",
                            "https://a..b", "https://*.*.a", "https://a b"})
    EXPECT_FALSE(check_origin_rule(wrong)) << wrong;
}

TEST(Buckets, Keys_AreApart) {
  Buckets buckets({1, 2}, 100);
  EXPECT_EQ(buckets.take(1, 0), 0);
  EXPECT_EQ(buckets.take(1, 0), 0);
  EXPECT_GT(buckets.take(1, 0), 0);
  EXPECT_EQ(buckets.take(2, 0), 0);
}

TEST(Buckets, ManyKeys_StayBounded) {
  Buckets buckets({1, 2}, 160);
  for (std::uint64_t key = 0; key < 10'000; ++key) buckets.take(key, 0);
  EXPECT_LE(buckets.size(), 160U + 16U);
}

TEST(Buckets, ManyKeys_DoNotFreeAnExhaustedOneSoon) {
  Buckets buckets({0.001, 5}, 1'600);
  while (buckets.take(42, 0) == 0) {
  }
  for (std::uint64_t key = 100; key < 3'000; ++key) buckets.take(key, 0);
  EXPECT_GT(buckets.take(42, 0), 0);
}

TEST(VisitorToken, Signed_SaysWhoItIs) {
  const Secret secret{3, "secret", {}};
  const std::string token = sign_visitor(secret, {3, TenantId{1}, CustomerId{2}, WidgetId{4}, {99}});
  const auto claim = read_visitor(token);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->secret_number, 3);
  EXPECT_EQ(claim->tenant, TenantId{1});
  EXPECT_EQ(claim->customer, CustomerId{2});
  EXPECT_EQ(claim->widget, WidgetId{4});
  EXPECT_EQ(claim->issued.ms, 99);
  EXPECT_TRUE(check_signature(secret, token));
}

TEST(VisitorToken, OtherSecretOrBytes_IsRefused) {
  const std::string token = sign_visitor({3, "secret", {}}, {3, TenantId{1}, CustomerId{2}, WidgetId{4}, {99}});
  EXPECT_FALSE(check_signature({3, "other", {}}, token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read_visitor(changed) && check_signature({3, "secret", {}}, changed) &&
                 read_visitor(changed)->customer != CustomerId{2})
        << i;
  }
}

TEST(FileToken, AsVisitorToken_IsRefused) {
  const Secret secret{1, "secret", {}};
  EXPECT_FALSE(read_visitor(sign_file(secret, {1, TenantId{1}, CustomerId{2}, FileId{3}})));
  EXPECT_FALSE(read_file(sign_visitor(secret, {1, TenantId{1}, CustomerId{2}, WidgetId{4}, {9}})));
  EXPECT_FALSE(read_file(""));
  EXPECT_FALSE(read_file("."));
}

std::string rejected(const WidgetSettings& settings) {
  const auto checked = check_settings(settings);
  return checked ? std::string() : checked.error().fields.at(0).field;
}

TEST(CheckSettings, Good_AreTidied) {
  WidgetSettings settings;
  settings.name = "  Shop ";
  settings.allowed_origins = {"HTTPS://Shop.example/"};
  const auto checked = check_settings(settings);
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->name, "Shop");
  EXPECT_THAT(checked->allowed_origins, testing::ElementsAre("https://shop.example"));
  EXPECT_THAT(checked->languages, testing::ElementsAre("zh-CN", "en"));
}

TEST(CheckSettings, Wrong_NameTheField) {
  WidgetSettings good;
  good.name = "Shop";
  auto with = [&](auto change) {
    WidgetSettings settings = good;
    change(settings);
    return rejected(settings);
  };
  EXPECT_EQ(with([](auto& s) { s.name = " "; }), "name");
  EXPECT_EQ(with([](auto& s) { s.allowed_origins = {"https://a.example", "b"}; }), "allowed_origins[1]");
  EXPECT_EQ(with([](auto& s) { s.languages = {"fr"}; }), "languages");
  EXPECT_EQ(with([](auto& s) { s.look.color = "red"; }), "look.color");
  EXPECT_EQ(with([](auto& s) { s.look.color = "#12345g"; }), "look.color");
  EXPECT_EQ(with([](auto& s) { s.look.greeting.en = std::string(501, 'x'); }), "look.greeting.en");
  EXPECT_EQ(with([](auto& s) { s.look.auto_open_s = -1; }), "look.auto_open_s");
  EXPECT_EQ(with([](auto& s) { s.look.avatar_url = "javascript:alert(1)"; }), "look.avatar_url");
  EXPECT_EQ(with([](auto& s) { s.look.avatar_url = "//evil.example/a.png"; }), "look.avatar_url");
}

}  // namespace
}  // namespace yingda::webchat
