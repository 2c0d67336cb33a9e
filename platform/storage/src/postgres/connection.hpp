// One PostgreSQL connection in pipeline mode: commands are queued and sent together, their results are read in order
// when somebody needs one. One thread at a time.
#pragma once

#include <libpq-fe.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "postgres/values.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::storage::postgres {

struct ConnectionOptions {
  std::string url;
  DurationMs statement_timeout = seconds(10);
  DurationMs connect_timeout = seconds(5);
};

/// The first command that failed since the pipeline was clean; all behind it were skipped by the server.
struct Failure {
  int owner = 0;  // as given to send()
  Error error;
  bool retry = false;  // serialization failure or deadlock: the same again may succeed
};

class Connection {
 public:
  /// Owner of commands that belong to no job.
  static constexpr int kNobody = -1;

  /// unavailable `storage.down`, invalid_argument `storage.invalid_url`. Blocking up to the connect timeout.
  static Result<std::unique_ptr<Connection>> open(const ConnectionOptions& options);

  /// The server is gone, or does not answer: only closing is left.
  bool dead() const { return dead_; }
  /// Notices without waiting that the server has closed the connection; false when it did.
  bool check_alive();

  /// Queues a statement, prepared on first use. An error here is ours (a text with NUL) and the pipeline is unchanged.
  Status send(const Query& query, std::span<const Value> values, int owner);
  /// Sends everything and reads all results; gives that of the newest command. Fails with failure()'s error.
  Result<ResultPtr> finish();
  /// The same at a pipeline boundary, as behind COMMIT; `before` gets the result of the command before the newest.
  Result<ResultPtr> finish_with_sync(ResultPtr* before = nullptr);
  /// Sends everything, waits for nothing.
  void flush_only();
  const Failure* failure() const { return failure_ ? &*failure_ : nullptr; }
  /// Brings the pipeline behind a failure back to work; false when the connection is dead.
  bool recover();

  /// Runs a script outside the pipeline, which must be empty.
  Status script(const std::string& sql);
  /// Runs `COPY … FROM STDIN`: `produce` puts text-format rows piece by piece. Outside the pipeline.
  using CopyPut = std::function<Status(std::string_view)>;
  Status copy_in(const std::string& sql, const std::function<Status(const CopyPut&)>& produce);

 private:
  struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  enum class Kind { prepare, statement, sync };
  struct Pending {
    Kind kind = Kind::statement;
    int owner = kNobody;
    const Query* query = nullptr;
  };
  struct Prepared {
    std::string name;
    std::string text;
  };

  Connection() = default;
  const Prepared* prepare(const Query& query, int owner);
  ResultPtr read_all(ResultPtr* before = nullptr);
  ResultPtr read_command(const Pending& command);
  ResultPtr next_result();
  bool wait_io();
  void note_failure(const Pending& command, const PGresult* result);
  std::unexpected<Error> lost();

  std::unique_ptr<PGconn, Close> connection_;
  int io_timeout_ms_ = 0;
  bool dead_ = false;
  std::int64_t names_ = 0;
  Parameters parameters_;
  std::deque<Pending> pending_;
  std::optional<Failure> failure_;
  std::unordered_map<const Query*, Prepared> prepared_;
  const Prepared unnamed_;
};

/// Ours for a failed result.
Error to_error(const PGresult* result);

}  // namespace yingda::storage::postgres
