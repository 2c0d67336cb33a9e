// A store with two companies and the rooms up to ratings on it, as one process that can be restarted. The clock is by
// hand.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "yingda/base/manual_clock.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/org/org.hpp"
#include "yingda/rating/ratings.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::rating {

/// The reason of a failed Result or Status, of the first wrong field, "" for success.
template <class R>
std::string reason_of(const R& result) {
  if (result) return {};
  const Error& error = result.error();
  return error.fields.empty() ? error.reason : error.fields.front().field + " " + error.fields.front().reason;
}
/// What a Result must give.
template <class R>
auto must(R result) -> typename R::value_type {
  if (!result) throw std::runtime_error(describe(result.error()));
  if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
}

struct Company {
  org::Tenant tenant;
  org::Actor system;
  TeamId sales, service;
  org::Actor wang, li;  // agents of sales
  org::Actor zhao;      // agent of service
  org::Actor boss;      // supervises sales
  org::Actor analyst;   // analytics_view of the whole company
  CustomerId anna, ben;
};

class RatingTest : public testing::Test {
 protected:
  using Conversation = conversation::Conversation;

  RatingTest() { start(); }
  ~RatingTest() override { stop(); }

  void start() {
    db_ = store_.open(clock_);
    must(db_->migrate(migrations_));
    workers_ = std::make_unique<runtime::WorkerPool>(2, 10'000);
    dispatcher_ = std::make_unique<runtime::Dispatcher>(*db_, *workers_, clock_);
    ratings_ = std::make_unique<Ratings>(*db_, *dispatcher_, clock_, ids_, org_, rooms_);
    ratings_->start();
    must(dispatcher_->start());
  }
  void stop() {
    dispatcher_->stop();
    workers_->stop(seconds(5));
    ratings_.reset();
    dispatcher_.reset();
    workers_.reset();
    db_.reset();
  }
  void restart() {
    stop();
    start();
  }
  void settle() { ASSERT_TRUE(dispatcher_->drain(seconds(20))); }

  template <class F>
  auto write(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    using R = std::invoke_result_t<F, storage::Transaction&>;
    if constexpr (std::is_same_v<R, Status>) {
      return db_->write(TenantId{1}, job);
    } else {
      return db_->write_for<typename R::value_type>(TenantId{1}, job);
    }
  }
  template <class F>
  auto read(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    return db_->read_for<typename std::invoke_result_t<F, storage::Transaction&>::value_type>(job);
  }

  org::Actor person(const Company& c, const std::string& login, RoleId role, std::vector<TeamId> teams) {
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
    actor.name = user.name;
    actor.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_handle);
    actor.teams = actor.scope_teams = std::move(teams);
    return actor;
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
    c.wang = person(c, "wang@" + name, agent, {c.sales});
    c.li = person(c, "li@" + name, agent, {c.sales});
    c.zhao = person(c, "zhao@" + name, agent, {c.service});
    c.boss = person(c, "boss@" + name, agent, {});
    c.boss.permissions |= 1U << static_cast<unsigned>(org::Permission::conversation_supervise);
    c.boss.scope = org::DataScope::unit;
    c.boss.scope_teams = {c.sales};
    c.analyst = person(c, "eye@" + name, agent, {});
    c.analyst.permissions = 1U << static_cast<unsigned>(org::Permission::analytics_view);
    c.analyst.scope = org::DataScope::tenant;
    const auto customer = [&] {
      return must(write([&](auto& tx) { return customers_.create_anonymous(tx, c.tenant.id, "zh-CN"); })).id;
    };
    c.anna = customer();
    c.ben = customer();
    return c;
  }

