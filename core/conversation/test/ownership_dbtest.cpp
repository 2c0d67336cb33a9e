#include <thread>

#include "room_fixture.hpp"

namespace yingda::conversation {
namespace {

using testing::ElementsAre;

class Ownership : public RoomTest {
 protected:
  Result<Conversation> participant(const org::Actor& actor, ConversationId id, UserId colleague, bool takes_part) {
    return write([&](auto& tx) { return room_.set_participant(tx, actor, id, colleague, takes_part); });
  }
  Result<Conversation> promise(ConversationId id, TeamId team, std::optional<UtcTime> back_at) {
    return write([&](auto& tx) { return room_.promise(tx, shop_.tenant.id, id, team, back_at, "routing.nobody"); });
  }
  SystemEvent last_system(ConversationId id) {
    SystemEvent last;
    for (const auto& message : all_messages(id))
      if (message.system) last = *message.system;
    return last;
  }
};

TEST_F(Ownership, Assign_ToTeam_QueuesOnce) {
  const auto id = say(shop_.anna, "hello").conversation.id;
  const auto before = last_event();
  const Handover to_sales{.agent = {}, .team = shop_.sales, .reason = "routing.widget", .note = {}};
  const auto queued = must(assign(id, to_sales));
  EXPECT_EQ(queued.state, State::queued);
  EXPECT_EQ(queued.team_id, shop_.sales);
  EXPECT_THAT(types_since(before), ElementsAre("conversation.queued", "message.accepted"));
  EXPECT_EQ(last_system(id).args.at("team"), "Sales");
  EXPECT_EQ(must(assign(id, to_sales)).version, queued.version);
  EXPECT_EQ(types_since(before).size(), 2U);
}

TEST_F(Ownership, Assign_ToNextTeam_KeepsPlaceInTime) {
  const auto id = queued(shop_.anna, shop_.sales).id;
  const auto since = load(id).queued_at_ms;
  clock_.advance(minutes(3));
  const auto moved = must(assign(id, {.agent = {}, .team = shop_.service, .reason = "routing.overflow", .note = {}}));
  EXPECT_EQ(moved.queued_at_ms, since);
  EXPECT_EQ(moved.team_id, shop_.service);
}

TEST_F(Ownership, Assign_ToAgent_OwnsAndSaysWhy) {
  const auto id = queued(shop_.anna, shop_.sales).id;
  const auto before = last_event();
  const auto c = must(assign(id, {.agent = shop_.wang.user, .team = {}, .reason = "routing.least_loaded", .note = {}}));
  EXPECT_EQ(c.state, State::assigned);
  EXPECT_EQ(c.agent->id, shop_.wang.user);
  EXPECT_EQ(c.agent->name, "wang@shop");
  EXPECT_EQ(c.team_id, shop_.sales);
  EXPECT_EQ(c.assign_reason, "routing.least_loaded");
  EXPECT_FALSE(c.queued_at_ms);
  EXPECT_THAT(types_since(before), ElementsAre("conversation.assigned", "message.accepted"));
  EXPECT_EQ(last_system(id).args.at("agent"), "wang@shop");
  EXPECT_FALSE(last_system(id).internal);
}

TEST_F(Ownership, Assign_AgentOfAnotherTeam_MovesTheConversationThere) {
  const auto id = queued(shop_.anna, shop_.sales).id;
  const auto c = must(assign(id, {.agent = shop_.zhao.user, .team = {}, .reason = {}, .note = {}}));
  EXPECT_EQ(c.team_id, shop_.service);
}

TEST_F(Ownership, Assign_WhatIsTaken_NeedsItsVersion) {
  const auto c = owned(shop_.anna, shop_.wang);
  const Handover blind{.agent = shop_.li.user, .team = {}, .reason = {}, .note = {}};
  EXPECT_EQ(reason_of(assign(c.id, blind)), "conversation.already_taken");
  auto guarded = blind;
  guarded.expected_version = c.version - 1;
  EXPECT_EQ(reason_of(assign(c.id, guarded)), "conversation.version_conflict");
  guarded.expected_version = c.version;
  EXPECT_EQ(must(assign(c.id, guarded)).agent->id, shop_.li.user);
}

TEST_F(Ownership, Assign_ToNobodyOrStrangers_IsRefused) {
  const auto id = queued(shop_.anna, shop_.sales).id;
  const auto other = make_company("other");
  EXPECT_EQ(reason_of(assign(id, {})), "conversation.no_target");
  EXPECT_EQ(reason_of(assign(id, {.agent = other.wang.user, .team = {}, .reason = {}, .note = {}})),
            "conversation.agent_not_found");
  EXPECT_EQ(reason_of(assign(id, {.agent = {}, .team = other.sales, .reason = {}, .note = {}})),
            "conversation.team_not_found");
  must(write([&](auto& tx) { return org_.change_user(tx, shop_.system, shop_.li.user, {.disabled = true}); }));
  EXPECT_EQ(reason_of(assign(id, {.agent = shop_.li.user, .team = {}, .reason = {}, .note = {}})),
            "conversation.agent_disabled");
  must(close(shop_.system, id));
  EXPECT_EQ(reason_of(assign(id, {.agent = shop_.wang.user, .team = {}, .reason = {}, .note = {}})),
            "conversation.closed");
}

TEST_F(Ownership, Promise_KeepsPlaceAndDate) {
  const auto id = queued(shop_.anna, shop_.sales).id;
  const auto since = load(id).queued_at_ms;
  const auto back = clock_.now() + hours(9);
  clock_.advance(minutes(1));
  const auto c = must(promise(id, shop_.sales, back));
  EXPECT_EQ(c.state, State::promised);
  EXPECT_EQ(c.promised_at_ms, back);
  EXPECT_EQ(c.queued_at_ms, since);
  EXPECT_EQ(last_system(id).key, "conversation.promised");
  EXPECT_EQ(last_system(id).args.at("back_at_ms"), std::to_string(back.ms));
  EXPECT_EQ(must(promise(id, shop_.sales, back)).version, c.version);
  const auto taken = must(grab(shop_.wang, id));
  EXPECT_FALSE(taken.promised_at_ms);
  EXPECT_EQ(reason_of(promise(id, shop_.sales, back)), "conversation.already_taken");
}

TEST_F(Ownership, Grab_ByTeamMember_FirstWins) {
  const auto id = queued(shop_.anna, shop_.sales).id;
  EXPECT_EQ(reason_of(grab(shop_.zhao, id)), "conversation.not_found");
  EXPECT_EQ(reason_of(grab(shop_.boss, id)), "auth.permission_denied");
  EXPECT_EQ(must(grab(shop_.wang, id)).agent->id, shop_.wang.user);
  EXPECT_EQ(reason_of(grab(shop_.li, id)), "conversation.already_taken");
  const auto again = must(grab(shop_.wang, id));
  EXPECT_EQ(again.version, load(id).version);
  must(close(shop_.wang, id));
  EXPECT_EQ(reason_of(grab(shop_.li, id)), "conversation.closed");
}

TEST_F(Ownership, Transfer_ToAgent_LeavesNoteAndTellsBoth) {
  const auto c = owned(shop_.anna, shop_.wang);
  const auto before = last_event();
  const auto moved =
      must(transfer(shop_.wang, c.id, {.agent = shop_.zhao.user, .team = {}, .reason = {}, .note = "wants a refund"}));
  EXPECT_EQ(moved.agent->id, shop_.zhao.user);
  EXPECT_EQ(moved.team_id, shop_.service);
  EXPECT_EQ(moved.assign_reason, "conversation.transferred");
  EXPECT_THAT(types_since(before), ElementsAre("conversation.transferred", "message.accepted", "message.accepted"));
  const auto payload = events_since(before).at(0).payload;
  EXPECT_THAT(payload, testing::HasSubstr(R"("previous_agent_id":")" + to_string(shop_.wang.user)));
  EXPECT_THAT(payload, testing::HasSubstr("wants a refund"));
  const auto last = all_messages(c.id).back();
  EXPECT_EQ(last.kind, MessageKind::note);
  EXPECT_EQ(last.text, "wants a refund");
  EXPECT_EQ(last.author.id, to_string(shop_.wang.user));
  for (const auto& message : seen_by(shop_.anna)) EXPECT_NE(message.text, "wants a refund");
}

TEST_F(Ownership, Transfer_ToTeam_WaitsThere) {
  const auto c = owned(shop_.anna, shop_.wang);
  clock_.advance(minutes(2));
  const auto moved = must(transfer(shop_.wang, c.id, {.agent = {}, .team = shop_.service, .reason = {}, .note = {}}));
  EXPECT_EQ(moved.state, State::queued);
  EXPECT_FALSE(moved.agent);
  EXPECT_EQ(moved.queued_at_ms, clock_.now());
  EXPECT_EQ(reason_of(access(shop_.wang, c.id)), "conversation.not_found");
  EXPECT_TRUE(access(shop_.zhao, c.id));
}

TEST_F(Ownership, Transfer_Guards_AreHeld) {
  const auto c = owned(shop_.anna, shop_.wang);
  const Handover to_li{.agent = shop_.li.user, .team = {}, .reason = {}, .note = {}};
  EXPECT_EQ(reason_of(transfer(shop_.li, c.id, to_li)), "conversation.not_owner");
  EXPECT_EQ(reason_of(transfer(shop_.wang, c.id, {.agent = shop_.wang.user, .team = {}, .reason = {}, .note = {}})),
            "conversation.same_owner");
  auto guarded = to_li;
  guarded.expected_version = c.version + 1;
  EXPECT_EQ(reason_of(transfer(shop_.wang, c.id, guarded)), "conversation.version_conflict");
  EXPECT_EQ(must(transfer(shop_.boss, c.id, to_li)).agent->id, shop_.li.user);
  must(close(shop_.li, c.id));
  EXPECT_EQ(reason_of(transfer(shop_.boss, c.id, to_li)), "conversation.closed");
}

TEST_F(Ownership, Participant_JoinsAndLeaves_WithInternalMessages) {
  const auto c = owned(shop_.anna, shop_.wang);
  EXPECT_EQ(reason_of(participant(shop_.li, c.id, shop_.li.user, true)), "conversation.not_owner");
  EXPECT_EQ(reason_of(participant(shop_.wang, c.id, shop_.wang.user, true)), "conversation.same_owner");
  EXPECT_EQ(must(participant(shop_.wang, c.id, shop_.zhao.user, true)).participants.size(), 1U);
  EXPECT_TRUE(access(shop_.zhao, c.id));
  EXPECT_TRUE(last_system(c.id).internal);
  for (const auto& message : seen_by(shop_.anna))
    if (message.system) EXPECT_NE(message.system->key, "conversation.participant_joined");
  const auto before = last_event();
  EXPECT_TRUE(must(participant(shop_.zhao, c.id, shop_.zhao.user, false)).participants.empty());
  EXPECT_THAT(events_since(before).at(0).payload,
              testing::HasSubstr(R"("previous_agent_id":")" + to_string(shop_.zhao.user)));
  EXPECT_EQ(reason_of(access(shop_.zhao, c.id)), "conversation.not_found");
}

TEST_F(Ownership, Consulted_WritesNotesOnly_AndMovesNoReceipts) {
  const auto c = owned(shop_.anna, shop_.wang);
  const auto consult = [&](ParticipantRole role) {
    return must(
        write([&](auto& tx) { return room_.set_participant(tx, shop_.wang, c.id, shop_.zhao.user, true, role); }));
  };
  const auto asked = consult(ParticipantRole::consult);
  ASSERT_EQ(asked.participants.size(), 1U);
  EXPECT_EQ(asked.participants.front().role, ParticipantRole::consult);
  EXPECT_TRUE(access(shop_.zhao, c.id));

  const auto say = [&](MessageKind kind, const std::string& key) {
    OutboundMessage message;
    message.client_msg_id = key;
    message.kind = kind;
    message.text = "try the other cable";
    return write([&](auto& tx) { return room_.send(tx, shop_.zhao, c.id, message); });
  };
  EXPECT_EQ(reason_of(say(MessageKind::text, "k1")), "conversation.consult_notes_only");
  must(say(MessageKind::note, "k2"));
  for (const auto& message : seen_by(shop_.anna)) EXPECT_NE(message.text, "try the other cable");
  must(write([&](auto& tx) { return room_.mark(tx, shop_.zhao, c.id, 99, 99); }));
  EXPECT_EQ(must(access(shop_.zhao, c.id)).receipts.agent_read_seq, asked.receipts.agent_read_seq);

  EXPECT_EQ(consult(ParticipantRole::conference).participants.front().role, ParticipantRole::conference);
  must(say(MessageKind::text, "k3"));
}

TEST_F(Ownership, Participant_WhoTakesOver_IsNoLongerParticipant) {
  const auto c = owned(shop_.anna, shop_.wang);
  must(participant(shop_.wang, c.id, shop_.zhao.user, true));
  const auto moved = must(transfer(shop_.wang, c.id, {.agent = shop_.zhao.user, .team = {}, .reason = {}, .note = {}}));
  EXPECT_TRUE(moved.participants.empty());
}

TEST_F(Ownership, Priority_OfMember_ChangesOrderAndIsBounded) {
  const auto id = queued(shop_.anna, shop_.sales).id;
  const auto set = [&](const org::Actor& actor, std::int64_t priority) {
    return write([&](auto& tx) { return room_.set_priority(tx, actor, id, priority); });
  };
  EXPECT_EQ(must(set(shop_.wang, 9)).priority, 9);
  EXPECT_EQ(reason_of(set(shop_.wang, 10)), "conversation.invalid_priority");
  EXPECT_EQ(reason_of(set(shop_.wang, -1)), "conversation.invalid_priority");
  EXPECT_EQ(reason_of(set(shop_.analyst, 1)), "conversation.not_owner");
  const auto before = last_event();
  must(set(shop_.wang, 9));
  EXPECT_EQ(last_event(), before);
}

TEST_F(Ownership, Loads_CountOpenOwnedOnly) {
  const auto first = owned(shop_.anna, shop_.wang);
  owned(shop_.ben, shop_.wang);
  const auto loads = [&] { return must(read([&](auto& tx) { return room_.loads(tx, shop_.tenant.id); })); };
  EXPECT_THAT(loads(), ElementsAre(std::pair(shop_.wang.user, std::int64_t{2})));
  must(close(shop_.wang, first.id));
  EXPECT_THAT(loads(), ElementsAre(std::pair(shop_.wang.user, std::int64_t{1})));
  const auto load = [&](UserId agent) {
    return must(read([&](auto& tx) { return room_.load_of(tx, shop_.tenant.id, agent); }));
  };
  EXPECT_EQ(load(shop_.wang.user), 1);
  EXPECT_EQ(load(shop_.li.user), 0);
}

// Two processes on one store: two handles, each with its own writer.
class TwoHandles : public RoomTest {
 protected:
  TwoHandles() {
    db_.reset();
    db_ = store_.open(clock_);
    must(db_->migrate(all_migrations()));
    second_ = store_.open(clock_);
    shop_ = make_company("race");
  }

  storage::TestStore store_;
  std::unique_ptr<storage::Database> second_;
};

TEST_F(TwoHandles, Grab_FromBothAtOnce_HasOneWinner) {
  for (int round = 0; round < 20; ++round) {
    const auto customer = make_customer(shop_);
    const auto id = queued(customer, shop_.sales).id;
    const auto version = load(id).version;
    std::string lost_by_wang, lost_by_li;
    std::thread other([&] {
      lost_by_li =
          reason_of(write_on(*second_, lane_, [&](storage::Transaction& tx) { return room_.grab(tx, shop_.li, id); }));
    });
    lost_by_wang = reason_of(grab(shop_.wang, id));
    other.join();
    EXPECT_NE(lost_by_wang.empty(), lost_by_li.empty());
    EXPECT_EQ(lost_by_wang + lost_by_li, "conversation.already_taken");
    const auto c = load(id);
    EXPECT_EQ(c.agent->id, lost_by_wang.empty() ? shop_.wang.user : shop_.li.user);
    EXPECT_EQ(c.version, version + 1);
  }
}

TEST_F(TwoHandles, Accept_SameKeysFromBothAtOnce_StoresEachOnce) {
  const auto customer = make_customer(shop_);
  const auto feed = [&](storage::Database& db) {
    for (int i = 0; i < 40; ++i) {
      InboundMessage inbound;
      inbound.tenant = shop_.tenant.id;
      inbound.customer = customer;
      inbound.client_msg_id = "race-" + std::to_string(i);
      inbound.text = "message " + std::to_string(i);
      EXPECT_EQ(reason_of(write_on(db, lane_, [&](storage::Transaction& tx) { return room_.accept(tx, inbound); })),
                "");
    }
  };
  std::thread other([&] { feed(*second_); });
  feed(*db_);
  other.join();
  const auto messages = seen_by(customer);
  ASSERT_EQ(messages.size(), 40U);
  for (std::size_t i = 0; i < messages.size(); ++i) EXPECT_EQ(messages[i].seq, static_cast<std::int64_t>(i) + 1);
  const auto c = must(read([&](auto& tx) { return room_.thread_of(tx, shop_.tenant.id, customer); }));
  EXPECT_EQ(c->last_seq, 40);
  EXPECT_EQ(c->unread, 40);
  EXPECT_EQ(c->version, 40);
}

}  // namespace
}  // namespace yingda::conversation
