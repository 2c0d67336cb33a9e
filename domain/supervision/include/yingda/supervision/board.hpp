// The live board (现场看板): what a supervisor sees at one glance. API shapes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/types.hpp"
#include "yingda/routing/live.hpp"
#include "yingda/routing/types.hpp"
#include "yingda/supervision/types.hpp"

namespace yingda::supervision {

inline constexpr std::size_t kRisksMax = 100;
inline constexpr std::size_t kBoardAlarmsMax = 200;  // open alarms on one board, the newest

struct BoardQueue {
  TeamId team_id;
  std::string team_name;
  UnitId unit_id;
  routing::Strategy strategy = routing::Strategy::least_loaded;
  std::int64_t waiting = 0;
  std::int64_t longest_wait_ms = 0;
  std::optional<std::int64_t> estimated_wait_ms;  // for who comes now
  std::int64_t promised = 0;                      // told a date, wait for it
  std::int64_t in_service = 0;                    // have an owner
  std::int64_t agents_online = 0, agents_busy = 0, agents_away = 0, agents_wrap_up = 0;
  std::int64_t agents_free = 0;    // online with room for one more
  std::int64_t alarm_wait_ms = 0;  // the policy's; 0: never
  routing::QueueDay today;
};
YD_DESCRIBE(BoardQueue,
            (team_id, team_name, unit_id, strategy, waiting, longest_wait_ms, estimated_wait_ms, promised, in_service,
             agents_online, agents_busy, agents_away, agents_wrap_up, agents_free, alarm_wait_ms, today))

/// AgentStatus and what a supervisor asks beyond it.
struct BoardAgent {
  UserId user_id;
  std::string name, display_name;
  routing::AgentState state = routing::AgentState::offline;
  std::string reason;
  UtcTime since_at_ms;
  std::optional<UtcTime> until_at_ms;
  std::int64_t load = 0, capacity = 0;
  bool connected = false;
  std::vector<TeamId> team_ids;
  UnitId unit_id;
  std::optional<UtcTime> last_reply_at_ms;  // his newest word to a customer since this server started
  std::int64_t longest_silent_ms = 0;       // how long the customer waits who has waited longest for his word
  std::int64_t waiting_count = 0;           // conversations of his in which the customer spoke last
  routing::AgentDayCount today;
};
YD_DESCRIBE(BoardAgent, (user_id, name, display_name, state, reason, since_at_ms, until_at_ms, load, capacity,
                         connected, team_ids, unit_id, last_reply_at_ms, longest_silent_ms, waiting_count, today))

/// queue: waits for an agent; agent: waits for his agent's word.
enum class RiskKind { queue, agent };
YD_DESCRIBE_ENUM(RiskKind, queue, agent)

/// 风险会话: somebody waits longer than his queue's threshold.
struct Risk {
  conversation::Conversation conversation;
  std::int64_t waited_ms = 0;
  std::int64_t threshold_ms = 0;
  RiskKind kind = RiskKind::queue;
};
YD_DESCRIBE(Risk, (conversation, waited_ms, threshold_ms, kind))

struct Board {
  UtcTime at_ms;
  std::vector<BoardQueue> queues;
  std::vector<BoardAgent> agents;
  std::vector<Risk> risks;  // worst first
  std::vector<Alarm> alarms;
};
YD_DESCRIBE(Board, (at_ms, queues, agents, risks, alarms))

}  // namespace yingda::supervision
