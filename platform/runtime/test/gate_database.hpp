// A real store behind a gate: write jobs can be held back to force an order, and the store can be cut off as by a
// crash.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "yingda/storage/database.hpp"

namespace yingda::runtime {

class GateDatabase final : public storage::Database {
 public:
  explicit GateDatabase(std::unique_ptr<storage::Database> inner) : inner_(std::move(inner)) {}

  /// Jobs that come from now on wait until release().
  void hold() {
    const std::lock_guard lock(mutex_);
    holding_ = true;
  }
  std::size_t held() const {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }
  void release() {
    std::vector<std::function<void()>> jobs;
    {
      const std::lock_guard lock(mutex_);
      holding_ = false;
      jobs.swap(held_);
    }
    for (auto& job : jobs) job();
  }
  /// From now on (or no more) every write fails with unavailable `storage.down`.
  void cut(bool down) {
    const std::lock_guard lock(mutex_);
    cut_ = down;
  }
  storage::Database& inner() { return *inner_; }

  storage::Engine engine() const override { return inner_->engine(); }
  Status migrate(std::span<const storage::Migration> migrations) override { return inner_->migrate(migrations); }
  void write_async(TenantId tenant, Job job, Done done) override {
    {
      const std::lock_guard lock(mutex_);
      if (holding_) {
        held_.push_back(
            [this, tenant, job = std::move(job), done = std::move(done)] { inner_->write_async(tenant, job, done); });
        return;
      }
      if (!cut_) return inner_->write_async(tenant, std::move(job), std::move(done));
    }
    done(fail(Code::unavailable, "storage.down"));
  }
  Status read(const Job& job) override { return inner_->read(job); }
  void set_event_listener(std::function<void(std::span<const storage::CommittedEvent>)> listener) override {
    inner_->set_event_listener(std::move(listener));
  }
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
  std::unique_ptr<storage::Database> inner_;
  mutable std::mutex mutex_;
  bool holding_ = false, cut_ = false;
  std::vector<std::function<void()>> held_;
};

}  // namespace yingda::runtime
