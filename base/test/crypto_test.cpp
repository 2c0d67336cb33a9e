#include "yingda/base/crypto.hpp"

#include <gtest/gtest.h>

#include <set>

namespace yingda {
namespace {

using namespace std::string_view_literals;

TEST(Crypto, Digests_PublishedVectors_Match) {
  EXPECT_EQ(crypto::hex(crypto::sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(crypto::hex(crypto::sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(crypto::hex(crypto::sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Crypto, HmacSha256_Rfc4231_Matches) {
  EXPECT_EQ(crypto::hex(crypto::hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(crypto::hex(crypto::hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(crypto::hex(crypto::hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(crypto::hex(crypto::hmac_sha256(std::string(131, '\xaa'),
                                            "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Crypto, Base64AndBase32_Rfc4648_Match) {
  const struct {
    std::string_view bytes, base64, base64url, base32;
  } vectors[] = {{"", "", "", ""},
                 {"f", "Zg==", "Zg", "MY"},
                 {"fo", "Zm8=", "Zm8", "MZXQ"},
                 {"foo", "Zm9v", "Zm9v", "MZXW6"},
                 {"foob", "Zm9vYg==", "Zm9vYg", "MZXW6YQ"},
                 {"fooba", "Zm9vYmE=", "Zm9vYmE", "MZXW6YTB"},
                 {"foobar", "Zm9vYmFy", "Zm9vYmFy", "MZXW6YTBOI"},
                 {"\xff\xfe\x00"sv, "//4A", "__4A", "777AA"}};
  for (const auto& v : vectors) {
    EXPECT_EQ(crypto::base64(v.bytes), v.base64);
    EXPECT_EQ(crypto::base64url(v.bytes), v.base64url);
    EXPECT_EQ(crypto::decode_base64url(v.base64url).value(), v.bytes);
    EXPECT_EQ(crypto::base32(v.bytes), v.base32);
    EXPECT_EQ(crypto::decode_base32(v.base32).value(), v.bytes);
  }
}

TEST(Crypto, DecodeBase64Url_WrongForms_AreCorrupt) {
  for (const char* text : {"A", "AAAAA", "Zg==", "Zm+/", "Zm 9", "Zh", "Zm9"}) {
    auto decoded = crypto::decode_base64url(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().code, Code::corrupt);
    EXPECT_EQ(decoded.error().reason, "crypto.invalid_base64");
  }
  EXPECT_FALSE(crypto::decode_base32("mzxw6"));
  EXPECT_FALSE(crypto::decode_base32("M"));
}

TEST(Crypto, Equal_LengthsAndBytes_Count) {
  EXPECT_TRUE(crypto::equal("", ""));
  EXPECT_TRUE(crypto::equal("abc", "abc"));
  EXPECT_FALSE(crypto::equal("abc", "abd"));
  EXPECT_FALSE(crypto::equal("abc", "abcd"));
}

TEST(Crypto, RandomToken_ManyTimes_NeverRepeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(crypto::random_token(16)).second);
  EXPECT_EQ(seen.begin()->size(), 22U);
}

TEST(Crypto, Password_RightWrongAndUnreadable_AreToldApart) {
  const std::string phc = crypto::hash_password("correct 马 battery");
  EXPECT_TRUE(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << phc;
  EXPECT_TRUE(crypto::verify_password(phc, "correct 马 battery"));
  EXPECT_FALSE(crypto::verify_password(phc, "correct 马 batterz"));
  EXPECT_FALSE(crypto::verify_password("", "x"));
  EXPECT_FALSE(crypto::verify_password("$argon2id$v=19$m=1", "x"));
  EXPECT_NE(phc, crypto::hash_password("correct 马 battery"));
}

TEST(Crypto, Totp_Rfc6238_Matches) {
  constexpr std::string_view secret = "12345678901234567890";
  const struct {
    std::int64_t second;
    std::string_view code;  // the RFC's 8 digits without the first two
  } vectors[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                 {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& v : vectors) EXPECT_EQ(crypto::totp(secret, UtcTime{v.second * 1000}), v.code);
}

TEST(Crypto, VerifyTotp_OneStepEitherSide_IsAcceptedWithItsStep) {
  constexpr std::string_view secret = "12345678901234567890";
  const UtcTime now{59'000};
  EXPECT_EQ(crypto::verify_totp(secret, crypto::totp(secret, now), now).value(), 1);
  EXPECT_EQ(crypto::verify_totp(secret, crypto::totp(secret, now - seconds(30)), now).value(), 0);
  EXPECT_EQ(crypto::verify_totp(secret, crypto::totp(secret, now + seconds(30)), now).value(), 2);
  for (const std::string& code :
       {crypto::totp(secret, now + seconds(61)), std::string(), std::string("28708"), std::string("2870822")}) {
    auto step = crypto::verify_totp(secret, code, now);
    ASSERT_FALSE(step);
    EXPECT_EQ(step.error().code, Code::unauthenticated);
    EXPECT_EQ(step.error().reason, "auth.wrong_code");
  }
}

TEST(Crypto, Token_SignedAndVerified_GivesThePayload) {
  const std::string token = crypto::sign_token("key", R"({"v":1})");
  EXPECT_EQ(crypto::verify_token("key", token).value(), R"({"v":1})");
}

TEST(Crypto, Token_TouchedAnywhere_IsRefused) {
  const std::string token = crypto::sign_token("key", "payload");
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string touched = token;
    touched[i] = touched[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(crypto::verify_token("key", touched)) << i;
  }
  for (const std::string& wrong :
       {std::string(), std::string("."), token + "A", token + ".", token.substr(1), crypto::base64url("payload")}) {
    auto verified = crypto::verify_token("key", wrong);
    ASSERT_FALSE(verified) << wrong;
    EXPECT_EQ(verified.error().reason, "auth.invalid_token");
  }
  EXPECT_FALSE(crypto::verify_token("other", token));
}

}  // namespace
}  // namespace yingda
