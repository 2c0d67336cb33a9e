#include "decode.hpp"

#include <algorithm>
#include <utility>

#include "yingda/base/json.hpp"
#include "yingda/base/text.hpp"
#include "yingda/webchat/limits.hpp"

namespace yingda::webchat {
namespace {

/// Every member any frame may have; which ones must stand is decided by `t`. Texts that stand in the wrong frame are
/// not looked at.
struct RawFrame {
  std::string t;
  std::optional<std::string> token, client_msg_id, kind, text, name, url, title, referrer, id, email, phone, topic,
      words;
  std::optional<FileId> file_id;
  std::optional<MessageId> quote_id;
  std::optional<EpisodeId> episode_id;
  std::optional<std::int64_t> since, delivered_seq, read_seq, score;
  std::optional<bool> on, solved;
  std::optional<std::vector<std::string>> reason_keys;
  std::map<std::string, std::string> attributes;
  JsonText properties;
};
YD_DESCRIBE(RawFrame, (t, token, client_msg_id, kind, text, name, url, title, referrer, id, email, phone, topic, words,
                       file_id, quote_id, episode_id, since, delivered_seq, read_seq, score, on, solved, reason_keys,
                       attributes, properties))

struct RawPage {
  std::optional<std::string> url, title, referrer;
};
YD_DESCRIBE(RawPage, (url, title, referrer))

struct RawIdentity {
  std::string external_id, signature;
  std::optional<std::string> name, email, phone, level;
  std::map<std::string, std::string> attributes;
};
YD_DESCRIBE(RawIdentity, (external_id, signature, name, email, phone, level, attributes))

struct RawSession {
  std::optional<std::string> visitor_token, locale;
  std::optional<RawIdentity> identity;
  std::optional<RawPage> page;
};
YD_DESCRIBE(RawSession, (visitor_token, locale, identity, page))

struct RawPoll {
  std::int64_t since = 0;
  std::optional<std::int64_t> wait_s;
  std::vector<JsonText> frames;
};
YD_DESCRIBE(RawPoll, (since, wait_s, frames))

std::unexpected<Error> missing(std::string field) { return fail_fields({{std::move(field), "request.required"}}); }
std::unexpected<Error> unknown(std::string field) { return fail_fields({{std::move(field), "request.unknown_value"}}); }

/// At most `max` bytes without splitting a code point.
std::string cut_bytes(std::string text, std::size_t max) {
  if (text.size() <= max) return text;
  std::size_t end = max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

/// The browser's word about its page, cut to what we keep.
customer::PageView page_of(std::string url, std::string_view title, std::string referrer) {
  customer::PageView page;
  page.url = cut_bytes(std::move(url), kUrlBytesMax);
  page.title = text::first_code_points(title, kTitleCodePointsMax);
  page.referrer = cut_bytes(std::move(referrer), kUrlBytesMax);
  return page;
}

Result<Frame> read_send(RawFrame& raw) {
  using conversation::MessageKind;
  SendFrame out;
  if (!raw.client_msg_id || raw.client_msg_id->empty()) return missing("client_msg_id");
  if (raw.client_msg_id->size() > static_cast<std::size_t>(64))
    return fail_fields({{"client_msg_id", "request.too_long"}});
  out.client_msg_id = *std::move(raw.client_msg_id);
  out.text = std::move(raw.text).value_or("");
  out.file = raw.file_id.value_or(FileId{});
  out.quote = raw.quote_id.value_or(MessageId{});
  out.topic = std::move(raw.topic).value_or("");
  out.kind = out.file ? MessageKind::file : MessageKind::text;
  if (raw.kind) {
    const auto kind = parse_enum<MessageKind>(*raw.kind);
    // Notes and system messages are the house's own.
    if (!kind || conversation::is_internal(*kind) || *kind == MessageKind::system) return unknown("kind");
    out.kind = *kind;
  }
  if (out.kind == MessageKind::text && text::trim(out.text).empty()) return missing("text");
  if (out.kind != MessageKind::text && !out.file) return missing("file_id");
  return out;
}

Result<Frame> read_receipts(const RawFrame& raw) {
  const std::int64_t delivered = raw.delivered_seq.value_or(0), read = raw.read_seq.value_or(0);
  if (delivered < 0) return fail_fields({{"delivered_seq", "request.out_of_range"}});
  if (read < 0) return fail_fields({{"read_seq", "request.out_of_range"}});
  return ReceiptsFrame{delivered, read};
}

Result<Frame> read_track(RawFrame& raw) {
  if (!raw.name || raw.name->empty()) return missing("name");
  if (raw.name->size() > kTrackNameBytesMax) return fail_fields({{"name", "request.too_long"}});
  if (!raw.properties.text.empty() && !raw.properties.text.starts_with('{'))
    return fail_fields({{"properties", "request.wrong_type"}});
  if (raw.properties.text.size() > kTrackPropertiesBytesMax) return fail_fields({{"properties", "request.too_long"}});
  return TrackFrame{*std::move(raw.name), std::move(raw.properties)};
}

Result<Frame> read_frame(RawFrame& raw) {
  if (raw.t == "send") return read_send(raw);
  if (raw.t == "ping") return PingFrame{};
  if (raw.t == "receipts") return read_receipts(raw);
  if (raw.t == "typing") return TypingFrame{raw.on.value_or(true), std::move(raw.text).value_or("")};
  if (raw.t == "hello") {
    if (!raw.token) return missing("token");
    return HelloFrame{*std::move(raw.token), raw.since.value_or(0)};
  }
  if (raw.t == "recall") {
    if (!raw.id) return missing("id");
    auto id = parse_id<MessageId>(*raw.id);
    if (!id) return fail_fields({{"id", "request.invalid_id"}});
    return RecallFrame{*id};
  }
  if (raw.t == "page") {
    if (!raw.url) return missing("url");
    return PageFrame{page_of(*std::move(raw.url), raw.title.value_or(""), std::move(raw.referrer).value_or(""))};
  }
  if (raw.t == "attributes") return AttributesFrame{std::move(raw.attributes)};
  if (raw.t == "track") return read_track(raw);
  if (raw.t == "rate") {
    if (!raw.episode_id) return missing("episode_id");
    return RateFrame{{*raw.episode_id, raw.solved, raw.score, std::move(raw.reason_keys), std::move(raw.words)}};
  }
  if (raw.t == "contact")
    return ContactFrame{
        {std::move(raw.name).value_or(""), std::move(raw.email).value_or(""), std::move(raw.phone).value_or("")}};
  return fail(Code::invalid_argument, "webchat.unknown_frame");
}

}  // namespace

std::expected<Frame, Refused> decode_frame(std::string_view text) {
  const auto refuse = [](Error error, std::string id = {}) {
    return std::unexpected(Refused{std::move(error), std::move(id)});
  };
  if (text.size() > kFrameBytesMax)
    return refuse(Error{Code::limit_exceeded, "webchat.frame_too_large", {}, {}, std::source_location::current()});
  auto raw = json::decode<RawFrame>(text);
  if (!raw) return refuse(std::move(raw).error());
  const std::string client_msg_id = raw->t == "send" ? raw->client_msg_id.value_or("") : std::string();
  auto frame = read_frame(*raw);
  if (!frame) return refuse(std::move(frame).error(), client_msg_id.size() <= 64 ? client_msg_id : std::string());
  return *std::move(frame);
}

Result<SessionRequest> decode_session(std::string_view body) {
  SessionRequest out;
  if (text::trim(body).empty()) return out;
  if (body.size() > kFrameBytesMax) return fail(Code::limit_exceeded, "request.too_large");
  YD_TRY(RawSession raw, json::decode<RawSession>(body));
  out.visitor_token = std::move(raw.visitor_token).value_or("");
  out.locale = text::first_code_points(raw.locale.value_or(""), kLocaleCodePointsMax);
  if (raw.page)
    out.page = page_of(std::move(raw.page->url).value_or(""), raw.page->title.value_or(""),
                       std::move(raw.page->referrer).value_or(""));
  if (raw.identity) {
    RawIdentity& claim = *raw.identity;
    out.identity = IdentityClaim{std::move(claim.external_id),        std::move(claim.signature),
                                 std::move(claim.name).value_or(""),  std::move(claim.email).value_or(""),
                                 std::move(claim.phone).value_or(""), std::move(claim.level).value_or(""),
                                 std::move(claim.attributes)};
  }
  return out;
}

Result<PollRequest> decode_poll(std::string_view body) {
  YD_TRY(RawPoll raw, json::decode<RawPoll>(body));
  PollRequest out;
  out.since = raw.since;
  out.wait_s = std::clamp<std::int64_t>(raw.wait_s.value_or(0), 0, kPollWaitMax.ms / 1000);
  if (raw.frames.size() > static_cast<std::size_t>(kPollFramesMax))
    return fail(Code::limit_exceeded, "webchat.too_many_frames");
  for (JsonText& frame : raw.frames) out.frames.push_back(std::move(frame.text));
  return out;
}

}  // namespace yingda::webchat
