#include "relay_rooms.hpp"

#include <array>
#include <atomic>
#include <charconv>
#include <mutex>
#include <optional>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/base/json.hpp"
#include "yingda/base/json_append.hpp"
#include "yingda/base/text.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/types.hpp"
#include "yingda/realtime/scan.hpp"

namespace yingda::bench {
namespace {

using conversation::AuthorKind;
using realtime::Scanner;

/// The members of the product's frames, so that decoding costs the same.
struct RawFrame {
  std::string t;
  std::optional<std::string> token, client_msg_id, kind, text, name, url, title, referrer, id;
  std::optional<FileId> file_id;
  std::optional<MessageId> quote_id;
  std::optional<std::int64_t> since, delivered_seq, read_seq;
  std::optional<bool> on;
};
YD_DESCRIBE(RawFrame, (t, token, client_msg_id, kind, text, name, url, title, referrer, id, file_id, quote_id, since,
                       delivered_seq, read_seq, on))

struct Thread {
  std::mutex mutex;
  conversation::Conversation view;
};

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

template <std::size_t N>
std::string reduced(std::string_view json, const std::array<std::string_view, N>& names) {
  const auto values = pick(json, names);
  std::string out = "{";
  for (std::size_t i = 0; i < N; ++i) {
    if (values[i].empty()) continue;
    if (out.size() > 1) out += ',';
    json::append_string(out, names[i]);
    out.append(":").append(values[i]);
  }
  return out + "}";
}

std::shared_ptr<const std::string> event_frame(std::int64_t seq, UtcTime at, std::string_view data) {
  std::string out = R"({"t":"event","seq":)";
  out.reserve(data.size() + 128);
  json::append_int(out, seq);
  out += R"(,"prev":)";
  json::append_int(out, seq - 1);
  out += R"(,"at_ms":)";
  json::append_int(out, at.ms);
  out.append(R"(,"type":"message.accepted","data":)").append(data).push_back('}');
  return std::make_shared<const std::string>(std::move(out));
}

/// The visitor's event, cut out of the agents' one.
std::string visitor_data(std::string_view payload) {
  static constexpr std::array<std::string_view, 2> kParts{"conversation", "message"};
  static constexpr std::array<std::string_view, 8> kConversation{
      "id", "state", "agent", "episode_number", "last_seq", "receipts", "promised_at_ms", "version"};
  static constexpr std::array<std::string_view, 11> kMessage{
      "id",    "conversation_id", "seq",       "author",        "kind",         "text",
      "quote", "system",          "automatic", "created_at_ms", "client_msg_id"};
  const auto parts = pick(payload, kParts);
  return R"({"conversation":)" + reduced(parts[0], kConversation) + R"(,"message":)" + reduced(parts[1], kMessage) +
         "}";
}

/// Who hears of it, read from the payload as the product does.
struct Audience {
  ConversationId conversation;
  CustomerId customer;
  UserId owner;
};

Audience audience_of(std::string_view payload) {
  Audience out;
  Scanner scan(payload);
  const auto id_in = [&]<class I>(I& id) {
    scan.object([&](std::string_view key) {
      if (key != "id") return;
      if (const auto found = parse_id<I>(scan.string())) id = *found;
    });
  };
  scan.object([&](std::string_view part) {
    if (part != "conversation") return;
    scan.object([&](std::string_view key) {
      if (key == "customer") id_in(out.customer);
      if (key == "agent") id_in(out.owner);
      if (key != "id") return;
      if (const auto id = parse_id<ConversationId>(scan.string())) out.conversation = *id;
    });
  });
  return out;
}

}  // namespace

struct RelayRooms::Impl {
  explicit Impl(std::size_t visitors_max) : ids(clock), threads(visitors_max) {}

  conversation::Message compose(RawFrame& raw, Side side, Thread& thread, UtcTime now) {
    conversation::Conversation& view = thread.view;
    conversation::Message message;
    message.id = ids.next<MessageId>();
    message.conversation_id = view.id;
    message.episode_id = view.episode_id;
    message.seq = ++view.last_seq;
    message.author = side == Side::visitor
                         ? conversation::Author{AuthorKind::customer, to_string(view.customer.id), view.customer.label}
                         : conversation::Author{AuthorKind::agent, to_string(view.agent->id), view.agent->name};
    message.text = std::move(raw.text).value_or("");
    message.client_msg_id = std::move(raw.client_msg_id).value_or("");
    message.created_at_ms = now;
    view.last_preview = text::preview(message.text, 80);
    view.last_author = message.author.kind;
    if (side == Side::visitor) {
      ++view.unread;
      if (!view.waiting_since_ms) view.waiting_since_ms = now;
    } else {
      view.waiting_since_ms.reset();
    }
    view.updated_at_ms = now;
    ++view.version;
    return message;
  }

  void begin(Thread& thread, std::size_t visitor, UtcTime now) {
    conversation::Conversation& view = thread.view;
    view.id = ConversationId{static_cast<std::int64_t>(visitor) + 1};
    view.customer.id = ids.next<CustomerId>();
    view.customer.label = "4F2K";
    view.widget_id = ids.next<WidgetId>();
    view.state = conversation::State::assigned;
    view.team_id = ids.next<TeamId>();
    view.agent = conversation::AgentSummary{ids.next<UserId>(), "王芳"};
    view.episode_id = ids.next<EpisodeId>();
    view.episode_number = 1;
    view.created_at_ms = now;
    view.assign_reason = "routing.rule.strategy";
  }

  SystemClock clock;
  IdSource ids;
  std::vector<Thread> threads;
  std::atomic<std::int64_t> seq{0};
};

RelayRooms::RelayRooms(std::size_t visitors_max) : impl_(std::make_unique<Impl>(visitors_max)) {}
RelayRooms::~RelayRooms() = default;

bool RelayRooms::accept(std::string_view frame, Side side, std::size_t& visitor, RelayFrames& out) {
  auto raw = json::decode<RawFrame>(frame);
  if (!raw || raw->t != "send" || !raw->client_msg_id || !raw->text || !text::is_valid_utf8(*raw->text)) return false;
  if (side == Side::agent) {
    const auto id = parse_id<ConversationId>(raw->id.value_or(""));
    if (!id) return false;
    visitor = static_cast<std::size_t>(id->value) - 1;
  }
  if (visitor >= impl_->threads.size()) return false;
  Thread& thread = impl_->threads[visitor];
  const UtcTime now = impl_->clock.now();
  const std::string key = *raw->client_msg_id;
  std::string payload;
  payload.reserve(2'048);
  conversation::Message message;
  {
    const std::scoped_lock lock(thread.mutex);
    if (!thread.view.id) impl_->begin(thread, visitor, now);
    message = impl_->compose(*raw, side, thread, now);
    payload = R"({"conversation":)";
    json::append(payload, thread.view);
  }
  payload += R"(,"message":)";
  json::append(payload, message);
  payload += '}';
  const std::int64_t seq = ++impl_->seq;
  const Audience audience = audience_of(payload);
  if (!audience.owner || !audience.customer) return false;
  out.agent = event_frame(seq, now, payload);
  out.visitor = event_frame(seq, now, visitor_data(payload));
  out.ack = R"({"t":"ack","client_msg_id":)";
  json::append_string(out.ack, key);
  out.ack.append(R"(,"message_id":")").append(to_string(message.id)).append(R"(","seq":)");
  json::append_int(out.ack, message.seq);
  out.ack += R"(,"duplicate":false,"created_at_ms":)";
  json::append_int(out.ack, now.ms);
  out.ack += '}';
  return true;
}

}  // namespace yingda::bench
