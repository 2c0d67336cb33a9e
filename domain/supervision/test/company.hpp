// Supervision on the real rooms: a store, a company, processes that can be stopped and started again, and a receiver of
// webhooks that answers as the test says. The clock is by hand.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "yingda/base/crypto.hpp"
#include "yingda/base/json.hpp"
#include "yingda/base/manual_clock.hpp"
#include "yingda/conversation/events.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/routing/events.hpp"
#include "yingda/storage/testing.hpp"
#include "yingda/supervision/supervision.hpp"

namespace yingda::supervision {

using conversation::Conversation;

template <class R>
auto must(R result) -> typename R::value_type {
  if (!result) throw std::runtime_error(describe(result.error()));
  if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
}
template <class R>
std::string reason_of(const R& result) {
  return result ? std::string() : result.error().reason;
}

inline std::vector<storage::Migration> all_migrations() {
  std::vector<storage::Migration> all;
  for (const auto& room : {runtime::migrations(), org::migrations(), customer::migrations(), conversation::migrations(),
                           routing::migrations(), migrations()})
    all.insert(all.end(), room.begin(), room.end());
  return all;
}

/// The world's edge: whoever the webhooks point at.
class Receiver {
 public:
  int status = 200;
  std::string unreachable;  // reason; "" answers `status`
  bool silent = false;      // never answers

  void take(net::ClientRequest request, const std::function<void(Result<net::ClientResponse>)>& done) {
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(std::move(request));
    }
    if (silent) return;
    if (!unreachable.empty()) return done(fail(Code::unavailable, unreachable));
    net::ClientResponse response;
    response.status = status;
    done(std::move(response));
  }
  std::vector<net::ClientRequest> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<net::ClientRequest> requests_;
};

/// One server process up to supervision.
struct Process {
  Process(const storage::TestStore& store, ManualClock& clock, Receiver& receiver, int node)
      : ids(clock, node),
        database(store.open(clock)),
        dispatcher(*database, workers, clock),
        timers(*database, clock),
        org(clock, ids),
        customers(clock, ids),
        conversations(clock, ids, org, customers),
        routing(*database, dispatcher, timers, clock, ids, org, conversations),
        room(
            *database, dispatcher, timers, clock, ids, org, conversations, routing,
            {.send =
                 [&receiver](net::ClientRequest request, const std::function<void(Result<net::ClientResponse>)>& done) {
                   receiver.take(std::move(request), done);
                 },
             .guard = net::AddressGuard::public_only,
             .box = SecretBox(SecretBox::Key{1, 2, 3})}) {
    must(database->migrate(all_migrations()));
  }
  ~Process() {
    room.stop();
    routing.stop();
    dispatcher.stop();
    timers.stop();
    workers.stop(seconds(10));
  }
  void start() {
    must(routing.start());
    must(room.start());
    must(timers.start(runtime::Firing::by_hand));
    must(dispatcher.start());
  }
  void settle() {
    for (int i = 0; i < 3; ++i) {
      rest();
      timers.run_due();
      rest();
      // Answers of receivers are written behind the test's back: what is queued now is written when this is.
      must(database->write(TenantId{1}, [](storage::Transaction&) { return Status{}; }));
    }
  }
  void rest() {
    if (!routing.settle(seconds(30))) throw std::runtime_error("does not come to rest");
  }

  IdSource ids;
  std::unique_ptr<storage::Database> database;
  runtime::WorkerPool workers{2, 10'000};
  runtime::Dispatcher dispatcher;
  runtime::Timers timers;
  org::Org org;
  customer::Customers customers;
  conversation::Conversations conversations;
  routing::Routing routing;
  Supervision room;
};

class SupervisionTest : public testing::Test {
 protected:
  SupervisionTest() {
    restart();
    tenant_ = must(write([&](auto& tx) { return p_->org.create_tenant(tx, {.name = "shop"}); })).id;
    system_ = org::Org::system_actor(tenant_);
    for (const auto& unit : must(read([&](auto& tx) { return p_->org.list_units(tx, system_); })))
      if (unit.parent_id) centre_ = unit.id;
    for (const auto& role : must(read([&](auto& tx) { return p_->org.list_roles(tx, system_); })))
      if (role.key == "agent") agent_role_ = role.id;
    care_ = must(read([&](auto& tx) { return p_->org.list_teams(tx, system_); })).front().id;
    sales_ = must(write([&](auto& tx) { return p_->org.create_team(tx, system_, centre_, "Sales"); })).id;
    wang_ = person("wang", {care_});
    boss_ = person("boss", {});
    boss_.permissions |= 1U << static_cast<unsigned>(org::Permission::conversation_supervise);
    boss_.scope = org::DataScope::unit;
    boss_.scope_teams = {care_};
    other_boss_ = boss_;
    other_boss_.scope_teams = {sales_};
    settle();
  }

