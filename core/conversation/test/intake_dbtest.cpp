#include "room_fixture.hpp"

namespace yingda::conversation {
namespace {

using testing::ElementsAre;
using Intake = RoomTest;

TEST_F(Intake, Accept_FirstMessage_OpensThreadAndEpisode) {
  const auto accepted = say(shop_.anna, "你好");
  EXPECT_TRUE(accepted.opened_episode);
  EXPECT_FALSE(accepted.duplicate);
  const Conversation& c = accepted.conversation;
  EXPECT_EQ(c.state, State::queued);
  EXPECT_EQ(c.episode_number, 1);
  EXPECT_EQ(c.last_seq, 1);
  EXPECT_EQ(c.last_preview, "你好");
  EXPECT_EQ(c.last_author, AuthorKind::customer);
  EXPECT_EQ(c.unread, 1);
  EXPECT_EQ(c.waiting_since_ms, clock_.now());
  EXPECT_EQ(c.queued_at_ms, clock_.now());
  EXPECT_FALSE(c.customer.label.empty());
  EXPECT_EQ(accepted.message.author.id, to_string(shop_.anna));
  EXPECT_EQ(accepted.message.author.name, c.customer.label);
  EXPECT_EQ(accepted.message.seq, 1);
}

TEST_F(Intake, Accept_FirstMessage_TellsOpenedThenMessage) {
  const auto before = last_event();
  say(shop_.anna, "hello");
  EXPECT_THAT(types_since(before), ElementsAre("conversation.opened", "message.accepted"));
}

TEST_F(Intake, Accept_RunningThread_WritesOneEventAndDenseSeq) {
  say(shop_.anna, "one");
  const auto before = last_event();
  for (int i = 2; i <= 6; ++i) EXPECT_EQ(say(shop_.anna, "more").message.seq, i);
  EXPECT_EQ(types_since(before).size(), 5U);
  EXPECT_EQ(
      all_messages(load(must(read([&](auto& tx) { return room_.thread_of(tx, shop_.tenant.id, shop_.anna); }))->id).id)
          .size(),
      6U);
}

TEST_F(Intake, Accept_SameKeyTwice_GivesStoredMessageAndWritesNothing) {
  const auto inbound = says(shop_.anna, "only once");
  const auto first = must(accept(inbound));
  const auto before = last_event();
  const auto again = must(accept(inbound));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.message.id, first.message.id);
  EXPECT_EQ(again.conversation.version, first.conversation.version);
  EXPECT_EQ(last_event(), before);
  EXPECT_EQ(load(first.conversation.id).last_seq, 1);
}

TEST_F(Intake, Accept_Topic_CountsWhileTheCustomerWaits) {
  auto inbound = says(shop_.anna, "my parcel");
  inbound.topic = "delivery";
  const auto id = must(accept(inbound)).conversation.id;
  EXPECT_EQ(load(id).topic, "delivery");
  say(shop_.anna, "hello?");
  EXPECT_EQ(load(id).topic, "delivery") << "nothing said: it stays";
  inbound = says(shop_.anna, "or rather");
  inbound.topic = "refund";
  EXPECT_EQ(must(accept(inbound)).conversation.topic, "refund");
  EXPECT_EQ(load(id).topic, "refund");

  must(write([&](auto& tx) {
    return room_.assign(
        tx, shop_.tenant.id, id,
        {.agent = shop_.wang.user, .team = shop_.sales, .reason = "test", .note = {}, .expected_version = {}});
  }));
  inbound = says(shop_.anna, "again");
  inbound.topic = "praise";
  must(accept(inbound));
  EXPECT_EQ(load(id).topic, "refund") << "now the agent knows better";

  must(close(shop_.wang, id));
  say(shop_.anna, "something new");
  EXPECT_EQ(load(id).topic, std::nullopt) << "another episode is about something else";
}

TEST_F(Intake, Accept_TopicOutOfBounds_IsRefused) {
  auto inbound = says(shop_.anna, "hi");
  inbound.topic = std::string(kTopicBytesMax + 1, 'x');
  EXPECT_EQ(reason_of(accept(inbound)), "conversation.invalid_topic");
  inbound.topic = "\xff";
  EXPECT_EQ(reason_of(accept(inbound)), "conversation.invalid_topic");
  inbound.topic = std::string(kTopicBytesMax, 'x');
  EXPECT_EQ(must(accept(inbound)).conversation.topic, inbound.topic);
}

TEST_F(Intake, SetTopic_ByTheEntrance_IsToldOnce) {
  const auto id = say(shop_.anna, "hi").conversation.id;
  const auto before = last_event();
  const auto set = [&](const char* topic) {
    return must(write([&](auto& tx) { return room_.set_topic(tx, shop_.tenant.id, id, topic); }));
  };
  EXPECT_EQ(set("loan").topic, "loan");
  set("loan");
  EXPECT_EQ(load(id).topic, "loan");
  EXPECT_THAT(types_since(before), ElementsAre("conversation.changed"));
  EXPECT_EQ(set("").topic, std::nullopt);
}

TEST_F(Intake, Accept_SameKeyOfTwoCustomers_AreTwoMessages) {
  EXPECT_FALSE(must(accept(says(shop_.anna, "a", "key"))).duplicate);
  EXPECT_FALSE(must(accept(says(shop_.ben, "b", "key"))).duplicate);
}

TEST_F(Intake, Accept_RetryInLaterBatchAfterClose_NeitherDoublesNorReopens) {
  const auto inbound = says(shop_.anna, "before the tunnel");
  const auto id = must(accept(inbound)).conversation.id;
  must(close(shop_.system, id));
  const auto again = must(accept(inbound));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(load(id).state, State::closed);
}

TEST_F(Intake, Accept_BatchOfJobs_StaysDense) {
  say(shop_.anna, "first");
  for (int i = 0; i < 200; ++i) {
    const auto inbound = says(i % 2 == 0 ? shop_.anna : shop_.ben, "in a row");
    db_->write_async(
        lane_,
        [this, inbound](storage::Transaction& tx) -> Status {
          YD_CHECK(room_.accept(tx, inbound));
          return {};
        },
        [](Status status) { EXPECT_TRUE(status); });
  }
  const auto seen = say(shop_.anna, "last").message.seq;
  EXPECT_EQ(seen, 102);
  const auto messages = seen_by(shop_.anna);
  for (std::size_t i = 0; i < messages.size(); ++i) EXPECT_EQ(messages[i].seq, static_cast<std::int64_t>(i) + 1);
}

TEST_F(Intake, Accept_BadText_IsRefused) {
  EXPECT_EQ(reason_of(accept(says(shop_.anna, ""))), "conversation.empty_message");
  EXPECT_EQ(reason_of(accept(says(shop_.anna, " \n　"))), "conversation.empty_message");
  EXPECT_EQ(reason_of(accept(says(shop_.anna, "\xff\xfe"))), "request.invalid_utf8");
  std::string longest;
  for (int i = 0; i < kTextCodePointsMax; ++i) longest += "好";
  EXPECT_EQ(reason_of(accept(says(shop_.anna, longest + "好"))), "conversation.text_too_long");
  EXPECT_EQ(must(accept(says(shop_.anna, longest))).message.text, longest);
}

TEST_F(Intake, Accept_BadKeyOrKind_IsRefused) {
  auto inbound = says(shop_.anna, "x");
  inbound.client_msg_id = "";
  EXPECT_EQ(reason_of(accept(inbound)), "conversation.invalid_client_key");
  inbound.client_msg_id = std::string(kClientKeyBytesMax + 1, 'k');
  EXPECT_EQ(reason_of(accept(inbound)), "conversation.invalid_client_key");
  for (const MessageKind kind : {MessageKind::note, MessageKind::system}) {
    auto internal = says(shop_.anna, "x");
    internal.kind = kind;
    EXPECT_EQ(reason_of(accept(internal)), "conversation.invalid_kind");
  }
  auto image = says(shop_.anna, "x");
  image.kind = MessageKind::image;
  EXPECT_EQ(reason_of(accept(image)), "conversation.file_required");
}

TEST_F(Intake, Accept_UnknownCustomer_IsRefusedAndLeavesNothing) {
  EXPECT_EQ(reason_of(accept(says(CustomerId{7}, "x"))), "customer.not_found");
  EXPECT_FALSE(must(read([&](auto& tx) { return room_.thread_of(tx, shop_.tenant.id, CustomerId{7}); })));
}

TEST_F(Intake, Accept_OwnFile_IsShownByItsContent) {
  const auto file = upload(shop_.anna, {});
  auto inbound = says(shop_.anna, "");
  inbound.file = file.id;
  const auto accepted = must(accept(inbound));
  EXPECT_EQ(accepted.message.kind, MessageKind::image);
  EXPECT_EQ(accepted.conversation.last_preview, "picture.png");
  const auto stored = seen_by(shop_.anna).at(0);
  ASSERT_TRUE(stored.file);
  EXPECT_EQ(stored.file->id, file.id);
  EXPECT_EQ(stored.file->bytes, 10);
}

TEST_F(Intake, Accept_FileOfAnother_IsNotFound) {
  for (const auto& file : {upload(shop_.ben, {}), upload({}, shop_.wang.user)}) {
    auto inbound = says(shop_.anna, "look");
    inbound.file = file.id;
    EXPECT_EQ(reason_of(accept(inbound)), "conversation.file_not_found");
  }
  EXPECT_FALSE(must(read([&](auto& tx) { return room_.thread_of(tx, shop_.tenant.id, shop_.anna); })));
}

TEST_F(Intake, Accept_Quote_CarriesPreviewOfTheSameThreadOnly) {
  const auto first = say(shop_.anna, "the first words");
  const auto foreign = say(shop_.ben, "somebody else's");
  auto inbound = says(shop_.anna, "about that");
  inbound.quote = first.message.id;
  const auto accepted = must(accept(inbound));
  ASSERT_TRUE(accepted.message.quote);
  EXPECT_EQ(accepted.message.quote->preview, "the first words");
  inbound = says(shop_.anna, "about that");
  inbound.quote = foreign.message.id;
  EXPECT_EQ(reason_of(accept(inbound)), "conversation.quote_not_found");
}

TEST_F(Intake, Accept_QuoteOfNoteOrSystemMessage_IsNotFound) {
  const auto c = owned(shop_.anna, shop_.wang);
  auto inbound = says(shop_.anna, "what is that?");
  inbound.quote = note(shop_.wang, c.id, "difficult").message.id;
  EXPECT_EQ(reason_of(accept(inbound)), "conversation.quote_not_found");
  for (const auto& message : all_messages(c.id)) {
    if (message.kind != MessageKind::system) continue;
    inbound.quote = message.id;
    EXPECT_EQ(reason_of(accept(inbound)), "conversation.quote_not_found");
  }
}

TEST_F(Intake, Accept_WaitingSince_StaysAtFirstUnansweredMessage) {
  const auto c = owned(shop_.anna, shop_.wang);
  const auto since = c.waiting_since_ms;
  clock_.advance(seconds(5));
  EXPECT_EQ(say(shop_.anna, "anybody?").conversation.waiting_since_ms, since);
  EXPECT_FALSE(answer(shop_.wang, c.id, "yes").conversation.waiting_since_ms);
  clock_.advance(seconds(5));
  EXPECT_EQ(say(shop_.anna, "thanks").conversation.waiting_since_ms, clock_.now());
}

TEST_F(Intake, MessagesForCustomer_Pages_RunBackWithoutGapOrRepeat) {
  for (int i = 0; i < 7; ++i) say(shop_.anna, std::to_string(i));
  const auto page = [&](std::int64_t before) {
    std::vector<std::int64_t> seqs;
    for (const auto& m :
         must(read([&](auto& tx) { return room_.messages_for_customer(tx, shop_.tenant.id, shop_.anna, before, 3); })))
      seqs.push_back(m.seq);
    return seqs;
  };
  EXPECT_THAT(page(0), ElementsAre(5, 6, 7));
  EXPECT_THAT(page(5), ElementsAre(2, 3, 4));
  EXPECT_THAT(page(2), ElementsAre(1));
  EXPECT_THAT(page(1), testing::IsEmpty());
}

TEST_F(Intake, RefreshCustomer_AfterNameChange_ShowsItAndTellsOnce) {
  const auto id = say(shop_.anna, "hello").conversation.id;
  const auto before = last_event();
  const auto refresh = [&] {
    return must(write([&](auto& tx) -> Result<std::optional<Conversation>> {
      YD_CHECK(customers_.change(tx, shop_.system, shop_.anna, {.name = "Anna Xu"}));
      return room_.refresh_customer(tx, shop_.tenant.id, shop_.anna);
    }));
  };
  EXPECT_EQ(refresh()->customer.name, "Anna Xu");
  EXPECT_EQ(load(id).customer.name, "Anna Xu");
  const auto types = types_since(before);
  EXPECT_EQ(std::ranges::count(types, "conversation.changed"), 1);
  refresh();
  const auto later = types_since(before);
  EXPECT_EQ(std::ranges::count(later, "conversation.changed"), 1);
  EXPECT_EQ(say(shop_.anna, "it is me").message.author.name, "Anna Xu");
  EXPECT_FALSE(must(write([&](auto& tx) { return room_.refresh_customer(tx, shop_.tenant.id, shop_.ben); })));
}

}  // namespace
}  // namespace yingda::conversation
