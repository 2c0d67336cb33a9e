// Values of the conversation (会话): the lifelong thread, its service episodes (服务单元), messages, receipts.
// They are the API's shapes, too.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/json_text.hpp"
#include "yingda/base/time.hpp"
#include "yingda/customer/types.hpp"

namespace yingda::conversation {

enum class Channel { webchat, email, wechat, wecom, sms, voice, api };
YD_DESCRIBE_ENUM(Channel, webchat, email, wechat, wecom, sms, voice, api)

/// Where an open conversation stands. Law: an open conversation always has an owner (assigned), a place in a team's
/// queue (queued), or a promise with a date (promised: nobody is online, answered in order when we are back).
enum class State { queued, assigned, promised, closed };
YD_DESCRIBE_ENUM(State, queued, assigned, promised, closed)

enum class AuthorKind { customer, agent, bot, system };
YD_DESCRIBE_ENUM(AuthorKind, customer, agent, bot, system)

struct Author {
  AuthorKind kind = AuthorKind::system;
  std::string id;    // us_… or cu_…; "" for system
  std::string name;  // as the other side sees it
};
YD_DESCRIBE(Author, (kind, id, name))

/// note: internal, customers never receive it. system: see SystemEvent. whisper (密语): a supervisor's words for the
/// owner's ears alone; who else supervises the conversation reads them too, nobody else.
enum class MessageKind { text, image, file, video, voice, note, system, whisper };
YD_DESCRIBE_ENUM(MessageKind, text, image, file, video, voice, note, system, whisper)

/// Written among agents: never for the customer, never in previews and counts.
constexpr bool is_internal(MessageKind kind) { return kind == MessageKind::note || kind == MessageKind::whisper; }

/// A file as messages carry it; bytes are fetched from /api/v1/files/{id} or /api/v1/webchat/files/{id}.
struct FileInfo {
  FileId id;
  std::string name;
  std::string content_type;
  std::int64_t bytes = 0;
  std::int64_t width = 0, height = 0;  // pixels; 0 when unknown
  std::int64_t duration_ms = 0;        // voice, video; 0 when unknown
  bool thumbnail = false;              // …/thumbnail exists
};
YD_DESCRIBE(FileInfo, (id, name, content_type, bytes, width, height, duration_ms, thumbnail))

/// What happened, for the client to word: key "conversation.assigned" with args {"agent":"王芳"} …
struct SystemEvent {
  std::string key;
  std::map<std::string, std::string> args;
  bool internal = false;  // agents only
};
YD_DESCRIBE(SystemEvent, (key, args, internal))

/// The message a reply quotes, as far as a bubble needs it.
struct Quote {
  MessageId id;
  std::string author_name;
  std::string preview;
};
YD_DESCRIBE(Quote, (id, author_name, preview))

/// One message. `seq` is dense within its conversation and is the only order. A recalled message keeps its place and
/// loses its content.
struct Message {
  MessageId id;
  ConversationId conversation_id;
  EpisodeId episode_id;
  std::int64_t seq = 0;
  Author author;
  MessageKind kind = MessageKind::text;
  std::string text;
  std::optional<FileInfo> file;
  std::optional<Quote> quote;
  std::vector<UserId> mentions;       // notes; of a whisper: the owner it was said to
  std::optional<SystemEvent> system;  // kind system only
  std::string client_msg_id;          // the sender's key: exactly-once
  bool automatic = false;             // greeting, canned automatic reply, robot: shown as automatic (M29)
  UtcTime created_at_ms;
  std::optional<UtcTime> recalled_at_ms;
};
YD_DESCRIBE(Message, (id, conversation_id, episode_id, seq, author, kind, text, file, quote, mentions, system,
                      client_msg_id, automatic, created_at_ms, recalled_at_ms))

/// How far one side has received and read, as message seqs; they only grow. A message's delivery state follows:
/// sent (stored), delivered (seq <= other side's delivered_seq), read (seq <= other side's read_seq).
struct Receipts {
  std::int64_t customer_delivered_seq = 0, customer_read_seq = 0;
  std::int64_t agent_delivered_seq = 0, agent_read_seq = 0;
  bool operator==(const Receipts&) const = default;
};
YD_DESCRIBE(Receipts, (customer_delivered_seq, customer_read_seq, agent_delivered_seq, agent_read_seq))

struct AgentSummary {
  UserId id;
  std::string name;  // as customers see it
};
YD_DESCRIBE(AgentSummary, (id, name))

/// conference: answers the customer like the owner. consult (求助): was asked for advice; sees everything, writes notes
/// only, is nobody the customer knows of.
enum class ParticipantRole { conference, consult };
YD_DESCRIBE_ENUM(ParticipantRole, conference, consult)

struct Participant {
  UserId id;
  std::string name;
  std::optional<ParticipantRole> role;  // absent (release 0.1): conference
  bool consulted() const { return role == ParticipantRole::consult; }
};
YD_DESCRIBE(Participant, (id, name, role))

/// The conversation as lists and events carry it, whole: a client replaces its copy, it never merges.
struct Conversation {
  ConversationId id;
  customer::CustomerSummary customer;
  Channel channel = Channel::webchat;
  WidgetId widget_id;
  State state = State::queued;
  TeamId team_id;                         // queue or owner's team; none before routing
  std::optional<AgentSummary> agent;      // owner (state assigned); the last one (state closed)
  std::vector<Participant> participants;  // others taking part; without the owner
  EpisodeId episode_id;                   // the current or last episode
  std::int64_t episode_number = 0;        // 1, 2, 3 … within the thread
  std::int64_t priority = 0;              // 0 normal … 9 most urgent
  std::int64_t last_seq = 0;              // newest message
  std::string last_preview;               // first 80 code points of the newest visible message, notes excluded
  AuthorKind last_author = AuthorKind::system;
  std::int64_t unread = 0;                  // customer messages the agents' side has not read
  std::optional<UtcTime> waiting_since_ms;  // the customer spoke last: since his first unanswered message
  std::optional<UtcTime> queued_at_ms;      // place in the queue
  std::optional<UtcTime> promised_at_ms;    // state promised: when we will be back
  UtcTime created_at_ms, updated_at_ms;
  std::optional<UtcTime> closed_at_ms;
  std::int64_t version = 0;  // grows with every change; guards races
  Receipts receipts;
  std::string assign_reason;  // why this agent, why now: dotted key of the last assignment
  /// What the customer said it is about (问题类型): a key of the entrance's menu, or what an external program told;
  /// none when he did not say.
  std::optional<std::string> topic;
};
YD_DESCRIBE(Conversation,
            (id, customer, channel, widget_id, state, team_id, agent, participants, episode_id, episode_number,
             priority, last_seq, last_preview, last_author, unread, waiting_since_ms, queued_at_ms, promised_at_ms,
             created_at_ms, updated_at_ms, closed_at_ms, version, receipts, assign_reason, topic))

/// 服务单元: one request for service inside the thread; reports, ratings and SLA count these.
struct Episode {
  EpisodeId id;
  ConversationId conversation_id;
  std::int64_t number = 0;
  Channel channel = Channel::webchat;
  UtcTime opened_at_ms;
  std::optional<UtcTime> first_assigned_at_ms, first_reply_at_ms, closed_at_ms;
  std::string close_reason;  // "agent", "customer_quiet", "supervisor" …
  std::int64_t customer_messages = 0, agent_messages = 0;
  std::vector<UserId> agents;  // everybody who owned or answered it, in order
};
YD_DESCRIBE(Episode, (id, conversation_id, number, channel, opened_at_ms, first_assigned_at_ms, first_reply_at_ms,
                      closed_at_ms, close_reason, customer_messages, agent_messages, agents))

/// 快捷回复. `text` may hold variables: {{customer.name}} {{agent.name}} {{company.name}}.
struct CannedReply {
  CannedReplyId id;
  std::string shortcut;  // typed after "/"; unique within its owner
  std::string title, text;
  UserId owner_id;  // none: shared by the whole company
  UtcTime updated_at_ms;
};
YD_DESCRIBE(CannedReply, (id, shortcut, title, text, owner_id, updated_at_ms))

}  // namespace yingda::conversation
