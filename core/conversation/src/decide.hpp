// Decisions of the conversation, pure: no store, no clock. What a message does to its thread, the transitions of the
// state machine (docs/flows/conversation.md), who reaches a conversation, how far receipts move.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "thread.hpp"
#include "yingda/base/result.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/org/types.hpp"

namespace yingda::conversation {

// --- access
/// How an actor stands to a conversation.
struct Reach {
  bool owner = false;        // owns it; of a closed one: owned it last
  bool participant = false;  // takes part
  bool consulted = false;    // was asked for advice: reads, writes notes
  bool member = false;       // works in its team
  bool viewer = false;       // may view it within his data scope
  bool supervisor = false;   // may supervise it within his data scope
  bool any() const { return owner || participant || consulted || member || viewer; }
  bool takes_part() const { return owner || participant; }
};
Reach reach_of(const Conversation& conversation, const org::Actor& actor);

// --- checks at the door
/// invalid_argument `request.invalid_utf8`, `conversation.text_too_long`; `conversation.empty_message` when nothing but
/// white space is there and `needed`.
enum class TextNeed { needed, optional };
Status check_text(std::string_view text, TextNeed need);
/// invalid_argument `conversation.invalid_client_key`: empty, too long or not UTF-8.
Status check_client_key(std::string_view key);
/// invalid_argument `conversation.invalid_topic`: too long or not UTF-8.
Status check_topic(std::string_view topic);
/// The kind a message with this file is shown as: the asked one when the content fits it, else what the content is.
MessageKind decide_kind(MessageKind asked, std::string_view content_type);

// --- messages. None of these changes `version`; see touch.
/// Gives the next seq to `message` and lets it change what the thread shows: preview, unread, waiting, the episode's
/// progress. A message keeps the times it was made at.
void apply_message(Thread& thread, Message& message);
/// What a list shows of a message.
std::string preview_of(const Message& message);
/// One more change at `now`: version, updated_at_ms (which never goes back).
void touch(Thread& thread, UtcTime now);

// --- transitions. The caller has checked the guards.
void open_episode(Thread& thread, EpisodeId episode, Channel channel, WidgetId widget, UtcTime now);
void assign_to(Thread& thread, const AgentSummary& agent, TeamId team, std::string_view reason, UtcTime now);
/// Keeps the place in time when it waits already.
void queue_in(Thread& thread, TeamId team, std::string_view reason, UtcTime now);
void promise_in(Thread& thread, TeamId team, std::optional<UtcTime> back_at, std::string_view reason, UtcTime now);
void close_episode(Thread& thread, UtcTime now);
/// Takes a colleague out of the participants; false when he was not there.
bool drop_participant(Thread& thread, UserId user);
/// Waits for an agent: queued or promised.
inline bool waits(const Conversation& c) { return c.state == State::queued || c.state == State::promised; }

// --- receipts
enum class Side { customer, agents };
/// The receipts after one side reports: never smaller, never beyond `last_seq`; read implies delivered.
Receipts decide_receipts(const Receipts& before, Side side, std::int64_t delivered_seq, std::int64_t read_seq,
                         std::int64_t last_seq);

}  // namespace yingda::conversation
