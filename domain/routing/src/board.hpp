// The routing engine's world in memory and its decisions. Pure: no I/O, no clock, no threads; the same calls give the
// same decisions. The shell (routing.cpp) feeds it events and applies what it decides.
//
// Order of a queue: by virtual arrival = arrival - priority steps * step length. Because every item ages at the same
// rate, this order never changes with time: FIFO within equal priority, no re-sorting, no starvation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/routing/advice.hpp"
#include "yingda/routing/offers.hpp"
#include "yingda/routing/policy.hpp"
#include "yingda/routing/types.hpp"

namespace yingda::routing {

/// Who declined an offer, or let it ring: nothing of it comes to him again until then.
struct Refusal {
  UserId agent;
  UtcTime until;
};

/// What waits. Any channel; `weight` is its share of an agent's capacity.
struct WorkItem {
  ConversationId id;
  EpisodeId episode;
  TeamId team;
  UtcTime arrived;
  std::int64_t priority = 0;  // 0 … 9
  bool vip = false;
  std::int64_t weight = 1;
  std::vector<Skill> skills;     // wanted
  std::string language;          // "" any
  UserId preferred;              // last agent or account owner
  std::vector<UserId> excluded;  // had it and lost it by silence
  std::vector<Refusal> refusals;
  std::int64_t version = 0;                       // of the conversation, guards the assignment
  std::optional<std::int64_t> estimated_wait_ms;  // when it came
  std::optional<UtcTime> promised;                // a date was given to the customer
  bool held = false;                              // nobody is chosen before the entrance has spoken
};

/// An agent as the engine sees him.
struct AgentView {
  UserId id;
  AgentState state = AgentState::offline;
  std::int64_t capacity = 5;
  std::int64_t weight = 1;  // share under Strategy::weighted
  std::vector<Skill> skills;
  std::vector<std::string> languages;  // empty: any
  std::vector<TeamId> teams;
  UtcTime last_assigned;  // for round robin and idle order
  UtcTime idle_since;
  std::int64_t assigned_count = 0;  // since he came online; for weighted
};

struct Assignment {
  ConversationId item;
  UserId agent;
  TeamId team;
  std::int64_t version = 0;
  Explanation why;
  std::vector<UserId>
      ring;       // not empty: nobody gets it, it is offered to these; `agent` is the best of them or the freed
  OfferId offer;  // of the ring; the shell gives it
};

/// What an item of this channel takes of an agent's capacity under a policy.
std::int64_t weight_of(const QueuePolicy& policy, conversation::Channel channel);

class Board {
 public:
  void put_policy(const QueuePolicy& policy);
  const QueuePolicy& policy(TeamId team) const;

  /// Adds or replaces; load stays.
  void put_agent(AgentView agent);
  void remove_agent(UserId agent);
  const AgentView* agent(UserId agent) const;
  std::int64_t load(UserId agent) const;
  std::int64_t conversations(UserId agent) const;

  /// Puts an item into its team's queue (replacing an older place); it no longer counts as owned.
  void put_waiting(const WorkItem& item);
  /// The item is owned by an agent now.
  void put_owned(ConversationId item, UserId agent, std::int64_t weight);
  /// Closed, promised, gone.
  void remove_item(ConversationId item);
  bool is_waiting(ConversationId item) const { return waiting_.contains(item); }
  UserId owner(ConversationId item) const;

  /// The best agent for a waiting item, or nullopt. Does not change the board.
  std::optional<Assignment> decide_for_item(ConversationId item, UtcTime now) const;
  /// The best waiting item for an agent with free capacity, or nullopt. Does not change the board.
  std::optional<Assignment> decide_for_agent(UserId agent, UtcTime now) const;
  /// An agent of an item's queue, measured against it.
  struct Rank {
    UserId agent;
    Ability ability = Ability::able;
    std::int64_t score = 0;  // see Candidate
  };
  /// All agents of the item's queue, able ones first, best first; empty when it does not wait.
  std::vector<Rank> rank(ConversationId item, UtcTime now) const;
  /// Takes a decision over: the item is owned, the agent's load and turn are counted.
  void apply_assignment(const Assignment& assignment, UtcTime now);

  /// The item is offered to these: it keeps its place and nothing else is decided about it. Each of them keeps room for
  /// it, so that whoever accepts can have it.
  void put_ring(ConversationId item, const std::vector<UserId>& agents);
  void leave_ring(ConversationId item, UserId agent);
  void end_ring(ConversationId item);
  bool rings(ConversationId item) const { return rings_.contains(item); }
  void set_refusals(ConversationId item, const std::vector<Refusal>& refusals);

