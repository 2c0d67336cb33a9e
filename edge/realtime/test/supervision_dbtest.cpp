// What supervisors get and do over sockets: the board, whispers, silent watching.
#include <gmock/gmock.h>

#include "client_model.hpp"
#include "hub_fixture.hpp"
#include "yingda/base/json.hpp"
#include "yingda/supervision/board.hpp"

namespace yingda::realtime::test {
namespace {

using conversation::MessageKind;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct BoardWire {
  std::string t;
  std::optional<UnitId> unit_id;
  supervision::Board board;
};
YD_DESCRIBE(BoardWire, (t, unit_id, board))

class Supervising : public HubTest {
 protected:
  ConversationId owned_by_wang() {
    const auto first = must(office.say(office.customer(), "hello"));
    return must(office.assign(first.conversation.id, office.wang.user, office.sales)).id;
  }
  supervision::Board board_of(Client& client) {
    return must(json::decode<BoardWire>(wait_for(client, R"({"t":"board")"))).board;
  }
  std::vector<std::string> audited() {
    std::vector<std::string> actions;
    for (const auto& record :
         must(office.read([&](auto& tx) { return office.org.list_audit(tx, office.system, "", 100); })).items)
      actions.push_back(record.action);
    return actions;
  }
};

// --- the board

TEST_F(Supervising, Board_ComesAtOnceAndAgainAfterAChange) {
  auto boss = connect(office.boss, last());
  hub.board(boss.who, true, {});
  const auto first = board_of(boss);
  ASSERT_THAT(first.queues, SizeIs(3)) << "the company's first team and the two of the test";
  const auto waiting_in_sales = [&](const supervision::Board& board) {
    for (const auto& queue : board.queues)
      if (queue.team_id == office.sales) return queue.waiting;
    return std::int64_t{-1};
  };
  EXPECT_EQ(waiting_in_sales(first), 0);
  const auto c = must(office.say(office.customer(), "hello"));
  must(office.assign(c.conversation.id, {}, office.sales));
  for (int i = 0; i < 5; ++i)
    if (waiting_in_sales(board_of(boss)) == 1) return;
  FAIL() << "the change never came";
}

TEST_F(Supervising, Board_StopsWhenSwitchedOff) {
  auto boss = connect(office.boss, last());
  hub.board(boss.who, true, {});
  board_of(boss);
  hub.board(boss.who, false, {});
  after(boss);
  must(office.say(office.customer(), "hello"));
  must(office.dispatcher->drain(seconds(10)) ? Status{} : fail(Code::timeout, "test.drain"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
  EXPECT_THAT(with(after(boss), R"("t":"board")"), IsEmpty());
}

TEST_F(Supervising, Board_IsRefusedWithoutTheRightOrTheUnit) {
  auto wang = connect(office.wang, last());
  wang.inbox->take();
  hub.board(wang.who, true, {});
  EXPECT_THAT(after(wang), testing::ElementsAre(HasSubstr("auth.permission_denied")));
  auto boss = connect(office.boss, last());
  hub.board(boss.who, true, UnitId{12345});
  EXPECT_THAT(wait_for(boss, R"("t":"error")"), HasSubstr("org.unit_not_found"));
}

TEST_F(Supervising, Board_LostRightEndsIt) {
  auto boss = connect(office.boss, last());
  hub.board(boss.who, true, {});
  board_of(boss);
  org::Actor demoted = office.boss;
  demoted.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_handle);
  hub.change_actor(boss.who, demoted);
  after(boss);
  must(office.say(office.customer(), "hello"));
  const auto refusal = wait_for(boss, R"("t":"error")");
  EXPECT_THAT(refusal, HasSubstr("auth.permission_denied"));
}

TEST_F(Supervising, Board_SkipsWhoIsBehind) {
  auto boss = connect(office.boss, last());
  boss.inbox->queued = kBoardQueuedBytesMax + 1;
  hub.board(boss.who, true, {});
  after(boss);
  std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
  EXPECT_THAT(with(after(boss), R"("t":"board")"), IsEmpty());
  boss.inbox->queued = 0;
  board_of(boss);
}

TEST_F(Supervising, Board_OfAScopeShowsOnlyIt) {
  org::Actor chief = office.boss;
  chief.scope = org::DataScope::team;
  chief.scope_teams = {office.sales};
  auto client = connect(chief, last());
  hub.board(client.who, true, {});
  const auto board = board_of(client);
  ASSERT_THAT(board.queues, SizeIs(1));
  EXPECT_EQ(board.queues[0].team_id, office.sales);
  EXPECT_THAT(board.agents, SizeIs(2)) << "wang and li";
}

// --- whispers

TEST_F(Supervising, Whisper_IsPushedOnlyToItsReaders) {
  const ConversationId id = owned_by_wang();
  must(
      office.write([&](auto& tx) { return office.room.set_participant(tx, office.wang, id, office.zhao.user, true); }));
  auto wang = connect(office.wang, last()), li = connect(office.li, last(), false, {id});
  auto zhao = connect(office.zhao, last(), false, {id});
  auto boss = connect(office.boss, last(), true);
  for (auto* client : {&wang, &li, &zhao, &boss}) after(*client);
  must(office.answer(office.boss, id, "give him ten percent", MessageKind::whisper));
  EXPECT_THAT(with(after(wang), "ten percent"), SizeIs(1));
  EXPECT_THAT(with(after(boss), "ten percent"), SizeIs(1));
  for (auto* client : {&li, &zhao}) {
    const auto frames = after(*client);
    EXPECT_THAT(with(frames, "ten percent"), IsEmpty());
    EXPECT_THAT(with(frames, "conversation.changed"), SizeIs(1)) << "last_seq moved on";
    EXPECT_THAT(with(frames, "boss"), IsEmpty()) << "nor who said something";
  }
}

TEST_F(Supervising, Whisper_IsReplayedOnlyToItsReaders) {
  const ConversationId id = owned_by_wang();
  const auto before = last();
  must(office.answer(office.boss, id, "give him ten percent", MessageKind::whisper));
  auto wang = connect(office.wang, before), li = connect(office.li, before, false, {id});
  auto boss = connect(office.boss, before, true);
  EXPECT_THAT(with(after(wang), "ten percent"), SizeIs(1));
  EXPECT_THAT(with(after(boss), "ten percent"), SizeIs(1));
  EXPECT_THAT(with(after(li), "ten percent"), IsEmpty());
}

TEST_F(Supervising, Whisper_SnapshotAndEventsAgreeForEverybody) {
  const ConversationId id = owned_by_wang();
  struct Eye {
    org::Actor actor;
    bool all;
    ClientModel model;
  };
  std::vector<Eye> eyes;
  for (const auto& [actor, all] : {std::pair(office.wang, false), std::pair(office.li, false),
                                   std::pair(office.zhao, false), std::pair(office.boss, true)}) {
    const std::set<ConversationId> watches =
        actor.user == office.zhao.user ? std::set<ConversationId>{} : std::set<ConversationId>{id};
    eyes.push_back({actor, all, ClientModel(actor, all, watches)});
    eyes.back().model.load(read_snapshot(*office.db, office.room, actor, all, watches));
  }
  const auto whisper = must(office.answer(office.boss, id, "one", MessageKind::whisper)).message;
  must(office.answer(office.wang, id, "to the customer"));
  must(office.answer(office.boss, id, "two", MessageKind::whisper));
  must(office.write([&](auto& tx) { return office.room.recall(tx, office.boss, whisper.id); }));
  for (Eye& eye : eyes) {
    auto client =
        connect(eye.actor, eye.model.last(), eye.all, {eye.model.watches().begin(), eye.model.watches().end()});
    for (const auto& frame : after(client)) eye.model.take(frame);
    ClientModel fresh(eye.actor, eye.all, eye.model.watches());
    fresh.load(read_snapshot(*office.db, office.room, eye.actor, eye.all, eye.model.watches()));
    EXPECT_EQ(eye.model.text(), fresh.text()) << eye.actor.name;
  }
}

// --- silent watching

TEST_F(Supervising, SilentWatch_IsSeenByNobodyAndAudited) {
  const ConversationId id = owned_by_wang();
  auto wang = connect(office.wang, last(), false, {id});
  auto boss = connect(office.boss, last());
  after(wang), after(boss);
  hub.watch(boss.who, id, Hub::Watch::silent);
  const auto seen = after(boss);
  ASSERT_THAT(with(seen, R"("t":"presence")"), SizeIs(1));
  EXPECT_THAT(with(seen, R"("t":"presence")")[0], Not(HasSubstr(to_string(office.boss.user))));
  EXPECT_THAT(with(after(wang), to_string(office.boss.user)), IsEmpty());
  EXPECT_THAT(audited(), testing::Contains("conversation.watched"));
  must(office.answer(office.wang, id, "dear customer"));
  EXPECT_THAT(with(after(boss), "dear customer"), SizeIs(1));
  hub.agent_typing(office.boss, id, true);
  EXPECT_THAT(with(after(wang), R"("t":"typing")"), IsEmpty()) << "who is not there does not type";
  hub.watch(boss.who, id, Hub::Watch::off);
  EXPECT_THAT(with(after(wang), to_string(office.boss.user)), IsEmpty());
}

TEST_F(Supervising, SilentWatch_TurnsSeenAndBack) {
  const ConversationId id = owned_by_wang();
  auto wang = connect(office.wang, last(), false, {id});
  auto boss = connect(office.boss, last());
  hub.watch(boss.who, id, Hub::Watch::silent);
  hub.settle();
  wang.inbox->take();
  hub.watch(boss.who, id, Hub::Watch::seen);
  EXPECT_THAT(with(after(wang), to_string(office.boss.user)), SizeIs(1));
  hub.watch(boss.who, id, Hub::Watch::silent);
  const auto frames = after(wang);
  ASSERT_THAT(with(frames, R"("t":"presence")"), SizeIs(1));
  EXPECT_THAT(with(frames, to_string(office.boss.user)), IsEmpty());
}

TEST_F(Supervising, SilentWatch_ByHelloAfterAReconnect) {
  const ConversationId id = owned_by_wang();
  auto wang = connect(office.wang, last(), false, {id});
  wang.inbox->take();
  Client boss;
  boss.who = hub.open_agent(office.boss, boss.inbox, false);
  hub.hello(boss.who, last(), false, {}, {id});
  EXPECT_THAT(with(after(boss), R"("t":"welcome")"), SizeIs(1));
  EXPECT_THAT(with(after(wang), to_string(office.boss.user)), IsEmpty());
}

TEST_F(Supervising, SilentWatch_IsForSupervisorsOnly) {
  const ConversationId id = owned_by_wang();
  auto li = connect(office.li, last());
  li.inbox->take();
  hub.watch(li.who, id, Hub::Watch::silent);
  EXPECT_THAT(after(li), testing::ElementsAre(HasSubstr("auth.permission_denied")));
  EXPECT_THAT(audited(), Not(testing::Contains("conversation.watched")));
}

// --- consulted colleagues

TEST_F(Supervising, ConsultedColleague_TypesUnseenByTheCustomer) {
  const ConversationId id = owned_by_wang();
  const auto c = must(office.write([&](auto& tx) {
    return office.room.set_participant(tx, office.wang, id, office.zhao.user, true,
                                       conversation::ParticipantRole::consult);
  }));
  auto visitor = std::make_shared<Inbox>();
  VisitorThread thread;
  thread.conversation = id;
  thread.team = c.team_id;
  thread.owner = office.wang.user;
  thread.participants = thread.consulted = {office.zhao.user};
  thread.as_of_seq = last();
  auto who = hub.open_visitor(office.tenant, c.customer.id, visitor, thread);
  auto wang = connect(office.wang, last(), false, {id}), zhao = connect(office.zhao, last(), false, {id});
  after(wang), visitor->take();
  hub.agent_typing(office.zhao, id, true);
  EXPECT_THAT(with(after(wang), R"("t":"typing")"), SizeIs(1)) << "colleagues see it";
  EXPECT_THAT(with(visitor->take(), R"("t":"typing")"), IsEmpty());
  hub.agent_typing(office.wang, id, true);
  hub.settle();
  EXPECT_THAT(with(visitor->take(), R"("t":"typing")"), SizeIs(1)) << "the owner is seen";
}

}  // namespace
}  // namespace yingda::realtime::test
