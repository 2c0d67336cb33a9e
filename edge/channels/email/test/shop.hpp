// A shop on a throw-away store with a clock turned by hand and a mail server that is a list: who sent what, what it
// says next. The server can die and begin again.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "yingda/base/crypto.hpp"
#include "yingda/base/manual_clock.hpp"
#include "yingda/base/text.hpp"
#include "yingda/email/email.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::email {

template <class R>
auto must(R result) -> typename R::value_type {
  if (!result) throw std::runtime_error(describe(result.error()));
  if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
}
template <class R>
std::string reason_of(const R& result) {
  return result ? std::string() : result.error().reason;
}

/// The remote end; outlives every process of the shop.
struct MailServer {
  struct Sent {
    net::SmtpServer server;
    net::SmtpMail mail;
    /// Value of a header that stands on one line; fails when it is not there.
    std::string header(std::string_view name) const {
      const auto found = find_header(name);
      EXPECT_TRUE(found) << name << " in\n" << mail.bytes;
      return found.value_or("");
    }
    std::optional<std::string> find_header(std::string_view name) const {
      const std::string head = "\r\n" + mail.bytes.substr(0, mail.bytes.find("\r\n\r\n")) + "\r\n";
      const auto at = text::lower_ascii(head).find("\r\n" + text::lower_ascii(name) + ": ");
      if (at == std::string::npos) return std::nullopt;
      const auto begin = at + name.size() + 4;
      return head.substr(begin, head.find("\r\n", begin) - begin);
    }
    /// The first part (plain text), decoded.
    std::string text() const { return part(0); }
    std::string html() const { return part(1); }
    std::string part(int number) const {
      std::size_t at = 0;
      for (int i = 0; i <= number; ++i) at = mail.bytes.find("base64\r\n", at) + 1;
      const auto begin = mail.bytes.find("\r\n\r\n", at);
      const auto end = mail.bytes.find("\r\n--", begin);
      std::string out;
      for (const char c : mail.bytes.substr(begin, end - begin)) {
        if (c == '+') out += '-';
        if (c == '/') out += '_';
        if (isalnum(static_cast<unsigned char>(c)) != 0) out += c;
      }
      return must(crypto::decode_base64url(out));
    }
  };

  net::SmtpOutcome take(const net::SmtpServer& server, const net::SmtpMail& mail) {
    const std::scoped_lock lock(mutex);
    sent.push_back({server, mail});
    if (answers.empty()) return {net::SmtpVerdict::accepted, 250, "250 OK"};
    auto out = answers.front();
    answers.pop_front();
    return out;
  }

  std::mutex mutex;
  std::vector<Sent> sent;
  std::deque<net::SmtpOutcome> answers;  // then: accepted
};

inline std::vector<storage::Migration> shop_migrations() {
  std::vector<storage::Migration> all;
  for (const auto& room :
       {runtime::migrations(), org::migrations(), customer::migrations(), conversation::migrations(), migrations()})
    all.insert(all.end(), room.begin(), room.end());
  return all;
}

/// One run of the server.
struct Process {
  Process(const storage::TestStore& store, ManualClock& clock, MailServer& remote, std::set<CustomerId>& connected)
      : ids(clock, next_node()),
        database(store.open(clock)),
        dispatcher(*database, workers, clock),
        timers(*database, clock),
        org(clock, ids),
        customers(clock, ids),
        conversations(clock, ids, org, customers),
        mail(*database, timers, dispatcher, clock, ids, org, customers, conversations, SecretBox(SecretBox::Key{7}),
             Ports{.connected = [&](TenantId, CustomerId who) { return connected.contains(who); },
                   .page_allowed = [](TenantId, WidgetId,
                                      std::string_view url) { return url.starts_with("https://shop.example/"); },
                   .send = [&](const net::SmtpServer& server, const net::SmtpMail& letter, DurationMs,
                               std::stop_token) { return remote.take(server, letter); }}) {
    must(database->migrate(shop_migrations()));
  }
  ~Process() {
    dispatcher.stop();
    timers.stop();
    mail.stop();
    workers.stop(seconds(10));
  }
  void start() {
    must(mail.start());
    must(timers.start(runtime::Firing::by_hand));
    must(dispatcher.start());
  }
  static int next_node() {
    static int node = 0;
    return ++node;
  }

  IdSource ids;
  std::unique_ptr<storage::Database> database;
  runtime::WorkerPool workers{2, 1000};
  runtime::Dispatcher dispatcher;
  runtime::Timers timers;
  org::Org org;
  customer::Customers customers;
  conversation::Conversations conversations;
  Mail mail;
};

class ShopTest : public testing::Test {
 protected:
  void SetUp() override {
    process_ = std::make_unique<Process>(store_, clock_, remote_, connected_);
    tenant_ = must(write([&](auto& tx) { return org().create_tenant(tx, {.name = "小店"}); })).id;
    boss_ = org::Org::system_actor(tenant_);
    for (const auto& role : must(read([&](auto& tx) { return org().list_roles(tx, boss_); })))
      if (role.key == "agent") agent_role_ = role.id;
    team_ = must(read([&](auto& tx) { return org().list_teams(tx, boss_); })).front().id;
    wang_ = make_agent("wang");
    process_->start();
    settings_.enabled = true;
    settings_.server = "mail.example";
    settings_.from_address = "service@shop.example";
    settings_.away_after_ms = minutes(2).ms;
    save();
    anna_ = make_customer("zh-CN", "anna@home.example");
  }

