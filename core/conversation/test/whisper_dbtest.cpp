// Whispers: read by author, owner and supervisors; nobody else, in no list, count or preview. And taking over.
#include "room_fixture.hpp"
#include "yingda/base/json.hpp"
#include "yingda/conversation/events.hpp"

namespace yingda::conversation {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

class Whispers : public RoomTest {
 protected:
  Conversation c_ = owned(shop_.anna, shop_.wang);

  Accepted whisper(const std::string& text) {
    return must(send(shop_.boss, c_.id, answers(text, MessageKind::whisper)));
  }
  std::vector<std::string> texts_for(const org::Actor& actor) {
    std::vector<std::string> before, after;
    for (const auto& m : must(read([&](auto& tx) { return room_.messages(tx, actor, c_.id, 0, kMessagePageMax); })))
      if (!m.text.empty()) before.push_back(m.text);
    for (const auto& m :
         must(read([&](auto& tx) { return room_.messages_after(tx, actor, c_.id, 0, kMessagePageMax); })))
      if (!m.text.empty()) after.push_back(m.text);
    EXPECT_EQ(before, after);
    return before;
  }
  void join(const org::Actor& colleague) {
    must(write([&](auto& tx) { return room_.set_participant(tx, shop_.wang, c_.id, colleague.user, true); }));
  }
  std::vector<std::string> audited() {
    org::Actor auditor = shop_.system;
    std::vector<std::string> actions;
    for (const auto& record : must(read([&](auto& tx) { return org_.list_audit(tx, auditor, "", 100); })).items)
      if (record.object == to_string(c_.id)) actions.push_back(record.action);
    return actions;
  }
};

TEST_F(Whispers, AreReadByAuthorOwnerAndSupervisorsOnly) {
  join(shop_.zhao);
  whisper("offer him a discount");
  EXPECT_THAT(texts_for(shop_.boss), Contains("offer him a discount"));
  EXPECT_THAT(texts_for(shop_.wang), Contains("offer him a discount"));
  EXPECT_THAT(texts_for(shop_.zhao), Not(Contains("offer him a discount"))) << "a participant";
  EXPECT_THAT(texts_for(shop_.li), Not(Contains("offer him a discount"))) << "a colleague of the team";
  EXPECT_THAT(texts_for(shop_.analyst), Not(Contains("offer him a discount"))) << "who may view but not supervise";
  for (const Message& m : seen_by(shop_.anna)) EXPECT_NE(m.kind, MessageKind::whisper);
  EXPECT_THAT(texts_for(shop_.li), ElementsAre("hello"));
}

TEST_F(Whispers, MoveNeitherPreviewNorCountsNorTheList) {
  say(shop_.anna, "is it cheaper?");
  const Conversation before = load(c_.id);
  clock_.advance(minutes(3));
  const Conversation after = whisper("tell her no").conversation;
  EXPECT_EQ(after.last_preview, before.last_preview);
  EXPECT_EQ(after.last_author, AuthorKind::customer);
  EXPECT_EQ(after.unread, before.unread);
  EXPECT_EQ(after.waiting_since_ms, before.waiting_since_ms) << "the customer still waits for a word";
  EXPECT_EQ(after.updated_at_ms, before.updated_at_ms);
  EXPECT_EQ(after.last_seq, before.last_seq + 1);
  EXPECT_GT(after.version, before.version);
  const auto found = must(read([&](auto& tx) {
    return room_.list(tx, shop_.boss, {.box = Box::all, .state = {}, .team = {}, .agent = {}, .search = "tell her"}, "",
                      10);
  }));
  EXPECT_TRUE(found.items.empty()) << "search does not know it";
}

TEST_F(Whispers, AreToldToOthersOnlyAsAChange) {
  const auto before = last_event();
  whisper("secret words");
  ASSERT_THAT(types_since(before), ElementsAre("conversation.changed", "message.accepted"));
  const auto events = events_since(before);
  EXPECT_EQ(events[0].payload.find("secret words"), std::string::npos);
  const auto change = must(json::decode<ConversationEvent>(events[0].payload));
  EXPECT_EQ(change.by_id, "") << "nor who it was";
  EXPECT_EQ(change.conversation.last_seq, load(c_.id).last_seq);
  const auto said = must(json::decode<MessageEvent>(events[1].payload));
  EXPECT_THAT(said.message.mentions, ElementsAre(shop_.wang.user));
}

TEST_F(Whispers, NeedASupervisorAndAnOwner) {
  EXPECT_EQ(reason_of(send(shop_.wang, c_.id, answers("psst", MessageKind::whisper))), "auth.permission_denied");
  EXPECT_EQ(reason_of(send(shop_.analyst, c_.id, answers("psst", MessageKind::whisper))), "auth.permission_denied");
  const Conversation waiting = queued(shop_.ben, shop_.sales);
  EXPECT_EQ(reason_of(send(shop_.boss, waiting.id, answers("psst", MessageKind::whisper))), "conversation.no_owner");
  auto with_mention = answers("psst", MessageKind::whisper);
  with_mention.mentions = {shop_.li.user};
  EXPECT_EQ(reason_of(send(shop_.boss, c_.id, with_mention)), "conversation.mentions_outside_note");
  auto with_file = answers("psst", MessageKind::whisper);
  with_file.file = upload({}, shop_.boss.user).id;
  EXPECT_EQ(reason_of(send(shop_.boss, c_.id, with_file)), "conversation.whisper_text_only");
  auto inbound = says(shop_.anna, "psst");
  inbound.kind = MessageKind::whisper;
  EXPECT_EQ(reason_of(accept(inbound)), "conversation.invalid_kind");
}

TEST_F(Whispers, StayWithWhomTheyWereSaidToAfterATransfer) {
  whisper("for wang alone");
  must(transfer(shop_.wang, c_.id, {.agent = shop_.li.user, .team = {}, .reason = {}, .note = {}}));
  EXPECT_THAT(texts_for(shop_.li), Not(Contains("for wang alone"))) << "the next owner";
  EXPECT_THAT(texts_for(shop_.wang), Contains("for wang alone"));
}

TEST_F(Whispers, Retried_GiveTheStoredOneEvenWhenTheOwnerIsGone) {
  const auto outbound = answers("once", MessageKind::whisper);
  const auto first = must(send(shop_.boss, c_.id, outbound));
  must(transfer(shop_.boss, c_.id, {.agent = {}, .team = shop_.sales, .reason = {}, .note = {}}));
  const auto again = must(send(shop_.boss, c_.id, outbound));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.message.id, first.message.id);
}

