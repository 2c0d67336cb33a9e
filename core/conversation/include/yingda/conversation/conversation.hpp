// The conversation's verbs: intake, answers, notes, recall, receipts, ownership, episodes, files, canned replies.
// All run inside the caller's transaction and write their events to the log. Ownership verbs are guarded by
// `expected_version` or by state, so two racing claims give one winner and one `conversation.version_conflict`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/events.hpp"
#include "yingda/conversation/types.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/org/org.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::conversation {

inline constexpr int kTextCodePointsMax = 5'000;
inline constexpr int kClientKeyBytesMax = 64;
inline constexpr int kTopicBytesMax = 64;
inline constexpr int kMessagePageMax = 200;
inline constexpr int kConversationPageMax = 100;
inline constexpr int kPreviewCodePoints = 80;
inline constexpr std::int64_t kFileBytesMax = 50LL * 1024 * 1024;
inline constexpr int kMentionsMax = 20;
inline constexpr int kParticipantsMax = 20;        // colleagues in one conversation
inline constexpr int kEpisodesMax = 500;           // shown of one thread, the newest
inline constexpr int kEpisodeMessagesMax = 5'000;  // that `work_of` counts
inline constexpr int kReasonBytesMax = 100;        // of a dotted key
inline constexpr std::int64_t kPriorityMax = 9;
inline constexpr int kSearchWindow = 5'000;      // conversations that one call of `list` looks through
inline constexpr int kCannedRepliesMax = 1'000;  // of one person, and of the company
inline constexpr int kShortcutCodePointsMax = 32;
inline constexpr int kTitleCodePointsMax = 80;
inline constexpr int kFileNameCodePointsMax = 200;

/// What a channel hands in after decoding.
struct InboundMessage {
  TenantId tenant;
  Channel channel = Channel::webchat;
  CustomerId customer;        // resolved by the adapter
  WidgetId widget;            // webchat
  std::string client_msg_id;  // the sender's key or the channel's message id; exactly-once per (conversation, key)
  MessageKind kind = MessageKind::text;
  std::string text;
  FileId file;  // uploaded before
  MessageId quote;
  /// What it is about, a key of the entrance's menu; "" unsaid. Counts for the message that opens an episode, and while
  /// the conversation still waits for an agent.
  std::string topic;
};
/// What an agent sends.
struct OutboundMessage {
  std::string client_msg_id;
  MessageKind kind = MessageKind::text;  // note, whisper: internal
  std::string text;
  FileId file;
  MessageId quote;
  std::vector<UserId> mentions;  // notes only
  bool automatic = false;
};
/// `duplicate`: this key was accepted before; `message` is the stored one and nothing was written.
struct Accepted {
  Conversation conversation;
  Message message;
  bool duplicate = false;
  bool opened_episode = false;
};

/// What an episode came to, for who judges it.
struct EpisodeWork {
  Episode episode;
  std::vector<std::pair<UserId, std::int64_t>> answers;  // how often each person answered, in id order
  bool customer_spoke_last = false;                      // automatic messages and notes do not count
};

enum class Box { mine, queue, all };  // inbox lists
YD_DESCRIBE_ENUM(Box, mine, queue, all)
struct ListFilter {
  Box box = Box::mine;
  std::optional<State> state;  // empty: every open one
  bool include_closed = false;
  TeamId team;
  UserId agent;
  std::string search;  // customer name, label, last preview
};

/// Who moves a conversation: an agent (Actor) or the routing engine (system actor). `reason` is a dotted key that is
/// stored with the assignment and shown.
struct Handover {
  UserId agent;  // to a person …
  TeamId team;   // … or to a team's queue
  std::string reason;
  std::string note;  // for the next agent
  std::optional<std::int64_t> expected_version;
};

class Conversations {
 public:
  Conversations(const Clock& clock, IdSource& ids, org::Org& org, customer::Customers& customers);

