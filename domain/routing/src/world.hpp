// One tenant as routing holds it in memory: the board, the people behind the agents, who is connected.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "board.hpp"
#include "yingda/calendar/calendar.hpp"
#include "yingda/org/types.hpp"
#include "yingda/routing/entrance.hpp"

namespace yingda::routing {

struct Person {
  std::string name, display_name;
  std::string reason;  // of the state
  UtcTime since;
  std::optional<UtcTime> until;  // of a wrap-up
  std::int64_t sockets = 0;
};

/// Names one change of an agent's state.
struct StateChange {
  UserId user;
  AgentState state = AgentState::offline;
  UtcTime since;
  auto operator<=>(const StateChange&) const = default;
};

/// Guarded by `mutex`; held for microseconds, never over a database call.
struct World {
  std::mutex mutex;
  TenantId tenant;
  std::int64_t seq = 0;  // events up to here are in the board already
  Board board;
  std::unordered_map<UserId, Person> people;
  TeamId first_team;
  std::unordered_set<TeamId> teams;  // that there are
  /// Decided and on the way to the store, with the newest version that was told meanwhile.
  std::unordered_map<ConversationId, std::int64_t> reserved;
  std::unordered_set<ConversationId> unplaced;  // in a queue here, the store does not know the team yet
  /// Newest version seen: what is older tells nothing. Closed ones stay for a while, because a late answer of the store
  /// must not bring them back.
  std::unordered_map<ConversationId, std::int64_t> versions;
  std::deque<ConversationId> closed;

  std::unordered_map<ConversationId, UtcTime> armed;        // has a timer in the store
  std::unordered_map<ConversationId, UtcTime> owner_since;  // when the owner got it
  std::unordered_map<ConversationId, UserId> by_hand;       // whom a person chose, and who did not go offline since
  std::unordered_map<ConversationId, UserId> orphans;       // quiet ones whose owner is gone
  struct Excluded {
    EpisodeId episode;
    std::vector<UserId> agents;
  };
  std::unordered_map<ConversationId, Excluded> excluded;  // who had it and stayed silent
  std::unordered_map<TeamId, calendar::Calendar> hours;

  /// What the entrance said about an episode that waits or waited.
  struct Entered {
    EpisodeId episode;
    EntranceDecision decision;
  };
  std::unordered_map<ConversationId, Entered> entered;
  std::unordered_set<ConversationId> entering;  // wait to be asked about; not on the board

  std::unordered_map<ConversationId, UserId> preferred;             // who had the episode before
  std::unordered_map<ConversationId, std::set<TeamId>> overflowed;  // queues it was sent away from
  std::unordered_set<ConversationId> stuck;                         // nowhere to overflow to; an alarm was raised

  /// Alarms that stand of each queue, and when it is looked at next.
  std::unordered_map<TeamId, std::set<std::string, std::less<>>> queue_alarms;
  std::unordered_map<TeamId, UtcTime> queue_looks;
  struct Opening {
    bool open = false;
    std::optional<UtcTime> turn;  // until when this holds
  };
  std::unordered_map<TeamId, Opening> openings;

  /// Open offers: rings of what waits, transfers that their owners asked for.
  struct Ringing {
    OfferId id;
    TeamId team;
    std::vector<UserId> agents;
  };
  struct Transfer {
    OfferId id;
    UserId from, to;
  };
  std::unordered_map<ConversationId, Ringing> rings;
  std::unordered_map<ConversationId, Transfer> transfers;
  std::unordered_map<ConversationId, std::vector<Refusal>> refusals;
  std::unordered_set<OfferId> own_offers;  // made by this process, their events not seen yet

  /// Made by this process, their events not seen yet; a wrap-up that is made longer stands here twice.
  std::multiset<StateChange> own_changes;

  /// How fast a queue moves: the time between two assignments while somebody waited.
  struct Flow {
    UtcTime last;
    double interval_ms = 0;  // smoothed; 0: not known yet
  };
  std::unordered_map<TeamId, Flow> flows;

  // While the tenant is read again: what events have told meanwhile is newer than what was read.
  bool mending = false;
  std::unordered_set<ConversationId> touched;

  /// The item no longer waits: what was noted about its waiting goes.
  void forget_waiting(ConversationId id);
  /// False when something newer is known already.
  bool accept_version(ConversationId id, std::int64_t version);
  void note_closed(ConversationId id);
  /// Who must not get the item again in this episode, on the board too when it waits.
  void exclude(ConversationId id, EpisodeId episode, const std::vector<UserId>& agents);
  /// What the `place`-th in a queue will wait, by its flow.
  std::optional<std::int64_t> estimate_ms(TeamId team, std::int64_t place) const;
  /// What a waiting item will still wait: by the flow, or slower when nothing has moved for longer than that.
  std::optional<std::int64_t> estimate_ms(const WorkItem& item, UtcTime now) const;
  /// One more went out of this queue: how fast it moves.
  void count_flow(ConversationId item, TeamId team, UtcTime now);
  void start_ring(ConversationId item, Ringing ring);
  /// The offer no longer stands; false when another one or none is open.
  bool end_offer(const OfferEnded& ended);
  /// The item is the agent's on the board, or rings for several; the store will say whether for good.
  void reserve(const Assignment& assignment, UtcTime now);
};

}  // namespace yingda::routing
