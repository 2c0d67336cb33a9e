// The settings' verbs: the mail account, the outbox's list, a test mail.
#include <utility>

#include "check.hpp"
#include "impl.hpp"
#include "mime.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/json.hpp"
#include "yingda/base/text.hpp"
#include "yingda/org/paging.hpp"

namespace yingda::email {
namespace {

struct SettingsChanged {
  std::string area;
  std::string id;
};
YD_DESCRIBE(SettingsChanged, (area, id))

std::string_view verdict_name(net::SmtpVerdict verdict) {
  switch (verdict) {
    case net::SmtpVerdict::accepted: return "accepted";
    case net::SmtpVerdict::refused: return "refused";
    case net::SmtpVerdict::not_now: return "not_now";
    case net::SmtpVerdict::login_refused: return "login_refused";
    case net::SmtpVerdict::tls_failed: return "tls_failed";
    case net::SmtpVerdict::unreachable: return "unreachable";
    case net::SmtpVerdict::timed_out: return "timed_out";
    case net::SmtpVerdict::cancelled: return "cancelled";
  }
  return {};
}

}  // namespace

std::optional<Account> Mail::Impl::account_of(TenantId tenant) const {
  const std::scoped_lock lock(mutex);
  const auto found = accounts.find(tenant);
  return found == accounts.end() ? std::nullopt : std::optional(found->second);
}

void Mail::Impl::keep(Account account) {
  const std::scoped_lock lock(mutex);
  accounts[account.tenant] = std::move(account);
}

Result<MailSettings> Mail::settings(storage::Transaction& tx, const org::Actor& actor) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(const auto account, store::load_settings(tx, actor.tenant));
  return account ? account->settings : MailSettings{};
}

Result<MailSettings> Mail::save_settings(storage::Transaction& tx, const org::Actor& actor,
                                         const MailSettingsChange& change) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(const auto stored, store::load_settings(tx, actor.tenant));
  const Account before = stored.value_or(Account{actor.tenant, {}, {}});
  Account after = before;
  YD_TRY(after.settings, check_settings(before.settings, change));
  if (change.password)
    after.sealed_password = change.password->empty()
                                ? std::string()
                                : impl_->box.seal(*change.password, "email.password " + to_string(actor.tenant));
  YD_CHECK(store::save_settings(tx, after, impl_->clock.now()));
  const std::string id = to_string(actor.tenant);
  YD_CHECK(impl_->org.audit(tx, actor, "mail_settings.changed", id, json::encode(before.settings),
                            json::encode(after.settings)));
  tx.emit({actor.tenant, "settings.changed", json::encode(SettingsChanged{"mail", id})});
  tx.on_commit([weak = std::weak_ptr(impl_), after] {
    if (const auto self = weak.lock()) self->keep(after);
  });
  return after.settings;
}

Result<org::Page<MailStatus>> Mail::list(storage::Transaction& tx, const org::Actor& actor, std::string_view after,
                                         int limit) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(const auto before, org::decode_cursor(after, INT64_MAX));
  limit = org::page_limit(limit);
  YD_TRY(auto rows, store::list_mails(tx, actor.tenant, before, limit + 1));
  return org::cut_page(std::move(rows), limit);
}

Result<MailTest> Mail::test(const org::Actor& actor, std::string_view to, messages::Language language) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  const std::string recipient(text::trim(to));
  if (!text::is_mail_address(recipient) || !net::check_smtp_address(recipient))
    return fail_fields({{"to", "request.invalid_mail_address"}});
  std::string company;
  YD_TRY(const auto account, impl_->database.read_for<Account>([&](storage::Transaction& tx) -> Result<Account> {
    YD_TRY(auto found, store::load_settings(tx, actor.tenant));
    YD_TRY(const auto tenant, impl_->org.load_tenant(tx, actor.tenant));
    company = tenant.name;
    return std::move(found).value_or(Account{actor.tenant, {}, {}});
  }));
  const MailSettings& s = account.settings;
  if (s.server.empty() || s.from_address.empty()) return fail(Code::conflict, "mail.not_set_up");
  Headers headers;
  headers.from_name = s.from_name.empty() ? company : s.from_name;
  headers.from_address = s.from_address;
  headers.to = recipient;
  headers.reply_to = s.reply_to;
  headers.message_id = "test." + crypto::random_token(12) + "@" + s.from_address.substr(s.from_address.rfind('@') + 1);
  headers.date = impl_->clock.now();
  const net::SmtpMail mail{s.from_address, {recipient}, write_mime(headers, compose_test(company, language))};
  const auto outcome = impl_->ports.send(impl_->server_of(account), mail, kTestDeadline, impl_->stopping.get_token());
  return MailTest{outcome.verdict == net::SmtpVerdict::accepted, std::string(verdict_name(outcome.verdict)),
                  outcome.code, outcome.words};
}

}  // namespace yingda::email
