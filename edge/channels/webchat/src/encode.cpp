#include "encode.hpp"

#include <array>
#include <utility>

#include "yingda/base/json.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/realtime/error_frame.hpp"
#include "yingda/realtime/scan.hpp"

namespace yingda::webchat {
namespace {

using realtime::Scanner;

/// Values of an object's members by the order of `names`; "" where absent.
template <std::size_t N>
std::array<std::string_view, N> pick(std::string_view json, const std::array<std::string_view, N>& names) {
  std::array<std::string_view, N> values{};
  Scanner scan(json);
  scan.object([&](std::string_view key) {
    for (std::size_t i = 0; i < N; ++i)
      if (names[i] == key) values[i] = scan.raw();
  });
  return values;
}

void add_raw(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!out.ends_with('{')) out.push_back(',');
  out.push_back('"');
  out.append(name).append("\":").append(value);
}

void add_string(std::string& out, std::string_view name, std::string_view value) {
  if (!out.ends_with('{')) out.push_back(',');
  out.push_back('"');
  out.append(name).append("\":");
  json::append_string(out, value);
}

void add_int(std::string& out, std::string_view name, std::int64_t value) { add_raw(out, name, std::to_string(value)); }

template <std::size_t N>
void add_all(std::string& out, const std::array<std::string_view, N>& names,
             const std::array<std::string_view, N>& values) {
  for (std::size_t i = 0; i < N; ++i) add_raw(out, names[i], values[i]);
}

std::string_view unquoted(std::string_view json) {
  return json.size() >= 2 && json.front() == '"' ? json.substr(1, json.size() - 2) : std::string_view();
}

std::string file_url(std::string_view id, std::string_view token, std::string_view rest) {
  return std::string("/api/v1/webchat/files/").append(id).append(rest).append("?token=").append(token);
}

/// A FileInfo with the addresses of its bytes.
std::string with_urls(std::string_view file_json, const FileToken& token) {
  static constexpr std::array<std::string_view, 8> kNames{"id",    "name",   "content_type", "bytes",
                                                          "width", "height", "duration_ms",  "thumbnail"};
  const auto values = pick(file_json, kNames);
  const auto id = parse_id<FileId>(unquoted(values[0]));
  std::string out = "{";
  add_all(out, kNames, values);
  if (id) {
    const std::string signed_token = token(*id);
    add_string(out, "url", file_url(unquoted(values[0]), signed_token, {}));
    if (values[7] == "true")
      add_string(out, "thumbnail_url", file_url(unquoted(values[0]), signed_token, "/thumbnail"));
  }
  return out + "}";
}

constexpr std::array<std::string_view, 13> kMessageNames{
    "id",     "conversation_id", "seq",           "author",         "kind", "text",         "quote",
    "system", "automatic",       "created_at_ms", "recalled_at_ms", "file", "client_msg_id"};
constexpr std::size_t kAuthorAt = 3, kKindAt = 4, kSystemAt = 7, kShownAsTheyAre = 11, kFileAt = 11, kKeyAt = 12;
using MessageValues = std::array<std::string_view, kMessageNames.size()>;

/// Notes, whispers and internal system messages.
bool is_internal(const MessageValues& values) {
  if (values[kKindAt] == R"("note")" || values[kKindAt] == R"("whisper")") return true;
  static constexpr std::array<std::string_view, 1> kInternal{"internal"};
  return !values[kSystemAt].empty() && pick(values[kSystemAt], kInternal)[0] == "true";
}

std::string encode_values(const MessageValues& values, std::size_t size, const FileToken& token) {
  static constexpr std::array<std::string_view, 1> kAuthor{"kind"};
  std::string out = "{";
  out.reserve(size + 64);
  for (std::size_t i = 0; i < kShownAsTheyAre; ++i) add_raw(out, kMessageNames[i], values[i]);
  if (!values[kFileAt].empty()) add_raw(out, "file", with_urls(values[kFileAt], token));
  // The key is the sender's own; the widget knows its pending messages by it.
  if (pick(values[kAuthorAt], kAuthor)[0] == R"("customer")") add_raw(out, "client_msg_id", values[kKeyAt]);
  out.push_back('}');
  return out;
}

std::string encode_items(const std::vector<entrance::MenuItem>& items) {
  std::string out = "[";
  for (const auto& item : items) {
    if (!out.ends_with('[')) out.push_back(',');
    std::string shown = "{";
    add_string(shown, "id", item.id);
    add_raw(shown, "label", json::encode(item.label));
    if (item.topic) add_string(shown, "topic", *item.topic);
    if (item.answer) add_raw(shown, "answer", json::encode(*item.answer));
    add_raw(shown, "items", encode_items(item.items));
    out.append(shown + "}");
  }
  return out + "]";
}

}  // namespace

std::string encode_conversation(std::string_view conversation_json, const PlaceOf& place) {
  static constexpr std::array<std::string_view, 8> kNames{"id",       "state",    "agent",          "episode_number",
                                                          "last_seq", "receipts", "promised_at_ms", "version"};
  const auto values = pick(conversation_json, kNames);
  std::string out = "{";
  out.reserve(320);
  add_all(out, kNames, values);
  if (values[1] == R"("queued")") {
    const auto id = parse_id<ConversationId>(unquoted(values[0]));
    const auto at = id ? place(*id) : realtime::QueuePlace{};
    if (at.position > 0) add_int(out, "queue_position", at.position);
    if (at.estimated_wait_ms) add_int(out, "estimated_wait_ms", *at.estimated_wait_ms);
  }
  return out + "}";
}

std::string encode_message(std::string_view message_json, const FileToken& token) {
  return encode_values(pick(message_json, kMessageNames), message_json.size(), token);
}

