// The agents' frames: text to typed frame, and the texts the hub sends. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/base/result.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/customer/types.hpp"
#include "yingda/realtime/queue_place.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::realtime {

struct HelloFrame {
  std::int64_t since = 0;
  bool all = false;
  std::vector<ConversationId> watch, watch_silent;
};
struct WatchFrame {
  ConversationId id;
  bool on = true;
  bool silent = false;
};
struct BoardFrame {
  bool on = true;
  UnitId unit;
};
struct AllFrame {
  bool on = true;
};
struct TypingFrame {
  ConversationId id;
  bool on = true;
};
struct ReceiptsFrame {
  ConversationId id;
  std::int64_t delivered_seq = 0, read_seq = 0;
};
/// An answer or a note, as POST /conversations/{id}/messages takes it.
struct SendFrame {
  ConversationId id;
  conversation::OutboundMessage outbound;
};
struct PingFrame {};
using AgentFrame =
    std::variant<HelloFrame, WatchFrame, AllFrame, TypingFrame, ReceiptsFrame, SendFrame, PingFrame, BoardFrame>;

/// invalid_argument `request.invalid_json`, `request.invalid_fields`, `realtime.unknown_frame`; limit_exceeded
/// `realtime.too_many_watches`.
Result<AgentFrame> decode_agent_frame(std::string_view text);

/// A list of frames as text: `{"frames":[{…},…]}` gives each frame's own text.
Result<std::vector<std::string>> decode_frame_list(std::string_view text, int frames_max);

/// The event frame of one client; `data` and `type` may differ from the stored ones (visitors).
std::string event_frame(std::int64_t seq, std::int64_t prev, UtcTime at, std::string_view type, std::string_view data);
std::string welcome_frame(std::int64_t last_seq, std::string_view socket);
const std::shared_ptr<const std::string>& resync_frame();
const std::shared_ptr<const std::string>& pong_frame();
struct TypingShown {
  ConversationId conversation;
  std::string_view side, by, name, preview;
  bool on = false;
};
std::string typing_frame(const TypingShown& typing);
std::string visitor_typing_frame(bool on, std::string_view name);
struct PresentAgent {
  UserId id;
  std::string name;
  bool typing = false;
};
std::string presence_frame(ConversationId conversation, const std::vector<PresentAgent>& agents);
/// `board` is a Board as JSON.
std::string board_frame(std::string_view board, UnitId unit);
std::string visitor_frame(ConversationId conversation, bool online, const customer::PageView& page);
/// `status` is an AgentStatus as JSON.
std::string agent_frame(std::string_view status);
std::string queue_frame(const QueuePlace& place);

}  // namespace yingda::realtime
