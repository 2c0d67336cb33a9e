// The alarms' state machine.
#include "decide.hpp"

#include <gtest/gtest.h>

namespace yingda::supervision {
namespace {

using conversation::Conversation;
using conversation::State;

constexpr TeamId kCare{1}, kSales{2};
constexpr UserId kWang{11}, kLi{12}, kBoss{13};
constexpr UtcTime kNow{1'780'000'000'000};

Conversation thread(State state, UserId agent = {}, bool waits = true) {
  Conversation c;
  c.id = {100};
  c.customer.label = "访客 7";
  c.state = state;
  c.team_id = kCare;
  if (agent) c.agent = {agent, "Wang"};
  if (waits) c.waiting_since_ms = kNow;
  return c;
}

Alarm raised(AlarmKind kind, const Conversation& c) {
  return decide_raised(std::nullopt, {kind, c.team_id, &c, 60'000, {}, kNow}, AlarmId{7});
}

TEST(Raised, First_IsANewAlarmWithNames) {
  const auto c = thread(State::assigned, kWang);
  const Alarm alarm = raised(AlarmKind::agent_silent, c);
  EXPECT_EQ(alarm.id, AlarmId{7});
  EXPECT_EQ(alarm.team_id, kCare);
  EXPECT_EQ(alarm.conversation_id, c.id);
  EXPECT_EQ(alarm.agent_id, kWang);
  EXPECT_EQ(alarm.agent_name, "Wang");
  EXPECT_EQ(alarm.customer_name, "访客 7");
  EXPECT_EQ(alarm.count, 1);
  EXPECT_EQ(alarm.raised_at_ms, kNow);
  EXPECT_EQ(subject_of(alarm), 100);
}

TEST(Raised, Again_UpdatesTheSameAlarm) {
  const auto c = thread(State::assigned, kWang);
  Alarm alarm = raised(AlarmKind::agent_silent, c);
  alarm.acknowledged_by_id = kBoss;
  alarm.acknowledged_at_ms = kNow;
  const Alarm again =
      decide_raised(alarm, {AlarmKind::agent_silent, kCare, &c, 90'000, {}, kNow + seconds(30)}, AlarmId{8});
  EXPECT_EQ(again.id, AlarmId{7});
  EXPECT_EQ(again.count, 2);
  EXPECT_EQ(again.value_ms, 90'000);
  EXPECT_EQ(again.raised_at_ms, kNow);
  EXPECT_EQ(again.acknowledged_by_id, kBoss) << "who looks after it still does";
}

TEST(Raised, AnotherAgentsSilence_IsNotAcknowledged) {
  const auto c = thread(State::assigned, kWang);
  Alarm alarm = raised(AlarmKind::agent_silent, c);
  alarm.acknowledged_by_id = kBoss;
  alarm.acknowledged_at_ms = kNow;
  const auto moved = thread(State::assigned, kLi);
  const Alarm again = decide_raised(alarm, {AlarmKind::agent_silent, kCare, &moved, 1, {}, kNow}, AlarmId{8});
  EXPECT_FALSE(again.acknowledged_by_id);
  EXPECT_FALSE(again.acknowledged_at_ms);
}

TEST(Raised, OfAQueue_CountsWhoWaits) {
  const Alarm alarm = decide_raised(std::nullopt, {AlarmKind::queue_long, kCare, nullptr, 5'000, 12, kNow}, AlarmId{7});
  EXPECT_EQ(alarm.count, 12);
  EXPECT_FALSE(alarm.conversation_id);
  EXPECT_EQ(subject_of(alarm), kCare.value);
  const Alarm again = decide_raised(alarm, {AlarmKind::queue_long, kCare, nullptr, 5'000, 3, kNow}, AlarmId{8});
  EXPECT_EQ(again.count, 3);
}

struct Over {
  AlarmKind kind;
  Conversation now;
  bool over;
  const char* why;
};

TEST(IsOver, FollowsTheConversation) {
  auto in_sales = thread(State::queued);
  in_sales.team_id = kSales;
  const Over cases[] = {
      {AlarmKind::waiting_long, thread(State::queued), false, "still waits"},
      {AlarmKind::waiting_long, thread(State::promised), false, "a date is no agent"},
      {AlarmKind::waiting_long, thread(State::assigned, kWang), true, "has an agent"},
      {AlarmKind::waiting_long, thread(State::closed), true, "closed"},
      {AlarmKind::agent_silent, thread(State::assigned, kWang), false, "still no word"},
      {AlarmKind::agent_silent, thread(State::assigned, kWang, false), true, "answered"},
      {AlarmKind::agent_silent, thread(State::assigned, kLi), true, "somebody else's now"},
      {AlarmKind::agent_silent, thread(State::queued), true, "taken from him"},
      {AlarmKind::redispatch_limit, thread(State::assigned, kLi), false, "another owner is no answer"},
      {AlarmKind::redispatch_limit, thread(State::queued), false, "still waits"},
      {AlarmKind::redispatch_limit, thread(State::assigned, kLi, false), true, "answered"},
      {AlarmKind::nobody_to_redispatch, thread(State::assigned, kWang, false), true, "answered"},
      {AlarmKind::queue_full, thread(State::queued), false, "stuck"},
      {AlarmKind::queue_full, in_sales, true, "overflowed at last"},
      {AlarmKind::queue_full, thread(State::assigned, kWang), true, "served"},
  };
  for (const Over& one : cases) {
    const Alarm alarm = raised(
        one.kind, thread(of_queue(one.kind) || one.kind == AlarmKind::waiting_long || one.kind == AlarmKind::queue_full
                             ? State::queued
                             : State::assigned,
                         one.kind == AlarmKind::waiting_long ? UserId{} : kWang));
    EXPECT_EQ(is_over(alarm, one.now), one.over) << enum_name(one.kind) << ": " << one.why;
  }
}

TEST(IsOver, OfAQueue_IsNeverToldByOneConversation) {
  for (const AlarmKind kind : {AlarmKind::queue_long, AlarmKind::wait_long, AlarmKind::nobody_online}) {
    const Alarm alarm = decide_raised(std::nullopt, {kind, kCare, nullptr, 0, 1, kNow}, AlarmId{7});
    EXPECT_FALSE(is_over(alarm, thread(State::assigned, kWang, false)));
  }
}

}  // namespace
}  // namespace yingda::supervision
