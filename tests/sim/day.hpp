// One simulated office day: random customers, agents and accidents against the real engine on a real store.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "ledger.hpp"
#include "office.hpp"
#include "step_database.hpp"
#include "yingda/rating/ratings.hpp"

namespace yingda::sim {

class Day {
 public:
  Day(std::uint64_t seed, Pace pace);

  /// One random event (several for Pace::racy), then every invariant. Throws Violation.
  void step();
  const Ledger& ledger() const { return ledger_; }
  std::int64_t events() const { return events_; }
  /// The last things done, for the report of a violation.
  const std::vector<std::string>& diary() const { return diary_; }

 private:
  using Conversation = conversation::Conversation;

  std::int64_t pick(std::int64_t low, std::int64_t high);
  template <class T>
  const T& one_of(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(from.size()) - 1))];
  }
  void note(std::string what);
  void act();
  void customer_speaks();
  void customer_rates();
  void agent_answers();
  void agent_closes();
  void agent_moves();
  void agent_grabs();
  void agent_asks();
  void offer_is_answered();
  void wrap_up_changes();
  void supervisor_moves();
  void change_state();
  void change_socket();
  void change_policy();
  void change_capacity();
  void time_passes();
  void restart();
  void come_to_rest();
  void rest_step_by_step();
  /// What the last act set off has been done, but for news that is kept back.
  void finish_act();
  void check();
  void check_open(const Conversation& c, const std::map<UserId, routing::AgentStatus>& agents);
  void check_offers();
  void check_idle(const Conversation& c, const std::map<UserId, routing::AgentStatus>& agents);
  const Conversation* random_open(conversation::State state);

  std::mt19937_64 random_;
  Pace pace_;
  StepDatabase* store_ = nullptr;       // the present process's, on calm days
  rating::Ratings* ratings_ = nullptr;  // the present process's
  routing::Office office_;
  Ledger ledger_;
  std::vector<org::Actor> agents_;
  std::vector<CustomerId> customers_;
  std::vector<TeamId> teams_;
  std::int64_t events_ = 0;
  std::int64_t keys_ = 0;
  UtcTime turned_back_;  // until when wake-ups may be late, because the clock was turned back
  std::vector<std::string> diary_;
};

}  // namespace yingda::sim