  void restart() {
    p_.reset();
    p_ = std::make_unique<Process>(store_, clock_, receiver_, ++processes_);
    p_->start();
  }
  template <class F>
  auto write(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    using R = std::invoke_result_t<F, storage::Transaction&>;
    const TenantId lane = tenant_ ? tenant_ : TenantId{1};
    if constexpr (std::is_same_v<R, Status>) {
      return p_->database->write(lane, job);
    } else {
      return p_->database->template write_for<typename R::value_type>(lane, job);
    }
  }
  template <class F>
  auto read(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    return p_->database->template read_for<typename std::invoke_result_t<F, storage::Transaction&>::value_type>(job);
  }
  org::Actor person(const std::string& login, std::vector<TeamId> teams) {
    const auto user = must(write([&](auto& tx) {
      return p_->org.create_user(tx, system_,
                                 {.login = login,
                                  .name = login,
                                  .display_name = login,
                                  .password_hash = {},
                                  .role_id = agent_role_,
                                  .unit_id = {},
                                  .team_ids = teams});
    }));
    org::Actor actor;
    actor.tenant = tenant_;
    actor.user = user.id;
    actor.name = login;
    actor.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_handle);
    actor.teams = actor.scope_teams = std::move(teams);
    return actor;
  }
  void online(const org::Actor& agent) {
    must(write([&](auto& tx) { return p_->routing.set_state(tx, agent, routing::AgentState::online, ""); }));
    settle();
  }
  Conversation say(const std::string& text) {
    if (!anna_) anna_ = must(write([&](auto& tx) { return p_->customers.create_anonymous(tx, tenant_, "zh-CN"); })).id;
    conversation::InboundMessage inbound;
    inbound.tenant = tenant_;
    inbound.customer = anna_;
    inbound.client_msg_id = "k" + std::to_string(++keys_);
    inbound.text = text;
    auto said = must(write([&](auto& tx) { return p_->conversations.accept(tx, inbound); }));
    settle();
    return said.conversation;
  }
  void answer(const org::Actor& agent, ConversationId id) {
    conversation::OutboundMessage outbound;
    outbound.client_msg_id = "k" + std::to_string(++keys_);
    outbound.text = "hi";
    must(write([&](auto& tx) { return p_->conversations.send(tx, agent, id, outbound); }));
    settle();
  }
  void settle() { p_->settle(); }
  void pass(DurationMs by) {
    settle();
    clock_.advance(by);
    settle();
  }
  std::vector<Alarm> open_alarms(const org::Actor& actor) {
    return must(read([&](auto& tx) { return p_->room.alarms(tx, actor, true, "", 100); })).items;
  }
  std::vector<std::string> alarm_events() {
    std::vector<std::string> types;
    for (const auto& event : must(p_->database->read_events(tenant_, 0, 1'000)))
      if (event.type.starts_with("alarm.")) types.push_back(event.type);
    return types;
  }
  /// Told by whoever watches queues.
  void queue_event(const std::string& type, const std::string& kind, std::int64_t count) {
    must(write([&](storage::Transaction& tx) -> Status {
      tx.emit({tenant_, type, json::encode(routing::QueueAttentionEvent{care_, kind, 90'000, count, clock_.now()})});
      return {};
    }));
    settle();
  }
  AlarmSettings save(const AlarmSettings& settings) {
    return must(write([&](auto& tx) { return p_->room.save_settings(tx, system_, settings); }));
  }
  Webhook hook(const std::string& url = "https://example.com/alarms", std::optional<std::string> secret = "s3cret") {
    return {std::nullopt, url, std::move(secret), std::nullopt, {}, true};
  }
  std::vector<Delivery> deliveries() {
    return must(read([&](auto& tx) { return p_->room.deliveries(tx, system_); }));
  }

  ManualClock clock_;
  storage::TestStore store_;
  Receiver receiver_;
  std::unique_ptr<Process> p_;
  int processes_ = 0, keys_ = 0;
  TenantId tenant_;
  org::Actor system_, wang_, boss_, other_boss_;
  UnitId centre_;
  RoleId agent_role_;
  TeamId care_, sales_;
  CustomerId anna_;
};

}  // namespace yingda::supervision
