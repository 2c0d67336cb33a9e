#include "frames.hpp"

#include <memory>
#include <optional>

#include "yingda/base/json.hpp"
#include "yingda/realtime/limits.hpp"

namespace yingda::realtime {
namespace {

/// Every member any frame may have; which ones must stand is decided by `t`.
struct RawFrame {
  std::string t;
  std::optional<std::int64_t> since, delivered_seq, read_seq;
  std::optional<bool> all, on, silent;
  std::optional<ConversationId> id;
  std::optional<UnitId> unit_id;
  std::vector<ConversationId> watch, watch_silent;
  std::optional<std::string> client_msg_id, text;
  std::optional<conversation::MessageKind> kind;
  std::optional<FileId> file_id;
  std::optional<MessageId> quote_id;
  std::vector<UserId> mentions;
};
YD_DESCRIBE(RawFrame, (t, since, delivered_seq, read_seq, all, on, silent, id, unit_id, watch, watch_silent,
                       client_msg_id, text, kind, file_id, quote_id, mentions))

struct RawFrames {
  std::vector<JsonText> frames;
};
YD_DESCRIBE(RawFrames, (frames))

struct PresenceItem {
  UserId id;
  std::string name;
  bool typing = false;
};
YD_DESCRIBE(PresenceItem, (id, name, typing))

std::unexpected<Error> missing(std::string field) { return fail_fields({{std::move(field), "request.required"}}); }

std::shared_ptr<const std::string> shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out.append(",\"").append(name).append("\":");
  json::append_string(out, value);
}

}  // namespace

Result<AgentFrame> decode_agent_frame(std::string_view text) {
  if (text.size() > kFrameBytesMax) return fail(Code::limit_exceeded, "realtime.frame_too_large");
  YD_TRY(RawFrame raw, json::decode<RawFrame>(text));
  if (raw.t == "ping") return PingFrame{};
  if (raw.t == "hello") {
    if (!raw.since) return missing("since");
    if (raw.watch.size() + raw.watch_silent.size() > kWatchesMax)
      return fail(Code::limit_exceeded, "realtime.too_many_watches");
    return HelloFrame{*raw.since, raw.all.value_or(false), std::move(raw.watch), std::move(raw.watch_silent)};
  }
  if (raw.t == "board") return BoardFrame{raw.on.value_or(true), raw.unit_id.value_or(UnitId{})};
  if (raw.t == "all") return AllFrame{raw.on.value_or(true)};
  if (!raw.id || !*raw.id) {
    if (raw.t == "watch" || raw.t == "unwatch" || raw.t == "typing" || raw.t == "receipts" || raw.t == "send")
      return missing("id");
    return fail(Code::invalid_argument, "realtime.unknown_frame");
  }
  if (raw.t == "watch") return WatchFrame{*raw.id, true, raw.silent.value_or(false)};
  if (raw.t == "unwatch") return WatchFrame{*raw.id, false, false};
  if (raw.t == "typing") return TypingFrame{*raw.id, raw.on.value_or(true)};
  if (raw.t == "send") {
    if (!raw.client_msg_id) return missing("client_msg_id");
    SendFrame send{*raw.id, {}};
    send.outbound.client_msg_id = *std::move(raw.client_msg_id);
    send.outbound.kind = raw.kind.value_or(conversation::MessageKind::text);
    send.outbound.text = std::move(raw.text).value_or("");
    send.outbound.file = raw.file_id.value_or(FileId{});
    send.outbound.quote = raw.quote_id.value_or(MessageId{});
    send.outbound.mentions = std::move(raw.mentions);
    return send;
  }
  if (raw.t == "receipts") {
    const std::int64_t delivered = raw.delivered_seq.value_or(0), read = raw.read_seq.value_or(0);
    if (delivered < 0) return fail_fields({{"delivered_seq", "request.out_of_range"}});
    if (read < 0) return fail_fields({{"read_seq", "request.out_of_range"}});
    return ReceiptsFrame{*raw.id, delivered, read};
  }
  return fail(Code::invalid_argument, "realtime.unknown_frame");
}

