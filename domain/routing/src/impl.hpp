// The shell of routing: worlds in memory, decisions applied through the store. See routing.hpp for the face.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

#include "offer_store.hpp"
#include "queue_alarm.hpp"
#include "record.hpp"
#include "silence.hpp"
#include "store.hpp"
#include "world.hpp"
#include "yingda/routing/routing.hpp"

namespace yingda::routing {

struct Routing::Impl {
  storage::Database& database;
  runtime::Dispatcher& dispatcher;
  runtime::Timers& timers;
  const Clock& clock;
  IdSource& ids;
  org::Org& org;
  conversation::Conversations& conversations;
  EntrancePort entrance;
  std::function<std::optional<org::Locale>(TenantId, WidgetId)> language_of_widget;

  std::unique_ptr<Recorder> recorder;  // facts of service and today's counters

  mutable std::mutex worlds_mutex;
  std::unordered_map<TenantId, std::shared_ptr<World>> worlds;
  std::atomic<std::int64_t> in_flight{0};  // assignments on their way to the store
  std::atomic<bool> stopping{false};
  std::atomic<std::int64_t> orphans{0};  // over all worlds; while it is 0 the tap costs nothing

  // --- mending (mend.cpp): worlds that a failing store left behind are read again until it answers.
  std::mutex mend_mutex;
  std::condition_variable mend_wanted;
  std::set<TenantId> torn;
  bool mend_working = false;
  std::jthread mender;
  void start_mending();
  void stop_mending();
  bool mending();
  void mend_later(TenantId tenant);
  Status mend(TenantId tenant);

  // --- worlds (load.cpp)
  std::shared_ptr<World> find(TenantId tenant) const;
  /// The tenant's world, loaded from the store when this is the first look at it.
  Result<std::shared_ptr<World>> ensure(storage::Transaction& tx, TenantId tenant);
  Status load_people(storage::Transaction& tx, World& world);
  /// Everything open in the store.
  Result<std::vector<conversation::Conversation>> load_open(storage::Transaction& tx, TenantId tenant);
  /// Puts everything open on the board anew; what is on its way to the store stays with its agent.
  void put_items(World& world, const std::vector<conversation::Conversation>& open) const;

  // --- events (events.cpp)
  Status on_events(std::span<const storage::CommittedEvent> events);
  Status on_event(const storage::CommittedEvent& event);
  Status on_conversation(const std::shared_ptr<World>& world, const storage::CommittedEvent& event);
  Status on_agent_state(const std::shared_ptr<World>& world, const storage::CommittedEvent& event);
  Status reload_people(const std::shared_ptr<World>& world);
  /// Brings one conversation of the board to what the store says (after a lost race), then serves these, whose room was
  /// kept for it.
  void refresh(const std::shared_ptr<World>& world, ConversationId id, std::vector<UserId> kept = {});
  /// Puts a conversation where its state says, one without a team into its entrance's queue; gives the agent who lost
  /// it. What is older than what is known changes nothing. World's mutex held.
  UserId place(World& world, const conversation::Conversation& conversation) const;

  // --- decisions (assign.cpp). Never called with a world's mutex held.
  void serve_item(const std::shared_ptr<World>& world, ConversationId id);
  void serve_agent(const std::shared_ptr<World>& world, UserId agent);
  void serve_everything(const std::shared_ptr<World>& world);
  void commit(const std::shared_ptr<World>& world, const Assignment& assignment);
  /// Brings an agent on the board to what the store says of him. World's mutex held.
  void believe(World& world, UserId agent, const std::optional<StoredState>& stored) const;
  /// Where an item waits that nobody can take now.
  struct Placement {
    TeamId team;
    std::optional<UtcTime> back_at;  // a promise instead of a place
    std::string_view reason = "routing.queued";
    bool stuck = false;  // too long a queue or wait, and nowhere to go: an alarm
  };
  /// What is to be told to the store about a waiting item, if anything. World's mutex held.
  std::optional<Placement> decide_place(World& world, ConversationId id, UtcTime now);
  void commit_place(const std::shared_ptr<World>& world, ConversationId id, const Placement& placement);
  /// Looks sooner when waiting alone changes something sooner.
  void look_sooner(const std::shared_ptr<World>& world, ConversationId id);
  /// Keeps a take by hand with the engine's own assignments.
  void record_by_hand(const std::shared_ptr<World>& world, const conversation::ConversationEvent& change, UtcTime at);
  /// When a conversation of this queue must be looked at first. World's mutex held.
  UtcTime first_look(World& world, TeamId team) const;
  /// When nobody is there and the hours are over: the next opening. World's mutex held.
  std::optional<UtcTime> promise_for(World& world, const WorkItem& item, UtcTime now) const;

