// The PostgreSQL side of a write lane. The whole batch goes down the pipeline; the lane waits only where a job reads a
// result and at the commit. A statement that failed unseen belongs to an earlier job: that job is undone, and the jobs
// behind it, which the server skipped, run again.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "lane.hpp"
#include "postgres/connection.hpp"

namespace yingda::storage::postgres {

class PostgresRunner final : public BatchRunner {
 public:
  /// `process` names this process to the others on the same database.
  PostgresRunner(ConnectionOptions options, std::string process, std::unique_ptr<Connection> connection,
                 const Clock& clock, LaneShared& shared)
      : options_(std::move(options)),
        process_(std::move(process)),
        connection_(std::move(connection)),
        clock_(clock),
        shared_(shared) {}
  void run(Batch& batch) override;
  void stop_waiting() override;

 private:
  enum class Outcome { done, again };
  using Moment = std::chrono::steady_clock::time_point;

  Outcome attempt(Batch& batch);
  /// Runs jobs from `first` on, until one fails in the pipeline or all have been sent.
  void send_jobs(Batch& batch, std::size_t first);
  void send_job(Batch& batch, std::size_t index);
  /// Events and COMMIT in one go, and all results; unset events keep seq 0.
  Status finish_batch(Batch& batch, bool& commit_sent);
  Status send_events(Batch& batch);
  Outcome handle_loss(Batch& batch, bool commit_sent);
  Status connect(Moment batch_began);
  bool pause(std::chrono::milliseconds duration);

  const ConnectionOptions options_;
  const std::string process_;
  std::unique_ptr<Connection> connection_;
  const Clock& clock_;
  LaneShared& shared_;
  std::vector<Batch::Mark> marks_;
  int losses_ = 0;  // of this batch
  bool down_ = false;
  Moment next_connect_{};
  std::chrono::milliseconds back_off_{0};
  std::mutex stop_mutex_;
  std::condition_variable stop_wake_;
  bool stopping_ = false;
};

}  // namespace yingda::storage::postgres
