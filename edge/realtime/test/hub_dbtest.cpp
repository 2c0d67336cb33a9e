// The hub on a real store: gap-free replays under concurrency, audience, presence, receipts.
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <mutex>
#include <random>
#include <thread>

#include "client_model.hpp"
#include "hub_fixture.hpp"

namespace yingda::realtime::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST_F(HubTest, Hello_NothingMissed_WelcomesAtOnce) {
  auto wang = connect(office.wang, last());
  EXPECT_THAT(wang.inbox->take(),
              testing::ElementsAre(HasSubstr(R"("t":"welcome","last_seq":)" + std::to_string(last()))));
}

TEST_F(HubTest, Hello_FromTheFuture_ResyncsAndStaysSilent) {
  auto wang = connect(office.wang, last() + 5'000);
  EXPECT_THAT(wang.inbox->take(), testing::ElementsAre(HasSubstr("resync")));
  const auto first = must(office.say(office.customer(), "hello"));
  must(office.assign(first.conversation.id, {}, office.sales));
  EXPECT_THAT(after(wang), testing::IsEmpty());
}

TEST_F(HubTest, Hello_SnapshotNewerThanTheHub_WaitsForItsEvents) {
  const auto first = must(office.say(office.customer(), "hello"));
  const auto seq = last();
  auto boss = connect(office.boss, seq + 2, true);  // as if a snapshot were read before the hub heard of its events
  EXPECT_THAT(boss.inbox->take(), testing::IsEmpty());
  must(office.say(first.conversation.customer.id, "in the snapshot"));
  EXPECT_THAT(after(boss), testing::IsEmpty());
  must(office.say(first.conversation.customer.id, "in the snapshot too"));
  EXPECT_THAT(after(boss), testing::ElementsAre(HasSubstr(R"("t":"welcome","last_seq":)" + std::to_string(seq + 2))));
  must(office.say(first.conversation.customer.id, "new"));
  EXPECT_THAT(after(boss), testing::ElementsAre(HasSubstr(R"("prev":)" + std::to_string(seq + 2))));
}

TEST_F(HubTest, Message_ToOwner_ComesOnceAndNotToOthers) {
  const auto first = must(office.say(office.customer(), "hello"));
  must(office.assign(first.conversation.id, office.wang.user, office.sales));
  auto wang = connect(office.wang, last()), again = connect(office.wang, last());
  auto li = connect(office.li, last()), zhao = connect(office.zhao, last());
  for (auto* client : {&wang, &again, &li, &zhao}) client->inbox->take();
  must(office.say(first.conversation.customer.id, "are you there?"));
  EXPECT_THAT(after(wang), testing::ElementsAre(HasSubstr("are you there?")));
  EXPECT_THAT(after(again), testing::ElementsAre(HasSubstr("are you there?")));
  EXPECT_THAT(after(li), testing::IsEmpty());
  EXPECT_THAT(after(zhao), testing::IsEmpty());
}

TEST_F(HubTest, Transfer_ToOtherTeam_TellsTheFormerOwner) {
  const auto first = must(office.say(office.customer(), "hello"));
  must(office.assign(first.conversation.id, office.wang.user, office.sales));
  auto wang = connect(office.wang, last()), zhao = connect(office.zhao, last());
  wang.inbox->take(), zhao.inbox->take();
  must(office.write([&](auto& tx) {
    return office.room.transfer(tx, office.wang, first.conversation.id,
                                {.agent = {}, .team = office.service, .reason = "agent", .note = "please"});
  }));
  EXPECT_THAT(after(wang), Contains(HasSubstr("conversation.transferred")));
  EXPECT_THAT(after(zhao), Contains(HasSubstr("conversation.transferred")));
  must(office.say(first.conversation.customer.id, "and now?"));
  EXPECT_THAT(after(wang), testing::IsEmpty());
  EXPECT_THAT(after(zhao), Contains(HasSubstr("and now?")));
}

TEST_F(HubTest, Watch_WithoutRight_IsRefusedAndHearsNothing) {
  const auto first = must(office.say(office.customer(), "hello"));
  must(office.assign(first.conversation.id, office.wang.user, office.sales));
  auto zhao = connect(office.zhao, last());
  zhao.inbox->take();
  hub.watch(zhao.who, first.conversation.id, Hub::Watch::seen);
  EXPECT_THAT(after(zhao), testing::ElementsAre(HasSubstr("conversation.not_found")));
  must(office.say(first.conversation.customer.id, "secret"));
  EXPECT_THAT(after(zhao), testing::IsEmpty());
}

TEST_F(HubTest, Watch_ByColleague_ShowsPresenceAndTyping) {
  const auto first = must(office.say(office.customer(), "hello"));
  const auto id = first.conversation.id;
  must(office.assign(id, office.wang.user, office.sales));
  auto wang = connect(office.wang, last(), false, {id}), li = connect(office.li, last());
  wang.inbox->take(), li.inbox->take();
  hub.watch(li.who, id, Hub::Watch::seen);
  EXPECT_THAT(after(wang), testing::ElementsAre(testing::AllOf(HasSubstr("presence"), HasSubstr("\"name\":\"li\""))));
  li.inbox->take();
  hub.agent_typing(office.li, id, true);
  EXPECT_THAT(after(wang), Contains(testing::AllOf(HasSubstr(R"("t":"typing")"), HasSubstr(R"("on":true)"))));
  EXPECT_THAT(li.inbox->take(), Not(Contains(HasSubstr(R"("t":"typing")"))));
  hub.close(li.who);
  EXPECT_THAT(after(wang), Contains(testing::AllOf(HasSubstr("presence"), Not(HasSubstr("\"name\":\"li\"")))));
}

TEST_F(HubTest, Typing_OfTheVisitor_ReachesOwnerAndWatchersOnly) {
  const auto first = must(office.say(office.customer(), "hello"));
  const auto id = first.conversation.id;
  const auto owned = must(office.assign(id, office.wang.user, office.sales));
  auto wang = connect(office.wang, last()), li = connect(office.li, last()),
       boss = connect(office.boss, last(), true, {id});
  const auto inbox = std::make_shared<Inbox>();
  const auto visitor = hub.open_visitor(office.tenant, owned.customer.id, inbox,
                                        VisitorThread{id, office.sales, office.wang.user, {}, false, last()});
  hub.hello_visitor(visitor, last());
  hub.settle();
  EXPECT_THAT(wang.inbox->take(),
              Contains(testing::AllOf(HasSubstr(R"("t":"visitor")"), HasSubstr(R"("online":true)"))));
  li.inbox->take(), boss.inbox->take();
  hub.visitor_typing(visitor, true, "my password is");
  EXPECT_THAT(after(wang), testing::ElementsAre(HasSubstr(R"("preview":"my password is")")));
  EXPECT_THAT(after(boss), testing::ElementsAre(HasSubstr("my password is")));
  EXPECT_THAT(after(li), testing::IsEmpty());
  hub.agent_typing(office.wang, id, true);
  hub.settle();
  EXPECT_THAT(inbox->take(), Contains(testing::AllOf(HasSubstr(R"("t":"typing")"), HasSubstr("wang"))));
}

TEST_F(HubTest, Receipts_ManyOfOneSide_AreWrittenOnce) {
  const auto first = must(office.say(office.customer(), "1"));
  must(office.assign(first.conversation.id, office.wang.user, office.sales));
  std::int64_t newest = 0;
  for (int i = 0; i < 5; ++i) newest = must(office.say(first.conversation.customer.id, "x")).message.seq;
  const auto before = last();
  for (std::int64_t seq = 1; seq <= newest; ++seq) hub.agent_receipts(office.wang, first.conversation.id, seq, seq);
  hub.visitor_receipts(office.tenant, first.conversation.customer.id, 1, 1);
  hub.settle();
  EXPECT_LE(last() - before, 3);  // a gathered write may fall between two of the frames
  const auto now =
      must(office.read([&](auto& tx) { return office.room.load(tx, office.tenant, first.conversation.id); }));
  EXPECT_EQ(now.receipts.agent_read_seq, newest);
  EXPECT_EQ(now.receipts.customer_read_seq, 1);
}

TEST_F(HubTest, Rights_Changed_Resync) {
  auto wang = connect(office.wang, last());
  wang.inbox->take();
  hub.change_actor(wang.who, office.wang);
  EXPECT_THAT(after(wang), testing::IsEmpty());
  org::Actor moved = office.wang;
  moved.teams = moved.scope_teams = {office.service};
  hub.change_actor(wang.who, moved);
  EXPECT_THAT(after(wang), testing::ElementsAre(HasSubstr("resync")));
  hub.hello(wang.who, last(), false, {});
  const auto first = must(office.say(office.customer(), "hello"));
  must(office.assign(first.conversation.id, {}, office.service));
  EXPECT_THAT(after(wang), Contains(HasSubstr("conversation.queued")));
}

TEST_F(HubTest, Replay_SlowClient_IsToldToResync) {
  const auto since = last();
  const auto first = must(office.say(office.customer(), "hello"));
  must(office.assign(first.conversation.id, office.wang.user, office.sales));
  Client wang;
  wang.inbox->queued = kReplayQueuedBytesMax;
  wang.who = hub.open_agent(office.wang, wang.inbox, false);
  hub.hello(wang.who, since, false, {});
  EXPECT_THAT(after(wang), Contains(HasSubstr("resync")));
}

TEST_F(HubTest, Restart_ClientFromBefore_MissesNothing) {
  const auto first = must(office.say(office.customer(), "hello"));
  must(office.assign(first.conversation.id, office.wang.user, office.sales));
  ClientModel model(office.wang, false, {first.conversation.id});
  model.load(read_snapshot(*office.db, office.room, office.wang, false, {first.conversation.id}));
  for (int i = 0; i < 20; ++i) must(office.say(first.conversation.customer.id, "before the restart"));
  // A second hub begins with an empty memory, as after a restart.
  runtime::Dispatcher dispatcher(*office.db, office.workers, office.clock);
  Hub fresh(*office.db, dispatcher, office.workers, office.clock, office.room, *office.routing);
  must(fresh.start());
  const auto inbox = std::make_shared<Inbox>();
  const auto who = fresh.open_agent(office.wang, inbox, false);
  fresh.hello(who, model.last(), false, {first.conversation.id});
  fresh.settle();
  for (const auto& frame : inbox->take()) model.take(frame);
  EXPECT_EQ(model.last(), last());
  ClientModel wanted(office.wang, false, {first.conversation.id});
  wanted.load(read_snapshot(*office.db, office.room, office.wang, false, {first.conversation.id}));
  EXPECT_EQ(model.text(), wanted.text());
  EXPECT_GE(fresh.stats().store_reads, 1);
  fresh.stop();
}

/// One step of an office's day, at random.
void happen(Office& office, std::mt19937& random, const std::vector<CustomerId>& customers,
            std::vector<ConversationId>& threads) {
  const auto any = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const std::vector<const org::Actor*> people{&office.wang, &office.li, &office.zhao};
  const org::Actor& person = *people[any(people.size())];
  const CustomerId customer = customers[any(customers.size())];
  if (threads.empty() || any(3) == 0) {
    const auto said = must(office.say(customer, "words " + std::to_string(any(1'000))));
    if (std::ranges::find(threads, said.conversation.id) == threads.end()) threads.push_back(said.conversation.id);
    return;
  }
  // Refusals are part of the day: whoever may not, does not.
  const ConversationId id = threads[any(threads.size())];
  const TeamId team = any(2) == 0 ? office.sales : office.service;
  switch (any(11)) {
    case 0: (void)office.assign(id, person.user, person.teams.at(0)); break;
    case 1: (void)office.assign(id, {}, team); break;
    case 2: (void)office.answer(person, id, "answer"); break;
    case 3: (void)office.answer(person, id, "note", conversation::MessageKind::note); break;
    case 4: (void)office.write([&](auto& tx) { return office.room.grab(tx, person, id); }); break;
    case 5:
      (void)office.write([&](auto& tx) {
        return office.room.transfer(tx, person, id, {.agent = {}, .team = team, .reason = "agent", .note = "n"});
      });
      break;
    case 6: (void)office.write([&](auto& tx) { return office.room.close(tx, person, id, "agent", false); }); break;
    case 7: (void)office.write([&](auto& tx) { return office.room.mark(tx, person, id, 1'000, 1'000); }); break;
    case 8:
      (void)office.write([&](auto& tx) {
        return office.room.set_participant(tx, office.boss, id, people[any(3)]->user, any(2) == 0);
      });
      break;
    case 9: (void)office.write([&](auto& tx) { return office.room.set_priority(tx, person, id, 1); }); break;
    default:
      (void)office.write([&](auto& tx) { return office.room.mark_by_customer(tx, office.tenant, customer, 900, 900); });
  }
}

struct Follower {
  const org::Actor* actor;
  bool all;
  std::set<ConversationId> watches;
};

/// Follows the office while it works, with random cuts, random delays before asking again and resyncs.
std::string follow(Office& office, Hub& hub, const Follower& follower, unsigned seed,
                   const std::atomic<bool>& working) {
  std::mt19937 random(seed);
  ClientModel model(*follower.actor, follower.all, follower.watches);
  const std::vector<ConversationId> watch(follower.watches.begin(), follower.watches.end());
  const auto load = [&] {
    model.load(read_snapshot(*office.db, office.room, *follower.actor, follower.all, follower.watches));
  };
  load();
  std::shared_ptr<Inbox> inbox;
  SubscriberPtr who;
  const auto connect = [&] {
    inbox = std::make_shared<Inbox>();
    who = hub.open_agent(*follower.actor, inbox, false);
    hub.hello(who, model.last(), follower.all, watch);
  };
  const auto read = [&] {
    for (const auto& frame : inbox->take()) model.take(frame);
    if (!model.stale()) return;
    load();
    hub.hello(who, model.last(), follower.all, watch);
  };
  connect();
  while (working && !testing::Test::HasFatalFailure()) {
    switch (random() % 6) {
      case 0:  // cut: what is on the way is lost
        inbox->cut();
        for (const auto& frame : inbox->take()) model.take(frame);
        hub.close(who);
        if (random() % 3 == 0) std::this_thread::yield();
        connect();
        break;
      case 1:  // a snapshot in between
        if (random() % 4 == 0) {
          hub.close(who);
          load();
          connect();
        }
        break;
      default: read();
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 2'000));
  }
  hub.settle();
  read();
  hub.settle();
  read();
  hub.close(who);
  EXPECT_GT(model.events(), 0) << "the test followed nothing";
  return model.text();
}

TEST_F(HubTest, Sync_RandomCutsUnderConcurrentWrites_EqualsFreshSnapshot) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<CustomerId> customers;
  for (int i = 0; i < 6; ++i) customers.push_back(office.customer());
  std::vector<ConversationId> threads;
  const auto first = must(office.say(customers[0], "hello"));
  threads.push_back(first.conversation.id);
  must(office.assign(first.conversation.id, office.wang.user, office.sales));

  const std::vector<Follower> followers{{&office.wang, false, {}},
                                        {&office.li, false, {}},
                                        {&office.zhao, false, {}},
                                        {&office.boss, true, {}},
                                        {&office.boss, false, {first.conversation.id}},
                                        {&office.boss, true, {first.conversation.id}}};
  std::atomic<bool> working{true};
  std::vector<std::future<std::string>> states;
  for (std::size_t i = 0; i < followers.size(); ++i)
    states.push_back(std::async(std::launch::async, [&, i] {
      return follow(office, hub, followers[i], seed + static_cast<unsigned>(i), working);
    }));
  for (int step = 0; step < 1'200; ++step) happen(office, random, customers, threads);
  working = false;
  for (std::size_t i = 0; i < followers.size(); ++i) {
    const auto& follower = followers[i];
    ClientModel wanted(*follower.actor, follower.all, follower.watches);
    wanted.load(read_snapshot(*office.db, office.room, *follower.actor, follower.all, follower.watches));
    EXPECT_EQ(states[i].get(), wanted.text()) << "follower " << i;
  }
}

}  // namespace
}  // namespace yingda::realtime::test
