#include "room_fixture.hpp"

namespace yingda::conversation {
namespace {

using testing::ElementsAre;

class Episodes : public RoomTest {
 protected:
  std::vector<Episode> episodes(ConversationId id) {
    return must(read([&](auto& tx) { return room_.episodes(tx, shop_.analyst, id); }));
  }
  Result<Conversation> reopen(const org::Actor& actor, ConversationId id) {
    return write([&](auto& tx) { return room_.reopen(tx, actor, id); });
  }
};

TEST_F(Episodes, Close_Automatic_IsRefusedWhileTheCustomerWaits) {
  const auto c = owned(shop_.anna, shop_.wang);
  EXPECT_EQ(reason_of(close(shop_.system, c.id, true)), "conversation.customer_waiting");
  EXPECT_EQ(load(c.id).state, State::assigned);
  note(shop_.wang, c.id, "a note is no answer");
  EXPECT_EQ(reason_of(close(shop_.system, c.id, true)), "conversation.customer_waiting");
  answer(shop_.wang, c.id, "here you are");
  EXPECT_EQ(must(close(shop_.system, c.id, true)).state, State::closed);
}

TEST_F(Episodes, Close_ByOwner_EndsAndTells) {
  const auto c = owned(shop_.anna, shop_.wang);
  clock_.advance(seconds(30));
  const auto before = last_event();
  const auto closed = must(close(shop_.wang, c.id));
  EXPECT_EQ(closed.closed_at_ms, clock_.now());
  EXPECT_FALSE(closed.waiting_since_ms);
  EXPECT_EQ(closed.agent->id, shop_.wang.user);
  EXPECT_THAT(types_since(before), ElementsAre("conversation.closed", "message.accepted"));
  EXPECT_EQ(reason_of(close(shop_.wang, c.id)), "conversation.closed");
}

TEST_F(Episodes, Close_Rights_AreOwnerSupervisorOrTeamOfTheQueue) {
  const auto taken = owned(shop_.anna, shop_.wang);
  EXPECT_EQ(reason_of(close(shop_.li, taken.id)), "conversation.not_owner");
  EXPECT_EQ(reason_of(close(shop_.analyst, taken.id)), "conversation.not_owner");
  EXPECT_EQ(reason_of(close(shop_.zhao, taken.id)), "conversation.not_found");
  EXPECT_TRUE(close(shop_.boss, taken.id));
  EXPECT_TRUE(close(shop_.li, queued(shop_.ben, shop_.sales).id));
}

TEST_F(Episodes, NextMessageAfterClose_OpensTheNextEpisode) {
  const auto c = owned(shop_.anna, shop_.wang);
  must(write([&](auto& tx) { return room_.set_participant(tx, shop_.wang, c.id, shop_.zhao.user, true); }));
  must(write([&](auto& tx) { return room_.set_priority(tx, shop_.wang, c.id, 5); }));
  must(close(shop_.wang, c.id));
  clock_.advance(days(1));
  const auto before = last_event();
  const auto next = say(shop_.anna, "me again");
  EXPECT_TRUE(next.opened_episode);
  EXPECT_EQ(next.conversation.id, c.id);
  EXPECT_EQ(next.conversation.episode_number, 2);
  EXPECT_NE(next.conversation.episode_id, c.episode_id);
  EXPECT_EQ(next.conversation.state, State::queued);
  EXPECT_FALSE(next.conversation.agent);
  EXPECT_FALSE(next.conversation.team_id);
  EXPECT_EQ(next.conversation.priority, 0);
  EXPECT_TRUE(next.conversation.participants.empty());
  EXPECT_FALSE(next.conversation.closed_at_ms);
  EXPECT_THAT(types_since(before), ElementsAre("conversation.changed", "conversation.opened", "message.accepted"));
  EXPECT_THAT(events_since(before).at(1).payload,
              testing::HasSubstr(R"("previous_agent_id":")" + to_string(shop_.wang.user)));
}

TEST_F(Episodes, Counts_AreExactWhileOpenAndAfterClose) {
  const auto c = owned(shop_.anna, shop_.wang);  // one message of the customer
  const auto opened = clock_.now();
  clock_.advance(seconds(10));
  say(shop_.anna, "two");
  note(shop_.wang, c.id, "not counted");
  auto automatic = answers("not counted either");
  automatic.automatic = true;
  must(send(shop_.system, c.id, automatic));
  clock_.advance(seconds(10));
  answer(shop_.wang, c.id, "one");
  answer(shop_.boss, c.id, "two");
  const auto check = [&] {
    const auto episode = episodes(c.id).at(0);
    EXPECT_EQ(episode.number, 1);
    EXPECT_EQ(episode.opened_at_ms, opened);
    EXPECT_EQ(episode.first_assigned_at_ms, opened);
    EXPECT_EQ(episode.first_reply_at_ms, opened + seconds(20));
    EXPECT_EQ(episode.customer_messages, 2);
    EXPECT_EQ(episode.agent_messages, 2);
    EXPECT_THAT(episode.agents, ElementsAre(shop_.wang.user, shop_.boss.user));
  };
  check();
  EXPECT_FALSE(episodes(c.id).at(0).closed_at_ms);
  must(close(shop_.wang, c.id));
  check();
  EXPECT_EQ(episodes(c.id).at(0).close_reason, "agent");
  say(shop_.anna, "next day");
  const auto both = episodes(c.id);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].number, 2);
  EXPECT_EQ(both[0].customer_messages, 1);
  EXPECT_EQ(both[1].customer_messages, 2);
  EXPECT_EQ(both[1].agent_messages, 2);
}

TEST_F(Episodes, Reopen_GoesOnInTheSameEpisode) {
  const auto c = owned(shop_.anna, shop_.wang);
  EXPECT_EQ(reason_of(reopen(shop_.wang, c.id)), "conversation.not_closed");
  must(close(shop_.wang, c.id));
  const auto again = must(reopen(shop_.li, c.id));
  EXPECT_EQ(again.state, State::assigned);
  EXPECT_EQ(again.agent->id, shop_.li.user);
  EXPECT_EQ(again.episode_id, c.episode_id);
  EXPECT_FALSE(episodes(c.id).at(0).closed_at_ms);
  EXPECT_THAT(episodes(c.id).at(0).agents, ElementsAre(shop_.wang.user, shop_.li.user));
  must(close(shop_.li, c.id));
  EXPECT_EQ(must(reopen(shop_.boss, c.id)).state, State::queued);
  EXPECT_EQ(reason_of(reopen(shop_.zhao, c.id)), "conversation.not_found");
}

TEST_F(Episodes, Receipts_OnlyGrowAndStayWithinTheThread) {
  const auto c = owned(shop_.anna, shop_.wang);
  answer(shop_.wang, c.id, "a");
  const auto last = load(c.id).last_seq;
  const auto mark = [&](std::int64_t delivered, std::int64_t read_seq) {
    must(write([&](auto& tx) { return room_.mark_by_customer(tx, shop_.tenant.id, shop_.anna, delivered, read_seq); }));
    return load(c.id).receipts;
  };
  EXPECT_EQ(mark(2, 0).customer_delivered_seq, 2);
  EXPECT_EQ(mark(1, 1).customer_delivered_seq, 2);
  EXPECT_EQ(mark(0, 0).customer_read_seq, 1);
  const auto before = last_event();
  mark(2, 1);
  mark(-5, -5);
  EXPECT_EQ(last_event(), before);
  const auto most = mark(0, 1'000'000);
  EXPECT_EQ(most.customer_read_seq, last);
  EXPECT_EQ(most.customer_delivered_seq, last);
  EXPECT_THAT(types_since(before), ElementsAre("receipts.moved"));
  EXPECT_EQ(most.agent_read_seq, 0);
}

TEST_F(Episodes, Mark_ByOwner_LeavesExactUnread) {
  const auto c = owned(shop_.anna, shop_.wang);
  say(shop_.anna, "two");
  note(shop_.wang, c.id, "between");
  const auto third = say(shop_.anna, "three").message.seq;
  EXPECT_EQ(load(c.id).unread, 3);
  const auto mark = [&](const org::Actor& actor, std::int64_t read_seq) {
    must(write([&](auto& tx) { return room_.mark(tx, actor, c.id, read_seq, read_seq); }));
    return load(c.id).unread;
  };
  EXPECT_EQ(mark(shop_.boss, third), 3);  // only watches
  EXPECT_EQ(mark(shop_.wang, third - 1), 1);
  EXPECT_EQ(mark(shop_.wang, 1), 1);
  EXPECT_EQ(say(shop_.anna, "four").conversation.unread, 2);
  EXPECT_EQ(mark(shop_.wang, third + 1), 0);
}

TEST_F(Episodes, Resume_ByTheCustomersWish_QueuesTheSameEpisode) {
  const auto c = owned(shop_.anna, shop_.wang);
  answer(shop_.wang, c.id, "done");
  must(close(shop_.wang, c.id));
  clock_.advance(minutes(5));
  const auto before = last_event();
  const auto resume = [&](EpisodeId episode) {
    return must(write([&](auto& tx) {
      return room_.resume(tx, shop_.tenant.id, c.id, episode, "rating.not_solved", "please read above");
    }));
  };
  const auto open = resume(c.episode_id);
  EXPECT_EQ(open.state, State::queued);
  EXPECT_EQ(open.team_id, shop_.sales);
  EXPECT_EQ(open.episode_id, c.episode_id);
  EXPECT_EQ(open.waiting_since_ms, clock_.now()) << "the customer's turn is over: no timer may close it";
  EXPECT_EQ(open.queued_at_ms, clock_.now());
  EXPECT_EQ(open.assign_reason, "rating.not_solved");
  EXPECT_THAT(types_since(before), ElementsAre("conversation.reopened", "message.accepted", "message.accepted"));
  EXPECT_EQ(reason_of(close(shop_.system, c.id, true)), "conversation.customer_waiting");
  // Once more, and for an episode that is over: nothing moves.
  EXPECT_EQ(resume(c.episode_id).version, open.version);
  must(close(shop_.boss, c.id));
  EXPECT_EQ(resume(EpisodeId{1}).state, State::closed);
}

TEST_F(Episodes, Work_OfAnEpisode_CountsWhatPeopleSaidByHand) {
  const auto c = owned(shop_.anna, shop_.wang);
  answer(shop_.wang, c.id, "one");
  answer(shop_.wang, c.id, "two");
  note(shop_.wang, c.id, "a note");
  must(transfer(shop_.wang, c.id, {.agent = shop_.li.user, .team = {}, .reason = {}, .note = "yours"}));
  answer(shop_.li, c.id, "three");
  auto greeting = answers("automatic");
  greeting.automatic = true;
  must(send(shop_.li, c.id, greeting));
  must(close(shop_.li, c.id));
  const auto work = [&](EpisodeId episode) {
    return read([&](auto& tx) { return room_.work_of(tx, shop_.tenant.id, c.id, episode); });
  };
  auto done = must(work(c.episode_id));
  EXPECT_THAT(done.answers, ElementsAre(std::pair(shop_.wang.user, 2), std::pair(shop_.li.user, 1)));
  EXPECT_THAT(done.episode.agents, ElementsAre(shop_.wang.user, shop_.li.user));
  EXPECT_FALSE(done.customer_spoke_last);
  // The next episode is counted alone, and ends with the customer's word.
  const auto next = owned(shop_.anna, shop_.wang);
  answer(shop_.wang, c.id, "four");
  say(shop_.anna, "thanks, but");
  note(shop_.wang, c.id, "a note is no word");
  must(close(shop_.wang, c.id));
  done = must(work(next.episode_id));
  EXPECT_THAT(done.answers, ElementsAre(std::pair(shop_.wang.user, 1)));
  EXPECT_TRUE(done.customer_spoke_last);
  EXPECT_FALSE(must(work(c.episode_id)).customer_spoke_last);
  EXPECT_EQ(reason_of(work(EpisodeId{1})), "conversation.not_found");
  EXPECT_EQ(reason_of(read([&](auto& tx) { return room_.work_of(tx, TenantId{99}, c.id, c.episode_id); })),
            "conversation.not_found");
}

}  // namespace
}  // namespace yingda::conversation
