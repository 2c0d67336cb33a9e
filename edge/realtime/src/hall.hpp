// One tenant's live connections and their indexes. Only the hub's thread touches it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "audience.hpp"
#include "ring.hpp"
#include "yingda/realtime/hub.hpp"
#include "yingda/realtime/queue_place.hpp"

namespace yingda::realtime {

/// The agent's part of a connection.
struct AgentSide {
  org::Actor actor;
  AgentView view;
  std::string socket;        // names the connection in logs and in `welcome`
  bool board = false;        // wants the board …
  UnitId board_unit;         // … of this part of the tree
  bool board_waits = false;  // has none since it asked
};

/// Kept small: 20,000 idle visitors have one each. Strings and maps live in AgentSide and VisitorGroup.
class Subscriber {
 public:
  enum class Phase : std::uint8_t { idle, replaying, live, closed };

  std::shared_ptr<Outlet> outlet;
  std::unique_ptr<AgentSide> agent;  // empty: a visitor
  TenantId tenant;
  CustomerId customer;
  std::int64_t sent = 0;         // seq that the client stands at: the newest event sent, or welcome's
  std::int64_t cursor = 0;       // replaying: everything up to here was looked at
  std::uint64_t mark = 0;        // delivery that already reached it
  std::uint32_t generation = 0;  // of the replay; a later hello overtakes an earlier one
  Phase phase = Phase::idle;
  bool polling = false;
  bool attached = false;
};

struct Typist {
  UserId user;
  std::string name;
  std::int64_t until_ms = 0;  // steady
};

/// A conversation that agents have open.
struct Room {
  std::vector<Subscriber*> watchers;
  std::vector<Typist> typists;
};

/// All connections of one customer.
struct VisitorGroup {
  std::vector<SubscriberPtr> connections;
  std::optional<VisitorThread> thread;
  customer::PageView page;
  std::int64_t typing_until_ms = 0;
  QueuePlace place;          // told last
  std::uint32_t goings = 0;  // so that a late "gone" of an earlier leave is recognised
};

class Hall {
 public:
  explicit Hall(TenantId tenant) : tenant(tenant), ring(kRingEventsMax, kRingBytesMax) {}

  void attach_agent(const SubscriberPtr& who);
  SubscriberPtr detach_agent(Subscriber& who);
  void set_all(Subscriber& who, bool on);
  bool add_watch(Subscriber& who, ConversationId conversation, CustomerId customer, bool silent);
  void set_board(Subscriber& who, bool on, UnitId unit);
  bool remove_watch(Subscriber& who, ConversationId conversation);
  /// The same connection with other rights: indexes follow; subscriptions stay.
  void change_actor(Subscriber& who, const org::Actor& actor);

  VisitorGroup* group_of(CustomerId customer);
  VisitorGroup* group_of(ConversationId conversation);
  /// Follows the thread of a connected customer.
  void follow(VisitorGroup& group, const Audience& audience);
  void set_thread(CustomerId customer, VisitorGroup& group, VisitorThread thread);
  void forget_group(CustomerId customer);

  TenantId tenant;
  std::int64_t last = 0;  // newest event seen
  Ring ring;
  enum class Warm { no, loading, done } warm = Warm::no;
  std::vector<std::pair<SubscriberPtr, std::uint32_t>> waiting_for_ring;
  std::vector<std::pair<SubscriberPtr, std::uint32_t>> waiting_for_events;

  std::vector<SubscriberPtr> agents;
  std::unordered_map<UserId, std::vector<Subscriber*>> by_user;
  std::unordered_map<TeamId, std::vector<Subscriber*>> by_team;
  std::unordered_map<ConversationId, Room> rooms;
  std::unordered_map<CustomerId, std::vector<Subscriber*>> by_watched_customer;
  std::vector<Subscriber*> all;
  std::vector<Subscriber*> scope_queues;  // see AgentView::follows_scope_queues
  std::unordered_map<UserId, int> connected;
  std::unordered_map<CustomerId, VisitorGroup> visitors;
  std::unordered_map<ConversationId, CustomerId> customer_of;  // of connected customers
  std::unordered_set<CustomerId> queued_customers;             // connected and without an owner
  std::vector<Subscriber*> boards;                             // who wants the board
  struct BoardTurn {
    std::int64_t last_ms = 0, changed_ms = 0;  // steady: of the newest push, of the newest change
    bool changed = false, planned = false, planned_soon = false, making = false;
    std::uint64_t number = 0;  // of the newest plan; older ones do nothing
    std::int64_t bytes = 0;    // of the longest board of the newest push
  } board_turn;
  std::unordered_set<UserId> changed_loads;
  bool loads_planned = false, positions_planned = false;

 private:
  void index_person(Subscriber& who);
  void unindex_person(Subscriber& who);
};

}  // namespace yingda::realtime
