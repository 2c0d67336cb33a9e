// An office for routing's contract tests and the simulation: a store, a company, and processes (real rooms on it) that
// can be stopped and started again. The clock is by hand, timers fire by run_due().
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "yingda/base/manual_clock.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/org/org.hpp"
#include "yingda/routing/routing.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::routing {

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

std::vector<storage::Migration> office_migrations();

/// One server process: every room up to routing.
class Process {
 public:
  /// Puts something between the rooms and the store.
  using Wrap = std::function<std::unique_ptr<storage::Database>(std::unique_ptr<storage::Database>)>;

  /// Another room on the same rooms: made before the dispatcher starts, gone after it has stopped.
  using Join = std::function<std::shared_ptr<void>(Process&)>;

  Process(const storage::TestStore& store, ManualClock& clock, int node, const Wrap& wrap = {}, Join join = {});
  ~Process();
  void start();

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
  /// Everything committed so far has led to what it leads to. Throws when it does not come to rest.
  void settle();

  ManualClock& clock;
  IdSource ids;
  std::unique_ptr<storage::Database> database;
  runtime::WorkerPool workers{2, 10'000};
  runtime::Dispatcher dispatcher;
  runtime::Timers timers;
  org::Org org;
  customer::Customers customers;
  conversation::Conversations conversations;
  std::unique_ptr<Routing> routing;

 private:
  Join join_;
  std::shared_ptr<void> joined_;
};

/// One company with the teams "care" (its first) and "sales".
class Office {
 public:
  explicit Office(Process::Wrap wrap = {}, Process::Join join = {});

  Process& process() { return *process_; }
  Routing& routing() { return *process_->routing; }
  void restart();
  std::unique_ptr<Process> another_process();

  org::Actor make_agent(const std::string& login, std::vector<TeamId> teams, std::int64_t capacity = 5);
  CustomerId make_customer(const std::string& level = "");
  conversation::Conversation say(CustomerId customer, const std::string& text = "hello");
  conversation::Conversation answer(const org::Actor& agent, ConversationId id, const std::string& text = "hi");
  Status try_state(const org::Actor& agent, AgentState state, const std::string& reason = "");
  void online(const org::Actor& agent) { must(try_state(agent, AgentState::online)); }
  Result<conversation::Conversation> grab(const org::Actor& agent, ConversationId id);
  Result<conversation::Conversation> transfer(const org::Actor& actor, ConversationId id,
                                              const conversation::Handover& to);
  Result<conversation::Conversation> close(const org::Actor& actor, ConversationId id);
  conversation::Conversation load(ConversationId id);
  std::vector<conversation::Message> messages(ConversationId id);
  QueuePolicy policy(TeamId team);
  void save(const QueuePolicy& policy);
  std::vector<AssignmentRecord> why(ConversationId id);
  std::int64_t load_of(const org::Actor& agent);
  AgentStatus status(const org::Actor& agent);
  /// Time passes, due timers go off, everything comes to rest.
  void pass(DurationMs by);
  void settle() { process_->settle(); }
  /// Types of the tenant's events from `seq` on, exclusive.
  std::vector<storage::CommittedEvent> events(std::int64_t after = 0);
  std::int64_t count_events(const std::string& type);

  ManualClock clock;
  storage::TestStore store;
  TenantId tenant;
  org::Actor boss;  // all rights
  UnitId centre;
  RoleId agent_role;
  TeamId care, sales;

 private:
  Process::Wrap wrap_;
  Process::Join join_;
  std::unique_ptr<Process> process_;
  int processes_ = 0;
  int keys_ = 0;
};

}  // namespace yingda::routing