  std::string key() { return "key-" + std::to_string(++keys_); }
  Conversation says(CustomerId customer, const std::string& text = "你好") {
    conversation::InboundMessage inbound;
    inbound.tenant = shop_.tenant.id;
    inbound.customer = customer;
    inbound.client_msg_id = key();
    inbound.text = text;
    return must(write([&](auto& tx) { return rooms_.accept(tx, inbound); })).conversation;
  }
  Conversation answers(const org::Actor& agent, ConversationId id, bool automatic = false) {
    conversation::OutboundMessage outbound;
    outbound.client_msg_id = key();
    outbound.text = "answer";
    outbound.automatic = automatic;
    return must(write([&](auto& tx) { return rooms_.send(tx, agent, id, outbound); })).conversation;
  }
  Conversation give(ConversationId id, const org::Actor& agent) {
    return must(write([&](auto& tx) {
      auto c = rooms_.load(tx, shop_.tenant.id, id);
      return rooms_.assign(tx, shop_.tenant.id, id,
                           {.agent = agent.user,
                            .team = agent.teams.at(0),
                            .reason = "routing.rule",
                            .note = {},
                            .expected_version = c->version});
    }));
  }
  Conversation close(const org::Actor& actor, ConversationId id, bool automatic = false,
                     const std::string& reason = "agent") {
    auto closed = must(write([&](auto& tx) { return rooms_.close(tx, actor, id, reason, automatic); }));
    settle();
    return closed;
  }
  /// The customer asks, the agent answers and closes.
  Conversation served(CustomerId customer, const org::Actor& agent) {
    const auto opened = says(customer);
    give(opened.id, agent);
    answers(agent, opened.id);
    return close(agent, opened.id);
  }
  Conversation load(ConversationId id) {
    return must(read([&](auto& tx) { return rooms_.load(tx, shop_.tenant.id, id); }));
  }

  std::optional<Invitation> current(CustomerId customer) {
    return must(read([&](auto& tx) { return ratings_->current(tx, shop_.tenant.id, customer); }));
  }
  Answer answer_of(EpisodeId episode, std::optional<bool> solved, std::optional<std::int64_t> score = {}) {
    Answer answer;
    answer.episode_id = episode;
    answer.solved = solved;
    answer.score = score;
    return answer;
  }
  Result<Invitation> rate(CustomerId customer, const Answer& answer) {
    auto done = write([&](auto& tx) { return ratings_->answer(tx, shop_.tenant.id, customer, answer); });
    settle();
    return done;
  }
  Settings change_settings(const std::function<void(Settings&)>& change) {
    Settings settings = must(read([&](auto& tx) { return ratings_->settings(tx, shop_.tenant.id); }));
    change(settings);
    return must(write([&](auto& tx) { return ratings_->save_settings(tx, shop_.system, settings); }));
  }
  std::vector<RatedEpisode> episodes(const org::Actor& actor, const EpisodeFilter& filter = {}) {
    return must(read([&](auto& tx) { return ratings_->episodes(tx, actor, filter, "", 100); })).items;
  }
  Result<std::vector<SummaryItem>> try_summary(const org::Actor& actor, SummaryFilter filter) {
    filter.from = clock_.now() - days(30);
    filter.until = clock_.now() + days(1);
    return read([&](auto& tx) { return ratings_->summary(tx, actor, filter); });
  }
  std::vector<SummaryItem> summary(const org::Actor& actor, SummaryFilter filter) {
    return must(try_summary(actor, filter));
  }
  std::vector<FollowUp> follow_ups(const org::Actor& actor, std::optional<FollowUpState> state = {}) {
    return must(read([&](auto& tx) { return ratings_->follow_ups(tx, actor, state, "", 100); })).items;
  }
  Result<FollowUp> change(const org::Actor& actor, FollowUpId id, const FollowUpChange& change) {
    return write([&](auto& tx) { return ratings_->change_follow_up(tx, actor, id, change); });
  }
  int count_events(std::string_view type) {
    int count = 0;
    for (const auto& event : must(db_->read_events(shop_.tenant.id, 0, 10'000))) count += event.type == type;
    return count;
  }
  std::vector<conversation::Message> notes(ConversationId id) {
    auto all = must(read([&](auto& tx) { return rooms_.messages(tx, shop_.system, id, 0, 200); }));
    std::erase_if(all, [](const auto& m) { return m.kind != conversation::MessageKind::note; });
    return all;
  }

  static std::vector<storage::Migration> all_migrations() {
    std::vector<storage::Migration> all;
    for (const auto part :
         {runtime::migrations(), org::migrations(), customer::migrations(), conversation::migrations(), migrations()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }

  const std::vector<storage::Migration> migrations_ = all_migrations();
  ManualClock clock_;
  storage::TestStore store_;
  IdSource ids_{clock_};
  org::Org org_{clock_, ids_};
  customer::Customers customers_{clock_, ids_};
  conversation::Conversations rooms_{clock_, ids_, org_, customers_};
  std::unique_ptr<storage::Database> db_;
  std::unique_ptr<runtime::WorkerPool> workers_;
  std::unique_ptr<runtime::Dispatcher> dispatcher_;
  std::unique_ptr<Ratings> ratings_;
  int keys_ = 0;
  Company shop_;

  void SetUp() override { shop_ = make_company("shop"); }
};

}  // namespace yingda::rating
