// Sums and lists of ratings on both engines, held against a recount of what was done.
#include <map>
#include <random>

#include "decide.hpp"
#include "rating_fixture.hpp"

namespace yingda::rating {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ReportsTest : public RatingTest {
 protected:
  /// An episode that wang begins with `first` answers and li ends with `second`.
  Conversation handed_over(CustomerId customer, int first, int second) {
    const auto opened = says(customer);
    give(opened.id, shop_.wang);
    for (int i = 0; i < first; ++i) answers(shop_.wang, opened.id);
    give(opened.id, shop_.li);
    for (int i = 0; i < second; ++i) answers(shop_.li, opened.id);
    return close(shop_.li, opened.id);
  }
  std::map<std::string, SummaryItem> by_key(const std::vector<SummaryItem>& items) {
    std::map<std::string, SummaryItem> out;
    for (const auto& item : items) out[item.key] = item;
    return out;
  }
};

TEST_F(ReportsTest, HandedOver_IsSharedByTheRuleOfItsDay) {
  handed_over(shop_.anna, 1, 2);
  change_settings([](Settings& s) { s.share = ShareRule::by_messages; });
  handed_over(shop_.ben, 1, 2);
  const auto list = episodes(shop_.system);
  ASSERT_THAT(list, SizeIs(2));
  ASSERT_THAT(list[1].agents, SizeIs(1)) << "before the rule changed: the last owner's";
  EXPECT_EQ(list[1].agents[0].id, shop_.li.user);
  ASSERT_THAT(list[0].agents, SizeIs(2));
  EXPECT_EQ(list[0].agents[0].share_ppm, 333'333);
  EXPECT_EQ(list[0].agents[1].share_ppm, 666'667);
  EXPECT_EQ(list[0].agents[0].name, shop_.wang.name);
}

TEST_F(ReportsTest, EpisodeThatWentOn_IsSharedAnew) {
  change_settings([](Settings& s) { s.share = ShareRule::by_messages; });
  const auto closed = handed_over(shop_.anna, 1, 1);
  must(rate(shop_.anna, answer_of(closed.episode_id, false)));
  give(closed.id, shop_.wang);
  answers(shop_.wang, closed.id);
  answers(shop_.wang, closed.id);
  clock_.advance(minutes(10));
  close(shop_.wang, closed.id);
  const auto list = episodes(shop_.system);
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0].closed_at_ms, clock_.now());
  EXPECT_EQ(list[0].invitation.state, InvitationState::unsolved) << "the answer stays";
  EXPECT_EQ(list[0].agents[0].share_ppm, 750'000);
}

TEST_F(ReportsTest, RandomEpisodes_SumsAreARecount) {
  std::mt19937_64 random(7);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  std::vector<CustomerId> customers;
  for (int i = 0; i < 12; ++i)
    customers.push_back(
        must(write([&](auto& tx) { return customers_.create_anonymous(tx, shop_.tenant.id, "zh-CN"); })).id);
  const std::vector<org::Actor> agents{shop_.wang, shop_.li, shop_.zhao};
  SummaryItem expected;
  for (int round = 0; round < 40; ++round) {
    change_settings([&](Settings& s) { s.share = static_cast<ShareRule>(pick(0, 2)); });
    const CustomerId customer = customers[static_cast<std::size_t>(pick(0, 11))];
    auto c = says(customer);
    const int hands = pick(0, 3);
    org::Actor last = shop_.system;
    for (int i = 0; i < hands; ++i) {
      const org::Actor& next = agents[static_cast<std::size_t>(pick(0, 2))];
      if (last.user == next.user) continue;
      give(c.id, last = next);
      for (int n = pick(0, 3); n > 0; --n) answers(last, c.id);
    }
    const auto before = count_events("rating.invited");
    close(last, c.id);
    ++expected.episodes;
    clock_.advance(hours(pick(0, 9)));
    if (count_events("rating.invited") == before) continue;
    ++expected.invited;
    const int said = pick(0, 4);
    if (said == 0) continue;
    ++expected.answered;
    const EpisodeId episode = load(c.id).episode_id;
    if (said == 1) {
      must(rate(customer, answer_of(episode, false)));
      ++expected.unsolved;
      close(shop_.system, c.id);
      continue;
    }
    ++expected.solved;
    if (said == 2) {
      must(rate(customer, answer_of(episode, true)));
      continue;
    }
    const int score = pick(1, 5);
    must(rate(customer, answer_of(episode, true, score)));
    ++expected.rated;
    ++expected.rated_stars;
    expected.satisfied += score >= 4;
    expected.score_sum += score;
  }
  ASSERT_GT(expected.rated, 3);
  ASSERT_GT(expected.unsolved, 0);
  for (const auto group : {SummaryGroup::agent, SummaryGroup::team, SummaryGroup::day}) {
    SummaryItem sum;
    for (const SummaryItem& item : summary(shop_.system, {.group = group})) {
      sum.episodes_ppm += item.episodes_ppm;
      sum.invited_ppm += item.invited_ppm;
      sum.answered_ppm += item.answered_ppm;
      sum.solved_ppm += item.solved_ppm;
      sum.unsolved_ppm += item.unsolved_ppm;
      sum.rated_ppm += item.rated_ppm;
      sum.rated_stars_ppm += item.rated_stars_ppm;
      sum.satisfied_ppm += item.satisfied_ppm;
      sum.score_sum_ppm += item.score_sum_ppm;
      EXPECT_EQ(item.answered, item.solved + item.unsolved);
    }
    const auto name = enum_name(group);
    EXPECT_EQ(sum.episodes_ppm, expected.episodes * kShareWhole) << name;
    EXPECT_EQ(sum.invited_ppm, expected.invited * kShareWhole) << name;
    EXPECT_EQ(sum.answered_ppm, expected.answered * kShareWhole) << name;
    EXPECT_EQ(sum.solved_ppm, expected.solved * kShareWhole) << name;
    EXPECT_EQ(sum.unsolved_ppm, expected.unsolved * kShareWhole) << name;
    EXPECT_EQ(sum.rated_ppm, expected.rated * kShareWhole) << name;
    EXPECT_EQ(sum.rated_stars_ppm, expected.rated_stars * kShareWhole) << name;
    EXPECT_EQ(sum.satisfied_ppm, expected.satisfied * kShareWhole) << name;
    EXPECT_EQ(sum.score_sum_ppm, expected.score_sum * kShareWhole) << name;
  }
  // A person's own numbers are his line of the whole.
  const auto lines = by_key(summary(shop_.system, {.group = SummaryGroup::agent}));
  const auto own = summary(shop_.wang, {.group = SummaryGroup::agent});
  ASSERT_THAT(own, SizeIs(1));
  EXPECT_EQ(own[0], lines.at(to_string(shop_.wang.user)));
}

TEST_F(ReportsTest, Days_AreTheTenantsDays) {
  // 2026-03-01 15:59:59Z is still the first in Shanghai, a second later it is the second.
  clock_.set(UtcTime{1'772'380'799'000});
  served(shop_.anna, shop_.wang);
  clock_.advance(seconds(1));
  served(shop_.ben, shop_.wang);
  const auto days = by_key(summary(shop_.system, {.group = SummaryGroup::day}));
  ASSERT_THAT(days, SizeIs(2));
  EXPECT_EQ(days.at("2026-03-01").episodes, 1);
  EXPECT_EQ(days.at("2026-03-02").episodes, 1);
}

TEST_F(ReportsTest, Rights_OwnScopeAndCompany) {
  const auto by_wang = served(shop_.anna, shop_.wang);
  served(shop_.ben, shop_.zhao);
  EXPECT_THAT(episodes(shop_.system), SizeIs(2));
  EXPECT_THAT(episodes(shop_.analyst), SizeIs(2));
  EXPECT_THAT(episodes(shop_.boss), SizeIs(1)) << "his scope";
  EXPECT_THAT(episodes(shop_.wang), SizeIs(1)) << "his own";
  EXPECT_THAT(episodes(shop_.li), IsEmpty());
  EXPECT_THAT(episodes(shop_.system, {.agent = shop_.wang.user}), SizeIs(1));
  EXPECT_THAT(episodes(shop_.system, {.team = shop_.service}), SizeIs(1));
  EXPECT_EQ(
      reason_of(read([&](auto& tx) { return ratings_->episodes(tx, shop_.li, {.agent = shop_.wang.user}, "", 9); })),
      "auth.permission_denied");
  // Whoever may read the conversation may see its ratings.
  EXPECT_THAT(episodes(shop_.li, {.conversation = by_wang.id}), SizeIs(1));
  EXPECT_EQ(reason_of(read(
                [&](auto& tx) { return ratings_->episodes(tx, shop_.zhao, {.conversation = by_wang.id}, "", 9); })),
            "conversation.not_found");

  EXPECT_THAT(summary(shop_.boss, {.group = SummaryGroup::team}), SizeIs(1));
  EXPECT_THAT(summary(shop_.analyst, {.group = SummaryGroup::team}), SizeIs(2));
  EXPECT_THAT(summary(shop_.li, {.group = SummaryGroup::agent}), IsEmpty());
  EXPECT_EQ(reason_of(try_summary(shop_.li, {.group = SummaryGroup::agent, .agent = shop_.wang.user})),
            "auth.permission_denied");
  const auto other = make_company("other");
  EXPECT_THAT(episodes(other.system), IsEmpty());
  EXPECT_THAT(summary(other.system, {.group = SummaryGroup::agent}), IsEmpty());
  EXPECT_EQ(reason_of(read(
                [&](auto& tx) { return ratings_->episodes(tx, other.system, {.conversation = by_wang.id}, "", 9); })),
            "conversation.not_found");
}

TEST_F(ReportsTest, Pages_GiveEachEpisodeOnce) {
  std::vector<EpisodeId> made;
  for (int i = 0; i < 7; ++i) {
    made.push_back(served(shop_.anna, i % 2 == 0 ? shop_.wang : shop_.zhao).episode_id);
    if (i % 3 == 0) clock_.advance(seconds(1));  // some close in the same millisecond
  }
  for (const auto& [actor, expected] : {std::pair(shop_.system, 7U), std::pair(shop_.boss, 4U)}) {
    std::vector<EpisodeId> seen;
    std::string after;
    do {
      const auto page = must(read([&](auto& tx) { return ratings_->episodes(tx, actor, {}, after, 2); }));
      EXPECT_LE(page.items.size(), 2U);
      for (const auto& item : page.items) seen.push_back(item.invitation.episode_id);
      after = page.next;
    } while (!after.empty() && seen.size() < 20);
    EXPECT_EQ(seen.size(), expected);
    EXPECT_TRUE(std::ranges::is_sorted(seen, std::ranges::greater{}));
  }
  EXPECT_EQ(reason_of(read([&](auto& tx) { return ratings_->episodes(tx, shop_.system, {}, "r1.x", 2); })),
            "request.invalid_cursor");
}

TEST_F(ReportsTest, Spans_AreCutAndBounded) {
  served(shop_.anna, shop_.wang);
  const UtcTime closed = clock_.now();
  const auto count = [&](UtcTime from, UtcTime until) {
    return must(read([&](auto& tx) {
             return ratings_->episodes(tx, shop_.system, {.from = from, .until = until}, "", 9);
           }))
        .items.size();
  };
  EXPECT_EQ(count(closed, closed + milliseconds(1)), 1U);
  EXPECT_EQ(count(closed - seconds(9), closed), 0U) << "the end is not in it";
  EXPECT_EQ(count(closed + milliseconds(1), closed + seconds(9)), 0U);
  const auto summary_of = [&](UtcTime from, UtcTime until) {
    return reason_of(
        read([&](auto& tx) { return ratings_->summary(tx, shop_.system, {.from = from, .until = until}); }));
  };
  EXPECT_EQ(summary_of(closed, closed), "until_at_ms request.out_of_range");
  EXPECT_EQ(summary_of(closed - kSummarySpanMax - milliseconds(1), closed), "until_at_ms request.out_of_range");
  EXPECT_EQ(summary_of(closed - kSummarySpanMax, closed), "");
}

}  // namespace
}  // namespace yingda::rating