  org::Org& org() { return process_->org; }
  conversation::Conversations& room() { return process_->conversations; }
  Mail& mail() { return process_->mail; }
  template <class F>
  auto write(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    using R = std::invoke_result_t<F, storage::Transaction&>;
    const TenantId lane = tenant_ ? tenant_ : TenantId{1};
    if constexpr (std::is_same_v<R, Status>)
      return process_->database->write(lane, job);
    else
      return process_->database->template write_for<typename R::value_type>(lane, job);
  }
  template <class F>
  auto read(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    return process_->database->template read_for<typename std::invoke_result_t<F, storage::Transaction&>::value_type>(
        job);
  }

  org::Actor make_agent(const std::string& login) {
    const auto user = must(write([&](auto& tx) {
      return org().create_user(tx, boss_,
                               {.login = login,
                                .name = login,
                                .display_name = "客服" + login,
                                .password_hash = {},
                                .role_id = agent_role_,
                                .unit_id = {},
                                .team_ids = {team_}});
    }));
    org::Actor actor;
    actor.tenant = tenant_;
    actor.user = user.id;
    actor.name = user.display_name;
    actor.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_handle);
    actor.teams = actor.scope_teams = {team_};
    return actor;
  }
  CustomerId make_customer(const std::string& locale, const std::string& address) {
    const auto id = must(write([&](auto& tx) { return process_->customers.create_anonymous(tx, tenant_, locale); })).id;
    if (!address.empty()) set_address(id, address);
    return id;
  }
  void set_address(CustomerId customer, const std::string& address) {
    customer::CustomerChange change;
    change.email = address;
    must(write([&](auto& tx) { return process_->customers.change(tx, boss_, customer, change); }));
  }
  void save() {
    settings_.has_password.reset();
    must(write([&](auto& tx) { return mail().save_settings(tx, boss_, settings_); }));
    settle();
  }

  conversation::Conversation say(CustomerId customer, const std::string& text) {
    conversation::InboundMessage inbound;
    inbound.tenant = tenant_;
    inbound.customer = customer;
    inbound.client_msg_id = next_key();
    inbound.text = text;
    return must(write([&](auto& tx) { return room().accept(tx, inbound); })).conversation;
  }
  conversation::Message send(ConversationId id, const std::string& text,
                             conversation::MessageKind kind = conversation::MessageKind::text, bool automatic = false) {
    conversation::OutboundMessage outbound;
    outbound.client_msg_id = next_key();
    outbound.kind = kind;
    outbound.text = text;
    outbound.automatic = automatic;
    const auto accepted = must(write([&](auto& tx) { return room().send(tx, wang_, id, outbound); }));
    settle();
    return accepted.message;
  }
  /// Asks, is assigned to Wang.
  conversation::Conversation ask(CustomerId customer, const std::string& text) {
    auto conversation = say(customer, text);
    conversation::Handover handover;
    handover.agent = wang_.user;
    handover.team = team_;
    handover.reason = "test";
    if (conversation.state != conversation::State::assigned)
      conversation = must(write([&](auto& tx) { return room().assign(tx, tenant_, conversation.id, handover); }));
    settle();
    return conversation;
  }
  void read_all(CustomerId customer) {
    const auto thread = *must(read([&](auto& tx) { return room().thread_of(tx, tenant_, customer); }));
    must(write(
        [&](auto& tx) { return room().mark_by_customer(tx, tenant_, customer, thread.last_seq, thread.last_seq); }));
    settle();
  }
  void leave(CustomerId customer) {
    connected_.erase(customer);
    mail().on_customer_left(tenant_, customer);
    settle();
  }
  void pass(DurationMs time) {
    clock_.advance(time);
    settle();
  }
  /// Until events, timers and attempts rest.
  void settle() {
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(process_->dispatcher.drain(seconds(20)));
      process_->timers.run_due();
      mail().settle();
    }
    must(process_->database->write(tenant_, [](auto&) { return Status{}; }));  // what was handed over is done
    process_->timers.run_due();
    mail().settle();
  }
  void restart() {
    process_.reset();
    begin_again();
  }
  void begin_again() {
    process_ = std::make_unique<Process>(store_, clock_, remote_, connected_);
    process_->start();
    settle();
  }

  std::vector<MailStatus> outbox() {
    return must(read([&](auto& tx) { return mail().list(tx, boss_, "", 200); })).items;
  }
  /// Keys of internal system messages in the thread.
  std::vector<std::string> told(ConversationId id) {
    std::vector<std::string> out;
    for (const auto& m : must(read([&](auto& tx) { return room().messages(tx, boss_, id, 0, 200); })))
      if (m.system && m.system->internal) out.push_back(m.system->key);
    return out;
  }
  std::string next_key() { return "key-" + std::to_string(++keys_); }

  storage::TestStore store_;
  ManualClock clock_;
  MailServer remote_;
  std::set<CustomerId> connected_;
  std::unique_ptr<Process> process_;
  TenantId tenant_;
  org::Actor boss_, wang_;
  RoleId agent_role_;
  TeamId team_;
  CustomerId anna_;
  MailSettingsChange settings_;
  int keys_ = 0;
};

}  // namespace yingda::email
