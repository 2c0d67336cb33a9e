// A write lane: one thread that drains a bounded queue of jobs in batches, each batch sharing one commit.
// Owns the queue, the order of listener, on_commit actions and `done`. Does not own SQL: BatchRunner does.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

#include "yingda/storage/database.hpp"

namespace yingda::storage {

struct PendingJob {
  TenantId tenant;
  Database::Job job;
  Database::Done done;
};

/// The jobs of one commit and what they leave behind. `events` and `actions` hold only those of jobs that succeeded.
struct Batch {
  std::vector<PendingJob> jobs;
  std::vector<Status> outcomes;  // one a job
  std::vector<CommittedEvent> events;
  std::vector<std::function<void()>> actions;

  /// Where a job's leavings begin, so that they can be dropped when it fails.
  struct Mark {
    std::size_t events = 0, actions = 0;
  };
  Mark mark() const { return {events.size(), actions.size()}; }
  void drop_since(Mark mark);
  /// Nothing was committed: every job gets `error`, save those in `settled`, which keep their own outcome.
  void fail_all(const Error& error, const std::vector<char>& settled = {});
};

/// Runs one job inside a transaction; a library's exception becomes internal `storage.job_threw`.
Status run_guarded(const Database::Job& job, Transaction& tx) noexcept;

/// The engine's side of a lane. Called on the lane's thread only.
class BatchRunner {
 public:
  virtual ~BatchRunner() = default;
  /// Runs and commits the jobs; fills outcomes (one a job), events (with seq) and actions.
  virtual void run(Batch& batch) = 0;
  /// The lane is closing: do not wait for a lost server any more. From another thread.
  virtual void stop_waiting() {}
};

/// What all lanes of a store share.
struct LaneShared {
  std::atomic<std::int64_t> jobs{0}, commits{0}, rollbacks{0}, batch_retries{0}, queued{0}, queued_max_seen{0};
  std::mutex listener_mutex;  // lanes call the one listener in turns
  std::function<void(std::span<const CommittedEvent>)> listener;
  /// Newest seq that the listener was told of, by tenant; only where other processes write the store, too.
  bool tracks_published = false;
  std::unordered_map<TenantId, std::int64_t> published;

  /// Tells the listener, in turn. Where other processes write too, what it was told of already is left out.
  void publish(std::span<const CommittedEvent> events);

  DatabaseStats stats() const { return {jobs, commits, rollbacks, batch_retries, queued, queued_max_seen}; }

 private:
  void tell(std::span<const CommittedEvent> events);
};

/// True on a lane's thread, where blocking on the store would wait for itself.
bool on_store_thread() noexcept;

class WriteLane {
 public:
  WriteLane(int number, std::unique_ptr<BatchRunner> runner, LaneShared& shared, std::size_t queue_max,
            std::size_t batch_max);
  /// Finishes accepted jobs.
  ~WriteLane();
  WriteLane(const WriteLane&) = delete;
  WriteLane& operator=(const WriteLane&) = delete;

  /// Overflow: the job is refused, `done` gets unavailable `storage.busy` on the calling thread.
  void submit(PendingJob job);

 private:
  void loop();
  bool take(Batch& batch);
  void publish(Batch& batch) noexcept;

  const std::unique_ptr<BatchRunner> runner_;
  LaneShared& shared_;
  const std::size_t queue_max_;
  const std::size_t batch_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<PendingJob> queue_;
  std::deque<PendingJob> taken_;      // lane's thread only: taken out of queue_, not yet run
  std::atomic<std::size_t> left_{0};  // its size
  bool waiting_ = false;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace yingda::storage