std::optional<realtime::VisitorData> encode_event(const storage::CommittedEvent& event, const FileToken& token,
                                                  const PlaceOf& place) {
  const std::string_view type = event.type;
  if (type == "receipts.moved") {
    static constexpr std::array<std::string_view, 2> kNames{"receipts", "version"};
    std::string data = "{";
    add_all(data, kNames, pick(event.payload, kNames));
    return realtime::VisitorData{event.type, data + "}"};
  }
  if (type == "rating.invited" || type == "rating.answered") {
    static constexpr std::array<std::string_view, 2> kNames{"conversation", "invitation"};
    const auto values = pick(event.payload, kNames);
    std::string data = "{";
    add_raw(data, "conversation", encode_conversation(values[0], place));
    add_raw(data, "invitation", values[1]);
    return realtime::VisitorData{event.type, data + "}"};
  }
  const bool message = type.starts_with("message.");
  if (!message && !type.starts_with("conversation.")) return std::nullopt;
  static constexpr std::array<std::string_view, 2> kNames{"conversation", "message"};
  const auto values = pick(event.payload, kNames);
  if (values[0].empty()) return std::nullopt;
  MessageValues shown;
  if (message) shown = pick(values[1], kMessageNames);
  std::string data = "{";
  data.reserve(message ? values[1].size() + 512 : 512);
  add_raw(data, "conversation", encode_conversation(values[0], place));
  if (!message || is_internal(shown))
    return realtime::VisitorData{message ? std::string("conversation.changed") : event.type, data + "}"};
  add_raw(data, "message", encode_values(shown, values[1].size(), token));
  return realtime::VisitorData{event.type, data + "}"};
}

std::string encode_file(const conversation::FileInfo& file, const FileToken& token) {
  return with_urls(json::encode(file), token);
}

std::string ack_frame(std::string_view client_msg_id, MessageId message, std::int64_t seq, bool duplicate,
                      UtcTime created_at) {
  std::string out = R"({"t":"ack")";
  add_string(out, "client_msg_id", client_msg_id);
  add_string(out, "message_id", to_string(message));
  add_int(out, "seq", seq);
  add_raw(out, "duplicate", duplicate ? "true" : "false");
  add_int(out, "created_at_ms", created_at.ms);
  return out + "}";
}

std::string nack_frame(std::string_view client_msg_id, const Error& error, messages::Language language,
                       std::optional<std::int64_t> retry_after_ms) {
  std::string out = R"({"t":"nack")";
  add_string(out, "client_msg_id", client_msg_id);
  out.append(",").append(realtime::error_members(error, language));
  if (retry_after_ms) add_int(out, "retry_after_ms", *retry_after_ms);
  return out + "}";
}

std::string rated_frame(const rating::Invitation& invitation) {
  return R"({"t":"rated","invitation":)" + json::encode(invitation) + "}";
}

std::string contact_frame(const customer::Contact& contact) {
  std::string out = R"({"t":"contact")";
  if (!contact.name.empty()) add_string(out, "name", contact.name);
  if (!contact.email.empty()) add_string(out, "email", contact.email);
  if (!contact.phone.empty()) add_string(out, "phone", contact.phone);
  return out + "}";
}

std::string encode_widget_config(const Widget& widget) {
  std::string out = "{";
  add_string(out, "name", widget.name);
  add_raw(out, "typing_preview", widget.typing_preview ? "true" : "false");
  add_raw(out, "identity_required", widget.identity_required ? "true" : "false");
  add_raw(out, "languages", json::encode(widget.languages));
  add_raw(out, "look", json::encode(widget.look));
  return out + "}";
}

std::string encode_config(std::string_view widget_config, bool online, const std::optional<entrance::Menu>& menu) {
  std::string out = "{";
  add_raw(out, "widget", widget_config);
  add_raw(out, "online", online ? "true" : "false");
  if (menu && !menu->items.empty()) {
    std::string shown = "{";
    add_raw(shown, "prompt", json::encode(menu->prompt));
    add_raw(shown, "items", encode_items(menu->items));
    add_raw(out, "menu", shown + "}");
  }
  return out + "}";
}

std::string encode_messages(const std::vector<conversation::Message>& messages, const FileToken& token) {
  std::string out = "[";
  for (const auto& message : messages) {
    if (!out.ends_with('[')) out.push_back(',');
    out.append(encode_message(json::encode(message), token));
  }
  return out + "]";
}

std::string encode_session(const SessionAnswer& answer, const FileToken& token, const PlaceOf& place) {
  std::string out = "{";
  add_string(out, "visitor_token", answer.visitor_token);
  std::string customer = "{";
  add_string(customer, "id", to_string(answer.customer.id));
  add_string(customer, "name", answer.customer.name);
  add_string(customer, "label", answer.customer.label);
  add_raw(out, "customer", customer + "}");
  if (answer.conversation) add_raw(out, "conversation", encode_conversation(json::encode(*answer.conversation), place));
  add_raw(out, "messages", encode_messages(answer.messages, token));
  add_int(out, "last_seq", answer.last_seq);
  add_raw(out, "typing_preview", answer.typing_preview ? "true" : "false");
  add_raw(out, "online", answer.online ? "true" : "false");
  add_int(out, "file_limit_bytes", conversation::kFileBytesMax);
  add_int(out, "recall_window_ms", answer.recall_window_ms);
  const bool has_contact = !answer.customer.email.empty() || !answer.customer.phone.empty();
  add_raw(out, "has_contact", has_contact ? "true" : "false");
  if (answer.invitation) add_raw(out, "invitation", json::encode(*answer.invitation));
  if (answer.next_open) add_int(out, "next_open_at_ms", answer.next_open->ms);
  return out + "}";
}

}  // namespace yingda::webchat
