// The SQLite side of the write lane: one transaction a batch. Savepoints cost a copy of every page a job changes, so a
// batch runs without them first; when a job fails after it wrote, the batch runs again with one savepoint a job.
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
  Attempt attempt(Batch& batch, std::vector<char>& settled, Isolation isolation);
  enum class Ran {
    kept,  // or failed without a trace
    torn,  // failed and left changes that no savepoint can undo
    lost,  // the transaction is gone
  };
  Ran run_job(Batch& batch, std::size_t index, Isolation isolation);
  Status write_events(Batch& batch);
  void give_up(Batch& batch, const Error& error, const std::vector<char>& settled);

  const ConnectionOptions options_;
  std::unique_ptr<Connection> connection_;
  const Clock& clock_;
  LaneShared& shared_;
  bool failing_ = false;     // said once, not with every batch
  int careful_batches_ = 0;  // so many batches to come use savepoints at once: jobs fail at the moment
};

}  // namespace yingda::storage::sqlite