TEST_F(Whispers, CannotBeQuotedAndKeepTheirReadersWhenRecalled) {
  const Message said = whisper("too much").message;
  auto quoting = answers("look", MessageKind::note);
  quoting.quote = said.id;
  EXPECT_EQ(reason_of(send(shop_.wang, c_.id, quoting)), "conversation.quote_not_found");
  EXPECT_EQ(reason_of(write([&](auto& tx) { return room_.recall(tx, shop_.li, said.id); })),
            "conversation.message_not_found");
  const auto before = last_event();
  const Message recalled = must(write([&](auto& tx) { return room_.recall(tx, shop_.boss, said.id); }));
  EXPECT_TRUE(recalled.text.empty());
  EXPECT_THAT(recalled.mentions, ElementsAre(shop_.wang.user));
  EXPECT_THAT(types_since(before), ElementsAre("conversation.changed", "message.recalled"));
  const auto kinds_for = [&](const org::Actor& actor) {
    std::vector<MessageKind> kinds;
    for (const auto& m : must(read([&](auto& tx) { return room_.messages(tx, actor, c_.id, 0, 50); })))
      kinds.push_back(m.kind);
    return kinds;
  };
  EXPECT_THAT(kinds_for(shop_.wang), Contains(MessageKind::whisper));
  EXPECT_THAT(kinds_for(shop_.li), Not(Contains(MessageKind::whisper)));
}

