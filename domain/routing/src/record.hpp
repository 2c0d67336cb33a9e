// The facts of service (routing_episode) and today's counters from them. The rules are pure; the Recorder writes what
// events tell and keeps the counters in memory. Does not own: why somebody was chosen (routing_assignment).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "yingda/calendar/calendar.hpp"
#include "yingda/conversation/events.hpp"
#include "yingda/org/org.hpp"
#include "yingda/routing/live.hpp"
#include "yingda/routing/simulate.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::routing {

/// One row of routing_episode.
struct EpisodeFact {
  EpisodeId episode;
  ConversationId conversation;
  TeamId team;
  conversation::Channel channel = conversation::Channel::webchat;
  std::int64_t priority = 0;
  bool vip = false;
  UtcTime arrived;
  std::optional<UtcTime> first_assigned, closed;
  UserId agent;  // the owner, of a closed one the last
  std::optional<std::int64_t> estimated_wait_ms;
  std::int64_t target_ms = 0;
  std::int64_t handled_ms = 0;
  Outcome outcome = Outcome::open;
  std::int64_t version = 0;
  bool operator==(const EpisodeFact&) const = default;
};

/// An agent got an episode for the first time.
struct EpisodeAgent {
  EpisodeId episode;
  UserId agent;
  UtcTime at;
};

/// Brings a fact to what an event of its conversation tells. An event that is older than what is known changes nothing.
/// Times are the conversation's own. `target_ms` of the queue is taken over with the first assignment.
void apply_event(EpisodeFact& fact, const conversation::Conversation& conversation, std::int64_t target_ms);

/// Today's counters of one tenant.
class DayCounts {
 public:
  explicit DayCounts(calendar::Interval day) : day_(day) {}
  const calendar::Interval& day() const { return day_; }
  void add(const EpisodeFact& fact) { count(fact, 1); }
  void remove(const EpisodeFact& fact) { count(fact, -1); }
  void add(const EpisodeAgent& got);
  QueueDay queue(TeamId team) const;
  AgentDayCount agent(UserId agent) const;

 private:
  void count(const EpisodeFact& fact, int sign);
  bool today(UtcTime at) const { return at >= day_.from && at < day_.until; }

  calendar::Interval day_;
  std::unordered_map<TeamId, QueueDay> queues_;
  std::unordered_map<UserId, AgentDayCount> agents_;
};

/// Handler "routing.record" of the dispatcher, and the memory of today. Thread-safe.
class Recorder {
 public:
  /// What a queue promises, for `within_target`; from memory.
  using TargetOf = std::function<std::int64_t(TenantId, TeamId)>;

  Recorder(storage::Database& database, const Clock& clock, org::Org& org, TargetOf target_of)
      : database_(database), clock_(clock), org_(org), target_of_(std::move(target_of)) {}

  /// Writes down what happened; one transaction a batch. The store's errors: the batch comes again.
  Status take(std::span<const storage::CommittedEvent> events);
  /// Today's counters, loaded when this is the first look; changed by midnight and by take().
  Result<DayCounts> today(TenantId tenant);
  /// The tenant's time zone may have changed.
  void forget_zone(TenantId tenant);

 private:
  struct Days;
  Result<std::shared_ptr<Days>> days_of(TenantId tenant);
  Status load(Days& days, TenantId tenant);
  Status roll(Days& days, TenantId tenant);

  storage::Database& database_;
  const Clock& clock_;
  org::Org& org_;
  const TargetOf target_of_;
  std::mutex mutex_;
  std::unordered_map<TenantId, std::shared_ptr<Days>> tenants_;
};

// --- rows
Status store_fact(storage::Transaction& tx, TenantId tenant, const EpisodeFact& fact);
Result<std::optional<EpisodeFact>> load_fact(storage::Transaction& tx, TenantId tenant, EpisodeId episode);
/// Open ones, and those that came, were assigned or ended at `since` or later.
Result<std::vector<EpisodeFact>> load_facts_since(storage::Transaction& tx, TenantId tenant, UtcTime since);
/// Episodes that came within [from, until), in order; at most `limit`.
Result<std::vector<EpisodeFact>> load_facts(storage::Transaction& tx, TenantId tenant, UtcTime from, UtcTime until,
                                            int limit);
/// Nothing when he had it before.
Status store_episode_agent(storage::Transaction& tx, TenantId tenant, const EpisodeAgent& got);
Result<std::vector<EpisodeAgent>> load_episode_agents_since(storage::Transaction& tx, TenantId tenant, UtcTime since);
/// What the customer was told when he came, as the first assignment of the episode kept it.
Result<std::optional<std::int64_t>> load_estimate(storage::Transaction& tx, TenantId tenant,
                                                  ConversationId conversation, EpisodeId episode);

}  // namespace yingda::routing