Result<std::vector<std::string>> decode_frame_list(std::string_view text, int frames_max) {
  YD_TRY(RawFrames raw, json::decode<RawFrames>(text));
  if (raw.frames.size() > static_cast<std::size_t>(frames_max))
    return fail(Code::limit_exceeded, "realtime.too_many_frames");
  std::vector<std::string> out;
  out.reserve(raw.frames.size());
  for (JsonText& frame : raw.frames) out.push_back(std::move(frame.text));
  return out;
}

std::string event_frame(std::int64_t seq, std::int64_t prev, UtcTime at, std::string_view type, std::string_view data) {
  std::string out;
  out.reserve(data.size() + type.size() + 110);
  out.append(R"({"t":"event","seq":)");
  json::append_int(out, seq);
  out.append(R"(,"prev":)");
  json::append_int(out, prev);
  out.append(R"(,"at_ms":)");
  json::append_int(out, at.ms);
  out.append(R"(,"type":")").append(type).append(R"(","data":)");
  out.append(data.empty() ? std::string_view("{}") : data).push_back('}');
  return out;
}

std::string welcome_frame(std::int64_t last_seq, std::string_view socket) {
  std::string out = R"({"t":"welcome","last_seq":)";
  json::append_int(out, last_seq);
  if (!socket.empty()) append_member(out, "socket", socket);
  out.push_back('}');
  return out;
}

const std::shared_ptr<const std::string>& resync_frame() {
  static const auto frame = shared(R"({"t":"resync"})");
  return frame;
}

const std::shared_ptr<const std::string>& pong_frame() {
  static const auto frame = shared(R"({"t":"pong"})");
  return frame;
}

std::string typing_frame(const TypingShown& typing) {
  std::string out = R"({"t":"typing","id":")" + to_string(typing.conversation) + '"';
  append_member(out, "side", typing.side);
  append_member(out, "by", typing.by);
  append_member(out, "name", typing.name);
  out.append(typing.on ? R"(,"on":true)" : R"(,"on":false)");
  if (typing.on && !typing.preview.empty()) append_member(out, "preview", typing.preview);
  out.push_back('}');
  return out;
}

std::string visitor_typing_frame(bool on, std::string_view name) {
  std::string out = on ? R"({"t":"typing","on":true)" : R"({"t":"typing","on":false)";
  append_member(out, "name", name);
  out.push_back('}');
  return out;
}

std::string presence_frame(ConversationId conversation, const std::vector<PresentAgent>& agents) {
  std::string out = R"({"t":"presence","id":")" + to_string(conversation) + R"(","agents":[)";
  for (const PresentAgent& agent : agents) {
    if (!out.ends_with('[')) out.push_back(',');
    json::append(out, PresenceItem{agent.id, agent.name, agent.typing});
  }
  return out + "]}";
}

std::string board_frame(std::string_view board, UnitId unit) {
  std::string out = R"({"t":"board")";
  out.reserve(board.size() + 64);
  if (unit) append_member(out, "unit_id", to_string(unit));
  return out.append(R"(,"board":)").append(board).append("}");
}

std::string visitor_frame(ConversationId conversation, bool online, const customer::PageView& page) {
  std::string out = R"({"t":"visitor","id":")" + to_string(conversation) + '"';
  out.append(online ? R"(,"online":true)" : R"(,"online":false)");
  if (!page.url.empty()) {
    out.append(R"(,"page":)");
    json::append(out, page);
  }
  out.push_back('}');
  return out;
}

std::string agent_frame(std::string_view status) {
  return std::string(R"({"t":"agent","agent":)").append(status).append("}");
}

std::string queue_frame(const QueuePlace& place) {
  std::string out = R"({"t":"queue","position":)";
  json::append_int(out, place.position);
  if (place.estimated_wait_ms) {
    out.append(R"(,"estimated_wait_ms":)");
    json::append_int(out, *place.estimated_wait_ms);
  }
  return out + "}";
}

}  // namespace yingda::realtime
