// A real store that does one thing at a time, so that a day happens again exactly: a job is run, committed, told to the
// dispatcher and digested by it before the next one begins. Told late when asked, so that the engine decides on old
// news: in an order that a seed gives.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <typeinfo>
#include <vector>

#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::sim {

class StepDatabase final : public storage::Database {
 public:
  explicit StepDatabase(std::unique_ptr<storage::Database> inner);
  ~StepDatabase() override;

  /// What has to come to rest between two jobs; none: nothing.
  void set_dispatcher(runtime::Dispatcher* dispatcher);
  /// Jobs that come from now on wait for release().
  void hold();
  void release();
  std::size_t waiting() const;
  /// From now on the dispatcher hears of commits later, by the seed's dice, in order.
  void lag(std::uint64_t seed);
  /// Tells what was held back; from now on at once. Blocking, by the day's own thread.
  void catch_up();
  /// Blocks until every job that was handed in is done.
  void wait_idle();

  storage::Engine engine() const override { return inner_->engine(); }
  Status migrate(std::span<const storage::Migration> migrations) override { return inner_->migrate(migrations); }
  void write_async(TenantId tenant, Job job, Done done) override;
  Status read(const Job& job) override { return inner_->read(job); }
  void set_event_listener(std::function<void(std::span<const storage::CommittedEvent>)> listener) override;
  Result<std::vector<storage::CommittedEvent>> read_events(TenantId tenant, std::int64_t after, int limit) override {
    return inner_->read_events(tenant, after, limit);
  }
  Result<std::int64_t> last_seq(TenantId tenant) override { return inner_->last_seq(tenant); }
  Result<std::int64_t> last_seq(storage::Transaction& tx, TenantId tenant) override {
    return inner_->last_seq(tx, tenant);
  }
  Result<std::vector<TenantId>> tenants_with_events() override { return inner_->tenants_with_events(); }
  Result<std::int64_t> trim_events(UtcTime before, int limit) override { return inner_->trim_events(before, limit); }
  Status backup(const std::string& file) override { return inner_->backup(file); }
  storage::DatabaseStats stats() const override { return inner_->stats(); }

 private:
  struct Task {
    TenantId tenant;
    Job job;  // none: only tell
    Done done;
  };
  void loop();
  void run(Task task);
  bool tell_now();
  void tell();

  std::unique_ptr<storage::Database> inner_;
  const std::thread::id day_ = std::this_thread::get_id();
  /// Of the `done` that Database::write hands over: who waits for his write is known by it.
  const std::type_info* blocking_ = nullptr;
  std::function<void(std::span<const storage::CommittedEvent>)> listener_;
  std::mutex told_mutex_;
  std::vector<storage::CommittedEvent> told_;  // by the store; not yet passed on
  std::size_t told_before_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  runtime::Dispatcher* dispatcher_ = nullptr;
  bool held_ = false, stopping_ = false, busy_ = false;
  std::optional<std::mt19937_64> lag_;
  std::thread thread_;
};

}  // namespace yingda::sim