  /// Earliest moment at which waiting alone could change a decision of this item (a preference ends, skills relax,
  /// the longest wait is reached); nullopt: never.
  std::optional<UtcTime> next_change(ConversationId item, UtcTime now) const;
  /// Place in the queue, 1-based; 0 when not waiting.
  std::int64_t position(ConversationId item) const;
  std::int64_t queue_length(TeamId team) const;
  /// Since when the longest waits: its arrival, or the date it was promised.
  std::optional<UtcTime> oldest_arrival(TeamId team) const;
  std::int64_t waiting_count() const { return static_cast<std::int64_t>(waiting_.size()); }
  std::vector<ConversationId> waiting_in(TeamId team) const;
  std::vector<UserId> agents_of(TeamId team) const;
  bool has_agents(TeamId team) const;
  /// Teams with a queue.
  std::vector<TeamId> teams() const;
  /// Somebody in the team (none: anywhere) is online or in his wrap-up, with or without free capacity.
  bool anyone_online(TeamId team) const;
  /// Somebody in the team is online, busy or on a break.
  bool anyone_here(TeamId team) const;
  const WorkItem* item(ConversationId id) const;
  void set_excluded(ConversationId item, EpisodeId episode, const std::vector<UserId>& agents);
  /// Items that were to wait for this agent, in order.
  std::vector<ConversationId> waiting_preferring(UserId agent) const;
  /// Those that wait for him now, in order; none when he is not online.
  std::vector<ConversationId> waiting_for(UserId agent, UtcTime now) const;
  /// Sorts waiting items by their virtual arrival.
  void put_in_order(std::vector<ConversationId>& items) const;
  std::vector<ConversationId> waiting_with_exclusions(std::span<const TeamId> teams) const;
  /// The agent is here, busy and on a break included.
  bool reachable(UserId agent) const;
  /// Somebody online serves the team's queue and is not among these.
  bool others_online(TeamId team, std::span<const UserId> without) const;
  /// Everything on the board with its queue; owned items' queue is not known (none).
  std::vector<std::pair<ConversationId, TeamId>> all_items() const;
  /// Owned items whose owner is offline or no longer an agent.
  std::vector<ConversationId> owned_by_unreachable() const;

 private:
  using Place = std::pair<std::int64_t, std::int64_t>;  // virtual arrival ms, id
  // Items of one queue that ask for the same skills and language stand in one lane, so that an agent is matched once a
  // lane and not once an item.
  struct Lane {
    std::vector<Skill> skills;
    std::string language;
    std::set<Place> places;
  };
  struct Queue {
    QueuePolicy policy;
    std::vector<Lane> lanes;
    std::vector<UserId> agents;
    std::int64_t length = 0;
    std::set<Place> arrivals;  // since when each waits
  };
  struct Held {  // what an agent owns
    std::int64_t load = 0;
    std::int64_t count = 0;
  };
  struct Owned {
    UserId agent;
    std::int64_t weight = 1;
  };
  struct Ring {
    std::vector<UserId> agents;
    std::int64_t weight = 1;
  };

  Queue& queue(TeamId team);
  const Queue* find_queue(TeamId team) const;
  static Place place(const WorkItem& item, const QueuePolicy& policy);
  static Place arrival(const WorkItem& item);
  static std::int64_t relaxed_levels(const QueuePolicy& policy, DurationMs waited);
  static std::int64_t most_relaxed(const QueuePolicy& policy);
  static bool skilled(const AgentView& agent, const std::vector<Skill>& wanted, std::int64_t relaxed);
  static bool speaks(const AgentView& agent, const std::string& language);
  static std::int64_t skill_fit(const AgentView& agent, const std::vector<Skill>& wanted);
  bool has_room(const AgentView& agent, std::int64_t weight) const;
  /// Whether this agent may get this item now (state, room, skills, language, exclusion, others' preference).
  bool able(const AgentView& agent, const WorkItem& item, const QueuePolicy& policy, UtcTime now) const;
  bool preference_holds(const WorkItem& item, const QueuePolicy& policy, UtcTime now) const;
  /// Negative when `a` is the better choice, by the queue's strategy; never 0 for different agents.
  int compare(const AgentView& a, const AgentView& b, const WorkItem& item, Strategy strategy) const;
  Explanation explain(const Queue& queue, const WorkItem& item, const AgentView& chosen, UtcTime now) const;
  static bool refused(const WorkItem& item, UserId agent, UtcTime now);
  /// Weight of what rings for him.
  std::int64_t ringing(UserId agent) const;
  std::vector<UserId> choose_ring(const Queue& queue, const WorkItem& item, UserId chosen, UtcTime now) const;
  /// The decision for `chosen`, or for a whole ring where the queue's policy says so.
  Assignment assignment(const Queue& queue, const WorkItem& item, const AgentView& chosen, UtcTime now) const;
  void erase_waiting(ConversationId item);
  void erase_owned(ConversationId item);

  std::unordered_map<TeamId, Queue> queues_;
  std::unordered_map<UserId, AgentView> agents_;
  std::unordered_map<UserId, Held> held_;
  std::unordered_map<ConversationId, WorkItem> waiting_;
  std::unordered_map<ConversationId, Owned> owned_;
  std::unordered_map<ConversationId, Ring> rings_;
  std::unordered_map<UserId, std::int64_t> ringing_;
  std::unordered_map<UserId, std::set<ConversationId>> preferring_;
};

}  // namespace yingda::routing
