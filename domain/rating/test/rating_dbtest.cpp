// Ratings on both engines: who is asked, what answers do, what survives.
#include <map>

#include "rating_fixture.hpp"

namespace yingda::rating {
namespace {

using conversation::State;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(RatingTest, CloseByTheAgent_AsksOnceAndSurvivesRestart) {
  const auto closed = served(shop_.anna, shop_.wang);
  const auto asked = current(shop_.anna);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->episode_id, closed.episode_id);
  EXPECT_EQ(asked->state, InvitationState::asked);
  EXPECT_EQ(count_events("rating.invited"), 1);
  restart();
  settle();
  EXPECT_EQ(current(shop_.anna), asked);
  EXPECT_EQ(count_events("rating.invited"), 1);
  // The agent goes on and closes again: it is the same episode.
  answers(shop_.wang, closed.id);
  EXPECT_EQ(load(closed.id).state, State::assigned);
  EXPECT_FALSE(current(shop_.anna)) << "not while it goes on";
  close(shop_.wang, closed.id);
  EXPECT_TRUE(current(shop_.anna));
  EXPECT_EQ(count_events("rating.invited"), 1) << "once an episode";
}

TEST_F(RatingTest, AutomaticClose_IsCountedAndNotAsked) {
  const auto opened = says(shop_.anna);
  give(opened.id, shop_.wang);
  answers(shop_.wang, opened.id);
  close(shop_.system, opened.id, true, "customer_quiet");
  EXPECT_FALSE(current(shop_.anna));
  EXPECT_EQ(count_events("rating.invited"), 0);
  const auto sums = summary(shop_.system, {.group = SummaryGroup::team});
  ASSERT_THAT(sums, SizeIs(1));
  EXPECT_EQ(sums[0].episodes, 1);
  EXPECT_EQ(sums[0].invited, 0);
}

TEST_F(RatingTest, CustomerSpokeLast_IsNotAsked) {
  const auto opened = says(shop_.anna);
  give(opened.id, shop_.wang);
  answers(shop_.wang, opened.id);
  says(shop_.anna, "还有一个问题");
  answers(shop_.system, opened.id, true);  // a program's "one moment" is no answer
  close(shop_.wang, opened.id);
  EXPECT_EQ(count_events("rating.invited"), 0);
}

TEST_F(RatingTest, NobodyAnswered_IsNotAsked) {
  const auto opened = says(shop_.anna);
  answers(shop_.system, opened.id);  // a program
  close(shop_.boss, give(opened.id, shop_.wang).id);
  EXPECT_EQ(count_events("rating.invited"), 0);
}

TEST_F(RatingTest, ChannelSwitchedOff_IsNotAsked) {
  change_settings([](Settings& s) { s.channels[0].enabled = false; });
  served(shop_.anna, shop_.wang);
  EXPECT_EQ(count_events("rating.invited"), 0);
}

TEST_F(RatingTest, NewEpisode_ExpiresTheQuestionAndAsksAnew) {
  const auto first = served(shop_.anna, shop_.wang);
  says(shop_.anna, "又来了");
  settle();
  EXPECT_FALSE(current(shop_.anna));
  EXPECT_EQ(reason_of(rate(shop_.anna, answer_of(first.episode_id, true))), "rating.expired");
  EXPECT_EQ(episodes(shop_.system).at(0).invitation.state, InvitationState::expired);
  give(first.id, shop_.wang);
  answers(shop_.wang, first.id);
  const auto second = close(shop_.wang, first.id);
  const auto asked = current(shop_.anna);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->episode_id, second.episode_id);
  EXPECT_NE(second.episode_id, first.episode_id);
}

TEST_F(RatingTest, ServerDownAtTheClose_AsksAfterwardsButNotTooLate) {
  for (const auto& [late, invited] : std::map<std::int64_t, int>{{minutes(5).ms, 1}, {kAskWithin.ms, 1}}) {
    const auto opened = says(shop_.anna);
    give(opened.id, shop_.wang);
    answers(shop_.wang, opened.id);
    dispatcher_->stop();
    must(write([&](auto& tx) { return rooms_.close(tx, shop_.wang, opened.id, "agent", false); }));
    clock_.advance(milliseconds(late));
    restart();
    settle();
    EXPECT_EQ(count_events("rating.invited"), invited) << late;
    EXPECT_EQ(episodes(shop_.system).size(), 1U) << late;
  }
}

