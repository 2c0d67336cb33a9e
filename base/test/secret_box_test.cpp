#include "yingda/base/secret_box.hpp"

#include <gtest/gtest.h>

#include "yingda/base/crypto.hpp"

namespace yingda {
namespace {

SecretBox box_of(unsigned char first) {
  SecretBox::Key key{};
  key[0] = first;
  return SecretBox(key);
}

TEST(SecretBox_, Sealed_OpensToTheSecretAndNeverLooksTheSame) {
  const SecretBox box = box_of(1);
  for (const auto& secret : {std::string(), std::string("p"), std::string("密码 \0 x", 10), std::string(5'000, 'z')}) {
    const std::string once = box.seal(secret, "mail"), twice = box.seal(secret, "mail");
    EXPECT_NE(once, twice);
    EXPECT_EQ(box.open(once, "mail").value_or("?"), secret);
    EXPECT_EQ(box.open(twice, "mail").value_or("?"), secret);
    if (secret.size() > 4) EXPECT_EQ(crypto::decode_base64url(once)->find(secret), std::string::npos);
  }
}

TEST(SecretBox_, AnotherKeyOrPurpose_StaysShut) {
  const std::string sealed = box_of(1).seal("secret", "mail tn_1");
  EXPECT_EQ(box_of(2).open(sealed, "mail tn_1").error().reason, "crypto.sealed_unreadable");
  EXPECT_EQ(box_of(1).open(sealed, "mail tn_2").error().reason, "crypto.sealed_unreadable");
}

TEST(SecretBox_, EveryChangedBit_IsSeen) {
  const SecretBox box = box_of(1);
  const std::string bytes = *crypto::decode_base64url(box.seal("secret", "mail"));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(box.open(crypto::base64url(changed), "mail")) << bit;
  }
  EXPECT_FALSE(box.open(crypto::base64url(bytes.substr(0, 27)), "mail"));
  EXPECT_FALSE(box.open("", "mail"));
  EXPECT_FALSE(box.open("***", "mail"));
}

}  // namespace
}  // namespace yingda
