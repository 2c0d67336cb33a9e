// The SQLite side of the write lane: one transaction a batch, one savepoint a job that writes.
#pragma once

#include <memory>
#include <string>

#include "lane.hpp"
#include "sqlite/transaction.hpp"

namespace yingda::storage::sqlite {

class SqliteRunner final : public BatchRunner {
 public:
  SqliteRunner(ConnectionOptions options, std::unique_ptr<Connection> connection, const Clock& clock,
               LaneShared& shared)
      : options_(std::move(options)), connection_(std::move(connection)), clock_(clock), shared_(shared) {}
  void run(Batch& batch) override;

 private:
  enum class Attempt { done, again };
  Attempt attempt(Batch& batch, std::vector<char>& settled);
  /// False when the transaction is gone.
  bool run_job(Batch& batch, std::size_t index, Isolation isolation);
  Status write_events(Batch& batch);
  void give_up(Batch& batch, const Error& error, const std::vector<char>& settled);

  const ConnectionOptions options_;
  std::unique_ptr<Connection> connection_;
  const Clock& clock_;
  LaneShared& shared_;
  bool failing_ = false;  // said once, not with every batch
};

}  // namespace yingda::storage::sqlite