  // --- entrance (entrance.cpp)
  /// The team it waits in while nothing else is said. World's mutex held.
  TeamId default_team(const World& world, WidgetId widget) const;
  /// Gives a waiting item its team and what the entrance asks for it; false while the entrance has not been asked yet:
  /// then it has no place on the board. World's mutex held.
  bool admit(World& world, const conversation::Conversation& conversation, WorkItem& item) const;
  /// Asks the entrance about these and puts them on the board.
  void enter(const std::shared_ptr<World>& world, std::vector<ConversationId> items);
  /// Puts one where its entrance said. What it lost is served.
  void entered(const std::shared_ptr<World>& world, const conversation::Conversation& conversation,
               EntranceDecision decision);
  Status on_entrance_decided(const std::shared_ptr<World>& world, const storage::CommittedEvent& event);

  // --- offers (offers.cpp)
  /// Takes a decision over in memory. World's mutex held.
  void reserve(World& world, Assignment& decision, UtcTime now);
  void commit_ring(const std::shared_ptr<World>& world, const Assignment& decision);
  Result<StoredOffer> open_offer(storage::Transaction& tx, TenantId tenant, OfferId id);
  Result<conversation::Conversation> accept_ring(storage::Transaction& tx, const std::shared_ptr<World>& world,
                                                 const org::Actor& actor, const StoredOffer& offer);
  Result<conversation::Conversation> accept_transfer(storage::Transaction& tx, const org::Actor& actor,
                                                     const StoredOffer& offer);
  /// Ends it in the store, tells, and lets memory follow; conflict `routing.offer_gone` for who comes too late.
  Status end(storage::Transaction& tx, const std::shared_ptr<World>& world, const StoredOffer& offer, OfferEnded ended);
  /// Memory follows, and what was kept free is given away. Never called with the world's mutex held.
  void offer_ended(const std::shared_ptr<World>& world, const OfferEnded& ended);
  Status on_offer_over(storage::Transaction& tx, const runtime::Timer& timer);
  Status on_offer_event(const std::shared_ptr<World>& world, const storage::CommittedEvent& event);
  /// One agent declines.
  Status ring_no_more(storage::Transaction& tx, const std::shared_ptr<World>& world, StoredOffer offer, UserId agent,
                      const std::string& words);
  /// What rings for somebody who went offline goes on without him.
  void leave_offers(const std::shared_ptr<World>& world, UserId agent);
  /// Offers of a conversation that went elsewhere.
  void withdraw_offers(const std::shared_ptr<World>& world, const conversation::Conversation& conversation);

  // --- alarms of queues (alarms.cpp)
  /// Raises and ends what the queue's state says now.
  void watch_queue(const std::shared_ptr<World>& world, TeamId team);
  void watch_queues(const std::shared_ptr<World>& world);
  /// World's mutex held.
  QueueScene queue_scene(World& world, TeamId team, UtcTime now) const;
  void look_at_queue(const std::shared_ptr<World>& world, TeamId team, UtcTime at);
  Status on_queue_look(storage::Transaction& tx, const runtime::Timer& timer);