  // --- customer's side
  /// Exactly-once intake: finds or creates the customer's thread, opens an episode when none is open (state queued),
  /// stores the message, emits `conversation.opened` (when opened) and `message.accepted`.
  Result<Accepted> accept(storage::Transaction& tx, const InboundMessage& inbound);
  /// The customer's thread, or nullopt before the first message.
  Result<std::optional<Conversation>> thread_of(storage::Transaction& tx, TenantId tenant, CustomerId customer);
  /// Messages the customer may see, newest page first by `before_seq` (0: newest), returned in rising seq.
  Result<std::vector<Message>> messages_for_customer(storage::Transaction& tx, TenantId tenant, CustomerId customer,
                                                     std::int64_t before_seq, int limit);
  /// Receipts of the customer's side; numbers beyond last_seq are cut, smaller ones ignored (no event).
  Status mark_by_customer(storage::Transaction& tx, TenantId tenant, CustomerId customer, std::int64_t delivered_seq,
                          std::int64_t read_seq);
  Result<Message> recall_by_customer(storage::Transaction& tx, TenantId tenant, CustomerId customer, MessageId message);
  /// Brings the customer's name, label and level onto his thread after they changed; emits `conversation.changed` when
  /// they differ. Gives the thread, or nullopt before the first message. Call it in the transaction of the change.
  Result<std::optional<Conversation>> refresh_customer(storage::Transaction& tx, TenantId tenant, CustomerId customer);

