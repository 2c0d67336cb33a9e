#include "room_fixture.hpp"

namespace yingda::conversation {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

class Answers : public RoomTest {
 protected:
  Conversation c_ = owned(shop_.anna, shop_.wang);
  Result<Message> recall(const org::Actor& actor, MessageId id) {
    return write([&](auto& tx) { return room_.recall(tx, actor, id); });
  }
  Result<Message> recall_by(CustomerId customer, MessageId id) {
    return write([&](auto& tx) { return room_.recall_by_customer(tx, shop_.tenant.id, customer, id); });
  }
};

TEST_F(Answers, Send_ByOwner_ReachesCustomerAndEndsWaiting) {
  const auto sent = answer(shop_.wang, c_.id, "welcome");
  EXPECT_EQ(sent.message.author.kind, AuthorKind::agent);
  EXPECT_EQ(sent.message.author.id, to_string(shop_.wang.user));
  EXPECT_EQ(sent.conversation.last_preview, "welcome");
  EXPECT_EQ(sent.conversation.last_author, AuthorKind::agent);
  EXPECT_FALSE(sent.conversation.waiting_since_ms);
  EXPECT_EQ(seen_by(shop_.anna).back().text, "welcome");
}

TEST_F(Answers, Send_SameKeyTwice_GivesStoredMessageAndWritesNothing) {
  const auto outbound = answers("once");
  const auto first = must(send(shop_.wang, c_.id, outbound));
  const auto before = last_event();
  const auto again = must(send(shop_.wang, c_.id, outbound));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.message.id, first.message.id);
  EXPECT_EQ(last_event(), before);
}

TEST_F(Answers, Send_RetryAfterTransfer_IsStillTheSameMessage) {
  const auto outbound = answers("once");
  const auto first = must(send(shop_.wang, c_.id, outbound));
  must(transfer(shop_.wang, c_.id, {.agent = shop_.li.user, .team = {}, .reason = {}, .note = {}}));
  const auto again = must(send(shop_.wang, c_.id, outbound));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.message.id, first.message.id);
}

TEST_F(Answers, Send_ByColleagueOfTheTeam_NeedsOwnership) {
  EXPECT_EQ(reason_of(send(shop_.li, c_.id, answers("me too"))), "conversation.not_owner");
  EXPECT_TRUE(send(shop_.boss, c_.id, answers("supervisor here")));
  EXPECT_EQ(reason_of(send(shop_.analyst, c_.id, answers("as a viewer"))), "conversation.not_owner");
  EXPECT_EQ(reason_of(send(shop_.zhao, c_.id, answers("from afar"))), "conversation.not_found");
  must(write([&](auto& tx) { return room_.set_participant(tx, shop_.wang, c_.id, shop_.zhao.user, true); }));
  EXPECT_TRUE(send(shop_.zhao, c_.id, answers("now I take part")));
}

TEST_F(Answers, Send_Note_StaysInside) {
  answer(shop_.wang, c_.id, "visible");
  auto outbound = answers("a difficult one", MessageKind::note);
  outbound.mentions = {shop_.li.user};
  const auto sent = must(send(shop_.li, c_.id, outbound));
  EXPECT_EQ(sent.conversation.last_preview, "visible");
  EXPECT_EQ(sent.conversation.last_author, AuthorKind::agent);
  EXPECT_THAT(sent.message.mentions, ElementsAre(shop_.li.user));
  for (const auto& message : seen_by(shop_.anna)) EXPECT_NE(message.kind, MessageKind::note);
  EXPECT_EQ(all_messages(c_.id).back().mentions, outbound.mentions);
}

TEST_F(Answers, Send_NoteAndAutomatic_LeaveTheCustomerWaiting) {
  const auto since = load(c_.id).waiting_since_ms;
  ASSERT_TRUE(since);
  note(shop_.wang, c_.id, "thinking");
  auto outbound = answers("we are busy");
  outbound.automatic = true;
  must(send(shop_.system, c_.id, outbound));
  EXPECT_EQ(load(c_.id).waiting_since_ms, since);
  EXPECT_EQ(all_messages(c_.id).back().author.kind, AuthorKind::bot);
}

