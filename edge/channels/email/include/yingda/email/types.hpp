// Values of outgoing mail: the company's mail account, and what became of each mail. API shapes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/email/limits.hpp"

namespace yingda::email {

YD_ID(MailId, "ml");

/// tls: from the first byte (465); starttls: demanded (587); none: clear text.
enum class Security { tls, starttls, none };
YD_DESCRIBE_ENUM(Security, tls, starttls, none)

struct MailSettings {
  bool enabled = false;
  std::string server;  // name or address of the SMTP server
  std::int64_t port = 587;
  Security security = Security::starttls;
  std::string user;           // "": no sign-in
  bool has_password = false;  // the password itself is never answered
  std::string ca_pem;         // certificates trusted instead of the system's (an own authority); "": the system's
  std::string from_address, from_name, reply_to;
  std::int64_t away_after_ms = kAwayAfterDefault.ms;  // an answer unread this long goes by mail
  std::string
      link_base_url;  // where the link leads when the customer's page is not known or not ours; "": no link then
};
YD_DESCRIBE(MailSettings, (enabled, server, port, security, user, has_password, ca_pem, from_address, from_name,
                           reply_to, away_after_ms, link_base_url))

/// What an administrator writes: everything; `password` absent keeps the stored one, "" forgets it.
struct MailSettingsChange {
  bool enabled = false;
  std::string server;
  std::int64_t port = 587;
  Security security = Security::starttls;
  std::string user;
  std::optional<std::string> password;
  std::optional<bool> has_password;  // not read, so that what GET gave may be sent back
  std::string ca_pem;
  std::string from_address, from_name, reply_to;
  std::int64_t away_after_ms = kAwayAfterDefault.ms;
  std::string link_base_url;
};
YD_DESCRIBE(MailSettingsChange, (enabled, server, port, security, user, password, has_password, ca_pem, from_address,
                                 from_name, reply_to, away_after_ms, link_base_url))

/// queued: waits for its first or next attempt. sent: the server took it over. failed: refused for good. given_up: no
/// success within kGiveUpAfter. cancelled: the customer read the answers first, they were recalled, he no longer has an
/// address, or mail was switched off.
enum class MailState { queued, sending, sent, failed, given_up, cancelled };
YD_DESCRIBE_ENUM(MailState, queued, sending, sent, failed, given_up, cancelled)

struct MailStatus {
  MailId id;
  ConversationId conversation_id;
  CustomerId customer_id;
  std::string to;
  MailState state = MailState::queued;
  std::int64_t from_seq = 0, upto_seq = 0;  // the answers it carries lie in these messages of the conversation
  std::int64_t answers = 0;
  std::int64_t attempts = 0;
  std::string words;  // the mail server's last words
  UtcTime created_at_ms;
  std::optional<UtcTime> next_at_ms;   // queued: the next attempt; sending: when no outcome is known until then
  std::optional<UtcTime> ended_at_ms;  // not queued, not sending
};
YD_DESCRIBE(MailStatus, (id, conversation_id, customer_id, to, state, from_seq, upto_seq, answers, attempts, words,
                         created_at_ms, next_at_ms, ended_at_ms))

/// What became of a test mail. `verdict`: accepted, refused, not_now, login_refused, tls_failed, unreachable,
/// timed_out, cancelled.
struct MailTest {
  bool accepted = false;
  std::string verdict;
  std::int64_t code = 0;  // the server's reply code, 0: none
  std::string words;      // its words
};
YD_DESCRIBE(MailTest, (accepted, verdict, code, words))

}  // namespace yingda::email
