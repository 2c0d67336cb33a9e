// Bytes from visitors' browsers into typed values. Pure; fuzzed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/base/json_text.hpp"
#include "yingda/base/result.hpp"
#include "yingda/conversation/types.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/rating/types.hpp"

namespace yingda::webchat {

struct HelloFrame {
  std::string token;
  std::int64_t since = 0;
};
struct SendFrame {
  std::string client_msg_id;
  conversation::MessageKind kind = conversation::MessageKind::text;
  std::string text;
  FileId file;
  MessageId quote;
  std::string topic;  // chosen in the menu; "" none
};
struct RecallFrame {
  MessageId id;
};
struct TypingFrame {
  bool on = true;
  std::string text;
};
struct ReceiptsFrame {
  std::int64_t delivered_seq = 0, read_seq = 0;
};
struct PageFrame {
  customer::PageView page;
};
struct AttributesFrame {
  std::map<std::string, std::string> attributes;
};
struct TrackFrame {
  std::string name;
  JsonText properties;  // an object or empty
};
struct ContactFrame {
  customer::Contact contact;
};
struct RateFrame {
  rating::Answer answer;
};
struct PingFrame {};
using Frame = std::variant<HelloFrame, SendFrame, RecallFrame, TypingFrame, ReceiptsFrame, PageFrame, AttributesFrame,
                           TrackFrame, ContactFrame, RateFrame, PingFrame>;

/// A frame that could not be read; `client_msg_id` is known when it was a send, so that it gets a nack.
struct Refused {
  Error error;
  std::string client_msg_id;
};
/// Errors: `request.invalid_json`, `request.invalid_fields`, `webchat.unknown_frame`, `webchat.frame_too_large`.
std::expected<Frame, Refused> decode_frame(std::string_view text);

struct IdentityClaim {
  std::string external_id, signature;
  std::string name, email, phone, level;
  std::map<std::string, std::string> attributes;
};
struct SessionRequest {
  std::string visitor_token;  // "" on the first visit
  std::optional<IdentityClaim> identity;
  std::string locale;
  std::optional<customer::PageView> page;
};
/// Body of POST …/session; an empty body is an empty request.
Result<SessionRequest> decode_session(std::string_view body);

struct PollRequest {
  std::int64_t since = 0, wait_s = 0;
  std::vector<std::string> frames;  // each frame's own text
};
Result<PollRequest> decode_poll(std::string_view body);

}  // namespace yingda::webchat
