// Alarms from routing's own timers, the board after events, restarts and crashes, on both stores.
#include "company.hpp"

namespace yingda::supervision {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

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

TEST_F(SupervisionTest, TwoProcesses_RaiseOneAlarmAndTellItOnce) {
  if (storage::test_engine() == storage::Engine::sqlite) GTEST_SKIP() << "one process has one SQLite file";
  must(write([&](auto& tx) {
    return p_->room.save_settings(tx, system_, {{{std::nullopt, "https://example.com/a", {}, {}, {}, true}}});
  }));
  auto other = std::make_unique<Process>(store_, clock_, receiver_, ++processes_);
  other->start();
  other->settle();
  for (int i = 0; i < 3; ++i) {
    queue_event("routing.queue_alarm_raised", "queue_long", 4 + i);
    other->settle();
  }
  EXPECT_THAT(open_alarms(boss_), SizeIs(1));
  EXPECT_EQ(open_alarms(boss_)[0].count, 6);
  EXPECT_THAT(alarm_events(), ElementsAre("alarm.raised", "alarm.changed", "alarm.changed"));
  EXPECT_THAT(receiver_.requests(), SizeIs(1));
  EXPECT_EQ(must(other->room.board(boss_, {})).alarms.size(), 1U);
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
