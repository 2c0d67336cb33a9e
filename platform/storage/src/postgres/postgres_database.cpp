#include "postgres/postgres_database.hpp"

#include <algorithm>

#include "event_log.hpp"
#include "lane.hpp"
#include "postgres/backup.hpp"
#include "postgres/bus.hpp"
#include "postgres/connection.hpp"
#include "postgres/runner.hpp"
#include "postgres/schema_session.hpp"
#include "postgres/transaction.hpp"
#include "reader_pool.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/log.hpp"

namespace yingda::storage::postgres {
namespace {

constexpr int kForeignPage = 256;  // events of another process read at once

class PostgresDatabase final : public EventLogDatabase {
 public:
  PostgresDatabase(const DatabaseOptions& options, ConnectionOptions connection,
                   std::vector<std::unique_ptr<Connection>> writers, const Clock& clock)
      : connection_(std::move(connection)), process_(crypto::random_token(9)), readers_(std::max(options.readers, 1)) {
    shared_.tracks_published = true;
    for (auto& writer : writers) {
      const auto number = static_cast<int>(lanes_.size());
      lanes_.push_back(std::make_unique<WriteLane>(
          number, std::make_unique<PostgresRunner>(connection_, process_, std::move(writer), clock, shared_), shared_,
          std::max<std::size_t>(options.write_queue_max / writers.size(), 1),
          static_cast<std::size_t>(std::max(options.batch_jobs_max, 1))));
    }
  }

  Engine engine() const override { return Engine::postgres; }

  Status migrate(std::span<const Migration> migrations) override {
    YD_TRY(const auto connection, Connection::open(connection_));
    PostgresSchemaSession session(*connection);
    return migrate_all(session, migrations);
  }

  void write_async(TenantId tenant, Job job, Done done) override {
    // Ids are ordered by time; multiplying spreads neighbours over the lanes.
    const auto spread = (static_cast<std::uint64_t>(tenant.value) * 0x9E3779B97F4A7C15ULL) >> 32U;
    lanes_[spread % lanes_.size()]->submit({tenant, std::move(job), std::move(done)});
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
    {
      const std::lock_guard lock(shared_.listener_mutex);
      shared_.listener = std::move(listener);
      if (!shared_.listener) return;
    }
    // Whoever listens hears of other processes, too.
    if (!bus_) {
      bus_ = std::make_unique<Bus>(
          connection_, process_,
          Bus::Hooks{[this](TenantId tenant, std::int64_t seq) { hear(tenant, seq); }, [this] { compare(); }});
    }
  }

  Status backup(const std::string& file) override { return write_backup(connection_, file); }
  DatabaseStats stats() const override { return shared_.stats(); }

 private:
  /// Passes on what another process committed. What cannot be read now is a gap that consumers fill later.
  void hear(TenantId tenant, std::int64_t seq) {
    std::int64_t after = seq - 1;  // of a tenant not heard of yet the newest is enough to begin with
    {
      const std::lock_guard lock(shared_.listener_mutex);
      if (const auto known = shared_.published.find(tenant); known != shared_.published.end()) after = known->second;
    }
    while (after < seq) {
      auto events = read_events(tenant, after, kForeignPage);
      if (!events) return log::warn("storage.bus_read", {{"reason", events.error().reason}});
      if (events->empty()) return;
      after = events->back().seq;
      shared_.publish(*events);
    }
  }

  /// After a time without the line: what every tenant's log has beyond what was heard.
  void compare() {
    std::vector<TenantId> known;
    {
      const std::lock_guard lock(shared_.listener_mutex);
      for (const auto& [tenant, seq] : shared_.published) known.push_back(tenant);
    }
    for (const TenantId tenant : known) {
      const auto last = last_seq(tenant);
      if (last) hear(tenant, *last);
    }
  }

  /// Leaves `connection` empty when it is not to be used again.
  Status read_with(std::unique_ptr<Connection>& connection, const Job& job) {
    if (connection && !connection->check_alive()) connection.reset();
    if (!connection) {
      YD_TRY(connection, Connection::open(connection_));
    }
    PostgresTransaction tx(connection, connection_);
    auto status = run_guarded(job, tx);
    if (status && tx.failure()) status = std::unexpected(*tx.failure());
    if (tx.opened()) {
      if (connection->failure()) connection->recover();
      if (!connection->dead()) (void)connection->send(kRollback, {}, Connection::kNobody);
      // Nobody waits for the end of a snapshot; its answer is read with the next job's.
      connection->flush_only();
    }
    if (connection->dead()) connection.reset();
    return status;
  }

  const ConnectionOptions connection_;
  const std::string process_;
  LaneShared shared_;
  ReaderPool<Connection> readers_;
  std::vector<std::unique_ptr<WriteLane>> lanes_;  // behind what they use: they stop first
  std::unique_ptr<Bus> bus_;                       // last: it reads
};

}  // namespace

Result<std::unique_ptr<Database>> open(const DatabaseOptions& options, const Clock& clock) {
  ConnectionOptions connection{options.url, options.statement_timeout, options.connect_timeout};
  std::vector<std::unique_ptr<Connection>> writers;
  for (int i = 0; i < std::max(options.writer_lanes, 1); ++i) {
    YD_TRY(writers.emplace_back(), Connection::open(connection));
  }
  return std::make_unique<PostgresDatabase>(options, std::move(connection), std::move(writers), clock);
}

Status restore(const DatabaseOptions& options, std::span<const Migration> migrations, const std::string& file) {
  return restore_backup({options.url, options.statement_timeout, options.connect_timeout}, migrations, file);
}

}  // namespace yingda::storage::postgres
