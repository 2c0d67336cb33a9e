// JSON of columns and events. The only file of this room that reads or writes JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yingda/conversation/events.hpp"
#include "yingda/conversation/types.hpp"

namespace yingda::conversation::codec {

// Columns: "" stands for nothing. Stored text that cannot be read gives nothing, as if the column were empty.
std::string encode_participants(const std::vector<Participant>& participants);
std::vector<Participant> decode_participants(std::string_view text);
std::string encode_users(const std::vector<UserId>& users);
std::vector<UserId> decode_users(std::string_view text);
std::string encode_file(const std::optional<FileInfo>& file);
std::optional<FileInfo> decode_file(std::string_view text);
std::string encode_system(const std::optional<SystemEvent>& event);
std::optional<SystemEvent> decode_system(std::string_view text);

// Payloads. The conversation is encoded once for all events of a verb and spliced in.
std::string encode_conversation(const Conversation& conversation);
/// MessageEvent.
std::string encode_message_event(std::string_view conversation_json, const Message& message);
/// ConversationEvent; `event.conversation` itself is not looked at.
std::string encode_conversation_event(std::string_view conversation_json, const ConversationEvent& event);
std::string encode_receipts_event(const ReceiptsEvent& event);
/// settings.changed
std::string encode_settings_event(std::string_view area, std::string_view id);

}  // namespace yingda::conversation::codec