TEST_F(RatingTest, TwoProcesses_AskOnce) {
  const auto opened = says(shop_.anna);
  give(opened.id, shop_.wang);
  answers(shop_.wang, opened.id);
  settle();
  dispatcher_->stop();
  must(write([&](auto& tx) { return rooms_.close(tx, shop_.wang, opened.id, "agent", false); }));
  // Both find the same event behind the same cursor.
  const auto db = store_.open(clock_);
  runtime::WorkerPool workers(2, 1'000);
  {
    runtime::Dispatcher dispatcher(*db, workers, clock_);
    Ratings other(*db, dispatcher, clock_, ids_, org_, rooms_);
    other.start();
    must(dispatcher.start());
    restart();
    EXPECT_TRUE(dispatcher.drain(seconds(20)));
    settle();
    dispatcher.stop();
  }
  workers.stop(seconds(5));
  EXPECT_EQ(count_events("rating.invited"), 1);
  ASSERT_THAT(episodes(shop_.system), SizeIs(1));
  EXPECT_THAT(episodes(shop_.system)[0].agents, SizeIs(1));
}

TEST_F(RatingTest, Solved_ThenRated_ThenChanged) {
  const auto closed = served(shop_.anna, shop_.wang);
  EXPECT_EQ(must(rate(shop_.anna, answer_of(closed.episode_id, true))).state, InvitationState::solved);
  auto rated = must(rate(shop_.anna, answer_of(closed.episode_id, {}, 5)));
  EXPECT_EQ(rated.state, InvitationState::rated);
  EXPECT_EQ(current(shop_.anna), rated) << "while it can be changed";
  EXPECT_EQ(load(closed.id).state, State::closed);
  clock_.advance(hours(23));
  rated = must(rate(shop_.anna, answer_of(closed.episode_id, {}, 4)));
  EXPECT_EQ(rated.score, 4);
  EXPECT_EQ(count_events("rating.answered"), 3);
  EXPECT_EQ(must(rate(shop_.anna, answer_of(closed.episode_id, {}, 4))), rated);
  EXPECT_EQ(count_events("rating.answered"), 3) << "a retry tells nothing";
  clock_.advance(hours(1));
  EXPECT_EQ(reason_of(rate(shop_.anna, answer_of(closed.episode_id, {}, 1))), "rating.too_late");
  EXPECT_FALSE(current(shop_.anna));
  EXPECT_THAT(follow_ups(shop_.system), IsEmpty());
}

TEST_F(RatingTest, NotSolved_GoesOnInItsQueueAndIsFollowedUp) {
  const auto closed = served(shop_.anna, shop_.wang);
  Answer no = answer_of(closed.episode_id, false);
  no.words = "还是打不开";
  no.reason_keys = {"unresolved"};
  must(rate(shop_.anna, no));
  auto c = load(closed.id);
  EXPECT_EQ(c.state, State::queued);
  EXPECT_EQ(c.team_id, shop_.sales);
  EXPECT_EQ(c.episode_id, closed.episode_id) << "the same episode goes on";
  EXPECT_EQ(c.waiting_since_ms, clock_.now()) << "he waits: no timer may close it";
  EXPECT_EQ(c.assign_reason, "rating.not_solved");
  ASSERT_THAT(notes(closed.id), SizeIs(1));
  EXPECT_THAT(notes(closed.id)[0].text, HasSubstr("还是打不开"));
  EXPECT_EQ(count_events("conversation.reopened"), 1);
  const auto open = follow_ups(shop_.boss, FollowUpState::open);
  ASSERT_THAT(open, SizeIs(1));
  EXPECT_EQ(open[0].cause, FollowUpCause::unsolved);
  EXPECT_EQ(open[0].agent_id, shop_.wang.user);
  EXPECT_EQ(open[0].agent_name, shop_.wang.name);
  EXPECT_EQ(open[0].words, "还是打不开");
  // Said twice, it goes on once.
  must(rate(shop_.anna, no));
  EXPECT_EQ(load(closed.id).version, c.version);
  EXPECT_THAT(follow_ups(shop_.boss), SizeIs(1));
  // Served again: no second question, but the answer can be changed.
  give(closed.id, shop_.li);
  answers(shop_.li, closed.id);
  close(shop_.li, closed.id);
  EXPECT_EQ(count_events("rating.invited"), 1);
  ASSERT_TRUE(current(shop_.anna));
  EXPECT_EQ(must(rate(shop_.anna, answer_of(closed.episode_id, true, 5))).state, InvitationState::rated);
  const auto after = follow_ups(shop_.boss);
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_EQ(after[0].state, FollowUpState::open) << "only a person settles it";
  EXPECT_EQ(after[0].score, 5);
}

TEST_F(RatingTest, NotSolved_WhileItGoesOnAlready_OpensNothingTwice) {
  const auto closed = served(shop_.anna, shop_.wang);
  answers(shop_.wang, closed.id);  // the agent goes on by himself
  const auto version = load(closed.id).version;
  must(rate(shop_.anna, answer_of(closed.episode_id, false)));
  EXPECT_EQ(load(closed.id).version, version);
  EXPECT_EQ(load(closed.id).agent->id, shop_.wang.user);
  EXPECT_THAT(follow_ups(shop_.boss), SizeIs(1));
}

TEST_F(RatingTest, SomebodyElsesQuestion_IsNotFound) {
  const auto closed = served(shop_.anna, shop_.wang);
  says(shop_.ben);
  EXPECT_EQ(reason_of(rate(shop_.ben, answer_of(closed.episode_id, true))), "rating.not_invited");
  EXPECT_EQ(reason_of(rate(shop_.anna, answer_of(EpisodeId{12345}, true))), "rating.not_invited");
  const auto other = make_company("other");
  EXPECT_EQ(reason_of(write([&](auto& tx) {
              return ratings_->answer(tx, other.tenant.id, shop_.anna, answer_of(closed.episode_id, true));
            })),
            "rating.not_invited");
}

TEST_F(RatingTest, ChangedSettings_LeaveQuestionsAsTheyWerePut) {
  const auto closed = served(shop_.anna, shop_.wang);
  change_settings([](Settings& s) {
    s.channels[0].scale = Scale::thumbs;
    s.channels[0].low_score_max = 0;
    s.channels[0].reasons.clear();
  });
  EXPECT_EQ(current(shop_.anna)->scale, Scale::stars);
  Answer answer = answer_of(closed.episode_id, true, 2);
  answer.reason_keys = {"slow"};
  EXPECT_EQ(must(rate(shop_.anna, answer)).score, 2);
  served(shop_.ben, shop_.wang);
  EXPECT_EQ(current(shop_.ben)->scale, Scale::thumbs);
}

TEST_F(RatingTest, LowScore_IsFollowedUpToItsClosure) {
  const auto closed = served(shop_.anna, shop_.wang);
  Answer low = answer_of(closed.episode_id, true, 1);
  low.words = "<script>alert(1)</script>";
  must(rate(shop_.anna, low));
  EXPECT_THAT(follow_ups(shop_.wang), IsEmpty()) << "not the agent's to see";
  auto open = follow_ups(shop_.boss, FollowUpState::open);
  ASSERT_THAT(open, SizeIs(1));
  EXPECT_EQ(open[0].cause, FollowUpCause::low_score);
  EXPECT_EQ(open[0].words, "<script>alert(1)</script>") << "text, kept as it was written";
  const FollowUpId id = open[0].id;
  EXPECT_EQ(reason_of(change(shop_.wang, id, {.state = FollowUpState::done})), "rating.follow_up_not_found");
  EXPECT_EQ(reason_of(change(shop_.boss, id, {.assignee_id = UserId{99}})), "org.user_not_found");
  must(change(shop_.boss, id, {.assignee_id = shop_.wang.user}));
  ASSERT_THAT(follow_ups(shop_.wang), SizeIs(1)) << "his to settle";
  clock_.advance(hours(1));
  const auto done = must(change(shop_.wang, id, {.state = FollowUpState::done, .note = "已致歉并补发"}));
  EXPECT_EQ(done.done_at_ms, clock_.now());
  EXPECT_EQ(done.done_by_name, shop_.wang.name);
  EXPECT_THAT(follow_ups(shop_.boss, FollowUpState::open), IsEmpty());
  EXPECT_THAT(follow_ups(shop_.boss, FollowUpState::done), SizeIs(1));
  EXPECT_EQ(count_events("rating.follow_up_changed"), 3);
  // He complains anew: it is open again.
  must(rate(shop_.anna, answer_of(closed.episode_id, {}, 2)));
  open = follow_ups(shop_.boss, FollowUpState::open);
  ASSERT_THAT(open, SizeIs(1));
  EXPECT_EQ(open[0].id, id);
  EXPECT_EQ(open[0].note, "已致歉并补发");
  EXPECT_FALSE(open[0].done_at_ms);
}

TEST_F(RatingTest, FollowingTeam_SeesWhatItIsToSettle) {
  change_settings([&](Settings& s) { s.follow_up_team_id = shop_.service; });
  const auto closed = served(shop_.anna, shop_.wang);
  must(rate(shop_.anna, answer_of(closed.episode_id, true, 1)));
  EXPECT_THAT(follow_ups(shop_.zhao), SizeIs(1));
  EXPECT_THAT(follow_ups(shop_.li), IsEmpty());
  EXPECT_THAT(follow_ups(shop_.boss), SizeIs(1));
  org::Actor other_boss = shop_.boss;
  other_boss.user = UserId{77};
  other_boss.scope_teams = {};
  EXPECT_THAT(follow_ups(other_boss), IsEmpty());
  const auto other = make_company("other");
  EXPECT_THAT(follow_ups(other.system), IsEmpty());
}

TEST_F(RatingTest, Settings_NeedTheRightAndAKnownTeam) {
  const Settings settings = must(read([&](auto& tx) { return ratings_->settings(tx, shop_.tenant.id); }));
  const auto save = [&](const org::Actor& actor, const Settings& what) {
    return reason_of(write([&](auto& tx) { return ratings_->save_settings(tx, actor, what); }));
  };
  EXPECT_EQ(save(shop_.boss, settings), "auth.permission_denied");
  Settings wrong = settings;
  wrong.follow_up_team_id = TeamId{4711};
  EXPECT_EQ(save(shop_.system, wrong), "follow_up_team_id org.team_not_found");
  wrong = settings;
  wrong.channels[0].low_score_max = 9;
  EXPECT_EQ(save(shop_.system, wrong), "channels[0].low_score_max request.out_of_range");
  EXPECT_EQ(save(shop_.system, settings), "");
  const auto other = make_company("other");
  change_settings([](Settings& s) { s.share = ShareRule::equal; });
  EXPECT_EQ(must(read([&](auto& tx) { return ratings_->settings(tx, other.tenant.id); })).share, ShareRule::owner);
}

}  // namespace
}  // namespace yingda::rating
