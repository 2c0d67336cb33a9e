// What the event log says happened, and the rules that no event may break. Reads only the log, so that it shares no
// mistake with the engine.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "yingda/conversation/events.hpp"
#include "yingda/rating/events.hpp"
#include "yingda/routing/offers.hpp"
#include "yingda/routing/types.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::sim {

/// A broken invariant.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Pace {
  calm,  ///< everything comes to rest after every event
  late,  ///< several events at once, of which the engine hears late: it decides on old news. As calm, replays exactly
  racy,  ///< several events at once: the engine's threads race, so that a day is never quite the same
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
  /// The same since it was last closed: the engine may forget the others, who may get it again.
  const std::set<UserId>& silent_since_close(ConversationId id) const;
  /// A person gave it to its owner, who did not go offline since.
  bool by_hand(ConversationId id) const { return by_hand_.contains(id); }
  /// Rings for somebody; it waits on purpose.
  bool rings(ConversationId id) const { return rings_.contains(id); }
  std::int64_t rings_for(UserId agent) const;
  /// He declined it or let it ring not long ago.
  bool refused(ConversationId id, UserId agent, UtcTime now) const;
  const std::map<routing::OfferId, routing::Offer>& offers() const { return offers_; }
  /// Has an agent whom the customer knows: from an earlier episode, or because he said that it is not solved.
  bool returns(const conversation::Conversation& c) const {
    const auto service = service_.find(c.id);
    return c.episode_number > 1 || (service != service_.end() && service->second.came_back);
  }
  std::int64_t last_seq() const { return last_seq_; }
  std::uint64_t digest() const { return digest_; }

  std::map<UserId, std::int64_t> capacity;
  std::map<TeamId, routing::QueuePolicy> policies;
  std::int64_t asked = 0, not_solved = 0;
  std::int64_t assigned = 0, closed_quiet = 0, passed_on = 0, promised = 0, rung = 0, accepted = 0, wrapped_up = 0;

 private:
  void check_assigned(const conversation::ConversationEvent& event);
  void check_asked(const rating::RatingEvent& event);
  void check_answered(const rating::RatingEvent& event);
  void note_speaker(const conversation::MessageEvent& told);
  void check_order(const conversation::Conversation& c);
  void take_offer(const storage::CommittedEvent& event);
  void take_offer_end(const storage::CommittedEvent& event);
  void take_state(const routing::AgentStatus& status);

  Pace pace_;
  std::int64_t last_seq_ = 0, step_ = 0;
  std::map<ConversationId, std::pair<TeamId, std::int64_t>> entered_;  // queue, since which step
  std::uint64_t digest_ = 14'695'981'039'346'656'037ULL;
  std::map<ConversationId, conversation::Conversation> now_;
  std::map<ConversationId, std::set<UserId>> silent_, silent_since_close_;
  std::map<ConversationId, UserId> by_hand_;

  /// What asking depends on, of each conversation's present episode.
  struct Service {
    EpisodeId episode;
    bool customer_last = false, answered = false, closed_by_person = false, came_back = false;
  };
  std::map<ConversationId, Service> service_;
  std::set<EpisodeId> asked_;
  std::map<UserId, routing::AgentState> states_;
  std::map<routing::OfferId, routing::Offer> offers_;  // open
  std::set<routing::OfferId> ended_;
  std::map<ConversationId, routing::OfferId> rings_;
  std::map<std::pair<ConversationId, UserId>, UtcTime> refused_;  // until when
  std::set<ConversationId> ever_refused_;
};

}  // namespace yingda::sim
