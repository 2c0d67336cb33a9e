// The mail account: what is checked, kept, shown and hidden; walls between companies.
#include "shop.hpp"

namespace yingda::email {
namespace {

using testing::HasSubstr;
using testing::Not;

class SettingsTest : public ShopTest {
 protected:
  Result<MailSettings> put(const MailSettingsChange& change) {
    return write([&](auto& tx) { return mail().save_settings(tx, boss_, change); });
  }
  std::string field_refused(const MailSettingsChange& change) {
    const auto result = put(change);
    if (result) return "";
    return result.error().fields.empty() ? result.error().reason
                                         : result.error().fields[0].field + " " + result.error().fields[0].reason;
  }
};

TEST_F(SettingsTest, Password_IsUsedButNeverShownLoggedOrStoredReadably) {
  settings_.user = "service";
  settings_.password = "hunter2-密码";
  const auto saved = must(put(settings_));
  EXPECT_TRUE(saved.has_password);
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  pass(minutes(2));
  ASSERT_EQ(remote_.sent.size(), 1U);
  EXPECT_EQ(remote_.sent[0].server.password, "hunter2-密码");
  EXPECT_EQ(remote_.sent[0].server.user, "service");

  for (const auto& record : must(read([&](auto& tx) { return org().list_audit(tx, boss_, "", 100); })).items) {
    EXPECT_THAT(record.after.text, Not(HasSubstr("hunter2")));
    EXPECT_THAT(record.before.text, Not(HasSubstr("hunter2")));
  }
  static constexpr storage::Query kRaw{"test.raw", "SELECT settings, password FROM email_settings WHERE tenant_id = $1",
                                       ""};
  const auto raw = must(read([&](auto& tx) {
    return tx.one(kRaw, [](const storage::Row& row) { return row.string(0) + row.string(1); }, tenant_);
  }));
  EXPECT_THAT(*raw, Not(HasSubstr("hunter2")));

  restart();  // still readable with the same key
  send(c.id, "more");
  pass(minutes(2));
  ASSERT_EQ(remote_.sent.size(), 2U);
  EXPECT_EQ(remote_.sent[1].server.password, "hunter2-密码");
}

TEST_F(SettingsTest, PasswordAbsent_StaysOnlyForTheSameServer) {
  settings_.user = "service";
  settings_.password = "hunter2";
  must(put(settings_));
  settings_.password.reset();
  settings_.from_name = "Shop";
  EXPECT_TRUE(must(put(settings_)).has_password);
  settings_.server = "evil.example";
  EXPECT_EQ(field_refused(settings_), "password mail.password_wanted");
  settings_.server = "mail.example";
  settings_.user = "other";
  EXPECT_EQ(field_refused(settings_), "password mail.password_wanted");
  settings_.password = "";
  EXPECT_FALSE(must(put(settings_)).has_password);
}

TEST_F(SettingsTest, BadSettings_AreRefusedByField) {
  const auto with = [&](auto edit) {
    MailSettingsChange change = settings_;
    edit(change);
    return field_refused(change);
  };
  EXPECT_EQ(with([](auto& c) { c.server = "mail.example/../x"; }), "server mail.invalid_host");
  EXPECT_EQ(with([](auto& c) { c.server = "a b"; }), "server mail.invalid_host");
  EXPECT_EQ(with([](auto& c) { c.server = ""; }), "server request.too_short");
  EXPECT_EQ(with([](auto& c) { c.from_address = ""; }), "from_address request.too_short");
  EXPECT_EQ(with([](auto& c) { c.from_address = "nobody"; }), "from_address request.invalid_mail_address");
  EXPECT_EQ(with([](auto& c) { c.reply_to = "a@b.c>\r\nBcc: x@y.z"; }), "reply_to request.invalid_characters");
  EXPECT_EQ(with([](auto& c) { c.from_name = "a\r\nBcc: x@y.z"; }), "from_name request.invalid_characters");
  EXPECT_EQ(with([](auto& c) { c.port = 0; }), "port request.out_of_range");
  EXPECT_EQ(with([](auto& c) { c.port = 65'536; }), "port request.out_of_range");
  EXPECT_EQ(with([](auto& c) { c.away_after_ms = 999; }), "away_after_ms request.out_of_range");
  EXPECT_EQ(with([](auto& c) { c.away_after_ms = days(8).ms; }), "away_after_ms request.out_of_range");
  EXPECT_EQ(with([](auto& c) { c.link_base_url = "javascript:alert(1)"; }), "link_base_url request.invalid_url");
  EXPECT_EQ(with([](auto& c) { c.ca_pem = "no certificate"; }), "ca_pem net.invalid_certificate");
  EXPECT_EQ(with([](auto& c) { c.security = Security::none, c.user = "u"; }), "security mail.password_in_clear");
  EXPECT_EQ(with([](auto& c) { c.security = Security::none, c.user = "u", c.server = "127.0.0.1"; }), "");
  EXPECT_EQ(with([](auto& c) { c = {}; }), "") << "switched off, nothing needs to be there";
}

TEST_F(SettingsTest, WithoutTheRight_NothingIsToldOrChanged) {
  EXPECT_EQ(reason_of(read([&](auto& tx) { return mail().settings(tx, wang_); })), "auth.permission_denied");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return mail().save_settings(tx, wang_, settings_); })),
            "auth.permission_denied");
  EXPECT_EQ(reason_of(read([&](auto& tx) { return mail().list(tx, wang_, "", 10); })), "auth.permission_denied");
  EXPECT_EQ(reason_of(mail().test(wang_, "a@b.example", messages::Language::en)), "auth.permission_denied");
}

TEST_F(SettingsTest, AnotherCompany_SeesNeitherSettingsNorMails) {
  const auto c = ask(anna_, "Hi");
  send(c.id, "hello");
  pass(minutes(2));
  ASSERT_EQ(outbox().size(), 1U);
  const auto other = must(process_->database->write_for<org::Tenant>(
      TenantId{2}, [&](auto& tx) { return org().create_tenant(tx, {.name = "other"}); }));
  const auto stranger = org::Org::system_actor(other.id);
  EXPECT_EQ(must(read([&](auto& tx) { return mail().settings(tx, stranger); })).server, "");
  EXPECT_TRUE(must(read([&](auto& tx) { return mail().list(tx, stranger, "", 10); })).items.empty());
}

TEST_F(SettingsTest, TestMail_TellsTheServersWords) {
  remote_.answers = {{net::SmtpVerdict::login_refused, 535, "535 wrong password"}};
  auto test = must(mail().test(boss_, "boss@shop.example", messages::Language::en));
  EXPECT_FALSE(test.accepted);
  EXPECT_EQ(test.verdict, "login_refused");
  EXPECT_EQ(test.words, "535 wrong password");
  test = must(mail().test(boss_, "boss@shop.example", messages::Language::zh_CN));
  EXPECT_TRUE(test.accepted);
  EXPECT_THAT(remote_.sent.back().text(), HasSubstr("设置正确"));
  EXPECT_EQ(reason_of(mail().test(boss_, "nobody", messages::Language::en)), "request.invalid_fields");
  must(put({}));
  EXPECT_EQ(reason_of(mail().test(boss_, "boss@shop.example", messages::Language::en)), "mail.not_set_up");
}

TEST_F(SettingsTest, Outbox_IsPagedNewestFirst) {
  const auto c = ask(anna_, "Hi");
  for (int i = 0; i < 5; ++i) {
    send(c.id, "answer");
    pass(minutes(2));
  }
  std::vector<MailId> seen;
  std::string after;
  do {
    const auto page = must(read([&](auto& tx) { return mail().list(tx, boss_, after, 2); }));
    for (const auto& item : page.items) seen.push_back(item.id);
    after = page.next;
  } while (!after.empty());
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_TRUE(std::ranges::is_sorted(seen, std::greater<>{}));
}

}  // namespace
}  // namespace yingda::email
