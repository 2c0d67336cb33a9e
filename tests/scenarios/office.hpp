// A small office for scenario scripts: the real rooms on a real SQLite store and a clock that moves only when the
// script says so.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "yingda/base/manual_clock.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/entrance/entrance.hpp"
#include "yingda/org/org.hpp"
#include "yingda/rating/ratings.hpp"
#include "yingda/routing/routing.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::scenario {

class Office {
 public:
  Office();
  ~Office();

  Status make_team(const std::string& name);
  Status hire(const std::string& name, const std::string& role, const std::string& team, std::int64_t capacity);
  Status set_state(const std::string& agent, const std::string& state, const std::string& reason = "");
  Status force_state(const std::string& supervisor, const std::string& agent, const std::string& state);
  /// Zero ends it.
  Status extend_wrap_up(const std::string& agent, DurationMs by);
  /// Changes a team's queue policy.
  Status change_queue(const std::string& team, const std::function<void(routing::QueuePolicy&)>& change);
  /// The offer of the customer's conversation that rings for the agent.
  Status answer_offer(const std::string& agent, const std::string& customer, bool accepts);
  Status ask_to_take(const std::string& agent, const std::string& colleague, const std::string& customer);
  Status take_back(const std::string& agent, const std::string& customer);
  Status consult(const std::string& agent, const std::string& colleague, const std::string& customer);
  /// `key` repeats an earlier message when given; `topic` was chosen in the menu.
  Status customer_says(const std::string& customer, const std::string& text, const std::string& key = "",
                       const std::string& topic = "");
  /// What is known of a customer before he writes.
  Status know(const std::string& customer, const std::string& locale, const customer::Identity& facts);
  Status look_at(const std::string& customer, const std::string& url);
  /// Changes rules, menus or external program of the entrance.
  Status change_plan(const std::function<void(entrance::EntrancePlan&)>& change);
  Result<std::optional<entrance::EntranceRecord>> entered(const std::string& customer);
  Status agent_says(const std::string& agent, const std::string& text, const std::string& customer, bool note);
  Status grab(const std::string& agent, const std::string& customer);
  Status transfer(const std::string& agent, const std::string& customer, const std::string& to_agent,
                  const std::string& to_team);
  Status close(const std::string& agent, const std::string& customer, bool automatic);
  Status reopen(const std::string& agent, const std::string& customer);
  Status recall_last(const std::string& agent, const std::string& customer);
  Status read_all(const std::string& customer);
  Status set_priority(const std::string& agent, const std::string& customer, std::int64_t priority);
  void connect(const std::string& agent, bool connected);
  void advance(DurationMs by);
  /// Everything in memory is thrown away and built again from the store.
  void restart();
  /// Waits until every event led to its consequences.
  void settle();

  Result<conversation::Conversation> thread(const std::string& customer);
  Result<std::vector<conversation::Message>> seen_by_customer(const std::string& customer);
  Result<std::vector<conversation::Message>> seen_by(const std::string& agent, const std::string& customer);
  Result<routing::AgentStatus> status(const std::string& agent);
  std::int64_t position(const std::string& customer);
  /// Names of those for whom the customer's conversation rings, sorted.
  std::vector<std::string> rings_for(const std::string& customer);
  /// Kinds of the alarms that stand for a team's queue, sorted.
  std::set<std::string> alarms_of(const std::string& team);
  std::vector<routing::AssignmentRecord> why(const std::string& customer);

  // Ratings. What the customer may say now; his answer to the newest question; how often he was asked at all.
  Result<std::optional<rating::Invitation>> question(const std::string& customer);
  Status rate(const std::string& customer, std::optional<bool> solved, std::optional<std::int64_t> score,
              const std::string& words);
  Result<std::int64_t> questions_put(const std::string& customer);
  /// Open ones.
  Result<std::vector<rating::FollowUp>> follow_ups(const std::string& customer);
  Status settle_follow_ups(const std::string& supervisor, const std::string& customer);

  UserId user(const std::string& name) const;
  TeamId team(const std::string& name) const;

 private:
  struct Rooms;
  Result<org::Actor> actor(storage::Transaction& tx, const std::string& name);
  template <class F>
  Status as(const std::string& agent, const std::string& customer, F verb);
  Result<std::vector<routing::Offer>> offers(storage::Transaction& tx, const org::Actor& actor, bool sent,
                                             const std::string& customer);
  Result<CustomerId> customer(storage::Transaction& tx, const std::string& name, const std::string& locale = "");
  ConversationId thread_id(storage::Transaction& tx, const std::string& customer);
  void open_rooms();

  ManualClock clock_;
  IdSource ids_{clock_};
  std::string folder_;
  std::unique_ptr<Rooms> rooms_;
  TenantId tenant_;
  org::Actor boss_;
  UnitId root_;
  std::map<std::string, UserId> users_;
  std::map<std::string, TeamId> teams_;
  std::map<std::string, CustomerId> customers_;
  std::map<std::string, std::string> last_key_;
  std::string first_team_;
};

}  // namespace yingda::scenario
