// Events of the conversation, as they stand in the tenant's log. Every payload carries the whole conversation after
// the change, so that clients and handlers need no read: replace by id. Types (dotted) beside each struct.
//
// Audience, computed by edge/realtime from the payload alone: the customer (visitor sockets; never when the message is
// a note or an internal system event), the owner and participants, `previous_agent_id`, members of the queue's team for
// queue changes, watchers of the conversation, and subscribers of "all" within their data scope.
#pragma once

#include <optional>
#include <string>

#include "yingda/base/describe.hpp"
#include "yingda/conversation/types.hpp"

namespace yingda::conversation {

/// "message.accepted": a message was stored. "message.recalled": it lost its content; messages that quote it come as
/// their own "message.recalled" right behind, with the preview of their quote blanked. Replace by id.
struct MessageEvent {
  Conversation conversation;
  Message message;
};
YD_DESCRIBE(MessageEvent, (conversation, message))

/// "conversation.opened" (new episode), ".queued", ".assigned", ".transferred", ".closed", ".reopened", ".changed"
/// (customer's name, priority, participants). A promise comes as ".queued" with state promised; who leaves as a
/// participant stands in `previous_agent_id`. The system message that tells it in the thread comes as its own
/// "message.accepted" right behind, then the hand-over note as a message of its own. All events of one change carry the
/// same conversation.
struct ConversationEvent {
  Conversation conversation;
  std::string by_id, by_name;  // who did it; "" for the system
  std::optional<UserId> previous_agent_id;
  std::optional<TeamId> previous_team_id;
  std::string reason;  // dotted key
  std::string note;    // hand-over note, agents only
};
YD_DESCRIBE(ConversationEvent, (conversation, by_id, by_name, previous_agent_id, previous_team_id, reason, note))

/// "receipts.moved": one side received or read further.
struct ReceiptsEvent {
  ConversationId conversation_id;
  Receipts receipts;
  std::int64_t unread = 0;
  std::int64_t version = 0;
  // audience
  CustomerId customer_id;
  std::optional<UserId> agent_id;
  TeamId team_id;
  std::vector<UserId> participant_ids;
};
YD_DESCRIBE(ReceiptsEvent,
            (conversation_id, receipts, unread, version, customer_id, agent_id, team_id, participant_ids))

}  // namespace yingda::conversation
