// Mail to customers who left before the answer came (M23): what an agent wrote and the customer has not read goes to
// his mail address, with his question and a link back. Owns the company's mail account, the outbox and its attempts;
// tables email_*. Does not own conversations (core), who is connected (realtime), pages (webchat), SMTP itself (net).
// Outgoing only: answers to these mails are not read. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "yingda/base/messages.hpp"
#include "yingda/base/result.hpp"
#include "yingda/base/secret_box.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/email/types.hpp"
#include "yingda/net/smtp.hpp"
#include "yingda/org/org.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::email {

/// What mail asks of others; all answered from memory, on any thread, without blocking.
struct Ports {
  /// Whether a page of the customer's is open here now.
  std::function<bool(TenantId, CustomerId)> connected;
  /// Whether an address may stand as link back in a mail about this entrance: the page is the visitor's own word, and a
  /// mail of the company must not lead to anybody's page.
  std::function<bool(TenantId, WidgetId, std::string_view url)> page_allowed;
  /// Hands a mail over, blocking; net::send_smtp but in tests.
  std::function<net::SmtpOutcome(const net::SmtpServer&, const net::SmtpMail&, DurationMs deadline, std::stop_token)>
      send;
};

class Mail {
 public:
  Mail(storage::Database& database, runtime::Timers& timers, runtime::Dispatcher& dispatcher, const Clock& clock,
       IdSource& ids, org::Org& org, customer::Customers& customers, conversation::Conversations& conversations,
       SecretBox box, Ports ports);
  ~Mail();

  /// Loads settings, takes up what waited when the server ended, and registers its timers and its handler: after
  /// migrate, before timers.start() and dispatcher.start(). Blocking.
  Status start();
  /// Lets attempts finish for some seconds, then cuts them; those are made again after the next start. After
  /// timers.stop(), before the workers and the store end.
  void stop();
  /// His last page was closed. Not blocking.
  void on_customer_left(TenantId tenant, CustomerId customer);

  // --- settings_manage (permission_denied `auth.permission_denied`)
  Result<MailSettings> settings(storage::Transaction& tx, const org::Actor& actor);
  /// Audited without secrets; emits settings.changed {area: "mail"}. `request.invalid_fields` with `mail.invalid_host`,
  /// `mail.password_in_clear`, `mail.password_wanted` (the server changed: a stored password is not shown to another
  /// server) beside the ordinary ones.
  Result<MailSettings> save_settings(storage::Transaction& tx, const org::Actor& actor,
                                     const MailSettingsChange& change);
  /// Newest first.
  Result<org::Page<MailStatus>> list(storage::Transaction& tx, const org::Actor& actor, std::string_view after,
                                     int limit);
  /// Sends a real mail with the stored settings, enabled or not. Blocking up to kTestDeadline, outside of transactions.
  /// conflict `mail.not_set_up`; `request.invalid_fields`.
  Result<MailTest> test(const org::Actor& actor, std::string_view to, messages::Language language);

  /// Blocks until nothing is on its way to a mail server; for tests.
  void settle();

  struct Impl;  // inside only

 private:
  std::shared_ptr<Impl> impl_;
};

std::span<const storage::Migration> migrations();

}  // namespace yingda::email
