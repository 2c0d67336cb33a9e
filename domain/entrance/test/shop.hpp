// A company for the entrance's contract tests: a store and processes (real rooms on it) that can be stopped and started
// again. The clock is by hand, timers fire by run_due(); the external program is a real socket.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "yingda/base/manual_clock.hpp"
#include "yingda/entrance/entrance.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::entrance {

/// What a Result must give.
template <class R>
auto must(R result) -> typename R::value_type {
  if (!result) throw std::runtime_error(describe(result.error()));
  if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
}
/// The reason of a failed Result or Status, "" for success.
template <class R>
std::string reason_of(const R& result) {
  return result ? std::string() : result.error().reason;
}

/// One server process: every room up to the entrance.
class Process {
 public:
  Process(const storage::TestStore& store, ManualClock& clock, int node);
  ~Process();
  void start();
  /// Everything committed so far has led to what it leads to.
  void settle();

  template <class F>
  auto write(TenantId tenant, F job) -> std::invoke_result_t<F, storage::Transaction&> {
    using R = std::invoke_result_t<F, storage::Transaction&>;
    if constexpr (std::is_same_v<R, Status>) {
      return database->write(tenant, job);
    } else {
      return database->write_for<typename R::value_type>(tenant, job);
    }
  }
  template <class F>
  auto read(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    return database->read_for<typename std::invoke_result_t<F, storage::Transaction&>::value_type>(job);
  }

  IdSource ids;
  std::unique_ptr<storage::Database> database;
  runtime::WorkerPool workers{2, 10'000};
  runtime::Dispatcher dispatcher;
  runtime::Timers timers;
  org::Org org;
  customer::Customers customers;
  conversation::Conversations conversations;
  std::unique_ptr<routing::Routing> routing;
  std::unique_ptr<Entrance> entrance;
};

/// A company with the teams "care" (its first), "sales" and "loans".
class Shop {
 public:
  Shop();

  Process& process() { return *process_; }
  void restart();
  std::unique_ptr<Process> another_process();
  void settle() { process_->settle(); }
  /// Time passes, due timers go off, everything comes to rest.
  void pass(DurationMs by);

  org::Actor make_agent(const std::string& login, std::vector<TeamId> teams, std::vector<routing::Skill> skills = {});
  void online(const org::Actor& agent);
  CustomerId make_customer(const std::string& locale = "zh-CN", const customer::Identity& identity = {});
  /// A message; everything has come to rest behind it.
  conversation::Conversation say(CustomerId customer, const std::string& text = "hello", const std::string& topic = "");
  conversation::Conversation load(ConversationId id);
  void close(const org::Actor& agent, ConversationId id);
  /// Saves these over what is there.
  EntrancePlan save(std::vector<EntranceRule> rules, External external = {}, std::vector<Menu> menus = {});
  std::optional<EntranceRecord> why(ConversationId id);
  ExternalStatus external();
  std::vector<std::string> event_types(std::int64_t after = 0);
  std::int64_t last_event() { return must(process_->database->last_seq(tenant)); }

  ManualClock clock;
  storage::TestStore store;
  TenantId tenant;
  org::Actor boss;  // all rights
  TeamId care, sales, loans;

 private:
  std::unique_ptr<Process> process_;
  UnitId centre_;
  RoleId agent_role_;
  int processes_ = 0;
  int keys_ = 0;
};

/// A program that takes connections and never says a word.
class SilentProgram {
 public:
  SilentProgram();
  ~SilentProgram();
  const std::string& url() const { return url_; }

 private:
  int socket_;
  std::string url_;
};

}  // namespace yingda::entrance
