// Supervision on the real rooms and both stores: alarms from routing's own timers, webhooks to a receiver that answers
// as the test says, the board after events, restarts and crashes.
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
namespace {

using conversation::Conversation;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

template <class R>
auto must(R result) -> typename R::value_type {
  if (!result) throw std::runtime_error(describe(result.error()));
  if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
}
template <class R>
std::string reason_of(const R& result) {
  return result ? std::string() : result.error().reason;
}

std::vector<storage::Migration> all_migrations() {
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

// --- alarms

TEST_F(SupervisionTest, SilentAgent_RaisesOneAlarmUntilHeAnswers) {
  online(wang_);
  const auto c = say("anybody there?");
  for (const int step : {60, 60, 59}) pass(seconds(step));
  EXPECT_THAT(open_alarms(boss_), IsEmpty());
  pass(seconds(2));
  const auto alarms = open_alarms(boss_);
  ASSERT_THAT(alarms, SizeIs(1));
  EXPECT_EQ(alarms[0].kind, AlarmKind::agent_silent);
  EXPECT_EQ(alarms[0].conversation_id, c.id);
  EXPECT_EQ(alarms[0].agent_id, wang_.user);
  EXPECT_GE(alarms[0].value_ms, 180'000);
  answer(wang_, c.id);
  EXPECT_THAT(open_alarms(boss_), IsEmpty());
  EXPECT_THAT(alarm_events(), ElementsAre("alarm.raised", "alarm.ended"));
  const auto all = must(read([&](auto& tx) { return p_->room.alarms(tx, boss_, false, "", 100); })).items;
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_TRUE(all[0].ended_at_ms);
}

TEST_F(SupervisionTest, WaitingCustomer_EndsWhenSomebodyComes) {
  say("hello?");
  pass(seconds(181));
  std::vector<AlarmKind> kinds;
  for (const Alarm& alarm : open_alarms(boss_)) kinds.push_back(alarm.kind);
  EXPECT_THAT(kinds, testing::Contains(AlarmKind::waiting_long));
  online(wang_);
  for (const Alarm& alarm : open_alarms(boss_)) EXPECT_NE(alarm.kind, AlarmKind::waiting_long);
}

TEST_F(SupervisionTest, QueueAlarm_IsRaisedUpdatedAndEnded) {
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  queue_event("routing.queue_alarm_raised", "queue_long", 15);
  ASSERT_THAT(open_alarms(boss_), SizeIs(1));
  EXPECT_EQ(open_alarms(boss_)[0].count, 15);
  EXPECT_EQ(open_alarms(boss_)[0].team_id, care_);
  queue_event("routing.queue_alarm_ended", "queue_long", 3);
  EXPECT_THAT(open_alarms(boss_), IsEmpty());
  EXPECT_THAT(alarm_events(), ElementsAre("alarm.raised", "alarm.changed", "alarm.ended"));
  queue_event("routing.queue_alarm_ended", "queue_long", 3);
  EXPECT_THAT(alarm_events(), SizeIs(3)) << "nothing was open";
}

TEST_F(SupervisionTest, Alarms_AreHiddenOutsideTheScope) {
  queue_event("routing.queue_alarm_raised", "nobody_online", 1);
  const AlarmId id = open_alarms(boss_).at(0).id;
  EXPECT_THAT(open_alarms(other_boss_), IsEmpty());
  const auto acknowledge = [&](const org::Actor& actor) {
    return write([&](auto& tx) { return p_->room.acknowledge(tx, actor, id); });
  };
  EXPECT_EQ(reason_of(acknowledge(other_boss_)), "supervision.alarm_not_found");
  EXPECT_EQ(reason_of(acknowledge(wang_)), "auth.permission_denied");
  EXPECT_EQ(reason_of(read([&](auto& tx) { return p_->room.alarms(tx, wang_, true, "", 10); })),
            "auth.permission_denied");
  org::Actor stranger = boss_;
  stranger.tenant = must(write([&](auto& tx) { return p_->org.create_tenant(tx, {.name = "other"}); })).id;
  stranger.scope = org::DataScope::tenant;
  EXPECT_THAT(open_alarms(stranger), IsEmpty());
  EXPECT_EQ(reason_of(acknowledge(stranger)), "supervision.alarm_not_found");
}

TEST_F(SupervisionTest, Acknowledged_SaysWhoAndStaysOpen) {
  queue_event("routing.queue_alarm_raised", "nobody_online", 1);
  const AlarmId id = open_alarms(boss_).at(0).id;
  const Alarm seen = must(write([&](auto& tx) { return p_->room.acknowledge(tx, boss_, id); }));
  EXPECT_EQ(seen.acknowledged_by_id, boss_.user);
  EXPECT_EQ(seen.acknowledged_by_name, "boss");
  EXPECT_FALSE(seen.ended_at_ms);
  queue_event("routing.queue_alarm_raised", "nobody_online", 2);
  EXPECT_TRUE(open_alarms(boss_).at(0).acknowledged_at_ms);
  EXPECT_EQ(must(p_->room.board(boss_, {})).alarms.at(0).acknowledged_by_name, "boss");
}

TEST_F(SupervisionTest, Pages_GoThroughAllAlarms) {
  for (int i = 0; i < 5; ++i) {
    queue_event("routing.queue_alarm_raised", "queue_long", 1);
    queue_event("routing.queue_alarm_ended", "queue_long", 0);
  }
  std::vector<AlarmId> seen;
  std::string after;
  do {
    auto page = must(read([&](auto& tx) { return p_->room.alarms(tx, boss_, false, after, 2); }));
    EXPECT_LE(page.items.size(), 2U);
    for (const Alarm& alarm : page.items) seen.push_back(alarm.id);
    after = page.next;
  } while (!after.empty());
  EXPECT_THAT(seen, SizeIs(5));
  EXPECT_TRUE(std::ranges::is_sorted(seen, std::ranges::greater{}));
}

TEST_F(SupervisionTest, SameEventTwice_CountsOnce) {
  queue_event("routing.queue_alarm_raised", "queue_long", 4);
  settle();
  const auto events = alarm_events();
  // As after a crash before the dispatcher's cursor was stored: everything comes again.
  p_.reset();
  {
    auto db = store_.open(clock_);
    must(db->write(tenant_, [&](storage::Transaction& tx) -> Status {
      static constexpr storage::Query kForget{
          "test.forget", "UPDATE runtime_cursor SET seq = 0 WHERE handler = 'supervision'", {}};
      return tx.exec_deferred(kForget);
    }));
  }
  restart();
  settle();
  EXPECT_EQ(alarm_events(), events);
  EXPECT_THAT(open_alarms(boss_), SizeIs(1));
}

// --- the board

TEST_F(SupervisionTest, Board_FollowsEventsAndSurvivesARestart) {
  online(wang_);
  const auto c = say("hello");
  pass(seconds(10));
  const auto check = [&](const Board& board) {
    ASSERT_THAT(board.queues, SizeIs(1)) << "only the own scope";
    EXPECT_EQ(board.queues[0].team_id, care_);
    EXPECT_EQ(board.queues[0].in_service, 1);
    EXPECT_EQ(board.queues[0].waiting, 0);
    EXPECT_EQ(board.queues[0].agents_online, 1);
    EXPECT_EQ(board.queues[0].today.served, 1);
    ASSERT_THAT(board.agents, SizeIs(1));
    EXPECT_EQ(board.agents[0].user_id, wang_.user);
    EXPECT_EQ(board.agents[0].load, 1);
    EXPECT_EQ(board.agents[0].waiting_count, 1);
    EXPECT_EQ(board.agents[0].longest_silent_ms, 10'000);
  };
  check(must(p_->room.board(boss_, {})));
  restart();
  settle();
  check(must(p_->room.board(boss_, {})));
  answer(wang_, c.id);
  const Board board = must(p_->room.board(boss_, {}));
  EXPECT_EQ(board.agents[0].waiting_count, 0);
  EXPECT_EQ(board.agents[0].last_reply_at_ms, clock_.now());
}

TEST_F(SupervisionTest, Board_NeedsTheRightAndKnowsItsUnits) {
  EXPECT_EQ(reason_of(p_->room.board(wang_, {})), "auth.permission_denied");
  EXPECT_EQ(reason_of(p_->room.board(boss_, UnitId{999})), "org.unit_not_found");
  EXPECT_THAT(must(p_->room.board(boss_, centre_)).queues, SizeIs(1));
  const UnitId elsewhere = must(write([&](auto& tx) {
                             UnitId root;
                             for (const auto& unit : *p_->org.list_units(tx, system_))
                               if (!unit.parent_id) root = unit.id;
                             return p_->org.create_unit(tx, system_, root, org::UnitKind::centre, "Elsewhere", "");
                           })).id;
  settle();
  EXPECT_THAT(must(p_->room.board(boss_, elsewhere)).queues, IsEmpty());
}

TEST_F(SupervisionTest, Board_KnowsNewTeamsAndNames) {
  must(write([&](auto& tx) { return p_->org.change_team(tx, system_, care_, "Care & more", {}); }));
  settle();
  EXPECT_EQ(must(p_->room.board(boss_, {})).queues.at(0).team_name, "Care & more");
}

TEST_F(SupervisionTest, ScopeKey_IsEqualForEqualBoards) {
  org::Actor a = boss_, b = boss_;
  a.scope_teams = {care_, sales_};
  b.scope_teams = {sales_, care_};
  EXPECT_EQ(Supervision::scope_key(a, {}), Supervision::scope_key(b, {}));
  EXPECT_NE(Supervision::scope_key(a, {}), Supervision::scope_key(boss_, {}));
  EXPECT_NE(Supervision::scope_key(a, {}), Supervision::scope_key(a, centre_));
  b.permissions = 0;
  EXPECT_NE(Supervision::scope_key(a, {}), Supervision::scope_key(b, {}));
}

// --- webhooks

TEST_F(SupervisionTest, Webhook_IsToldSignedOfRaisedAndEnded) {
  save({{hook()}});
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  queue_event("routing.queue_alarm_ended", "queue_long", 0);
  const auto requests = receiver_.requests();
  ASSERT_THAT(requests, SizeIs(2));
  const auto header = [](const net::ClientRequest& request, std::string_view name) {
    for (const auto& h : request.headers)
      if (h.name == name) return h.value;
    return std::string();
  };
  const auto notice = must(json::decode<AlarmNotice>(requests[0].body));
  EXPECT_EQ(notice.event, "alarm.raised");
  EXPECT_EQ(notice.tenant_id, tenant_);
  EXPECT_EQ(notice.alarm->kind, AlarmKind::queue_long);
  EXPECT_EQ(notice.alarm->count, 12);
  EXPECT_EQ(header(requests[0], "X-Yingda-Signature"),
            "sha256=" + crypto::hex(crypto::hmac_sha256("s3cret", requests[0].body)));
  EXPECT_EQ(requests[0].guard, net::AddressGuard::public_only);
  EXPECT_EQ(requests[0].deadline, kDeliveryDeadline);
  EXPECT_EQ(must(json::decode<AlarmNotice>(requests[1].body)).event, "alarm.ended");
  settle();
  for (const Delivery& delivery : deliveries()) {
    EXPECT_EQ(delivery.state, DeliveryState::delivered);
    EXPECT_EQ(delivery.attempts, 1);
    EXPECT_EQ(delivery.status, 200);
  }
}

TEST_F(SupervisionTest, Webhook_FailingReceiverIsTriedAgainWithGrowingPauses) {
  save({{hook()}});
  receiver_.status = 503;
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  settle();
  const Delivery first = deliveries().at(0);
  EXPECT_EQ(first.state, DeliveryState::pending);
  EXPECT_EQ(first.status, 503);
  EXPECT_EQ(first.error, "supervision.receiver_refused");
  EXPECT_EQ(first.next_at_ms, clock_.now() + kDeliveryPauseFirst);
  pass(milliseconds(kDeliveryPauseFirst.ms - 1));
  EXPECT_THAT(receiver_.requests(), SizeIs(1)) << "not before its time";
  pass(milliseconds(1));
  EXPECT_THAT(receiver_.requests(), SizeIs(2));
  pass(kDeliveryPauseFirst);
  EXPECT_THAT(receiver_.requests(), SizeIs(2)) << "the pause has doubled";
  receiver_.status = 204;
  pass(kDeliveryPauseFirst);
  EXPECT_EQ(deliveries().at(0).state, DeliveryState::delivered);
  EXPECT_EQ(deliveries().at(0).attempts, 3);
  const auto requests = receiver_.requests();
  EXPECT_EQ(must(json::decode<AlarmNotice>(requests[0].body)).delivery_id,
            must(json::decode<AlarmNotice>(requests[2].body)).delivery_id);
  pass(hours(1));
  EXPECT_THAT(receiver_.requests(), SizeIs(3)) << "delivered once is enough";
}

TEST_F(SupervisionTest, Webhook_CrashWhileSendingRepeatsItAfterTheRestart) {
  save({{hook()}});
  receiver_.silent = true;
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  restart();
  receiver_.silent = false;
  settle();
  EXPECT_THAT(receiver_.requests(), SizeIs(1)) << "its lease still runs";
  pass(seconds(16));
  EXPECT_THAT(receiver_.requests(), SizeIs(2));
  EXPECT_EQ(deliveries().at(0).state, DeliveryState::delivered);
}

TEST_F(SupervisionTest, Webhook_IsGivenUpAfterADay) {
  save({{hook()}});
  receiver_.unreachable = "net.unreachable";
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  for (int i = 0; i < 60; ++i) pass(minutes(31));
  const Delivery delivery = deliveries().at(0);
  EXPECT_EQ(delivery.state, DeliveryState::failed);
  EXPECT_EQ(delivery.error, "net.unreachable");
  const auto count = receiver_.requests().size();
  pass(hours(3));
  EXPECT_EQ(receiver_.requests().size(), count);
}

TEST_F(SupervisionTest, Webhook_RefusedByTheGuardIsNotTriedAgain) {
  save({{hook()}});
  receiver_.unreachable = "net.internal_address";
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  settle();
  EXPECT_EQ(deliveries().at(0).state, DeliveryState::failed);
  pass(hours(1));
  EXPECT_THAT(receiver_.requests(), SizeIs(1));
}

TEST_F(SupervisionTest, Webhook_HearsOnlyItsKindsWhileSwitchedOn) {
  Webhook some = hook();
  some.kinds = {AlarmKind::nobody_online};
  Webhook off = hook("https://example.com/off");
  off.enabled = false;
  save({{some, off}});
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  EXPECT_THAT(receiver_.requests(), IsEmpty());
  queue_event("routing.queue_alarm_raised", "nobody_online", 1);
  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  EXPECT_EQ(receiver_.requests()[0].url, "https://example.com/alarms");
}

TEST_F(SupervisionTest, Webhook_RemovedMeanwhileIsNoLongerTold) {
  save({{hook()}});
  receiver_.status = 500;
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  settle();
  save({});
  pass(minutes(1));
  EXPECT_THAT(receiver_.requests(), SizeIs(1));
  EXPECT_EQ(deliveries().at(0).state, DeliveryState::failed);
  EXPECT_EQ(deliveries().at(0).error, "supervision.webhook_not_found");
}

TEST_F(SupervisionTest, Test_IsSentAlsoToOneThatIsOff) {
  Webhook off = hook();
  off.enabled = false;
  const WebhookId id = *save({{off}}).webhooks.at(0).id;
  must(write([&](auto& tx) { return p_->room.test_webhook(tx, system_, id); }));
  settle();
  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  const auto notice = must(json::decode<AlarmNotice>(receiver_.requests()[0].body));
  EXPECT_EQ(notice.event, "alarm.test");
  EXPECT_FALSE(notice.alarm);
  EXPECT_EQ(reason_of(write([&](auto& tx) { return p_->room.test_webhook(tx, system_, WebhookId{5}); })),
            "supervision.webhook_not_found");
}

TEST_F(SupervisionTest, Settings_KeepSecretsAndRefuseNonsense) {
  auto saved = save({{hook()}});
  EXPECT_EQ(saved.webhooks.at(0).has_secret, true);
  EXPECT_FALSE(saved.webhooks.at(0).secret);
  saved.webhooks[0].url = "https://example.com/other";
  saved.webhooks[0].has_secret.reset();
  EXPECT_EQ(save(saved).webhooks.at(0).has_secret, true) << "what is not said stays";
  saved.webhooks[0].secret = "";
  EXPECT_EQ(save(saved).webhooks.at(0).has_secret, false);
  const auto refused = [&](const AlarmSettings& settings) {
    return reason_of(write([&](auto& tx) { return p_->room.save_settings(tx, system_, settings); }));
  };
  for (const char* url : {"", "ftp://x", "https://", "https:///path", "https://exa mple.com"})
    EXPECT_EQ(refused({{hook(url)}}), "request.invalid_fields") << url;
  EXPECT_EQ(refused({std::vector<Webhook>(6, hook())}), "request.invalid_fields");
  Webhook unknown = hook();
  unknown.id = WebhookId{77};
  EXPECT_EQ(refused({{unknown}}), "supervision.webhook_not_found");
  EXPECT_EQ(reason_of(read([&](auto& tx) { return p_->room.settings(tx, boss_); })), "auth.permission_denied");
  for (const auto& record : must(read([&](auto& tx) { return p_->org.list_audit(tx, system_, "", 100); })).items) {
    EXPECT_EQ(record.after.text.find("s3cret"), std::string::npos);
    EXPECT_EQ(record.before.text.find("s3cret"), std::string::npos);
  }
}

TEST_F(SupervisionTest, Secrets_AreNotInTheStoreInClear) {
  save({{hook()}});
  const auto stored = must(read([&](storage::Transaction& tx) -> Result<std::string> {
    static constexpr storage::Query kSecret{"test.secret", "SELECT secret FROM supervision_webhook", {}};
    YD_TRY(const auto text, tx.one(kSecret, [](const storage::Row& row) { return row.string(0); }));
    return text.value_or("");
  }));
  EXPECT_FALSE(stored.empty());
  EXPECT_EQ(stored.find("s3cret"), std::string::npos);
}

TEST_F(SupervisionTest, SilentWatch_LeavesATrace) {
  const auto c = say("hello");
  must(write([&](auto& tx) { return p_->room.note_watch(tx, boss_, c.id); }));
  EXPECT_EQ(reason_of(write([&](auto& tx) { return p_->room.note_watch(tx, wang_, c.id); })), "auth.permission_denied");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return p_->room.note_watch(tx, other_boss_, c.id); })),
            "conversation.not_found");
  const auto log = must(read([&](auto& tx) { return p_->org.list_audit(tx, system_, "", 100); })).items;
  EXPECT_EQ(std::ranges::count(log, "conversation.watched", &org::AuditRecord::action), 1);
}

}  // namespace
}  // namespace yingda::supervision
