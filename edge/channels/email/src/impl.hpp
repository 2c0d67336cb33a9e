// Behind the face: who is watched, what waits, what is on its way.
//
// Everything that decides is one `look` at a thread, in a write job: it reads the thread and either sleeps (a stored
// timer), waits for the customer to go, or puts a mail into the outbox. Looks repeat harmlessly, so events, timers and
// restarts all just ask for one; a read receipt needs to cancel nothing, because the next look sees it.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "letter.hpp"
#include "store.hpp"
#include "yingda/email/email.hpp"

namespace yingda::email {

inline constexpr std::string_view kLookTimer = "email.look";  // key: the conversation's number
inline constexpr std::string_view kSendTimer = "email.send";  // key: the mail's number

/// Whether the customer's address may stand in a mail.
bool can_be_mailed(const customer::Customer& customer);

/// A mail ready to be written and sent, read in one transaction.
struct Outgoing {
  StoredMail mail;
  Account account;
  Letter letter;
  std::string customer_name, in_reply_to;
};

struct Mail::Impl : std::enable_shared_from_this<Mail::Impl> {
  Impl(storage::Database& database, runtime::Timers& timers, runtime::Dispatcher& dispatcher, const Clock& clock,
       IdSource& ids, org::Org& org, customer::Customers& customers, conversation::Conversations& conversations,
       SecretBox box, Ports ports);

  // --- mail.cpp: start and events
  Status load();
  Status take_up(storage::Transaction& tx, TenantId tenant, const std::vector<MailThread>& threads);
  Status on_events(std::span<const storage::CommittedEvent> events);
  Status on_event(const storage::CommittedEvent& event);
  Status notice(TenantId tenant, ConversationId conversation, CustomerId customer);
  void customer_left(TenantId tenant, CustomerId customer);

  // --- look.cpp, inside write jobs
  Status look(storage::Transaction& tx, TenantId tenant, ConversationId conversation);
  /// At most kAnswersMax behind `seq`, oldest first, that are still news.
  Result<std::vector<conversation::Message>> answers_after(storage::Transaction& tx, TenantId tenant,
                                                           ConversationId conversation, std::int64_t seq);
  Status sleep_until(storage::Transaction& tx, MailThread& thread, UtcTime due);
  Status settle_thread(storage::Transaction& tx, MailThread& thread, Phase phase);
  Status enqueue(storage::Transaction& tx, MailThread& thread, const std::vector<conversation::Message>& answers,
                 const std::string& to);

  // --- outbox.cpp
  Status attempt(storage::Transaction& tx, TenantId tenant, MailId id);
  Status wake_at(storage::Transaction& tx, const StoredMail& mail, UtcTime due);
  /// What the mail says now; nullopt when there is nothing left to say, or nobody to say it to.
  Result<std::optional<Outgoing>> prepare(storage::Transaction& tx, const Account& account, const StoredMail& mail);
  void send(const std::shared_ptr<const Outgoing>& outgoing);
  Status conclude(storage::Transaction& tx, const StoredMail& sent, const net::SmtpOutcome& outcome);
  Status end(storage::Transaction& tx, StoredMail& mail, MailState state);
  net::SmtpServer server_of(const Account& account) const;

  // --- settings.cpp
  std::optional<Account> account_of(TenantId tenant) const;
  void keep(Account account);

  storage::Database& database;
  runtime::Timers& timers;
  runtime::Dispatcher& dispatcher;
  const Clock& clock;
  IdSource& ids;
  org::Org& org;
  customer::Customers& customers;
  conversation::Conversations& conversations;
  const SecretBox box;
  const Ports ports;

  runtime::WorkerPool senders;  // at most kOnTheWayMax jobs
  std::stop_source stopping;

  mutable std::mutex mutex;
  std::condition_variable settled;
  int on_the_way = 0;    // attempts handed to `senders` and not concluded
  int on_the_line = 0;   // those that speak to a mail server
  bool closing = false;  // no new ones
  std::unordered_map<TenantId, Account> accounts;
  using Person = std::pair<TenantId, CustomerId>;
  struct PersonHash {
    std::size_t operator()(const Person& person) const noexcept {
      return std::hash<TenantId>{}(person.first) * 0x9E3779B97F4A7C15ULL + std::hash<CustomerId>{}(person.second);
    }
  };
  /// Threads in Phase::present: whose going is waited for. A customer has one thread.
  std::unordered_map<Person, ConversationId, PersonHash> awaited;
};

}  // namespace yingda::email