  // --- looks (watch.cpp)
  Status arm(storage::Transaction& tx, TenantId tenant, ConversationId id, UtcTime at);
  /// The same in a write of its own, when nothing is known to be armed.
  void arm_later(const std::shared_ptr<World>& world, ConversationId id, UtcTime at);
  /// A timer for everything open: after a restart nothing depends on what the last process had armed.
  void arm_everything(const std::shared_ptr<World>& world);
  Status on_watch(storage::Transaction& tx, const runtime::Timer& timer);
  Status look(storage::Transaction& tx, const std::shared_ptr<World>& world, conversation::Conversation c);
  Result<UtcTime> quiet_since(storage::Transaction& tx, const conversation::Conversation& c, TenantId tenant);
  Result<Scene> scene_of(storage::Transaction& tx, const std::shared_ptr<World>& world,
                         const conversation::Conversation& c, const Watch& watch);
  Status apply_step(storage::Transaction& tx, World& world, conversation::Conversation& c, Verdict& verdict,
                    UtcTime now);
  Status put_back(storage::Transaction& tx, World& world, conversation::Conversation& c, const Verdict& verdict);
  Result<conversation::Conversation> say(storage::Transaction& tx, const org::Actor& system, ConversationId id,
                                         std::string text);
  Result<org::Locale> language_of(storage::Transaction& tx, TenantId tenant, WidgetId widget);
  /// Puts a conversation back whose owner cannot be reached, when its customer waits.
  void leave(const std::shared_ptr<World>& world, ConversationId id);
  void leave_unreachable(const std::shared_ptr<World>& world);
  void on_tap(std::span<const storage::CommittedEvent> events);

  // --- live.cpp
  /// How long a customer of this queue should wait at most; 0: no promise.
  std::int64_t target_of(TenantId tenant, TeamId team) const;

  // --- agents (agents.cpp)
  AgentStatus status_of(World& world, UserId user) const;
  /// Whether the timeline goes on with a new state, or only the end of the present one moved.
  enum class Timeline { next, same };
  Status change_state(storage::Transaction& tx, const std::shared_ptr<World>& world, AgentStatus status,
                      std::optional<UtcTime> extend_until = {}, Timeline timeline = Timeline::next);
  void apply_state(const std::shared_ptr<World>& world, const AgentStatus& status);
  void note_presence(TenantId tenant, UserId user, std::int64_t sockets, const Status& status);
  Status on_gone(storage::Transaction& tx, const runtime::Timer& timer);

  // --- states that people or the engine choose (states.cpp)
  /// The agent as he is now, also when the news that he was hired is still under way; not_found
  /// `routing.no_such_agent`.
  Result<AgentStatus> known_agent(storage::Transaction& tx, const std::shared_ptr<World>& world, UserId user);
  Status check_reason(storage::Transaction& tx, TenantId tenant, AgentState state, std::string_view reason);
  /// After a conversation that he or the customer's silence ended: time to write it down.
  void begin_wrap_up(const std::shared_ptr<World>& world, const conversation::ConversationEvent& change);
  Status store_wrap_up(storage::Transaction& tx, const std::shared_ptr<World>& world, UserId agent, UtcTime until,
                       UtcTime extend_until);
  Status on_wrap_up_over(storage::Transaction& tx, const runtime::Timer& timer);
};

/// Whether the agent works in the actor's part of the organisation.
bool in_scope(const org::Actor& actor, const AgentStatus& agent);

inline constexpr std::string_view kGoneTimer = "routing.agent_gone";
inline constexpr std::string_view kWatchTimer = "routing.watch";
inline constexpr std::string_view kWrapUpTimer = "routing.wrap_up";
inline constexpr std::string_view kQueueTimer = "routing.queue";
inline constexpr std::string_view kOfferTimer = "routing.offer";
/// Who declined an offer or let it ring is left in peace with it for so long.
inline constexpr DurationMs kRefusalLasts = minutes(1);

}  // namespace yingda::routing