  // --- agents' side. Every verb goes through access: owner, participant, member of the queue's team, or view/supervise
  // right within the data scope; otherwise `conversation.not_found`.
  Result<Conversation> access_conversation(storage::Transaction& tx, const org::Actor& actor, ConversationId id);
  /// mine: owned or taken part in, newest first; all: whatever the actor reaches, newest first; queue: queued and
  /// promised ones of own teams (of somebody without a team: of his scope; with `filter.team`: of that team), by
  /// priority, then oldest first. `next` may stand behind a short page when a search looked through kSearchWindow.
  Result<org::Page<Conversation>> list(storage::Transaction& tx, const org::Actor& actor, const ListFilter& filter,
                                       std::string_view after, int limit);
  Result<std::vector<Message>> messages(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                        std::int64_t before_seq, int limit);
  Result<std::vector<Message>> messages_after(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                              std::int64_t after_seq, int limit);
  Result<std::vector<Episode>> episodes(storage::Transaction& tx, const org::Actor& actor, ConversationId id);
  /// An answer, a note or a whisper. A whisper is a supervisor's (`auth.permission_denied`), text only
  /// (`conversation.whisper_text_only`), for a conversation that has an owner (conflict `conversation.no_owner`); it
  /// moves neither the list nor anybody's counts and is audited. Everybody but its readers hears only that `last_seq`
  /// moved, by "conversation.changed". Answering needs ownership or participation (`conversation.not_owner`), except
  /// supervisors; who was only consulted gets `conversation.consult_notes_only`. Answering a closed conversation
  /// reopens it for the sender. Notes need only access.
  Result<Accepted> send(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                        const OutboundMessage& outbound);
  /// Within the tenant's recall window, own messages only (`conversation.recall_too_late`, `conversation.not_author`).
  /// Text, file and quote go, also from quotes of it; the place stays.
  Result<Message> recall(storage::Transaction& tx, const org::Actor& actor, MessageId message);
  /// Receipts of the agents' side: moved by the owner and participants; from others, who only watch, it changes
  /// nothing.
  Status mark(storage::Transaction& tx, const org::Actor& actor, ConversationId id, std::int64_t delivered_seq,
              std::int64_t read_seq);
  /// 抢单: takes a queued conversation of an own team; conflict `conversation.already_taken` for the loser.
  Result<Conversation> grab(storage::Transaction& tx, const org::Actor& actor, ConversationId id);
  /// By the owner, or by supervisors: to an agent or to a team's queue.
  Result<Conversation> transfer(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                const Handover& handover);
  /// 接管: a supervisor makes it his, whoever had it, waiting ones too; audited. `auth.permission_denied` without
  /// conversation_supervise in scope or without conversation_handle; conflict `conversation.closed`. Unchanged when it
  /// is his already.
  Result<Conversation> take_over(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                 std::string_view note);
  /// By the routing engine: no rights asked, only the guard. With `expected_version` any open conversation moves when
  /// it is unchanged; without, only one that waits (conflict `conversation.already_taken`). Emits
  /// `conversation.assigned` /
  /// `.queued`; nothing when it is queued in that team already. conflict `conversation.closed`.
  Result<Conversation> assign(storage::Transaction& tx, TenantId tenant, ConversationId id, const Handover& handover);
  /// By the routing engine: nobody is there; a dated promise instead of a drop. Only while it waits.
  Result<Conversation> promise(storage::Transaction& tx, TenantId tenant, ConversationId id, TeamId team,
                               std::optional<UtcTime> back_at, std::string_view reason);
  /// Ends the episode: by the owner, a supervisor, or for waiting ones a member of the team. `automatic` closes are
  /// refused while the customer spoke last
  /// (`conversation.customer_waiting`).
  Result<Conversation> close(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                             std::string_view reason, bool automatic);
  /// The episode goes on: with the actor when he may handle conversations, else in the team's queue. conflict
  /// `conversation.not_closed`.
  Result<Conversation> reopen(storage::Transaction& tx, const org::Actor& actor, ConversationId id);
  /// The customer says that it is not done: his closed episode goes on in its team's queue, and he waits from now on.
  /// `note` is for agents. The conversation as it is when it was not closed, or is at another episode.
  Result<Conversation> resume(storage::Transaction& tx, TenantId tenant, ConversationId id, EpisodeId episode,
                              std::string_view reason, std::string_view note);
  Result<Conversation> set_priority(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                    std::int64_t priority);
  /// By the entrance: what the conversation is about; "" for nothing. Emits `conversation.changed` when it differs.
  Result<Conversation> set_topic(storage::Transaction& tx, TenantId tenant, ConversationId id, std::string_view topic);
  /// Adds or removes a colleague, or gives him another role; owner or supervisor; everybody may leave. Participants
  /// stay until the customer's next episode.
  Result<Conversation> set_participant(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                       UserId colleague, bool takes_part,
                                       ParticipantRole role = ParticipantRole::conference);
  /// By other rooms, without rights: an internal system message in the thread, seen by agents only ("mail.refused"); it
  /// changes no preview, nobody's turn and no state, also of a closed conversation.
  Status tell_agents(storage::Transaction& tx, TenantId tenant, ConversationId id, std::string_view key,
                     std::map<std::string, std::string> args);
  /// Internal verb without rights: the conversation as it is (routing, realtime).
  Result<Conversation> load(storage::Transaction& tx, TenantId tenant, ConversationId id);
  /// Internal verb without rights, of a closed episode; looks at its newest kEpisodeMessagesMax messages. not_found
  /// `conversation.not_found`.
  Result<EpisodeWork> work_of(storage::Transaction& tx, TenantId tenant, ConversationId id, EpisodeId episode);
  /// Open conversations of a tenant in state queued or promised, oldest first (routing start).
  Result<std::vector<Conversation>> waiting(storage::Transaction& tx, TenantId tenant, int limit);
  /// How many conversations each agent owns now.
  Result<std::vector<std::pair<UserId, std::int64_t>>> loads(storage::Transaction& tx, TenantId tenant);
  /// How many one agent owns now.
  Result<std::int64_t> load_of(storage::Transaction& tx, TenantId tenant, UserId agent);

  // --- files: rows only; bytes are kept by the caller's file store before `add_file`
  Result<FileInfo> add_file(storage::Transaction& tx, TenantId tenant, const FileInfo& file, CustomerId by_customer,
                            UserId by_user, std::string_view storage_key);
  struct StoredFile {
    FileInfo info;
    std::string storage_key;
  };
  /// A file the customer may see: uploaded by him or standing in a visible message of his thread.
  Result<StoredFile> file_for_customer(storage::Transaction& tx, TenantId tenant, CustomerId customer, FileId file);
  Result<StoredFile> access_file(storage::Transaction& tx, const org::Actor& actor, FileId file);

  // --- canned replies
  Result<std::vector<CannedReply>> canned_replies(storage::Transaction& tx, const org::Actor& actor);
  Result<CannedReply> save_canned_reply(storage::Transaction& tx, const org::Actor& actor, const CannedReply& reply);
  Status delete_canned_reply(storage::Transaction& tx, const org::Actor& actor, CannedReplyId id);

 private:
  const Clock& clock_;
  IdSource& ids_;
  org::Org& org_;
  customer::Customers& customers_;
};

std::span<const storage::Migration> migrations();

}  // namespace yingda::conversation
