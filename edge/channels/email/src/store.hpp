// Rows of the tables email_* as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/email/types.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::email {

/// A company's settings with its sealed password.
struct Account {
  TenantId tenant;
  MailSettings settings;
  std::string sealed_password;
};

/// How far a thread is with mail.
enum class Phase {
  idle,     // nothing unread, or nothing to do about it
  timed,    // a timer says when to look again
  present,  // was due, but the customer was here: looked at again when he has gone
  mailing,  // a mail is in the outbox
};
YD_DESCRIBE_ENUM(Phase, idle, timed, present, mailing)

struct MailThread {
  TenantId tenant;
  ConversationId conversation;
  CustomerId customer;
  Phase phase = Phase::idle;
  UtcTime not_before;           // he was here until then: no mail earlier
  std::int64_t mailed_seq = 0;  // answers up to here are dealt with
  std::string last_message_id;  // of the newest mail that was sent; later ones answer it
};

struct StoredMail {
  TenantId tenant;
  MailStatus status;
  std::string message_id;
};

namespace store {

Result<std::optional<Account>> load_settings(storage::Transaction& tx, TenantId tenant);
Result<std::vector<Account>> all_settings(storage::Transaction& tx);
Status save_settings(storage::Transaction& tx, const Account& account, UtcTime now);

Result<std::optional<MailThread>> load_thread(storage::Transaction& tx, TenantId tenant, ConversationId conversation);
/// Idle threads that were never mailed leave no row.
Status save_thread(storage::Transaction& tx, const MailThread& thread);
/// Those not idle, of every tenant.
Result<std::vector<MailThread>> threads_at_work(storage::Transaction& tx);

Status insert_mail(storage::Transaction& tx, const StoredMail& mail);
Status update_mail(storage::Transaction& tx, const StoredMail& mail);
Result<std::optional<StoredMail>> load_mail(storage::Transaction& tx, TenantId tenant, MailId id);
/// Newest first, behind `before`.
Result<std::vector<MailStatus>> list_mails(storage::Transaction& tx, TenantId tenant, std::int64_t before, int limit);
Status forget_mails(storage::Transaction& tx, TenantId tenant, UtcTime ended_before);

}  // namespace store
}  // namespace yingda::email
