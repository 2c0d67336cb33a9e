// Snapshot + events = fresh snapshot: a client that only replaces by id, as docs/protocol.md says, ends byte for byte
// where a fresh read ends, whatever happened.
#include <map>

#include "room_fixture.hpp"
#include "yingda/base/json.hpp"
#include "yingda/conversation/events.hpp"

namespace yingda::conversation {
namespace {

class Copy {
 public:
  void take(const Conversation& conversation) {
    auto& mine = conversations_[conversation.id];
    if (conversation.version > mine.version) mine = conversation;
  }
  void take(const Message& message) { messages_[message.id] = message; }
  void apply(const storage::CommittedEvent& event) {
    if (event.type.starts_with("message.")) {
      const auto payload = must(json::decode<MessageEvent>(event.payload));
      EXPECT_EQ(json::encode(payload), event.payload);
      take(payload.conversation);
      take(payload.message);
    } else if (event.type.starts_with("conversation.")) {
      const auto payload = must(json::decode<ConversationEvent>(event.payload));
      EXPECT_EQ(json::encode(payload), event.payload);
      take(payload.conversation);
    } else if (event.type == "receipts.moved") {
      const auto payload = must(json::decode<ReceiptsEvent>(event.payload));
      auto& mine = conversations_[payload.conversation_id];
      if (payload.version <= mine.version) return;
      mine.receipts = payload.receipts;
      mine.unread = payload.unread;
      mine.version = payload.version;
    }
  }
  std::string text() const {
    std::string out;
    for (const auto& [id, c] : conversations_) out += json::encode(c) + "\n";
    for (const auto& [id, m] : messages_) out += json::encode(m) + "\n";
    return out;
  }

