#include "store.hpp"

#include <utility>

#include "email_queries.gen.hpp"
#include "yingda/base/json.hpp"

namespace yingda::email::store {
namespace {

constexpr int kStartPage = 500;

Result<Account> read_account(const storage::Row& row) {
  YD_TRY(auto settings, json::decode<MailSettings>(row.text(1)));
  settings.has_password = !row.text(2).empty();
  return Account{row.id<TenantId>(0), std::move(settings), row.string(2)};
}

MailThread read_thread(const storage::Row& row) {
  return {row.id<TenantId>(0),   row.id<ConversationId>(1),
          row.id<CustomerId>(2), parse_enum<Phase>(row.text(3)).value_or(Phase::idle),
          row.time(4),           row.int64(5),
          row.string(6)};
}

StoredMail read_mail(const storage::Row& row) {
  StoredMail mail;
  mail.tenant = row.id<TenantId>(0);
  mail.status.id = row.id<MailId>(1);
  mail.status.conversation_id = row.id<ConversationId>(2);
  mail.status.customer_id = row.id<CustomerId>(3);
  mail.status.to = row.string(4);
  mail.status.state = parse_enum<MailState>(row.text(5)).value_or(MailState::cancelled);
  mail.status.from_seq = row.int64(6);
  mail.status.upto_seq = row.int64(7);
  mail.status.answers = row.int64(8);
  mail.status.attempts = row.int64(9);
  mail.status.words = row.string(10);
  mail.message_id = row.string(11);
  mail.status.created_at_ms = row.time(12);
  mail.status.next_at_ms = row.optional_time(13);
  mail.status.ended_at_ms = row.optional_time(14);
  return mail;
}

/// Reads everything that a query keyed by (tenant, id) has, page by page. `read(after) -> page`, `place(item) ->
/// after`.
template <class T, class After, class Read, class Place>
Result<std::vector<T>> every_page(After after, Read read, Place place) {
  std::vector<T> out;
  for (bool more = true; more;) {
    YD_TRY(auto page, read(after));
    more = page.size() == static_cast<std::size_t>(kStartPage);
    if (!page.empty()) after = place(page.back());
    for (auto& item : page) out.push_back(std::move(item));
  }
  return out;
}

using Place = std::pair<std::int64_t, std::int64_t>;

}  // namespace

Result<std::optional<Account>> load_settings(storage::Transaction& tx, TenantId tenant) {
  std::optional<Account> out;
  const storage::Value values[] = {storage::bind(tenant)};
  YD_CHECK(tx.each(queries::load_settings, values, [&](const storage::Row& row) -> Status {
    YD_TRY(out, read_account(row));
    return {};
  }));
  return out;
}

Result<std::vector<Account>> all_settings(storage::Transaction& tx) {
  return every_page<Account>(
      std::int64_t{0},
      [&](std::int64_t after) -> Result<std::vector<Account>> {
        std::vector<Account> page;
        const storage::Value values[] = {storage::bind(after), storage::bind(kStartPage)};
        YD_CHECK(tx.each(queries::all_settings, values, [&](const storage::Row& row) -> Status {
          YD_TRY(auto account, read_account(row));
          page.push_back(std::move(account));
          return {};
        }));
        return page;
      },
      [](const Account& account) { return account.tenant.value; });
}

Status save_settings(storage::Transaction& tx, const Account& account, UtcTime now) {
  const std::string settings = json::encode(account.settings);
  YD_CHECK(tx.exec(queries::save_settings, account.tenant, settings, account.sealed_password, now));
  return {};
}

Result<std::optional<MailThread>> load_thread(storage::Transaction& tx, TenantId tenant, ConversationId conversation) {
  return tx.one(queries::load_thread, read_thread, tenant, conversation);
}

Status save_thread(storage::Transaction& tx, const MailThread& t) {
  if (t.phase == Phase::idle && t.mailed_seq == 0) {
    YD_CHECK(tx.exec(queries::delete_thread, t.tenant, t.conversation));
    return {};
  }
  YD_CHECK(tx.exec(queries::save_thread, t.tenant, t.conversation, t.customer, enum_name(t.phase), t.not_before,
                   t.mailed_seq, t.last_message_id));
  return {};
}

Result<std::vector<MailThread>> threads_at_work(storage::Transaction& tx) {
  return every_page<MailThread>(
      Place{},
      [&](Place after) { return tx.all(queries::threads_at_work, read_thread, after.first, after.second, kStartPage); },
      [](const MailThread& t) { return Place{t.tenant.value, t.conversation.value}; });
}

Status insert_mail(storage::Transaction& tx, const StoredMail& mail) {
  const MailStatus& s = mail.status;
  YD_CHECK(tx.exec(queries::insert_mail, mail.tenant, s.id, s.conversation_id, s.customer_id, s.to, enum_name(s.state),
                   s.from_seq, s.upto_seq, s.answers, s.attempts, s.words, mail.message_id, s.created_at_ms,
                   s.next_at_ms, s.ended_at_ms));
  return {};
}

Status update_mail(storage::Transaction& tx, const StoredMail& mail) {
  const MailStatus& s = mail.status;
  YD_CHECK(tx.exec(queries::update_mail, mail.tenant, s.id, s.to, enum_name(s.state), s.answers, s.attempts, s.words,
                   s.next_at_ms, s.ended_at_ms));
  return {};
}

Result<std::optional<StoredMail>> load_mail(storage::Transaction& tx, TenantId tenant, MailId id) {
  return tx.one(queries::load_mail, read_mail, tenant, id);
}

Result<std::vector<MailStatus>> list_mails(storage::Transaction& tx, TenantId tenant, std::int64_t before, int limit) {
  return tx.all(
      queries::list_mails, [](const storage::Row& row) { return read_mail(row).status; }, tenant, before, limit);
}

Status forget_mails(storage::Transaction& tx, TenantId tenant, UtcTime ended_before) {
  YD_CHECK(tx.exec(queries::forget_mails, tenant, ended_before));
  return {};
}

}  // namespace yingda::email::store