TEST_F(Answers, Send_VisibleAnswer_CannotQuoteNote) {
  const auto inside = note(shop_.wang, c_.id, "secret").message.id;
  auto outbound = answers("as I wrote");
  outbound.quote = inside;
  EXPECT_EQ(reason_of(send(shop_.wang, c_.id, outbound)), "conversation.quote_not_found");
  outbound.kind = MessageKind::note;
  EXPECT_EQ(must(send(shop_.wang, c_.id, outbound)).message.quote->preview, "secret");
}

TEST_F(Answers, Send_FileOutOfReach_IsNotFound) {
  const auto foreign = upload(shop_.ben, {});
  auto outbound = answers("");
  outbound.file = foreign.id;
  EXPECT_EQ(reason_of(send(shop_.wang, c_.id, outbound)), "conversation.file_not_found");
  outbound.file = upload({}, shop_.wang.user, "application/pdf").id;
  outbound.kind = MessageKind::image;
  EXPECT_EQ(must(send(shop_.wang, c_.id, outbound)).message.kind, MessageKind::file);
}

TEST_F(Answers, Send_ToClosed_ReopensForTheSender) {
  must(close(shop_.wang, c_.id));
  const auto before = last_event();
  const auto sent = answer(shop_.li, c_.id, "one more thing");
  EXPECT_EQ(sent.conversation.state, State::assigned);
  EXPECT_EQ(sent.conversation.agent->id, shop_.li.user);
  EXPECT_EQ(sent.conversation.episode_number, 1);
  EXPECT_FALSE(sent.conversation.closed_at_ms);
  EXPECT_THAT(types_since(before), ElementsAre("conversation.reopened", "message.accepted", "message.accepted"));
  const auto messages = all_messages(c_.id);
  EXPECT_EQ(messages.back().text, "one more thing");
  EXPECT_EQ(messages[messages.size() - 2].system->key, "conversation.reopened");
  EXPECT_EQ(messages.back().seq, sent.conversation.last_seq);
}

TEST_F(Answers, Send_RetryToClosed_DoesNotReopen) {
  const auto outbound = answers("bye");
  must(send(shop_.wang, c_.id, outbound));
  must(close(shop_.wang, c_.id));
  EXPECT_TRUE(must(send(shop_.wang, c_.id, outbound)).duplicate);
  EXPECT_EQ(load(c_.id).state, State::closed);
}

TEST_F(Answers, Send_AutomaticToClosed_LeavesItClosed) {
  must(close(shop_.wang, c_.id));
  auto outbound = answers("how was it?");
  outbound.automatic = true;
  EXPECT_EQ(must(send(shop_.system, c_.id, outbound)).conversation.state, State::closed);
}

TEST_F(Answers, MessagesAfter_GivesTheRestInOrder) {
  answer(shop_.wang, c_.id, "a");
  answer(shop_.wang, c_.id, "b");
  const auto after = load(c_.id).last_seq - 2;
  std::vector<std::string> texts;
  for (const auto& m : must(read([&](auto& tx) { return room_.messages_after(tx, shop_.wang, c_.id, after, 10); })))
    texts.push_back(m.text);
  EXPECT_THAT(texts, ElementsAre("a", "b"));
}

TEST_F(Answers, Recall_WithinWindow_TakesContentAndPreview) {
  answer(shop_.wang, c_.id, "first");
  const auto wrong = answer(shop_.wang, c_.id, "the password is 1234").message;
  const auto before = last_event();
  clock_.advance(milliseconds(shop_.tenant.recall_window_ms));
  const auto recalled = must(recall(shop_.wang, wrong.id));
  EXPECT_EQ(recalled.text, "");
  EXPECT_EQ(recalled.seq, wrong.seq);
  EXPECT_EQ(recalled.recalled_at_ms, clock_.now());
  EXPECT_EQ(load(c_.id).last_preview, "first");
  EXPECT_THAT(types_since(before), ElementsAre("message.recalled"));
  EXPECT_EQ(seen_by(shop_.anna).back().text, "");
  const auto again = must(recall(shop_.wang, wrong.id));
  EXPECT_EQ(again.recalled_at_ms, recalled.recalled_at_ms);
  EXPECT_EQ(types_since(before).size(), 1U);
}

