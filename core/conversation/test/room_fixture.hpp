// A store with two companies, their people and customers, for the contract tests of the conversation.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "yingda/base/manual_clock.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::conversation {

/// The reason of a failed Result or Status, "" for success.
template <class R>
std::string reason_of(const R& result) {
  return result ? std::string() : result.error().reason;
}

/// What a Result must give.
template <class R>
auto must(R result) -> typename R::value_type {
  if (!result) throw std::runtime_error(describe(result.error()));
  if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
}

/// Every module's tables that the room stands on.
inline std::vector<storage::Migration> all_migrations() {
  std::vector<storage::Migration> all;
  for (const auto part : {org::migrations(), customer::migrations(), migrations()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

struct Company {
  org::Tenant tenant;
  org::Actor system;
  TeamId sales, service;
  org::Actor wang, li;  // agents of sales
  org::Actor zhao;      // agent of service
  org::Actor boss;      // supervisor of sales
  org::Actor analyst;   // may view the whole company
  CustomerId anna, ben;
};

class RoomTest : public testing::Test {
 protected:
  template <class F>
  static auto write_on(storage::Database& db, TenantId tenant, F job)
      -> std::invoke_result_t<F, storage::Transaction&> {
    using R = std::invoke_result_t<F, storage::Transaction&>;
    if constexpr (std::is_same_v<R, Status>) {
      return db.write(tenant, job);
    } else {
      return db.write_for<typename R::value_type>(tenant, job);
    }
  }
  template <class F>
  auto write(F job) {
    return write_on(*db_, lane_, job);
  }
  template <class F>
  auto read(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    return db_->read_for<typename std::invoke_result_t<F, storage::Transaction&>::value_type>(job);
  }

  org::Actor make_person(const Company& c, const std::string& login, RoleId role, std::vector<TeamId> teams) {
    const auto user = must(write([&](auto& tx) {
      return org_.create_user(tx, c.system,
                              {.login = login,
                               .name = "Name of " + login,
                               .display_name = login,
                               .password_hash = {},
                               .role_id = role,
                               .unit_id = {},
                               .team_ids = teams});
    }));
    org::Actor actor;
    actor.tenant = c.tenant.id;
    actor.user = user.id;
    actor.name = login;
    actor.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_handle);
    actor.teams = actor.scope_teams = std::move(teams);
    return actor;
  }
  CustomerId make_customer(const Company& c) {
    return must(write([&](auto& tx) { return customers_.create_anonymous(tx, c.tenant.id, "zh-CN"); })).id;
  }

  Company make_company(const std::string& name) {
    Company c;
    c.tenant = must(write([&](auto& tx) { return org_.create_tenant(tx, {.name = name}); }));
    c.system = org::Org::system_actor(c.tenant.id);
    UnitId unit;
    for (const auto& u : must(read([&](auto& tx) { return org_.list_units(tx, c.system); })))
      if (u.parent_id) unit = u.id;
    const auto team = [&](const char* what) {
      return must(write([&](auto& tx) { return org_.create_team(tx, c.system, unit, what); })).id;
    };
    c.sales = team("Sales");
    c.service = team("Service");
    RoleId agent;
    for (const auto& role : must(read([&](auto& tx) { return org_.list_roles(tx, c.system); })))
      if (role.key == "agent") agent = role.id;
    c.wang = make_person(c, "wang@" + name, agent, {c.sales});
    c.li = make_person(c, "li@" + name, agent, {c.sales});
    c.zhao = make_person(c, "zhao@" + name, agent, {c.service});
    c.boss = make_person(c, "boss@" + name, agent, {});
    c.boss.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_supervise);
    c.boss.scope = org::DataScope::unit;
    c.boss.scope_teams = {c.sales};
    c.analyst = make_person(c, "analyst@" + name, agent, {});
    c.analyst.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_view);
    c.analyst.scope = org::DataScope::tenant;
    c.anna = make_customer(c);
    c.ben = make_customer(c);
    return c;
  }

  std::string next_key() { return "key-" + std::to_string(++keys_); }
  InboundMessage says(CustomerId customer, const std::string& text, std::string key = {}) {
    InboundMessage inbound;
    inbound.tenant = shop_.tenant.id;
    inbound.customer = customer;
    inbound.client_msg_id = key.empty() ? next_key() : std::move(key);
    inbound.text = text;
    return inbound;
  }
  Result<Accepted> accept(const InboundMessage& inbound) {
    return write([&](auto& tx) { return room_.accept(tx, inbound); });
  }
  Accepted say(CustomerId customer, const std::string& text) { return must(accept(says(customer, text))); }
  OutboundMessage answers(const std::string& text, MessageKind kind = MessageKind::text) {
    OutboundMessage outbound;
    outbound.client_msg_id = next_key();
    outbound.kind = kind;
    outbound.text = text;
    return outbound;
  }
  Result<Accepted> send(const org::Actor& actor, ConversationId id, const OutboundMessage& outbound) {
    return write([&](auto& tx) { return room_.send(tx, actor, id, outbound); });
  }
  Accepted answer(const org::Actor& actor, ConversationId id, const std::string& text) {
    return must(send(actor, id, answers(text)));
  }
  Accepted note(const org::Actor& actor, ConversationId id, const std::string& text) {
    return must(send(actor, id, answers(text, MessageKind::note)));
  }
  Result<Conversation> assign(ConversationId id, const Handover& handover) {
    return write([&](auto& tx) { return room_.assign(tx, shop_.tenant.id, id, handover); });
  }
  Result<Conversation> grab(const org::Actor& actor, ConversationId id) {
    return write([&](auto& tx) { return room_.grab(tx, actor, id); });
  }
  Result<Conversation> transfer(const org::Actor& actor, ConversationId id, const Handover& handover) {
    return write([&](auto& tx) { return room_.transfer(tx, actor, id, handover); });
  }
  Result<Conversation> close(const org::Actor& actor, ConversationId id, bool automatic = false) {
    return write([&](auto& tx) { return room_.close(tx, actor, id, "agent", automatic); });
  }
  Result<Conversation> access(const org::Actor& actor, ConversationId id) {
    return read([&](auto& tx) { return room_.access_conversation(tx, actor, id); });
  }
  Conversation load(ConversationId id) {
    return must(read([&](auto& tx) { return room_.load(tx, shop_.tenant.id, id); }));
  }
  /// Everything in the thread, as agents see it.
  std::vector<Message> all_messages(ConversationId id) {
    return must(read([&](auto& tx) { return room_.messages(tx, shop_.analyst, id, 0, kMessagePageMax); }));
  }
  std::vector<Message> seen_by(CustomerId customer) {
    return must(
        read([&](auto& tx) { return room_.messages_for_customer(tx, shop_.tenant.id, customer, 0, kMessagePageMax); }));
  }
  /// A thread of the customer that waits in a team's queue.
  Conversation queued(CustomerId customer, TeamId team) {
    const auto first = say(customer, "hello");
    return must(assign(first.conversation.id, {.agent = {}, .team = team, .reason = "routing.rule", .note = {}}));
  }
  /// A thread of the customer that the agent owns.
  Conversation owned(CustomerId customer, const org::Actor& agent) {
    return must(grab(agent, queued(customer, agent.teams.at(0)).id));
  }
  std::vector<storage::CommittedEvent> events_since(std::int64_t seq) {
    return must(db_->read_events(shop_.tenant.id, seq, 1'000));
  }
  std::int64_t last_event() { return must(db_->last_seq(shop_.tenant.id)); }
  std::vector<std::string> types_since(std::int64_t seq) {
    std::vector<std::string> types;
    for (auto& event : events_since(seq)) types.push_back(event.type);
    return types;
  }
  FileInfo upload(CustomerId by_customer, UserId by_user, const std::string& type = "image/png") {
    return must(write([&](auto& tx) {
      FileInfo file;
      file.name = "picture.png";
      file.content_type = type;
      file.bytes = 10;
      return room_.add_file(tx, shop_.tenant.id, file, by_customer, by_user, "key");
    }));
  }

  ManualClock clock_;
  IdSource ids_{clock_};
  std::unique_ptr<storage::Database> db_ = storage::open_test_database(clock_, all_migrations());
  org::Org org_{clock_, ids_};
  customer::Customers customers_{clock_, ids_};
  Conversations room_{clock_, ids_, org_, customers_};
  const TenantId lane_{1};
  int keys_ = 0;
  Company shop_ = make_company("shop");
};

}  // namespace yingda::conversation
