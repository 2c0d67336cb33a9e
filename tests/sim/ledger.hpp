// What the event log says happened, and the rules that no event may break. Reads only the log, so that it shares no
// mistake with the engine.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "yingda/conversation/events.hpp"
#include "yingda/routing/types.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::sim {

/// A broken invariant.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Pace {
  calm,  ///< everything comes to rest after every event: one order of things, exact replay
  racy,  ///< several events at once: the engine's threads race
};

class Ledger {
 public:
  explicit Ledger(Pace pace) : pace_(pace) {}

  /// Everything before has come to rest.
  void begin_step() { ++step_; }
  /// Throws Violation.
  void take(const storage::CommittedEvent& event);

  const std::map<ConversationId, conversation::Conversation>& all() const { return now_; }
  std::int64_t load(UserId agent) const;
  /// Who was silent on this conversation in its present episode.
  const std::set<UserId>& silent(ConversationId id) const;
  /// A person gave it to its owner, who did not go offline since.
  bool by_hand(ConversationId id) const { return by_hand_.contains(id); }
  std::int64_t last_seq() const { return last_seq_; }
  std::uint64_t digest() const { return digest_; }

  std::map<UserId, std::int64_t> capacity;
  std::map<TeamId, routing::QueuePolicy> policies;
  std::int64_t assigned = 0, closed_quiet = 0, passed_on = 0, promised = 0;

 private:
  void check_assigned(const conversation::ConversationEvent& event);
  void check_order(const conversation::Conversation& c);

  Pace pace_;
  std::int64_t last_seq_ = 0, step_ = 0;
  std::map<ConversationId, std::pair<TeamId, std::int64_t>> entered_;  // queue, since which step
  std::uint64_t digest_ = 14'695'981'039'346'656'037ULL;
  std::map<ConversationId, conversation::Conversation> now_;
  std::map<ConversationId, std::set<UserId>> silent_;
  std::map<ConversationId, UserId> by_hand_;
};

}  // namespace yingda::sim