TEST_F(Answers, Recall_OlderThanWindow_IsTooLate) {
  const auto wrong = answer(shop_.wang, c_.id, "oops").message;
  const auto own = say(shop_.anna, "oops, too").message;
  clock_.advance(milliseconds(shop_.tenant.recall_window_ms + 1));
  EXPECT_EQ(reason_of(recall(shop_.wang, wrong.id)), "conversation.recall_too_late");
  EXPECT_EQ(reason_of(recall_by(shop_.anna, own.id)), "conversation.recall_too_late");
  EXPECT_EQ(all_messages(c_.id).back().text, "oops, too");
}

TEST_F(Answers, Recall_OfAnother_IsRefused) {
  const auto his = answer(shop_.wang, c_.id, "mine").message;
  const auto hers = say(shop_.anna, "hers").message;
  const auto inside = note(shop_.wang, c_.id, "inside").message;
  EXPECT_EQ(reason_of(recall(shop_.li, his.id)), "conversation.not_author");
  EXPECT_EQ(reason_of(recall(shop_.wang, hers.id)), "conversation.not_author");
  EXPECT_EQ(reason_of(recall_by(shop_.anna, his.id)), "conversation.not_author");
  EXPECT_EQ(reason_of(recall_by(shop_.anna, inside.id)), "conversation.message_not_found");
  EXPECT_EQ(reason_of(recall_by(shop_.ben, hers.id)), "conversation.message_not_found");
  EXPECT_EQ(reason_of(recall(shop_.zhao, his.id)), "conversation.message_not_found");
  EXPECT_EQ(must(recall_by(shop_.anna, hers.id)).text, "");
}

TEST_F(Answers, Recall_OfQuoted_BlanksQuotesAndTellsThem) {
  const auto secret = answer(shop_.wang, c_.id, "secret words").message;
  auto inbound = says(shop_.anna, "really?");
  inbound.quote = secret.id;
  const auto quoting = must(accept(inbound)).message;
  const auto before = last_event();
  must(recall(shop_.wang, secret.id));
  EXPECT_THAT(types_since(before), ElementsAre("message.recalled", "message.recalled"));
  for (const auto& event : events_since(before)) EXPECT_THAT(event.payload, Not(testing::HasSubstr("secret words")));
  const auto read_again = seen_by(shop_.anna).back();
  EXPECT_EQ(read_again.id, quoting.id);
  EXPECT_EQ(read_again.text, "really?");
  EXPECT_EQ(read_again.quote->id, secret.id);
  EXPECT_EQ(read_again.quote->preview, "");
  inbound = says(shop_.anna, "again");
  inbound.quote = secret.id;
  EXPECT_EQ(reason_of(accept(inbound)), "conversation.quote_not_found");
}

TEST_F(Answers, Recall_OfFile_StopsServingItToTheOtherSide) {
  const auto file = upload({}, shop_.wang.user);
  auto outbound = answers("");
  outbound.file = file.id;
  const auto sent = must(send(shop_.wang, c_.id, outbound)).message;
  const auto fetch = [&] {
    return read([&](auto& tx) { return room_.file_for_customer(tx, shop_.tenant.id, shop_.anna, file.id); });
  };
  EXPECT_EQ(must(fetch()).storage_key, "key");
  must(recall(shop_.wang, sent.id));
  EXPECT_EQ(reason_of(fetch()), "conversation.file_not_found");
  EXPECT_FALSE(seen_by(shop_.anna).back().file);
  const auto by_colleague = [&](const org::Actor& actor) {
    return reason_of(read([&](auto& tx) { return room_.access_file(tx, actor, file.id); }));
  };
  EXPECT_EQ(by_colleague(shop_.li), "conversation.file_not_found");
  EXPECT_EQ(by_colleague(shop_.wang), "");
}

TEST_F(Answers, Recall_OfOnlyVisibleMessage_EmptiesPreview) {
  const auto only = say(shop_.ben, "oops").message;
  must(recall_by(shop_.ben, only.id));
  EXPECT_EQ(load(only.conversation_id).last_preview, "");
}

}  // namespace
}  // namespace yingda::conversation
