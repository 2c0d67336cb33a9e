// Ringing several agents and transfers with acceptance: one winner, nothing dropped, across restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "office.hpp"

namespace yingda::routing {
namespace {

using conversation::State;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class Offers : public ::testing::Test {
 protected:
  void ring(std::int64_t count, DurationMs lasts = seconds(20)) {
    auto policy = office_.policy(office_.care);
    policy.strategy = Strategy::ring_several;
    policy.ring_count = count;
    policy.offer_ms = lasts.ms;
    office_.save(policy);
  }
  org::Actor on_duty(const std::string& login, std::int64_t capacity = 5) {
    auto agent = office_.make_agent(login, {office_.care}, capacity);
    office_.online(agent);
    office_.settle();
    return agent;
  }
  ConversationId arrive() {
    const auto c = office_.say(office_.make_customer());
    office_.settle();
    return c.id;
  }
  std::vector<Offer> rings(const org::Actor& agent, bool sent = false) {
    return must(office_.process().read([&](auto& tx) { return office_.routing().offers(tx, agent, sent); }));
  }
  std::vector<ConversationId> rung(const org::Actor& agent) {
    std::vector<ConversationId> out;
    for (const Offer& offer : rings(agent)) out.push_back(offer.conversation.id);
    return out;
  }
  Result<conversation::Conversation> accept(const org::Actor& agent, OfferId id) {
    auto taken = office_.process().write(office_.tenant,
                                         [&](auto& tx) { return office_.routing().accept_offer(tx, agent, id); });
    office_.settle();
    return taken;
  }
  Status decline(const org::Actor& agent, OfferId id, const std::string& reason = "") {
    const Status done = office_.process().write(
        office_.tenant, [&](auto& tx) { return office_.routing().decline_offer(tx, agent, id, reason); });
    office_.settle();
    return done;
  }
  Status withdraw(const org::Actor& agent, OfferId id) {
    const Status done = office_.process().write(
        office_.tenant, [&](auto& tx) { return office_.routing().withdraw_offer(tx, agent, id); });
    office_.settle();
    return done;
  }
  Result<conversation::Conversation> ask(const org::Actor& owner, ConversationId id, const org::Actor& colleague,
                                         const std::string& note = "") {
    auto asked = office_.process().write(office_.tenant, [&](auto& tx) {
      return office_.routing().offer_transfer(
          tx, owner, id, {.agent = colleague.user, .team = {}, .reason = {}, .note = note, .expected_version = {}});
    });
    office_.settle();
    return asked;
  }
  UserId owner(ConversationId id) {
    const auto c = office_.load(id);
    return c.state == State::assigned ? c.agent->id : UserId{};
  }

  Office office_;
};

TEST_F(Offers, Ring_ForSeveral_TheFirstToAcceptGetsIt) {
  ring(2);
  const auto li = on_duty("li"), wang = on_duty("wang"), zhao = on_duty("zhao");
  const auto id = arrive();
  EXPECT_EQ(office_.load(id).state, State::queued);
  ASSERT_THAT(rings(li), SizeIs(1));
  const Offer offer = rings(li).front();
  EXPECT_THAT(offer.agent_ids, UnorderedElementsAre(li.user, wang.user));
  EXPECT_EQ(offer.until_at_ms - offer.made_at_ms, seconds(20));
  EXPECT_THAT(rings(zhao), IsEmpty());

  EXPECT_EQ(must(accept(wang, offer.id)).agent->id, wang.user);
  EXPECT_EQ(reason_of(accept(li, offer.id)), "routing.offer_gone");
  EXPECT_EQ(reason_of(accept(zhao, offer.id)), "routing.offer_not_found");
  EXPECT_THAT(rings(li), IsEmpty());
  EXPECT_EQ(owner(id), wang.user);
  const auto why = office_.why(id);
  ASSERT_THAT(why, SizeIs(1));
  EXPECT_EQ(why.front().why.rule, "routing.rule.accepted");
  EXPECT_EQ(why.front().agent_id, wang.user);
  EXPECT_EQ(office_.count_events("routing.offer_ended"), 1);
}

TEST_F(Offers, Ring_ThatNobodyAnswers_GoesToTheNext) {
  ring(2);
  const auto li = on_duty("li"), wang = on_duty("wang"), zhao = on_duty("zhao");
  const auto id = arrive();
  office_.pass(seconds(21));
  EXPECT_THAT(rung(li), IsEmpty());
  EXPECT_THAT(rung(wang), IsEmpty());
  ASSERT_THAT(rung(zhao), ElementsAre(id));
  office_.pass(seconds(21));
  EXPECT_THAT(rung(zhao), IsEmpty());
  EXPECT_EQ(office_.load(id).state, State::queued);  // nobody is left: it waits as usual
  EXPECT_EQ(office_.routing().queue_position(office_.tenant, id), 1);
  office_.pass(minutes(1));  // and rings again after a while
  EXPECT_FALSE(rung(li).empty() && rung(wang).empty());
}

TEST_F(Offers, Ring_Declined_GoesOnForTheOthers) {
  ring(2);
  const auto li = on_duty("li"), wang = on_duty("wang"), zhao = on_duty("zhao");
  const auto id = arrive();
  const OfferId offer = rings(li).front().id;
  must(decline(li, offer));
  EXPECT_THAT(rung(li), IsEmpty());
  EXPECT_THAT(rung(wang), ElementsAre(id));
  EXPECT_EQ(reason_of(accept(li, offer)), "routing.offer_gone");
  must(decline(wang, offer));
  EXPECT_THAT(rung(zhao), ElementsAre(id));  // at once, without waiting for the deadline
  must(accept(zhao, rings(zhao).front().id));
  EXPECT_EQ(owner(id), zhao.user);
}

TEST_F(Offers, Ring_ForWhoGoesOffline_GoesOnWithoutHim) {
  ring(1);
  const auto li = on_duty("li"), wang = on_duty("wang");
  const auto id = arrive();
  const bool li_first = !rung(li).empty();
  must(office_.try_state(li_first ? li : wang, AgentState::offline));
  office_.settle();
  EXPECT_THAT(rung(li_first ? wang : li), ElementsAre(id));
  EXPECT_THAT(rung(li_first ? li : wang), IsEmpty());
}

TEST_F(Offers, Ring_AcrossARestart_StillEndsInTime) {
  ring(1);
  const auto li = on_duty("li"), wang = on_duty("wang");
  const auto id = arrive();
  const bool li_first = !rung(li).empty();
  const auto& first = li_first ? li : wang;
  const auto& second = li_first ? wang : li;
  office_.restart();
  office_.routing().agent_connected(office_.tenant, li.user);
  office_.routing().agent_connected(office_.tenant, wang.user);
  office_.settle();
  EXPECT_THAT(rung(first), ElementsAre(id));
  EXPECT_THAT(rung(second), IsEmpty());
  office_.pass(seconds(21));
  EXPECT_THAT(rung(first), IsEmpty());
  ASSERT_THAT(rung(second), ElementsAre(id));
  must(accept(second, rings(second).front().id));
  EXPECT_EQ(owner(id), second.user);
}

TEST_F(Offers, Ring_KeepsRoom_SoThatLoadNeverExceedsCapacity) {
  ring(3);
  const auto li = on_duty("li", 1);
  const auto first = arrive(), second = arrive();
  EXPECT_THAT(rung(li), ElementsAre(first));  // no room for a second one while the first rings
  must(accept(li, rings(li).front().id));
  EXPECT_THAT(rung(li), IsEmpty());
  EXPECT_EQ(office_.load_of(li), 1);
  must(office_.close(li, first));
  office_.settle();
  EXPECT_THAT(rung(li), ElementsAre(second));
}

TEST_F(Offers, Ring_OfWhatIsGrabbedOrClosed_IsWithdrawn) {
  ring(2);
  const auto li = on_duty("li"), wang = on_duty("wang");
  const auto id = arrive();
  const OfferId offer = rings(li).front().id;
  must(office_.grab(wang, id));
  office_.settle();
  EXPECT_THAT(rung(li), IsEmpty());
  EXPECT_EQ(reason_of(accept(li, offer)), "routing.offer_gone");
  const auto other = arrive();
  ASSERT_THAT(rung(li), ElementsAre(other));
  must(office_.close(office_.boss, other));
  office_.settle();
  EXPECT_THAT(rung(li), IsEmpty());
}

TEST_F(Offers, Ring_ForTheKnownAgent_RingsForHimAloneFirst) {
  ring(3);
  const auto li = on_duty("li"), wang = on_duty("wang");
  const auto customer = office_.make_customer();
  const auto id = office_.say(customer).id;
  office_.settle();
  must(accept(wang, rings(wang).front().id));
  must(office_.close(wang, id));
  office_.say(customer);
  office_.settle();
  EXPECT_THAT(rung(wang), ElementsAre(id));
  EXPECT_THAT(rung(li), IsEmpty());
  must(decline(wang, rings(wang).front().id));
  EXPECT_THAT(rung(li), ElementsAre(id));
}

TEST_F(Offers, Ring_AcceptedInTwoProcesses_HasOneWinner) {
  ring(2);
  const auto li = on_duty("li"), wang = on_duty("wang");
  const auto id = arrive();
  const OfferId offer = rings(li).front().id;
  const auto other = office_.another_process();
  other->start();
  other->settle();
  const auto first =
      other->write(office_.tenant, [&](auto& tx) { return other->routing->accept_offer(tx, wang, offer); });
  const auto second = accept(li, offer);
  EXPECT_TRUE(first);
  EXPECT_EQ(reason_of(second), "routing.offer_gone");
  other->settle();
  office_.settle();
  EXPECT_EQ(owner(id), wang.user);
  EXPECT_EQ(other->routing->queue_position(office_.tenant, id), 0);
  EXPECT_THAT(office_.why(id), SizeIs(1));
}

class Transfers : public Offers {
 protected:
  Transfers() : li(on_duty("li")), wang(office_.make_agent("wang", {office_.care})) {
    id = arrive();
    must(office_.try_state(wang, AgentState::busy));
    office_.settle();
  }
  org::Actor li, wang;
  ConversationId id;
};

TEST_F(Transfers, Asked_TheOwnerKeepsItUntilItIsAccepted) {
  ASSERT_EQ(must(ask(li, id, wang, "knows the product")).agent->id, li.user);
  ASSERT_THAT(rings(wang), SizeIs(1));
  const Offer offer = rings(wang).front();
  EXPECT_EQ(offer.kind, OfferKind::transfer);
  EXPECT_EQ(offer.from_name, "li");
  EXPECT_EQ(offer.note, "knows the product");
  EXPECT_THAT(rings(li, true), SizeIs(1));
  EXPECT_EQ(owner(id), li.user);

  must(accept(wang, offer.id));
  EXPECT_EQ(owner(id), wang.user);
  EXPECT_EQ(office_.why(id).front().why.rule, "routing.rule.transfer");
  EXPECT_EQ(office_.messages(id).back().text, "knows the product");
  EXPECT_EQ(office_.messages(id).back().author.id, to_string(li.user));
}

TEST_F(Transfers, DeclinedOrExpired_StaysWithTheOwner) {
  must(ask(li, id, wang));
  must(decline(wang, rings(wang).front().id, "at lunch"));
  EXPECT_EQ(owner(id), li.user);
  const auto events = office_.events();
  const auto told = std::ranges::find(events, "routing.offer_ended", &storage::CommittedEvent::type);
  ASSERT_NE(told, events.end());
  EXPECT_THAT(told->payload, ::testing::HasSubstr("at lunch"));
  EXPECT_THAT(told->payload, ::testing::HasSubstr(R"("from_id":")" + to_string(li.user)));

  must(ask(li, id, wang));
  office_.pass(seconds(21));
  EXPECT_THAT(rings(wang), IsEmpty());
  EXPECT_EQ(owner(id), li.user);
}

TEST_F(Transfers, WhenTheConversationGoesElsewhere_TheOfferIsWithdrawn) {
  must(ask(li, id, wang));
  const OfferId offer = rings(wang).front().id;
  must(
      office_.transfer(li, id, {.agent = {}, .team = office_.sales, .reason = {}, .note = {}, .expected_version = {}}));
  office_.settle();
  EXPECT_THAT(rings(wang), IsEmpty());
  EXPECT_EQ(reason_of(accept(wang, offer)), "routing.offer_gone");
  EXPECT_EQ(office_.load(id).state, State::queued);
}

TEST_F(Transfers, TakenBack_RingsNoLonger) {
  must(ask(li, id, wang));
  const OfferId offer = rings(wang).front().id;
  EXPECT_EQ(reason_of(withdraw(wang, offer)), "routing.offer_not_found");
  must(withdraw(li, offer));
  EXPECT_EQ(reason_of(accept(wang, offer)), "routing.offer_gone");
  EXPECT_EQ(reason_of(withdraw(li, offer)), "routing.offer_gone");
}

TEST_F(Transfers, AskedWrongly_IsRefused) {
  const auto gone = office_.make_agent("gone", {office_.care});
  EXPECT_EQ(reason_of(ask(wang, id, wang)), "conversation.not_owner");
  EXPECT_EQ(reason_of(ask(li, id, li)), "conversation.same_owner");
  EXPECT_EQ(reason_of(ask(li, id, gone)), "routing.agent_not_here");
  must(ask(li, id, wang));
  EXPECT_EQ(reason_of(ask(li, id, wang)), "routing.already_offered");
}

}  // namespace
}  // namespace yingda::routing
