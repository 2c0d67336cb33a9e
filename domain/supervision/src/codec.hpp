// JSON of events, columns and bodies. The only file of this room that reads or writes JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/conversation/types.hpp"
#include "yingda/routing/events.hpp"
#include "yingda/supervision/board.hpp"
#include "yingda/supervision/types.hpp"

namespace yingda::supervision {

/// What the floor needs of a conversation's event.
struct ConversationNews {
  conversation::Conversation conversation;
  std::optional<UserId> replied;  // an agent's own answer
};
/// Of "conversation.*" and "message.*".
Result<ConversationNews> decode_conversation_news(std::string_view payload);
Result<routing::AttentionEvent> decode_attention(std::string_view payload);
Result<routing::QueueAttentionEvent> decode_queue_attention(std::string_view payload);
Result<Alarm> decode_alarm(std::string_view payload);
std::string encode_alarm(const Alarm& alarm);
std::string encode_board(const Board& board);
std::string encode_notice(const AlarmNotice& notice);
std::string encode_settings_changed(std::string_view area);
Result<std::string> decode_settings_area(std::string_view payload);
/// Stored text that cannot be read gives nothing.
std::vector<AlarmKind> decode_kinds(std::string_view text);
std::string encode_kinds(const std::vector<AlarmKind>& kinds);
/// What an audit record says of the webhooks: never their secrets.
std::string encode_settings(const AlarmSettings& settings);

}  // namespace yingda::supervision
