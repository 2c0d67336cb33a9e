// An agents' client as docs/protocol.md tells clients to be: replaces objects by what events carry, checks the chain of
// `prev`, asks again where it left off. Used to prove that snapshot + events = fresh snapshot.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "yingda/base/json.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/conversation/events.hpp"
#include "yingda/org/types.hpp"

namespace yingda::realtime::test {

using conversation::Conversation;
using conversation::Message;

struct EventWire {
  std::string t;
  std::optional<std::int64_t> seq, prev, last_seq;
  std::optional<std::string> type;
  JsonText data;
};
YD_DESCRIBE(EventWire, (t, seq, prev, last_seq, type, data))

/// What a fresh client loads: its boxes and the messages of its open views, all of one moment.
struct Snapshot {
  std::map<ConversationId, Conversation> conversations;
  std::map<ConversationId, std::map<std::int64_t, Message>> messages;
  std::int64_t last_seq = 0;
};

inline bool in_boxes(const Conversation& c, const org::Actor& actor, bool all) {
  if (all) return c.state != conversation::State::closed;
  const bool mine = c.state != conversation::State::closed &&
                    ((c.agent && c.agent->id == actor.user) ||
                     std::ranges::any_of(c.participants, [&](const auto& p) { return p.id == actor.user; }));
  const bool waits = c.state == conversation::State::queued || c.state == conversation::State::promised;
  return mine || (waits && std::ranges::find(actor.teams, c.team_id) != actor.teams.end());
}

class ClientModel {
 public:
  ClientModel(org::Actor actor, bool all, std::set<ConversationId> watches)
      : actor_(std::move(actor)), all_(all), watches_(std::move(watches)) {}

  void load(Snapshot snapshot) {
    conversations_ = std::move(snapshot.conversations);
    messages_ = std::move(snapshot.messages);
    last_ = snapshot.last_seq;
    stale_ = false;
  }
  std::int64_t last() const { return last_; }
  bool stale() const { return stale_; }
  bool all() const { return all_; }
  const std::set<ConversationId>& watches() const { return watches_; }
  int events() const { return events_; }

  /// A frame of the server, in order.
  void take(const std::string& text) {
    const auto frame = json::decode<EventWire>(text);
    ASSERT_TRUE(frame) << text;
    if (frame->t == "resync") {
      stale_ = true;
    } else if (frame->t == "welcome") {
      EXPECT_GE(frame->last_seq.value_or(-1), last_);
      last_ = *frame->last_seq;
    } else if (frame->t == "event") {
      ASSERT_EQ(frame->prev.value_or(-1), last_) << "a gap or a double: " << text;
      ASSERT_GT(frame->seq.value_or(-1), last_);
      last_ = *frame->seq;
      ++events_;
      apply(*frame->type, frame->data.text);
    }
  }

  /// The state that must equal a fresh snapshot's.
  std::string text() const {
    std::string out;
    for (const auto& [id, c] : conversations_)
      if (in_boxes(c, actor_, all_)) out += json::encode(c) + "\n";
    for (const auto& [id, list] : messages_)
      for (const auto& [seq, message] : list) out += json::encode(message) + "\n";
    return out;
  }

 private:
  void apply(const std::string& type, const std::string& data) {
    if (type.starts_with("message.")) {
      const auto event = json::decode<conversation::MessageEvent>(data);
      ASSERT_TRUE(event);
      take_conversation(event->conversation);
      const ConversationId id = event->conversation.id;
      if (watches_.contains(id)) messages_[id][event->message.seq] = event->message;
    } else if (type.starts_with("conversation.")) {
      const auto event = json::decode<conversation::ConversationEvent>(data);
      ASSERT_TRUE(event);
      take_conversation(event->conversation);
    } else if (type == "receipts.moved") {
      const auto event = json::decode<conversation::ReceiptsEvent>(data);
      ASSERT_TRUE(event);
      const auto known = conversations_.find(event->conversation_id);
      if (known == conversations_.end() || event->version <= known->second.version) return;
      known->second.receipts = event->receipts;
      known->second.unread = event->unread;
      known->second.version = event->version;
    }
  }
  void take_conversation(const Conversation& c) {
    const auto known = conversations_.find(c.id);
    if (known == conversations_.end() || c.version > known->second.version) conversations_[c.id] = c;
  }

  org::Actor actor_;
  bool all_;
  std::set<ConversationId> watches_;
  std::map<ConversationId, Conversation> conversations_;
  std::map<ConversationId, std::map<std::int64_t, Message>> messages_;
  std::int64_t last_ = 0;
  int events_ = 0;
  bool stale_ = false;
};

/// Reads a snapshot in one consistent read job.
inline Snapshot read_snapshot(storage::Database& db, conversation::Conversations& room, const org::Actor& actor,
                              bool all, const std::set<ConversationId>& watches) {
  Snapshot out;
  const Status read = db.read([&](storage::Transaction& tx) -> Status {
    out = {};
    for (const auto box : {conversation::Box::mine, conversation::Box::queue, conversation::Box::all}) {
      if ((box == conversation::Box::all) != all) continue;
      conversation::ListFilter filter;
      filter.box = box;
      std::string after;
      do {
        YD_TRY(auto page, room.list(tx, actor, filter, after, conversation::kConversationPageMax));
        for (auto& c : page.items) out.conversations.emplace(c.id, std::move(c));
        after = page.next;
      } while (!after.empty());
    }
    for (const ConversationId id : watches) {
      auto& list = out.messages[id];
      std::int64_t at = 0;
      for (;;) {
        auto page = room.messages_after(tx, actor, id, at, conversation::kMessagePageMax);
        if (!page || page->empty()) break;
        for (auto& message : *page) {
          at = message.seq;
          list.emplace(message.seq, std::move(message));
        }
      }
    }
    YD_TRY(out.last_seq, db.last_seq(tx, actor.tenant));
    return {};
  });
  EXPECT_TRUE(read) << (read ? "" : describe(read.error()));
  return out;
}

}  // namespace yingda::realtime::test
