#include "decide.hpp"

#include <algorithm>

#include "store.hpp"
#include "yingda/base/text.hpp"

namespace yingda::conversation {
namespace {

bool is_answer(const Message& message) {
  return (message.author.kind == AuthorKind::agent || message.author.kind == AuthorKind::bot) && !message.automatic;
}

void count_agent(EpisodeProgress& episode, UserId agent) {
  if (agent && !contains(episode.agents, agent)) episode.agents.push_back(agent);
}

void leave_queue(Conversation& c) {
  c.queued_at_ms.reset();
  c.promised_at_ms.reset();
}

}  // namespace

Reach reach_of(const Conversation& c, const org::Actor& actor) {
  Reach reach;
  if (actor.user) {
    reach.owner = c.agent && c.agent->id == actor.user;
    if (const auto part = std::ranges::find(c.participants, actor.user, &Participant::id); part != c.participants.end())
      (part->consulted() ? reach.consulted : reach.participant) = true;
  }
  reach.member = c.team_id && contains(actor.teams, c.team_id);
  const bool in_scope = actor.scope == org::DataScope::tenant || (c.team_id && contains(actor.scope_teams, c.team_id));
  reach.supervisor = in_scope && actor.may(org::Permission::conversation_supervise);
  reach.viewer = reach.supervisor || (in_scope && actor.may(org::Permission::conversation_view));
  return reach;
}

Status check_text(std::string_view text, TextNeed need) {
  if (!text::is_valid_utf8(text)) return fail(Code::invalid_argument, "request.invalid_utf8");
  if (text.size() > static_cast<std::size_t>(kTextCodePointsMax) &&
      text::count_code_points(text) > static_cast<std::size_t>(kTextCodePointsMax))
    return fail(Code::invalid_argument, "conversation.text_too_long");
  if (need == TextNeed::needed && text::trim(text).empty())
    return fail(Code::invalid_argument, "conversation.empty_message");
  return {};
}

Status check_client_key(std::string_view key) {
  if (key.empty() || key.size() > static_cast<std::size_t>(kClientKeyBytesMax) || !text::is_valid_utf8(key))
    return fail(Code::invalid_argument, "conversation.invalid_client_key");
  return {};
}

Status check_topic(std::string_view topic) {
  if (topic.size() > static_cast<std::size_t>(kTopicBytesMax) || !text::is_valid_utf8(topic))
    return fail(Code::invalid_argument, "conversation.invalid_topic");
  return {};
}

MessageKind decide_kind(MessageKind asked, std::string_view type) {
  if (asked == MessageKind::note || asked == MessageKind::file) return asked;
  const bool image = type.starts_with("image/"), video = type.starts_with("video/"), audio = type.starts_with("audio/");
  // Recorders of browsers wrap sound into containers that are sniffed as video.
  if (asked == MessageKind::voice && (audio || type == "video/webm" || type == "application/ogg")) return asked;
  if (image) return MessageKind::image;
  if (video) return MessageKind::video;
  if (audio) return MessageKind::voice;
  return MessageKind::file;
}

std::string preview_of(const Message& message) {
  if (message.text.empty()) return message.file ? text::preview(message.file->name, kPreviewCodePoints) : std::string();
  return text::preview(message.text, kPreviewCodePoints);
}

void apply_message(Thread& thread, Message& message) {
  Conversation& c = thread.view;
  message.seq = ++c.last_seq;
  message.conversation_id = c.id;
  message.episode_id = c.episode_id;
  if (is_internal(message.kind) || message.kind == MessageKind::system) return;
  c.last_preview = preview_of(message);
  c.last_author = message.author.kind;
  thread.visible_seq = message.seq;
  const bool open = c.state != State::closed;
  if (message.author.kind == AuthorKind::customer) {
    ++c.unread;
    if (!c.waiting_since_ms) c.waiting_since_ms = message.created_at_ms;
    if (open) ++thread.episode.customer_messages;
  } else if (is_answer(message)) {
    c.waiting_since_ms.reset();
    if (!open) return;
    ++thread.episode.agent_messages;
    if (!thread.episode.first_reply_at_ms) thread.episode.first_reply_at_ms = message.created_at_ms;
    if (message.author.kind == AuthorKind::agent) {
      if (const auto id = parse_id<UserId>(message.author.id)) count_agent(thread.episode, *id);
    }
  }
}

void touch(Thread& thread, UtcTime now) {
  ++thread.view.version;
  thread.view.updated_at_ms = std::max(thread.view.updated_at_ms, now);
}

void open_episode(Thread& thread, EpisodeId episode, Channel channel, WidgetId widget, UtcTime now) {
  Conversation& c = thread.view;
  c.channel = channel;
  c.widget_id = widget;
  c.state = State::queued;
  c.team_id = {};
  c.agent.reset();
  c.participants.clear();
  c.episode_id = episode;
  ++c.episode_number;
  c.priority = 0;
  c.waiting_since_ms.reset();
  leave_queue(c);
  c.queued_at_ms = now;
  c.closed_at_ms.reset();
  c.assign_reason.clear();
  c.topic.reset();
  thread.episode = {};
  thread.episode.opened_at_ms = now;
}

void assign_to(Thread& thread, const AgentSummary& agent, TeamId team, std::string_view reason, UtcTime now) {
  Conversation& c = thread.view;
  c.state = State::assigned;
  c.agent = agent;
  c.team_id = team;
  c.assign_reason = reason;
  c.closed_at_ms.reset();
  leave_queue(c);
  if (!thread.episode.first_assigned_at_ms) thread.episode.first_assigned_at_ms = now;
  count_agent(thread.episode, agent.id);
}

void queue_in(Thread& thread, TeamId team, std::string_view reason, UtcTime now) {
  Conversation& c = thread.view;
  const auto since = waits(c) ? c.queued_at_ms : std::nullopt;
  leave_queue(c);
  c.state = State::queued;
  c.agent.reset();
  c.team_id = team;
  c.assign_reason = reason;
  c.queued_at_ms = since.value_or(now);
  c.closed_at_ms.reset();
}

void promise_in(Thread& thread, TeamId team, std::optional<UtcTime> back_at, std::string_view reason, UtcTime now) {
  queue_in(thread, team, reason, now);
  thread.view.state = State::promised;
  thread.view.promised_at_ms = back_at;
}

void close_episode(Thread& thread, UtcTime now) {
  Conversation& c = thread.view;
  c.state = State::closed;
  c.closed_at_ms = now;
  c.waiting_since_ms.reset();
  leave_queue(c);
}

bool drop_participant(Thread& thread, UserId user) {
  return std::erase_if(thread.view.participants, [&](const Participant& p) { return p.id == user; }) > 0;
}

Receipts decide_receipts(const Receipts& before, Side side, std::int64_t delivered_seq, std::int64_t read_seq,
                         std::int64_t last_seq) {
  Receipts after = before;
  auto& delivered = side == Side::customer ? after.customer_delivered_seq : after.agent_delivered_seq;
  auto& read = side == Side::customer ? after.customer_read_seq : after.agent_read_seq;
  read = std::max(read, std::min(read_seq, last_seq));
  delivered = std::max({delivered, std::min(delivered_seq, last_seq), read});
  return after;
}

}  // namespace yingda::conversation
