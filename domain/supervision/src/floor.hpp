// One tenant's floor in memory: open conversations, agents' newest words, open alarms, the organisation's shape; and
// the board made of them. No I/O, no clock. Guarded by its own mutex.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "yingda/conversation/types.hpp"
#include "yingda/org/types.hpp"
#include "yingda/routing/live.hpp"
#include "yingda/supervision/board.hpp"

namespace yingda::supervision {

/// Teams, units and whose unit who belongs to. Immutable.
struct Structure {
  std::vector<org::Team> teams;  // in order of their names
  std::unordered_map<UnitId, UnitId> parent_of;
  std::unordered_map<UserId, UnitId> unit_of;

  bool has_unit(UnitId unit) const { return parent_of.contains(unit); }
  /// Whether `unit` stands in the subtree of `top`.
  bool below(UnitId unit, UnitId top) const;
};

/// Which part of a tenant a board shows.
struct Scope {
  bool whole = false;      // every team, and agents without one
  std::set<TeamId> teams;  // otherwise
  bool holds(TeamId team) const { return whole || teams.contains(team); }
};
/// What the actor may see, narrowed to a unit when there is one.
Scope scope_of(const org::Actor& actor, const Structure& structure, UnitId unit);

class Floor {
 public:
  /// Everything there is, as of `seq`; what was there goes.
  void load(std::int64_t seq, std::vector<conversation::Conversation> open, std::vector<Alarm> alarms);
  void set_structure(std::shared_ptr<const Structure> structure);
  std::shared_ptr<const Structure> structure() const;

  /// False for an event that load() has seen already; otherwise it counts as seen now.
  bool advance(std::int64_t seq);
  /// Newer versions replace older ones, closed ones go.
  void put(const conversation::Conversation& conversation);
  void note_reply(UserId agent, UtcTime at);
  /// Ended ones go.
  void put(const Alarm& alarm);
  bool has_alarm(ConversationId conversation) const;

  /// Risks, counts and alarms at `now`; `live` holds the queues of the scope's teams.
  Board board(const Scope& scope, const routing::Live& live, UtcTime now) const;

 private:
  struct Silence {
    std::int64_t longest_ms = 0, count = 0;
  };
  void keep(Alarm alarm);  // mutex held

  mutable std::mutex mutex_;
  std::int64_t seq_ = 0;
  std::unordered_map<ConversationId, conversation::Conversation> open_;
  std::unordered_map<UserId, UtcTime> replies_;
  std::unordered_map<AlarmId, Alarm> alarms_;
  std::unordered_map<ConversationId, int> alarmed_;  // how many open alarms it has
  std::shared_ptr<const Structure> structure_ = std::make_shared<Structure>();
};

}  // namespace yingda::supervision
