// Transaction and Row over a SQLite connection, for write jobs (with a batch to emit into) and for read jobs.
#pragma once

#include <optional>

#include "lane.hpp"
#include "sqlite/connection.hpp"

namespace yingda::storage::sqlite {

enum class Isolation { none, savepoint };

class SqliteTransaction final : public Transaction {
 public:
  /// A read job.
  explicit SqliteTransaction(Connection& connection) : connection_(connection) {}
  /// A write job; with `savepoint`, its first change opens one.
  SqliteTransaction(Connection& connection, Batch& batch, Isolation isolation)
      : connection_(connection), batch_(&batch), isolation_(isolation) {}

  Engine engine() const override { return Engine::sqlite; }
  Status each(const Query& query, std::span<const Value> values,
              const std::function<Status(const Row&)>& on_row) override;
  Result<std::int64_t> run(const Query& query, std::span<const Value> values) override;
  Status defer(const Query& query, std::span<const Value> values) override;
  void emit(Event event) override;
  void on_commit(std::function<void()> action) override;

  /// The first statement error: the job fails with it, whatever it returns.
  const Error* failure() const { return failure_ ? &*failure_ : nullptr; }
  bool has_savepoint() const { return savepoint_; }
  /// A statement that changes rows was begun.
  bool wrote() const { return wrote_; }
  /// The failure took the whole transaction with it.
  bool lost() const { return lost_; }

 private:
  class Use;
  Status begin(Statement& statement, const Query& query, std::span<const Value> values);
  std::unexpected<Error> doom(Error error);
  std::unexpected<Error> doom(const Query& query, int code);

  Connection& connection_;
  Batch* batch_ = nullptr;
  Isolation isolation_ = Isolation::none;
  bool savepoint_ = false;
  bool wrote_ = false;
  bool lost_ = false;
  std::optional<Error> failure_;
};

}  // namespace yingda::storage::sqlite
