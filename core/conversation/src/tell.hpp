// How a verb ends: the thread is saved under its guard, system messages and hand-over notes are stored, everything is
// told in the log in order. Shared by the verbs that change ownership and episodes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thread.hpp"
#include "yingda/base/result.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/org/types.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::conversation {

/// The acting person or the system, as an author.
Author author_of(const org::Actor& actor);
/// The number that keys of this author are unique under.
std::int64_t author_key(const org::Actor& actor);

/// One transition, ready to be told.
struct Transition {
  std::string_view event;  // "conversation.assigned"
  Author by;
  std::optional<UserId> previous_agent_id;
  std::optional<TeamId> previous_team_id;
  std::string reason, note;
  std::optional<SystemEvent> told;  // the system message in the thread
};

class Teller {
 public:
  Teller(storage::Transaction& tx, IdSource& ids, TenantId tenant, UtcTime now)
      : tx_(tx), ids_(ids), tenant_(tenant), now_(now) {}

  /// Ends a transition: `thread` was loaded with `version_before` and changed in memory only. conflict
  /// `conversation.version_conflict` when somebody else changed it first.
  Result<Conversation> finish(Thread& thread, const Transition& transition, std::int64_t version_before);

  // Pieces, for verbs that store a message of their own in the same breath.
  Message system_message(Thread& thread, const SystemEvent& event);
  void tell_transition(std::string_view conversation_json, const Transition& transition);
  void tell_message(std::string_view conversation_json, const Message& message,
                    std::string_view type = "message.accepted");

 private:
  Message note_message(Thread& thread, const Author& by, const std::string& note);

  storage::Transaction& tx_;
  IdSource& ids_;
  const TenantId tenant_;
  const UtcTime now_;
};

// Loading for verbs; not_found `conversation.not_found`.
/// For a verb that writes, without rights.
Result<Thread> lock_thread(storage::Transaction& tx, TenantId tenant, ConversationId id);
/// For a verb that writes, when the actor reaches it.
Result<Thread> lock_reached(storage::Transaction& tx, const org::Actor& actor, ConversationId id);
/// The answer to a key that was accepted before.
Result<Accepted> duplicate_of(storage::Transaction& tx, TenantId tenant, ConversationId id, std::int64_t author,
                              std::string_view key);

// Reopening, also by an answer. The episode goes on.
/// To the actor when he may handle conversations, else into the queue; in memory only.
Transition reopen_for(Thread& thread, const org::Actor& actor, UtcTime now);
/// Writes what an open episode has in other rows.
Status resume_episode(storage::Transaction& tx, TenantId tenant, const Thread& thread);

inline std::unexpected<Error> not_found() { return fail(Code::not_found, "conversation.not_found"); }
inline std::unexpected<Error> version_conflict() { return fail(Code::conflict, "conversation.version_conflict"); }

}  // namespace yingda::conversation
