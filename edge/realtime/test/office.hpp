// A whole office on a real store, without network: everything the hub stands on.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "yingda/conversation/conversation.hpp"
#include "yingda/realtime/hub.hpp"
#include "yingda/routing/routing.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/testing.hpp"
#include "yingda/supervision/supervision.hpp"

namespace yingda::realtime::test {

template <class R>
auto must(R result) -> typename R::value_type {
  if (!result) throw std::runtime_error(describe(result.error()));
  if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
}

inline std::vector<storage::Migration> office_migrations() {
  std::vector<storage::Migration> all;
  for (const auto part : {runtime::migrations(), org::migrations(), customer::migrations(), conversation::migrations(),
                          routing::migrations(), supervision::migrations()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// One company with two teams and their people. Routing is there but not started: tests move conversations themselves.
class Office {
 public:
  explicit Office(std::span<const storage::Migration> more = {}) {
    auto all = office_migrations();
    all.insert(all.end(), more.begin(), more.end());
    db = storage::open_test_database(clock, all);
    dispatcher = std::make_unique<runtime::Dispatcher>(*db, workers, clock);
    timers = std::make_unique<runtime::Timers>(*db, clock);
    routing = std::make_unique<routing::Routing>(*db, *dispatcher, *timers, clock, ids, org, room);
    supervision = std::make_unique<supervision::Supervision>(
        *db, *dispatcher, *timers, clock, ids, org, room, *routing,
        supervision::Options{.send = [](const net::ClientRequest&, const auto&) {},
                             .guard = net::AddressGuard::public_only,
                             .box = SecretBox(SecretBox::Key{})});
    // Routing schedules this when agents come and go; here nobody listens.
    timers->on("routing.agent_gone", [](storage::Transaction&, const runtime::Timer&) { return Status{}; });
    tenant = must(write([&](auto& tx) { return org.create_tenant(tx, {.name = "shop"}); })).id;
    system = org::Org::system_actor(tenant);
    UnitId unit;
    for (const auto& u : must(read([&](auto& tx) { return org.list_units(tx, system); })))
      if (u.parent_id) unit = u.id;
    sales = must(write([&](auto& tx) { return org.create_team(tx, system, unit, "Sales"); })).id;
    service = must(write([&](auto& tx) { return org.create_team(tx, system, unit, "Service"); })).id;
    wang = person("wang", {sales});
    li = person("li", {sales});
    zhao = person("zhao", {service});
    boss = person("boss", {});
    boss.permissions |= 1U << static_cast<unsigned>(org::Permission::conversation_supervise);
    boss.scope = org::DataScope::tenant;
  }

  template <class F>
  auto write(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    using R = std::invoke_result_t<F, storage::Transaction&>;
    const TenantId lane = tenant ? tenant : TenantId{1};
    if constexpr (std::is_same_v<R, Status>) {
      return db->write(lane, job);
    } else {
      return db->write_for<typename R::value_type>(lane, job);
    }
  }
  template <class F>
  auto read(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    return db->read_for<typename std::invoke_result_t<F, storage::Transaction&>::value_type>(job);
  }
  org::Actor person(const std::string& login, std::vector<TeamId> teams) {
    RoleId role;
    for (const auto& known : must(read([&](auto& tx) { return org.list_roles(tx, system); })))
      if (known.key == "agent") role = known.id;
    const auto user = must(write([&](auto& tx) {
      return org.create_user(tx, system,
                             {.login = login,
                              .name = login,
                              .display_name = login,
                              .password_hash = {},
                              .role_id = role,
                              .unit_id = {},
                              .team_ids = teams});
    }));
    org::Actor actor;
    actor.tenant = tenant;
    actor.user = user.id;
    actor.name = login;
    actor.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_handle);
    actor.teams = actor.scope_teams = std::move(teams);
    return actor;
  }
  CustomerId customer() {
    return must(write([&](auto& tx) { return customers.create_anonymous(tx, tenant, "zh-CN"); })).id;
  }
  Result<conversation::Accepted> say(CustomerId who, const std::string& text) {
    conversation::InboundMessage inbound;
    inbound.tenant = tenant;
    inbound.customer = who;
    inbound.client_msg_id = "k" + std::to_string(++keys_);
    inbound.text = text;
    return write([&](auto& tx) { return room.accept(tx, inbound); });
  }
  Result<conversation::Accepted> answer(const org::Actor& actor, ConversationId id, const std::string& text,
                                        conversation::MessageKind kind = conversation::MessageKind::text) {
    conversation::OutboundMessage outbound;
    outbound.client_msg_id = "k" + std::to_string(++keys_);
    outbound.kind = kind;
    outbound.text = text;
    return write([&](auto& tx) { return room.send(tx, actor, id, outbound); });
  }
  Result<conversation::Conversation> assign(ConversationId id, UserId agent, TeamId team) {
    return write([&](auto& tx) {
      return room.assign(tx, tenant, id, {.agent = agent, .team = team, .reason = "routing.test", .note = {}});
    });
  }

  SystemClock clock;
  IdSource ids{clock};
  std::unique_ptr<storage::Database> db;
  runtime::WorkerPool workers{2, 10'000};
  std::unique_ptr<runtime::Dispatcher> dispatcher;
  std::unique_ptr<runtime::Timers> timers;
  org::Org org{clock, ids};
  customer::Customers customers{clock, ids};
  conversation::Conversations room{clock, ids, org, customers};
  std::unique_ptr<routing::Routing> routing;
  std::unique_ptr<supervision::Supervision> supervision;
  TenantId tenant;
  org::Actor system, wang, li, zhao, boss;
  TeamId sales, service;

 private:
  std::atomic<int> keys_{0};
};

}  // namespace yingda::realtime::test