TEST_F(Whispers, AreAuditedWithoutTheirWords) {
  whisper("not for the log");
  EXPECT_THAT(audited(), Contains("conversation.whispered"));
  for (const auto& record : must(read([&](auto& tx) { return org_.list_audit(tx, shop_.system, "", 100); })).items) {
    EXPECT_EQ(record.after.text.find("not for the log"), std::string::npos);
    EXPECT_EQ(record.before.text.find("not for the log"), std::string::npos);
  }
}

class TakingOver : public Whispers {
 protected:
  Result<Conversation> take_over(const org::Actor& actor, ConversationId id, const std::string& note = "") {
    return write([&](auto& tx) { return room_.take_over(tx, actor, id, note); });
  }
  void SetUp() override { shop_.boss.permissions |= 1U << static_cast<unsigned>(org::Permission::conversation_handle); }
};

TEST_F(TakingOver, MakesItTheSupervisorsAndTellsTheOwner) {
  const auto before = last_event();
  const Conversation mine = must(take_over(shop_.boss, c_.id, "I know him"));
  EXPECT_EQ(mine.agent->id, shop_.boss.user);
  EXPECT_EQ(mine.team_id, shop_.sales) << "it stays in its queue's team";
  const auto change = must(json::decode<ConversationEvent>(events_since(before)[0].payload));
  EXPECT_EQ(change.previous_agent_id, shop_.wang.user);
  EXPECT_EQ(change.note, "I know him");
  EXPECT_THAT(audited(), Contains("conversation.taken_over"));
  EXPECT_THAT(audited(), Not(Contains("conversation.reassigned")));
  EXPECT_EQ(must(take_over(shop_.boss, c_.id)).version, mine.version) << "his already";
}

TEST_F(TakingOver, TakesWaitingOnesToo) {
  const Conversation waiting = queued(shop_.ben, shop_.sales);
  EXPECT_EQ(must(take_over(shop_.boss, waiting.id)).agent->id, shop_.boss.user);
}

TEST_F(TakingOver, NeedsTheRightTheScopeAndAnOpenConversation) {
  EXPECT_EQ(reason_of(take_over(shop_.li, c_.id)), "auth.permission_denied");
  EXPECT_EQ(reason_of(take_over(shop_.analyst, c_.id)), "auth.permission_denied");
  const Conversation elsewhere = owned(shop_.ben, shop_.zhao);
  EXPECT_EQ(reason_of(take_over(shop_.boss, elsewhere.id)), "conversation.not_found");
  answer(shop_.wang, c_.id, "bye");
  must(close(shop_.wang, c_.id));
  EXPECT_EQ(reason_of(take_over(shop_.boss, c_.id)), "conversation.closed");
  shop_.boss.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_supervise);
  EXPECT_EQ(reason_of(take_over(shop_.boss, c_.id)), "auth.permission_denied");
}

TEST_F(TakingOver, JoiningAndReassigningAreAudited) {
  must(write([&](auto& tx) { return room_.set_participant(tx, shop_.boss, c_.id, shop_.boss.user, true); }));
  EXPECT_THAT(audited(), ElementsAre("conversation.joined"));
  must(transfer(shop_.boss, c_.id, {.agent = shop_.li.user, .team = {}, .reason = {}, .note = {}}));
  EXPECT_THAT(audited(), Contains("conversation.reassigned"));
  const auto count = audited().size();
  must(transfer(shop_.li, c_.id, {.agent = shop_.wang.user, .team = {}, .reason = {}, .note = {}}));
  EXPECT_EQ(audited().size(), count) << "an owner's own hand-over is no supervision";
}

}  // namespace
}  // namespace yingda::conversation
