// Transaction over a pipelined PostgreSQL connection, for write jobs (with a batch to emit into) and for read jobs.
#pragma once

#include <memory>
#include <optional>

#include "lane.hpp"
#include "postgres/connection.hpp"

namespace yingda::storage::postgres {

/// What a transaction sends before its first statement.
enum class Opening { nothing, savepoint, snapshot };

class PostgresTransaction final : public Transaction {
 public:
  /// A read job: its first statement begins a read-only snapshot. When `reader` turns out to be dead at that moment it
  /// is replaced: the job has seen nothing yet.
  PostgresTransaction(std::unique_ptr<Connection>& reader, const ConnectionOptions& options)
      : connection_(reader.get()), reader_(&reader), options_(&options), opening_(Opening::snapshot) {}
  /// Job number `owner` of a batch, inside the lane's open transaction.
  PostgresTransaction(Connection& connection, Batch& batch, int owner, Opening opening)
      : connection_(&connection), batch_(&batch), owner_(owner), opening_(opening) {}

  Engine engine() const override { return Engine::postgres; }
  Status each(const Query& query, std::span<const Value> values,
              const std::function<Status(const Row&)>& on_row) override;
  Result<std::int64_t> run(const Query& query, std::span<const Value> values) override;
  Status defer(const Query& query, std::span<const Value> values) override;
  void emit(Event event) override;
  void on_commit(std::function<void()> action) override;

  /// The first error: the job fails with it, whatever it returns.
  const Error* failure() const { return failure_ ? &*failure_ : nullptr; }
  /// Something was sent, so there is a savepoint or snapshot to end.
  bool opened() const { return opened_; }

 private:
  Status send(const Query& query, std::span<const Value> values);
  Result<ResultPtr> fetch(const Query& query, std::span<const Value> values);
  Status queue(const Query& query, std::span<const Value> values);
  bool replace_reader();
  std::unexpected<Error> doom(Error error);

  Connection* connection_;
  std::unique_ptr<Connection>* reader_ = nullptr;
  const ConnectionOptions* options_ = nullptr;
  Batch* batch_ = nullptr;
  int owner_ = 0;
  Opening opening_;
  bool opened_ = false;
  std::optional<Error> failure_;
};

inline constexpr Query kSavepoint{"storage.savepoint", "SAVEPOINT job", ""};
inline constexpr Query kRelease{"storage.release", "RELEASE SAVEPOINT job", ""};
inline constexpr Query kRollbackTo{"storage.rollback_to", "ROLLBACK TO SAVEPOINT job", ""};
inline constexpr Query kBegin{"storage.begin", "BEGIN", ""};
inline constexpr Query kCommit{"storage.commit", "COMMIT", ""};
inline constexpr Query kRollback{"storage.rollback", "ROLLBACK", ""};
inline constexpr Query kSnapshot{"storage.snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ""};

}  // namespace yingda::storage::postgres
