// One tenant as routing holds it in memory: the board, the people behind the agents, who is connected.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "board.hpp"
#include "yingda/org/types.hpp"

namespace yingda::routing {

struct Person {
  std::string name, display_name;
  std::string reason;  // of the state
  UtcTime since;
  std::int64_t sockets = 0;
};

/// Guarded by `mutex`; held for microseconds, never over a database call.
struct World {
  std::mutex mutex;
  TenantId tenant;
  std::int64_t seq = 0;  // events up to here are in the board already
  Board board;
  std::unordered_map<UserId, Person> people;
  TeamId first_team;
  std::unordered_set<ConversationId> reserved;  // decided, on the way to the store
  std::unordered_set<ConversationId> unplaced;  // in a queue here, the store does not know the team yet
};

}  // namespace yingda::routing
