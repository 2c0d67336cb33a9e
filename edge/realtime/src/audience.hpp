// Who an event is for: read from its payload alone, then one rule for live pushing and for replays. Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/org/types.hpp"

namespace yingda::realtime {

/// What kind of object an event tells about.
/// alarm: of supervision; offer: a conversation offered to some agents (振铃), who asked hears of it, too; warning: the
/// owner lets his customer wait.
enum class Subject : std::uint8_t {
  none,
  conversation,
  message,
  receipts,
  customer,
  agent,
  settings,
  follow_up,
  alarm,
  offer,
  warning,
};

/// The fields of a payload that decide who hears of it.
struct Audience {
  Subject subject = Subject::none;
  bool assigned = false;  // the conversation has an owner: its team's others need not follow it
  bool queued = false;    // waits in a team's queue
  bool internal = false;  // a note, whisper or internal system message: never for the customer
  bool whisper = false;   // only for `author`, `heard_by` and supervisors
  ConversationId conversation;
  CustomerId customer;
  TeamId team, previous_team;        // of a follow-up: the conversation's, and the one that follows up
  UserId owner, previous_owner;      // of a follow-up: its assignee
  std::vector<UserId> participants;  // of an offer: the agents it is made to
  std::vector<UserId> consulted;     // those of them the customer does not know of
  UserId author;                     // of a message: the agent who wrote it
  std::vector<UserId> heard_by;      // of a whisper: whom it was said to
};

/// Never fails: an unreadable payload has subject none and is for nobody.
Audience read_audience(std::string_view type, std::string_view payload);

/// An agent's connection as the rule sees it. Vectors are sorted.
struct AgentView {
  UserId user;
  std::vector<TeamId> teams, scope_teams;
  bool sees_scope = false;   // conversation_view or conversation_supervise
  bool sees_tenant = false;  // … and the data scope is the whole tenant
  bool supervises = false;   // conversation_supervise
  bool all = false;          // subscribed to the "all" box
  std::vector<std::pair<ConversationId, CustomerId>> watches;
  std::vector<ConversationId> silent;  // those of the watches that nobody is told of

  /// Sees the queues of a whole scope, being in no team himself.
  bool follows_scope_queues() const { return teams.empty() && sees_scope; }
  bool watches_conversation(ConversationId id) const;
  bool watches_customer(CustomerId id) const;
  bool watches_silently(ConversationId id) const;
};
AgentView view_of(const org::Actor& actor);

/// The one rule. Owner, participants and the previous owner hear everything; a team hears of what waits with it, of
/// every change of ownership, and of what is taken from it (who has no team but may view a scope: of what waits there);
/// "all" and open views hear what the person's teams and data scope reach. Of whispers only their readers.
bool concerns(const AgentView& view, const Audience& audience);

}  // namespace yingda::realtime
