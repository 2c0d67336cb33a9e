#include "decide.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec.hpp"
#include "people.hpp"
#include "store.hpp"
#include "yingda/base/json.hpp"

namespace yingda::conversation {
namespace {

constexpr UtcTime kNow{1'767'225'600'000};

org::Actor actor(UserId user, std::vector<TeamId> teams) {
  org::Actor actor;
  actor.tenant = TenantId{1};
  actor.user = user;
  actor.teams = std::move(teams);
  return actor;
}

void allow(org::Actor& actor, org::Permission permission) {
  actor.permissions |= 1U << static_cast<unsigned>(permission);
}

Message message_by(AuthorKind kind, std::string text, std::string id = {}) {
  Message message;
  message.author = {kind, std::move(id), "somebody"};
  message.text = std::move(text);
  message.created_at_ms = kNow;
  return message;
}

Thread open_thread() {
  Thread thread;
  thread.view.id = ConversationId{5};
  open_episode(thread, EpisodeId{6}, Channel::webchat, {}, kNow);
  return thread;
}

TEST(Reach, Stranger_HasNone) {
  Conversation c;
  c.team_id = TeamId{1};
  c.agent = AgentSummary{UserId{10}, "a"};
  EXPECT_FALSE(reach_of(c, actor(UserId{11}, {TeamId{2}})).any());
  EXPECT_FALSE(reach_of(c, actor({}, {})).any());
}

TEST(Reach, EachWayIn_IsToldApart) {
  Conversation c;
  c.team_id = TeamId{1};
  c.agent = AgentSummary{UserId{10}, "a"};
  c.participants = {{UserId{12}, "b"}};
  EXPECT_TRUE(reach_of(c, actor(UserId{10}, {})).owner);
  EXPECT_TRUE(reach_of(c, actor(UserId{12}, {})).participant);
  EXPECT_TRUE(reach_of(c, actor(UserId{13}, {TeamId{1}})).member);
  auto viewer = actor(UserId{14}, {});
  allow(viewer, org::Permission::conversation_view);
  EXPECT_FALSE(reach_of(c, viewer).any());
  viewer.scope_teams = {TeamId{1}};
  EXPECT_TRUE(reach_of(c, viewer).viewer);
  EXPECT_FALSE(reach_of(c, viewer).supervisor);
  allow(viewer, org::Permission::conversation_supervise);
  EXPECT_TRUE(reach_of(c, viewer).supervisor);
}

TEST(Reach, ConversationWithoutTeam_IsSeenByTheWholeTenantScopeOnly) {
  const Conversation c;
  auto person = actor(UserId{10}, {TeamId{}});
  person.scope_teams = {TeamId{}};
  allow(person, org::Permission::conversation_view);
  EXPECT_FALSE(reach_of(c, person).any());
  person.scope = org::DataScope::tenant;
  EXPECT_TRUE(reach_of(c, person).viewer);
  person.permissions = 0;
  EXPECT_FALSE(reach_of(c, person).any());
}

TEST(Receipts, Reports_NeverGoBackOrBeyond) {
  const Receipts before{5, 3, 7, 7};
  EXPECT_EQ(decide_receipts(before, Side::customer, 4, 2, 9), before);
  EXPECT_EQ(decide_receipts(before, Side::customer, -1, -1, 9), before);
  EXPECT_EQ(decide_receipts(before, Side::customer, 99, 0, 9), (Receipts{9, 3, 7, 7}));
  EXPECT_EQ(decide_receipts(before, Side::customer, 0, 8, 9), (Receipts{8, 8, 7, 7}));
  EXPECT_EQ(decide_receipts(before, Side::agents, 8, 8, 9), (Receipts{5, 3, 8, 8}));
}

TEST(ApplyMessage, CustomerThenAgent_MovesWaitingUnreadAndCounts) {
  Thread thread = open_thread();
  auto first = message_by(AuthorKind::customer, "hello\nthere");
  apply_message(thread, first);
  EXPECT_EQ(first.seq, 1);
  EXPECT_EQ(first.episode_id, EpisodeId{6});
  EXPECT_EQ(thread.view.last_preview, "hello there");
  EXPECT_EQ(thread.view.waiting_since_ms, kNow);
  auto answer = message_by(AuthorKind::agent, "yes", to_string(UserId{10}));
  answer.created_at_ms = kNow + seconds(4);
  apply_message(thread, answer);
  EXPECT_FALSE(thread.view.waiting_since_ms);
  EXPECT_EQ(thread.view.unread, 1);
  EXPECT_EQ(thread.episode.first_reply_at_ms, kNow + seconds(4));
  EXPECT_EQ(thread.episode.customer_messages, 1);
  EXPECT_EQ(thread.episode.agent_messages, 1);
  EXPECT_THAT(thread.episode.agents, testing::ElementsAre(UserId{10}));
  EXPECT_EQ(thread.visible_seq, 2);
}

TEST(ApplyMessage, NotesSystemAndAutomatic_AreNoAnswers) {
  Thread thread = open_thread();
  auto question = message_by(AuthorKind::customer, "?");
  apply_message(thread, question);
  auto note = message_by(AuthorKind::agent, "inside", to_string(UserId{10}));
  note.kind = MessageKind::note;
  apply_message(thread, note);
  auto event = message_by(AuthorKind::system, "");
  event.kind = MessageKind::system;
  event.system = SystemEvent{"conversation.assigned", {}, false};
  apply_message(thread, event);
  EXPECT_EQ(thread.view.last_preview, "?");
  auto greeting = message_by(AuthorKind::bot, "soon");
  greeting.automatic = true;
  apply_message(thread, greeting);
  EXPECT_EQ(thread.view.last_preview, "soon");
  EXPECT_EQ(thread.view.waiting_since_ms, kNow);
  EXPECT_EQ(thread.view.last_seq, 4);
  EXPECT_EQ(thread.episode.agent_messages, 0);
  EXPECT_FALSE(thread.episode.first_reply_at_ms);
}

TEST(Touch, ClockGoingBack_KeepsUpdatedAt) {
  Thread thread;
  touch(thread, kNow);
  touch(thread, kNow - seconds(5));
  EXPECT_EQ(thread.view.updated_at_ms, kNow);
  EXPECT_EQ(thread.view.version, 2);
}

/// The law of open conversations.
void expect_law(const Conversation& c) {
  switch (c.state) {
    case State::assigned: EXPECT_TRUE(c.agent && !c.queued_at_ms && !c.promised_at_ms && !c.closed_at_ms); break;
    case State::queued: EXPECT_TRUE(!c.agent && c.queued_at_ms && !c.promised_at_ms && !c.closed_at_ms); break;
    case State::promised: EXPECT_TRUE(!c.agent && c.queued_at_ms && !c.closed_at_ms); break;
    case State::closed: EXPECT_TRUE(!c.queued_at_ms && !c.promised_at_ms && c.closed_at_ms); break;
  }
}

TEST(Transitions, AnyOrder_KeepsTheLaw) {
  std::uint32_t random = 12345;
  Thread thread = open_thread();
  for (int i = 0; i < 10'000; ++i) {
    random = random * 1'664'525U + 1'013'904'223U;
    const UtcTime now = kNow + seconds(i);
    switch (random >> 16 & 7U) {
      case 0: assign_to(thread, {UserId{10 + (random >> 8 & 3U)}, "a"}, TeamId{1}, "x", now); break;
      case 1: queue_in(thread, TeamId{2}, "x", now); break;
      case 2: promise_in(thread, TeamId{3}, now + hours(1), "x", now); break;
      case 3: promise_in(thread, TeamId{3}, std::nullopt, "x", now); break;
      case 4: close_episode(thread, now); break;
      case 5: open_episode(thread, EpisodeId{100 + i}, Channel::webchat, {}, now); break;
      default: {
        auto message = message_by(random >> 20 & 1U ? AuthorKind::customer : AuthorKind::agent, "x");
        apply_message(thread, message);
      }
    }
    expect_law(thread.view);
    if (HasFailure()) return;
  }
}

TEST(QueueIn, WaitingOne_KeepsItsPlace) {
  Thread thread = open_thread();
  queue_in(thread, TeamId{2}, "overflow", kNow + minutes(5));
  EXPECT_EQ(thread.view.queued_at_ms, kNow);
  assign_to(thread, {UserId{10}, "a"}, TeamId{2}, "x", kNow + minutes(6));
  queue_in(thread, TeamId{3}, "transfer", kNow + minutes(7));
  EXPECT_EQ(thread.view.queued_at_ms, kNow + minutes(7));
}

TEST(Kind, File_IsShownAsItsContent) {
  EXPECT_EQ(decide_kind(MessageKind::text, "image/png"), MessageKind::image);
  EXPECT_EQ(decide_kind(MessageKind::image, "application/pdf"), MessageKind::file);
  EXPECT_EQ(decide_kind(MessageKind::voice, "video/webm"), MessageKind::voice);
  EXPECT_EQ(decide_kind(MessageKind::video, "video/webm"), MessageKind::video);
  EXPECT_EQ(decide_kind(MessageKind::file, "image/png"), MessageKind::file);
  EXPECT_EQ(decide_kind(MessageKind::note, "image/png"), MessageKind::note);
}

TEST(TeamFor, Colleague_StaysInHisTeams) {
  const Colleague colleague{{UserId{10}, "a"}, {TeamId{1}, TeamId{2}}};
  EXPECT_EQ(team_for(colleague, TeamId{9}, TeamId{2}), TeamId{9});
  EXPECT_EQ(team_for(colleague, {}, TeamId{2}), TeamId{2});
  EXPECT_EQ(team_for(colleague, {}, TeamId{3}), TeamId{1});
  EXPECT_EQ(team_for({{UserId{10}, "a"}, {}}, {}, TeamId{3}), TeamId{3});
}

TEST(Codec, SplicedEvents_EqualTheDescribedStructs) {
  Thread thread = open_thread();
  thread.view.customer.name = "\"Anna\"";
  MessageEvent event{thread.view, message_by(AuthorKind::customer, "\n")};
  event.message.quote = Quote{MessageId{3}, "x", "y"};
  EXPECT_EQ(codec::encode_message_event(codec::encode_conversation(thread.view), event.message), json::encode(event));
  ConversationEvent moved;
  moved.conversation = thread.view;
  moved.previous_agent_id = UserId{10};
  moved.note = "careful";
  EXPECT_EQ(codec::encode_conversation_event(codec::encode_conversation(thread.view), moved), json::encode(moved));
  moved.previous_team_id = TeamId{4};
  moved.previous_agent_id.reset();
  EXPECT_EQ(codec::encode_conversation_event(codec::encode_conversation(thread.view), moved), json::encode(moved));
}

TEST(Codec, UnreadableColumn_IsEmpty) {
  EXPECT_TRUE(codec::decode_users("[broken").empty());
  EXPECT_FALSE(codec::decode_file("{}"));
  EXPECT_TRUE(codec::decode_participants("").empty());
}

}  // namespace
}  // namespace yingda::conversation
