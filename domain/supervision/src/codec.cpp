#include "codec.hpp"

#include "yingda/base/json.hpp"

namespace yingda::supervision {

// Readings of events that leave out what is not asked for.
struct MessageNews {
  conversation::Author author;
  conversation::MessageKind kind = conversation::MessageKind::text;
  bool automatic = false;
};
YD_DESCRIBE(MessageNews, (author, kind, automatic))

struct NewsEvent {
  conversation::Conversation conversation;
  std::optional<MessageNews> message;
};
YD_DESCRIBE(NewsEvent, (conversation, message))

struct SettingsNews {
  std::string area, id;
};
YD_DESCRIBE(SettingsNews, (area, id))

Result<ConversationNews> decode_conversation_news(std::string_view payload) {
  YD_TRY(auto event, json::decode<NewsEvent>(payload));
  ConversationNews news{std::move(event.conversation), std::nullopt};
  if (!event.message) return news;
  const MessageNews& message = *event.message;
  const bool to_customer = message.kind != conversation::MessageKind::note &&
                           message.kind != conversation::MessageKind::system &&
                           message.kind != conversation::MessageKind::whisper;
  if (to_customer && !message.automatic && message.author.kind == conversation::AuthorKind::agent) {
    if (const auto id = parse_id<UserId>(message.author.id)) news.replied = *id;
  }
  return news;
}

Result<routing::AttentionEvent> decode_attention(std::string_view payload) {
  return json::decode<routing::AttentionEvent>(payload);
}

Result<routing::QueueAttentionEvent> decode_queue_attention(std::string_view payload) {
  return json::decode<routing::QueueAttentionEvent>(payload);
}

Result<Alarm> decode_alarm(std::string_view payload) { return json::decode<Alarm>(payload); }
std::string encode_alarm(const Alarm& alarm) { return json::encode(alarm); }
std::string encode_board(const Board& board) { return json::encode(board); }
std::string encode_notice(const AlarmNotice& notice) { return json::encode(notice); }

std::string encode_settings_changed(std::string_view area) { return json::encode(SettingsNews{std::string(area), {}}); }

Result<std::string> decode_settings_area(std::string_view payload) {
  YD_TRY(auto news, json::decode<SettingsNews>(payload));
  return std::move(news.area);
}

std::vector<AlarmKind> decode_kinds(std::string_view text) {
  if (text.empty()) return {};
  auto kinds = json::decode<std::vector<AlarmKind>>(text);
  return kinds ? *std::move(kinds) : std::vector<AlarmKind>{};
}

std::string encode_kinds(const std::vector<AlarmKind>& kinds) { return kinds.empty() ? "" : json::encode(kinds); }

std::string encode_settings(const AlarmSettings& settings) {
  AlarmSettings told = settings;
  for (Webhook& hook : told.webhooks) hook.secret.reset();
  return json::encode(told);
}

}  // namespace yingda::supervision
