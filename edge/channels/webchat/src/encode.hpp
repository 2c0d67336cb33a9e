// What visitors are told. Conversations and messages are cut down from the JSON of events by copying only what a
// customer may know, so that a snapshot and an event give the same bytes. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/messages.hpp"
#include "yingda/base/result.hpp"
#include "yingda/conversation/types.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/entrance/types.hpp"
#include "yingda/rating/types.hpp"
#include "yingda/realtime/hub.hpp"
#include "yingda/realtime/queue_place.hpp"
#include "yingda/storage/database.hpp"
#include "yingda/webchat/types.hpp"

namespace yingda::webchat {

/// Gives the signed token for a file of this customer.
using FileToken = std::function<std::string(FileId file)>;
/// Gives the place in the queue of a conversation.
using PlaceOf = std::function<realtime::QueuePlace(ConversationId conversation)>;

/// VisitorConversation from a Conversation as JSON.
std::string encode_conversation(std::string_view conversation_json, const PlaceOf& place);
/// A visitor's message from a Message as JSON: the file gets its `url` (and `thumbnail_url`), mentions are left out.
std::string encode_message(std::string_view message_json, const FileToken& token);
/// An event as its customer sees it; nullopt when it is not for him. An internal message shows only that the
/// conversation moved on (its numbers), as conversation.changed.
std::optional<realtime::VisitorData> encode_event(const storage::CommittedEvent& event, const FileToken& token,
                                                  const PlaceOf& place);

std::string encode_file(const conversation::FileInfo& file, const FileToken& token);

std::string ack_frame(std::string_view client_msg_id, MessageId message, std::int64_t seq, bool duplicate,
                      UtcTime created_at);
std::string nack_frame(std::string_view client_msg_id, const Error& error, messages::Language language,
                       std::optional<std::int64_t> retry_after_ms);

std::string rated_frame(const rating::Invitation& invitation);
/// What was kept of a contact.
std::string contact_frame(const customer::Contact& contact);

/// The part of …/config that only the widget's settings decide: `{"name":…}`.
std::string encode_widget_config(const Widget& widget);
/// `menu`: none or empty, no menu is offered. Teams are the house's own and left out.
std::string encode_config(std::string_view widget_config, bool online, const std::optional<entrance::Menu>& menu);

struct SessionAnswer {
  std::string visitor_token;
  customer::Customer customer;
  std::optional<conversation::Conversation> conversation;
  std::vector<conversation::Message> messages;
  std::int64_t last_seq = 0;
  bool typing_preview = false, online = false;
  std::int64_t recall_window_ms = 0;
  std::optional<rating::Invitation> invitation;
  std::optional<UtcTime> next_open;  // nobody is there now; when the published hours begin
};
std::string encode_session(const SessionAnswer& answer, const FileToken& token, const PlaceOf& place);
std::string encode_messages(const std::vector<conversation::Message>& messages, const FileToken& token);

}  // namespace yingda::webchat
