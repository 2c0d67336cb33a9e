// Decisions of ratings: who is asked, what an answer does, how an episode is shared.
#include "decide.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "yingda/rating/limits.hpp"

namespace yingda::rating {
namespace {

constexpr UtcTime kNow{1'790'000'000'000};
constexpr DurationMs kEditable = hours(24);
const UserId kWang{1}, kLi{2}, kZhao{3};

ChannelSettings asking() { return complete_settings({}).channels.front(); }

Ending good_ending() {
  return {.by_person = true,
          .still_closed = true,
          .asked_before = false,
          .customer_spoke_last = false,
          .agent_answers = 1,
          .closed_at = kNow};
}

Invitation asked() {
  Invitation invitation;
  invitation.episode_id = EpisodeId{7};
  invitation.conversation_id = ConversationId{8};
  invitation.reasons = {{"slow", "慢", "Slow", true}, {"kind", "友好", "Kind", false}};
  invitation.low_score_max = 2;
  invitation.invited_at_ms = kNow;
  return invitation;
}

Answer says(std::optional<bool> solved, std::optional<std::int64_t> score = {}) {
  Answer answer;
  answer.episode_id = EpisodeId{7};
  answer.solved = solved;
  answer.score = score;
  return answer;
}

Outcome answered(const Invitation& before, const Answer& answer, UtcTime now = kNow, bool present = true) {
  auto outcome = decide_answer(before, answer, kEditable, present, now);
  EXPECT_TRUE(outcome) << (outcome ? "" : describe(outcome.error()));
  return outcome.value_or(Outcome{});
}

std::string refusal(const Invitation& before, const Answer& answer, UtcTime now = kNow, bool present = true) {
  const auto outcome = decide_answer(before, answer, kEditable, present, now);
  if (outcome) return "";
  if (outcome.error().fields.empty()) return outcome.error().reason;
  return outcome.error().fields.front().field + " " + outcome.error().fields.front().reason;
}

TEST(DecideAsked, ClosedByAPersonWhoAnswered_IsAsked) { EXPECT_TRUE(decide_asked(good_ending(), asking(), kNow)); }

TEST(DecideAsked, AnyOneThingMissing_IsNotAsked) {
  const auto without = [](auto change) {
    Ending ending = good_ending();
    change(ending);
    return decide_asked(ending, asking(), kNow);
  };
  EXPECT_FALSE(without([](Ending& e) { e.by_person = false; })) << "an automatic close";
  EXPECT_FALSE(without([](Ending& e) { e.still_closed = false; })) << "it went on";
  EXPECT_FALSE(without([](Ending& e) { e.asked_before = true; })) << "twice in an episode";
  EXPECT_FALSE(without([](Ending& e) { e.customer_spoke_last = true; })) << "he waits";
  EXPECT_FALSE(without([](Ending& e) { e.agent_answers = 0; })) << "no person answered";
  EXPECT_FALSE(without([](Ending& e) { e.closed_at = kNow - kAskWithin; })) << "learnt of too late";
  ChannelSettings off = asking();
  off.enabled = false;
  EXPECT_FALSE(decide_asked(good_ending(), off, kNow));
}

TEST(DecideAnswer, Solved_CanBeRatedLater) {
  const Outcome first = answered(asked(), says(true));
  EXPECT_EQ(first.after.state, InvitationState::solved);
  EXPECT_FALSE(first.complains);
  EXPECT_FALSE(first.goes_on);
  EXPECT_EQ(first.after.editable_until_ms, kNow + kEditable);
  const Outcome second = answered(first.after, says({}, 5), kNow + minutes(1));
  EXPECT_EQ(second.after.state, InvitationState::rated);
  EXPECT_EQ(second.after.score, 5);
  EXPECT_EQ(second.after.answered_at_ms, kNow) << "the first answer counts";
  EXPECT_EQ(second.after.editable_until_ms, kNow + kEditable) << "changing it does not lengthen the time";
}

TEST(DecideAnswer, NotSolved_GoesOnOnceAndComplains) {
  const Outcome first = answered(asked(), says(false));
  EXPECT_EQ(first.after.state, InvitationState::unsolved);
  EXPECT_TRUE(first.goes_on);
  EXPECT_TRUE(first.complains);
  const Outcome retry = answered(first.after, says(false), kNow + seconds(1));
  EXPECT_FALSE(retry.changed);
  EXPECT_FALSE(retry.goes_on);
  Answer words = says({});
  words.words = "还是不行";
  const Outcome more = answered(first.after, words, kNow + seconds(2));
  EXPECT_TRUE(more.changed);
  EXPECT_FALSE(more.goes_on) << "it goes on already";
}

TEST(DecideAnswer, ScoreWithoutSolved_IsRefused) {
  EXPECT_EQ(refusal(asked(), says({}, 5)), "rating.solved_first");
  EXPECT_EQ(refusal(asked(), says(false, 5)), "rating.solved_first");
  EXPECT_EQ(refusal(asked(), says({})), "rating.solved_first");
  const Invitation unsolved = answered(asked(), says(false)).after;
  EXPECT_EQ(refusal(unsolved, says({}, 1)), "rating.solved_first");
}

TEST(DecideAnswer, ChangedToNotSolved_LosesItsScore) {
  const Invitation rated = answered(asked(), says(true, 5)).after;
  const Outcome changed = answered(rated, says(false), kNow + hours(1));
  EXPECT_TRUE(changed.goes_on);
  EXPECT_FALSE(changed.after.score);
  const Outcome back = answered(changed.after, says(true, 4), kNow + hours(2));
  EXPECT_EQ(back.after.state, InvitationState::rated);
  EXPECT_FALSE(back.complains);
}

TEST(DecideAnswer, AtTheEndOfItsTime_IsRefused) {
  const Invitation rated = answered(asked(), says(true, 5)).after;
  EXPECT_EQ(refusal(rated, says({}, 4), kNow + kEditable - milliseconds(1)), "");
  EXPECT_EQ(refusal(rated, says({}, 4), kNow + kEditable), "rating.too_late");
  EXPECT_EQ(refusal(rated, says({}, 5), kNow + kEditable), "") << "a retry of what stands there";
  EXPECT_EQ(refusal(asked(), says(true), kNow + kAnswerWindow - milliseconds(1)), "");
  EXPECT_EQ(refusal(asked(), says(true), kNow + kAnswerWindow), "rating.expired");
}

TEST(DecideAnswer, NewEpisode_ExpiresTheUnansweredOnly) {
  EXPECT_EQ(refusal(asked(), says(true), kNow, false), "rating.expired");
  const Invitation rated = answered(asked(), says(true, 5)).after;
  EXPECT_EQ(refusal(rated, says({}, 4), kNow + minutes(1), false), "");
}

TEST(DecideAnswer, ScoresOfTheScale_AreTaken) {
  for (const std::int64_t score : {1, 2, 3, 4, 5}) EXPECT_EQ(refusal(asked(), says(true, score)), "") << score;
  for (const std::int64_t score : {0, 6, -1}) EXPECT_EQ(refusal(asked(), says(true, score)), "rating.invalid_score");
  Invitation thumbs = asked();
  thumbs.scale = Scale::thumbs;
  thumbs.low_score_max = 0;
  EXPECT_TRUE(answered(thumbs, says(true, 0)).complains);
  EXPECT_FALSE(answered(thumbs, says(true, 1)).complains);
  EXPECT_EQ(refusal(thumbs, says(true, 2)), "rating.invalid_score");
}

TEST(DecideAnswer, LowScores_Complain) {
  for (const std::int64_t score : {1, 2}) EXPECT_TRUE(answered(asked(), says(true, score)).complains) << score;
  for (const std::int64_t score : {3, 4, 5}) EXPECT_FALSE(answered(asked(), says(true, score)).complains) << score;
}

TEST(DecideAnswer, Reasons_AreThoseOfTheScore) {
  const auto with = [](Answer answer, std::vector<std::string> keys) {
    answer.reason_keys = std::move(keys);
    return answer;
  };
  EXPECT_EQ(refusal(asked(), with(says(true, 1), {"slow", "kind"})), "");
  EXPECT_EQ(refusal(asked(), with(says(false), {"slow"})), "");
  EXPECT_EQ(refusal(asked(), with(says(true, 5), {"slow"})), "rating.not_offered");
  EXPECT_EQ(refusal(asked(), with(says(true, 5), {"unknown"})), "rating.not_offered");
  EXPECT_EQ(refusal(asked(), with(says(true, 5), {"kind", "kind"})), "rating.not_offered");
  // Another score without reasons: the old ones belonged to the old score.
  const Invitation low = answered(asked(), with(says(true, 1), {"slow"})).after;
  EXPECT_THAT(answered(low, says({}, 5), kNow + minutes(1)).after.reason_keys, testing::IsEmpty());
  const Invitation unsolved = answered(asked(), with(says(false), {"slow"})).after;
  EXPECT_THAT(answered(unsolved, says(true), kNow + minutes(1)).after.reason_keys, testing::IsEmpty());
  Answer words = says({});
  words.words = "谢谢";
  EXPECT_THAT(answered(low, words, kNow + minutes(1)).after.reason_keys, testing::ElementsAre("slow"));
}

TEST(DecideAnswer, Words_AreBoundedInCodePoints) {
  const auto with = [](std::string words) {
    Answer answer = says(true, 5);
    answer.words = std::move(words);
    return answer;
  };
  std::string chinese;
  for (std::size_t i = 0; i < kWordsCodePointsMax; ++i) chinese += "好";
  EXPECT_EQ(refusal(asked(), with(chinese)), "");
  EXPECT_EQ(refusal(asked(), with(chinese + "x")), "rating.words_too_long");
  EXPECT_EQ(refusal(asked(), with("\xff")), "request.invalid_utf8");
  EXPECT_EQ(answered(asked(), with("<b>&amp;")).after.words, "<b>&amp;") << "text as it was written";
  Invitation silent = asked();
  silent.ask_words = false;
  EXPECT_EQ(refusal(silent, with("x")), "rating.not_offered");
  EXPECT_EQ(refusal(silent, with("")), "");
}

TEST(DecideShares, Owner_HasAll) {
  EXPECT_THAT(decide_shares(ShareRule::owner, kLi, {kWang, kLi}, {{kWang, 9}}),
              testing::ElementsAre(std::pair(kLi, kShareWhole)));
}

TEST(DecideShares, Equal_RestGoesToTheFirst) {
  EXPECT_THAT(decide_shares(ShareRule::equal, kLi, {kWang, kLi, kZhao}, {}),
              testing::ElementsAre(std::pair(kWang, 333'334), std::pair(kLi, 333'333), std::pair(kZhao, 333'333)));
}

TEST(DecideShares, ByMessages_LargestRemainderFirst) {
  // 1/6, 2/6, 3/6: remainders .67, .33, 0
  EXPECT_THAT(decide_shares(ShareRule::by_messages, kLi, {kWang, kLi, kZhao}, {{kWang, 1}, {kLi, 2}, {kZhao, 3}}),
              testing::ElementsAre(std::pair(kWang, 166'667), std::pair(kLi, 333'333), std::pair(kZhao, 500'000)));
  EXPECT_THAT(decide_shares(ShareRule::by_messages, kLi, {kWang, kLi}, {{kWang, 4}}),
              testing::ElementsAre(std::pair(kWang, kShareWhole)))
      << "who never answered has no part";
  EXPECT_THAT(decide_shares(ShareRule::by_messages, kLi, {kWang, kLi}, {}),
              testing::ElementsAre(std::pair(kLi, kShareWhole)))
      << "nobody answered: the last owner's";
}

TEST(DecideShares, NobodyTookPart_IsNobodys) {
  for (const ShareRule rule : {ShareRule::owner, ShareRule::equal, ShareRule::by_messages})
    EXPECT_THAT(decide_shares(rule, {}, {}, {}), testing::ElementsAre(std::pair(UserId{}, kShareWhole)));
}

TEST(DecideShares, AnyEpisode_AddsUpExactly) {
  std::mt19937_64 random(20'261'122);
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  for (int round = 0; round < 20'000; ++round) {
    std::vector<UserId> agents;
    std::vector<std::pair<UserId, std::int64_t>> answers;
    const std::int64_t people = pick(0, 30);
    for (std::int64_t i = 1; i <= people; ++i) {
      agents.push_back(UserId{i});
      if (pick(0, 3) > 0) answers.emplace_back(UserId{i}, pick(1, round % 7 == 0 ? 1'000'000 : 40));
    }
    const auto rule = static_cast<ShareRule>(pick(0, 2));
    const UserId owner{people > 0 ? pick(1, people) : 0};
    const auto shares = decide_shares(rule, owner, agents, answers);
    std::int64_t sum = 0;
    for (const auto& [agent, share] : shares) {
      ASSERT_GT(share, 0) << "round " << round;
      sum += share;
    }
    ASSERT_EQ(sum, kShareWhole) << "round " << round;
    if (rule != ShareRule::by_messages || answers.empty()) continue;
    // Nobody is further from his exact part than one millionth.
    std::int64_t total = 0;
    for (const auto& [agent, count] : answers) total += count;
    for (const auto& [agent, count] : answers) {
      const auto own = std::ranges::find(shares, agent, &std::pair<UserId, std::int64_t>::first);
      const std::int64_t share = own == shares.end() ? 0 : own->second;
      ASSERT_LT(std::abs(share * total - count * kShareWhole), total) << "round " << round;
    }
  }
}

TEST(Settings, Defaults_AskInTheWebChatOnly) {
  const Settings settings = complete_settings({});
  ASSERT_EQ(settings.channels.size(), 7U);
  for (const ChannelSettings& channel : settings.channels)
    EXPECT_EQ(channel.enabled, channel.channel == conversation::Channel::webchat);
  EXPECT_THAT(check_settings(settings), testing::IsEmpty());
}

TEST(Settings, EachWrongValue_IsNamed) {
  const auto wrong = [](auto change) {
    Settings settings = complete_settings({});
    change(settings);
    const auto found = check_settings(settings);
    return found.empty() ? std::string() : found.front().field + " " + found.front().reason;
  };
  EXPECT_EQ(wrong([](Settings& s) { s.channels[1].channel = s.channels[0].channel; }),
            "channels[1].channel request.duplicate");
  EXPECT_EQ(wrong([](Settings& s) { s.channels[0].reasons[1].key = "Slow!"; }),
            "channels[0].reasons[1].key rating.invalid_key");
  EXPECT_EQ(wrong([](Settings& s) { s.channels[0].reasons[1].key = s.channels[0].reasons[0].key; }),
            "channels[0].reasons[1].key request.duplicate");
  EXPECT_EQ(wrong([](Settings& s) { s.channels[0].reasons[0].en = " "; }),
            "channels[0].reasons[0].en request.out_of_range");
  EXPECT_EQ(wrong([](Settings& s) { s.channels[0].reasons.resize(kReasonsMax + 1, {"x", "x", "x", false}); }),
            "channels[0].reasons request.too_many");
  EXPECT_EQ(wrong([](Settings& s) { s.channels[1].enabled = true; }), "channels[1].enabled rating.channel_cannot_ask")
      << "mail cannot put the question";
  EXPECT_EQ(wrong([](Settings& s) { s.channels[0].editable_ms = 1'000; }),
            "channels[0].editable_ms request.out_of_range");
  EXPECT_EQ(wrong([](Settings& s) { s.channels[0].low_score_max = 5; }),
            "channels[0].low_score_max request.out_of_range");
  EXPECT_EQ(wrong([](Settings& s) { s.channels[0].scale = Scale::thumbs; }),
            "channels[0].low_score_max request.out_of_range");
}

}  // namespace
}  // namespace yingda::rating
