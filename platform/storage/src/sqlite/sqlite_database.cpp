#include "sqlite/sqlite_database.hpp"

#include <algorithm>
#include <charconv>

#include "event_log.hpp"
#include "lane.hpp"
#include "reader_pool.hpp"
#include "schema.hpp"
#include "sqlite/backup.hpp"
#include "sqlite/checkpointer.hpp"
#include "sqlite/runner.hpp"
#include "sqlite/schema_session.hpp"
#include "sqlite/transaction.hpp"
#include "yingda/base/assert.hpp"

namespace yingda::storage::sqlite {
namespace {

class SqliteDatabase final : public EventLogDatabase {
 public:
  /// `writer` was opened with `checkpointer` in its options.
  SqliteDatabase(const DatabaseOptions& options, ConnectionOptions connection,
                 std::unique_ptr<Checkpointer> checkpointer, std::unique_ptr<Connection> writer, const Clock& clock)
      : connection_(std::move(connection)),
        checkpointer_(std::move(checkpointer)),
        readers_(std::max(options.readers, 1)),
        lane_(0, std::make_unique<SqliteRunner>(writer_options(), std::move(writer), clock, shared_), shared_,
              options.write_queue_max, static_cast<std::size_t>(std::max(options.batch_jobs_max, 1))) {}

  Engine engine() const override { return Engine::sqlite; }

  Status migrate(std::span<const Migration> migrations) override {
    auto options = connection_;
    options.limit_statements = false;
    YD_TRY(const auto connection, Connection::open(options));
    SqliteSchemaSession session(*connection);
    return migrate_all(session, migrations);
  }

  void write_async(TenantId tenant, Job job, Done done) override {
    lane_.submit({tenant, std::move(job), std::move(done)});
  }

  Status read(const Job& job) override {
    auto taken = readers_.take(std::chrono::milliseconds(connection_.statement_timeout.ms));
    if (!taken) return fail(Code::timeout, "storage.busy", "no reader connection is free");
    auto connection = *std::move(taken);
    auto status = read_with(connection, job);
    readers_.give_back(std::move(connection));
    return status;
  }

  void set_event_listener(std::function<void(std::span<const CommittedEvent>)> listener) override {
    const std::lock_guard lock(shared_.listener_mutex);
    shared_.listener = std::move(listener);
  }

  Status backup(const std::string& file) override { return write_backup(connection_, file); }

  DatabaseStats stats() const override { return shared_.stats(); }

 private:
  ConnectionOptions writer_options() const {
    auto options = connection_;
    options.checkpointer = checkpointer_.get();
    return options;
  }

  /// Leaves `connection` empty when it is not to be used again.
  Status read_with(std::unique_ptr<Connection>& connection, const Job& job) {
    if (!connection) {
      auto options = connection_;
      options.read_only = true;
      YD_TRY(connection, Connection::open(options));
    }
    YD_CHECK(connection->control("BEGIN DEFERRED"));
    SqliteTransaction tx(*connection);
    auto status = run_guarded(job, tx);
    if (status && tx.failure()) status = std::unexpected(*tx.failure());
    connection->rollback();
    if (!status && tx.failure() && (status.error().reason == "storage.down" || status.error().code == Code::corrupt))
      connection.reset();
    return status;
  }

  const ConnectionOptions connection_;
  const std::unique_ptr<Checkpointer> checkpointer_;
  mutable LaneShared shared_;
  ReaderPool<Connection> readers_;
  WriteLane lane_;  // last: it must stop before what it uses goes
};

}  // namespace

Result<std::unique_ptr<Database>> open(const DatabaseOptions& options, std::string_view path, const Clock& clock) {
  YD_TRY(auto connection, parse_path(path));
  connection.statement_timeout = options.statement_timeout;
  auto checkpointer = std::make_unique<Checkpointer>(connection);
  auto writing = connection;
  writing.create = true;  // only now: a file that vanishes later must not come back empty
  writing.checkpointer = checkpointer.get();
  YD_TRY(auto writer, Connection::open(writing));
  return std::make_unique<SqliteDatabase>(options, std::move(connection), std::move(checkpointer), std::move(writer),
                                          clock);
}

Status restore(const DatabaseOptions& options, std::string_view path, std::span<const Migration> migrations,
               const std::string& file) {
  YD_TRY(auto connection, parse_path(path));
  connection.statement_timeout = options.statement_timeout;
  return restore_backup(connection, migrations, file);
}

}  // namespace yingda::storage::sqlite
