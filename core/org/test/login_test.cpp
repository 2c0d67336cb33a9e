#include <gtest/gtest.h>

#include "actors.hpp"
#include "login_name.hpp"
#include "secrets.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/org/org.hpp"

namespace yingda::org {

TEST(CheckLogin, MixedCase_Lowered) { EXPECT_EQ(check_login(" Anna@Shop.CN ").value(), "anna@shop.cn"); }

TEST(CheckLogin, SpaceOrSlash_Refused) {
  EXPECT_FALSE(check_login("an na"));
  EXPECT_FALSE(check_login("tn_1/anna"));
  EXPECT_FALSE(check_login(""));
  EXPECT_FALSE(check_login(std::string(kNameCodePointsMax + 1, 'a')));
}

TEST(DecodeLogin, WithTenant_Split) {
  const WrittenLogin written = decode_login(to_string(TenantId{42}) + "/Anna");
  EXPECT_EQ(written.tenant, TenantId{42});
  EXPECT_EQ(written.login, "anna");
}

TEST(DecodeLogin, BadTenantOrBytes_Nobody) {
  EXPECT_EQ(decode_login("zz_1/anna").login, "");
  EXPECT_EQ(decode_login("\xC3").login, "");
}

TEST(Secret, ThereAndBack_SameTenant) {
  const std::string secret = make_secret(TenantId{123'456'789'012'345});
  EXPECT_EQ(tenant_of_secret(secret), TenantId{123'456'789'012'345});
  EXPECT_NE(make_secret(TenantId{1}), make_secret(TenantId{1}));
}

TEST(Secret, OtherText_NoTenant) {
  EXPECT_FALSE(tenant_of_secret(""));
  EXPECT_FALSE(tenant_of_secret("not base64url!"));
  EXPECT_FALSE(tenant_of_secret(crypto::base64url(std::string(39, 'x'))));
  EXPECT_FALSE(tenant_of_secret(crypto::base64url(std::string(40, '\xFF'))));
}

TEST(DummyHash, Parameters_ThoseOfRealHashes) {
  const auto parameters = [](std::string_view phc) { return phc.substr(0, phc.find('$', phc.find("m="))); };
  const std::string real = crypto::hash_password("anything at all");
  EXPECT_EQ(parameters(dummy_password_hash()), parameters(real));
  EXPECT_EQ(dummy_password_hash().size(), real.size());
}

TEST(PreparePassword, OutOfBounds_RefusedByField) {
  EXPECT_EQ(prepare_password("short77").error().fields.at(0).reason, "request.too_short");
  EXPECT_EQ(prepare_password(std::string(129, 'x')).error().fields.at(0).reason, "request.too_long");
  EXPECT_EQ(prepare_password("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF").error().fields.at(0).reason, "request.invalid_utf8");
}

TEST(PreparePassword, EightChineseCharacters_Verifies) {
  const std::string hash = prepare_password("应答应答应答应答").value();
  EXPECT_TRUE(crypto::verify_password(hash, "应答应答应答应答"));
  EXPECT_FALSE(crypto::verify_password(hash, "应答应答应答应客"));
}

}  // namespace yingda::org
