#include "codec.hpp"

#include "yingda/base/json.hpp"
#include "yingda/base/json_append.hpp"

namespace yingda::conversation::codec {
namespace {

template <class T>
std::string encode_list(const std::vector<T>& items) {
  return items.empty() ? std::string() : json::encode(items);
}

template <class T>
T decode_or_empty(std::string_view text) {
  if (text.empty()) return {};
  auto value = json::decode<T>(text);
  return value ? *std::move(value) : T{};
}

template <class T>
std::optional<T> decode_optional(std::string_view text) {
  if (text.empty()) return std::nullopt;
  auto value = json::decode<T>(text);
  return value ? std::optional<T>(*std::move(value)) : std::nullopt;
}

template <class T>
void append_member(std::string& out, std::string_view key, const T& value) {
  out += ',';
  json::append_string(out, key);
  out += ':';
  json::append(out, value);
}

}  // namespace

std::string encode_participants(const std::vector<Participant>& participants) { return encode_list(participants); }
std::vector<Participant> decode_participants(std::string_view text) {
  return decode_or_empty<std::vector<Participant>>(text);
}
std::string encode_users(const std::vector<UserId>& users) { return encode_list(users); }
std::vector<UserId> decode_users(std::string_view text) {
  // Read with every message: nearly always nobody or one agent, whose id needs no parser.
  if (text.empty()) return {};
  if (text.starts_with("[\"") && text.ends_with("\"]")) {
    if (const auto only = parse_id<UserId>(text.substr(2, text.size() - 4))) return {*only};
  }
  return decode_or_empty<std::vector<UserId>>(text);
}
std::string encode_file(const std::optional<FileInfo>& file) { return file ? json::encode(*file) : std::string(); }
std::optional<FileInfo> decode_file(std::string_view text) { return decode_optional<FileInfo>(text); }
std::string encode_system(const std::optional<SystemEvent>& event) {
  return event ? json::encode(*event) : std::string();
}
std::optional<SystemEvent> decode_system(std::string_view text) { return decode_optional<SystemEvent>(text); }

std::string encode_conversation(const Conversation& conversation) {
  std::string out;
  out.reserve(1'024);
  json::append(out, conversation);
  return out;
}

std::string encode_message_event(std::string_view conversation_json, const Message& message) {
  std::string out;
  out.reserve(conversation_json.size() + message.text.size() + 640);
  out += R"({"conversation":)";
  out += conversation_json;
  append_member(out, "message", message);
  out += '}';
  return out;
}

std::string encode_conversation_event(std::string_view conversation_json, const ConversationEvent& event) {
  std::string out;
  out.reserve(conversation_json.size() + event.note.size() + 256);
  out += R"({"conversation":)";
  out += conversation_json;
  append_member(out, "by_id", event.by_id);
  append_member(out, "by_name", event.by_name);
  if (event.previous_agent_id) append_member(out, "previous_agent_id", *event.previous_agent_id);
  if (event.previous_team_id) append_member(out, "previous_team_id", *event.previous_team_id);
  append_member(out, "reason", event.reason);
  append_member(out, "note", event.note);
  out += '}';
  return out;
}

std::string encode_receipts_event(const ReceiptsEvent& event) { return json::encode(event); }

std::string encode_settings_event(std::string_view area, std::string_view id) {
  std::string out = R"({"area":)";
  json::append_string(out, area);
  append_member(out, "id", std::string(id));
  out += '}';
  return out;
}

}  // namespace yingda::conversation::codec