 private:
  std::map<ConversationId, Conversation> conversations_;
  std::map<MessageId, Message> messages_;
};

class Replay : public RoomTest {
 protected:
  Copy snapshot() {
    Copy copy;
    ListFilter all;
    all.box = Box::all;
    all.include_closed = true;
    for (const auto& c : must(read([&](auto& tx) { return room_.list(tx, shop_.analyst, all, "", 100); })).items) {
      copy.take(c);
      for (const auto& m : all_messages(c.id)) copy.take(m);
    }
    return copy;
  }
  /// Takes a snapshot, lets it happen, replays, compares.
  template <class What>
  void follow(const char* name, What what) {
    SCOPED_TRACE(name);
    Copy copy = snapshot();
    const auto since = last_event();
    clock_.advance(seconds(1));
    what();
    const auto events = events_since(since);
    EXPECT_FALSE(events.empty());
    for (const auto& event : events) {
      copy.apply(event);
      ++types_[event.type];
    }
    EXPECT_EQ(copy.text(), snapshot().text());
  }
  std::map<std::string, int> types_;
};

TEST_F(Replay, EveryVerb_LeadsToTheFreshSnapshot) {
  ConversationId id;
  follow("opened", [&] { id = say(shop_.anna, "你好 \"quoted\" \n").conversation.id; });
  follow("queued",
         [&] { must(assign(id, {.agent = {}, .team = shop_.sales, .reason = "routing.widget", .note = {}})); });
  follow("promised", [&] {
    must(write([&](auto& tx) {
      return room_.promise(tx, shop_.tenant.id, id, shop_.sales, clock_.now() + hours(1), "routing.nobody");
    }));
  });
  follow("priority", [&] { must(write([&](auto& tx) { return room_.set_priority(tx, shop_.wang, id, 3); })); });
  follow("grabbed", [&] { must(grab(shop_.wang, id)); });
  follow("file", [&] {
    auto inbound = says(shop_.anna, "see");
    inbound.file = upload(shop_.anna, {}).id;
    must(accept(inbound));
  });
  MessageId answered;
  follow("answered", [&] { answered = answer(shop_.wang, id, "an answer").message.id; });
  follow("quoted", [&] {
    auto inbound = says(shop_.anna, "which?");
    inbound.quote = answered;
    must(accept(inbound));
  });
  follow("note", [&] {
    auto outbound = answers("look", MessageKind::note);
    outbound.mentions = {shop_.li.user};
    must(send(shop_.wang, id, outbound));
  });
  follow("receipts of customer",
         [&] { must(write([&](auto& tx) { return room_.mark_by_customer(tx, shop_.tenant.id, shop_.anna, 5, 3); })); });
  follow("receipts of agents", [&] { must(write([&](auto& tx) { return room_.mark(tx, shop_.wang, id, 4, 4); })); });
  follow("recalled", [&] { must(write([&](auto& tx) { return room_.recall(tx, shop_.wang, answered); })); });
  follow("recalled by customer", [&] {
    const auto oops = say(shop_.anna, "oops").message.id;
    must(write([&](auto& tx) { return room_.recall_by_customer(tx, shop_.tenant.id, shop_.anna, oops); }));
  });
  follow("joined", [&] {
    must(write([&](auto& tx) { return room_.set_participant(tx, shop_.wang, id, shop_.zhao.user, true); }));
    must(write([&](auto& tx) { return room_.set_participant(tx, shop_.wang, id, shop_.li.user, true); }));
  });
  follow("left", [&] {
    must(write([&](auto& tx) { return room_.set_participant(tx, shop_.wang, id, shop_.zhao.user, false); }));
  });
  follow("transferred with note", [&] {
    must(transfer(shop_.wang, id, {.agent = shop_.zhao.user, .team = {}, .reason = {}, .note = "careful"}));
  });
  follow("re-assigned", [&] {
    must(assign(id, {.agent = shop_.wang.user,
                     .team = shop_.sales,
                     .reason = "routing.back",
                     .note = "was away",
                     .expected_version = load(id).version}));
  });
  follow("closed", [&] { must(close(shop_.wang, id)); });
  follow("reopened", [&] { must(write([&](auto& tx) { return room_.reopen(tx, shop_.wang, id); })); });
  follow("closed again", [&] { must(close(shop_.wang, id)); });
  follow("reopened by answer", [&] { answer(shop_.li, id, "one more thing"); });
  follow("closed and resumed", [&] {
    const auto c = must(close(shop_.li, id));
    must(write([&](auto& tx) {
      return room_.resume(tx, shop_.tenant.id, id, c.episode_id, "rating.not_solved", "read above");
    }));
  });
  follow("closed and opened", [&] {
    must(close(shop_.boss, id));
    say(shop_.anna, "again");
  });
  follow("renamed", [&] {
    must(write([&](auto& tx) -> Result<std::optional<Conversation>> {
      YD_CHECK(customers_.change(tx, shop_.system, shop_.anna, {.name = "Anna", .level = "vip"}));
      return room_.refresh_customer(tx, shop_.tenant.id, shop_.anna);
    }));
  });
  for (const char* type : {"message.accepted", "message.recalled", "conversation.opened", "conversation.queued",
                           "conversation.assigned", "conversation.transferred", "conversation.closed",
                           "conversation.reopened", "conversation.changed", "receipts.moved"})
    EXPECT_GT(types_[type], 0) << type;
}

TEST_F(Replay, FromTheBeginning_LeadsToTheFreshSnapshot) {
  for (int i = 0; i < 3; ++i) {
    const auto c = owned(shop_.anna, shop_.wang);
    answer(shop_.wang, c.id, "yes");
    owned(shop_.ben, shop_.zhao);
    must(close(shop_.wang, c.id));
    must(
        close(shop_.system, must(read([&](auto& tx) { return room_.thread_of(tx, shop_.tenant.id, shop_.ben); }))->id));
  }
  Copy copy;
  for (const auto& event : events_since(0)) copy.apply(event);
  EXPECT_EQ(copy.text(), snapshot().text());
}

}  // namespace
}  // namespace yingda::conversation
