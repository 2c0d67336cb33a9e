// The store: one face over SQLite (default) and PostgreSQL. Owns connections, group commit, reader pool, statement
// caches and the per-tenant event log (outbox). Does not own any table but `storage_*`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "yingda/base/assert.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"

namespace yingda::storage {

enum class Engine { sqlite, postgres };

/// A named statement from a module's queries.sql. Instances are constants generated at build time; their addresses
/// key the per-connection statement caches. `postgres` is empty when the common text serves both engines.
struct Query {
  std::string_view name;    // "conversation.insert_message"
  std::string_view common;  // $1, $2 …
  std::string_view postgres;
};

/// A value bound to a parameter. Text is UTF-8; blobs are distinct from text; bools bind as 0/1 integers.
struct Blob {
  std::string bytes;
};
using Value = std::variant<std::monostate, std::int64_t, double, std::string_view, std::reference_wrapper<const Blob>>;

/// Builds a Value from what modules hold. Views must outlive the call they are bound in.
inline Value bind(std::int64_t v) { return v; }
inline Value bind(int v) { return static_cast<std::int64_t>(v); }
inline Value bind(bool v) { return static_cast<std::int64_t>(v ? 1 : 0); }
inline Value bind(double v) { return v; }
inline Value bind(std::string_view v) { return v; }
inline Value bind(const std::string& v) { return std::string_view(v); }
inline Value bind(const char* v) { return std::string_view(v); }
inline Value bind(const Blob& v) { return std::cref(v); }
inline Value bind(UtcTime v) { return v.ms; }
inline Value bind(std::nullopt_t) { return std::monostate{}; }
template <class Tag>
Value bind(Id<Tag> id) {  // "none" is NULL
  return id ? Value{id.value} : Value{std::monostate{}};
}
template <class T>
Value bind(const std::optional<T>& v) {
  return v ? bind(*v) : Value{std::monostate{}};
}

/// One result row; valid until the Rows it came from goes away. Column numbers start at 0. Reading NULL gives the
/// neutral value (0, "", none); reading a wrong type is a defect and asserts.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t int64(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  virtual std::string_view blob(int column) const = 0;

  std::string string(int column) const { return std::string(text(column)); }
  bool boolean(int column) const { return int64(column) != 0; }
  UtcTime time(int column) const { return {int64(column)}; }
  std::optional<UtcTime> optional_time(int column) const {
    return is_null(column) ? std::nullopt : std::optional<UtcTime>(time(column));
  }
  template <class I>
  I id(int column) const {
    return I{int64(column)};
  }
};

/// One event for the log, written with the transaction. `payload` is a JSON object carrying all its readers need.
struct Event {
  TenantId tenant;
  std::string type;     // past tense, dotted: "message.accepted"
  std::string payload;  // JSON
};

/// An event as committed. `seq` is dense per tenant and starts at 1: seq n+1 is always the next one.
struct CommittedEvent {
  TenantId tenant;
  std::int64_t seq = 0;
  UtcTime at;
  std::string type;
  std::string payload;
};

/// One unit of work. Not thread-safe; lives only inside the function it is given to.
class Transaction {
 public:
  virtual ~Transaction() = default;
  virtual Engine engine() const = 0;

  /// Runs a query and calls `on_row` for every row, in order. An error from `on_row` stops and is returned.
  /// Errors: conflict `storage.unique` / `storage.foreign_key` (constraint), unavailable `storage.full`,
  /// `storage.down`, `storage.busy` (locked by another process), timeout `storage.timeout`, corrupt `storage.corrupt`,
  /// internal `storage.query`.
  /// A statement's error dooms its job on both engines: later calls give the same error and nothing of the job is
  /// kept, whatever it returns. Use ON CONFLICT where a clash is expected.
  virtual Status each(const Query& query, std::span<const Value> values,
                      const std::function<Status(const Row&)>& on_row) = 0;
  /// Runs a statement; gives the number of rows changed.
  virtual Result<std::int64_t> run(const Query& query, std::span<const Value> values) = 0;
  /// Runs a statement whose count nobody needs; PostgreSQL may pipeline it, so its error can surface at a later call
  /// or at commit, and it always fails the whole job.
  virtual Status defer(const Query& query, std::span<const Value> values) = 0;
  /// Appends to the tenant's event log; `seq` is assigned at commit in call order, so that the log is dense and in
  /// commit order. Only in write jobs.
  virtual void emit(Event event) = 0;
  /// Runs after this job is durable, on the store's thread: must be short and must not block.
  virtual void on_commit(std::function<void()> action) = 0;

  template <class... Args>
  Result<std::int64_t> exec(const Query& query, const Args&... args) {
    const Value values[] = {bind(args)..., Value{}};
    return run(query, std::span(values, sizeof...(args)));
  }
  template <class... Args>
  Status exec_deferred(const Query& query, const Args&... args) {
    const Value values[] = {bind(args)..., Value{}};
    return defer(query, std::span(values, sizeof...(args)));
  }
  /// All rows mapped by `map(const Row&) -> T`. The query must carry its own LIMIT.
  template <class Map, class... Args>
  auto all(const Query& query, Map map, const Args&... args)
      -> Result<std::vector<std::decay_t<decltype(map(std::declval<const Row&>()))>>> {
    std::vector<std::decay_t<decltype(map(std::declval<const Row&>()))>> out;
    const Value values[] = {bind(args)..., Value{}};
    auto status = each(query, std::span(values, sizeof...(args)), [&](const Row& row) -> Status {
      out.push_back(map(row));
      return {};
    });
    if (!status) return std::unexpected(std::move(status).error());
    return out;
  }
  /// The first row mapped, or nullopt.
  template <class Map, class... Args>
  auto one(const Query& query, Map map, const Args&... args)
      -> Result<std::optional<std::decay_t<decltype(map(std::declval<const Row&>()))>>> {
    std::optional<std::decay_t<decltype(map(std::declval<const Row&>()))>> out;
    const Value values[] = {bind(args)..., Value{}};
    auto status = each(query, std::span(values, sizeof...(args)), [&](const Row& row) -> Status {
      if (!out) out.emplace(map(row));
      return {};
    });
    if (!status) return std::unexpected(std::move(status).error());
    return out;
  }
};

/// A module's schema: migrations in order, embedded at build time. `version` is dense from 1 per module.
struct Migration {
  std::string_view module;
  int version;
  std::string_view common;
  std::string_view postgres;  // empty: common serves both
};

struct DatabaseOptions {
  /// `sqlite:/path/file.db` (its folder must exist; `?max_pages=N` bounds the file to N pages of 4 KiB) or
  /// `postgres://user:password@host:port/name`.
  std::string url;
  int readers = 4;                       // reader connections
  int writer_lanes = 1;                  // write connections; SQLite always 1; a tenant keeps to one lane
  std::size_t write_queue_max = 20'000;  // jobs waiting for a lane; beyond: unavailable `storage.busy`
  int batch_jobs_max = 512;              // jobs that share one commit
  DurationMs statement_timeout = seconds(10);
  DurationMs connect_timeout = seconds(5);
};

/// What the store says about itself, for /metrics and the health page.
struct DatabaseStats {
  std::int64_t jobs = 0, commits = 0, rollbacks = 0, batch_retries = 0, write_queue = 0, write_queue_max_seen = 0;
};

/// Thread-safe. Destruction finishes accepted jobs, then closes.
class Database {
 public:
  using Job = std::function<Status(Transaction&)>;
  using Done = std::function<void(Status)>;

  virtual ~Database() = default;
  virtual Engine engine() const = 0;

  /// Brings every module's tables to the newest version, each module in one transaction; conflict
  /// `storage.schema_newer` when the store was written by a newer program. Blocking; call once before anything else.
  virtual Status migrate(std::span<const Migration> migrations) = 0;

  /// Queues a write job. Jobs of one tenant run in submission order, one at a time; many share one commit (group
  /// commit). A job that returns an error has its writes and events undone, and the others go on. `done` is called
  /// exactly once, after durability, on the store's thread: it must be short and not block. Only the refusal of a full
  /// queue (unavailable `storage.busy`) calls it on the calling thread, before write_async returns. A job may run again
  /// after a failed batch, so it must set its outputs afresh and have no other side effect.
  /// Errors beside the job's own and its statements': unavailable `storage.busy`, `storage.full`, `storage.down` (the
  /// outcome may be unknown when the server was lost during the commit), internal `storage.job_threw`.
  virtual void write_async(TenantId tenant, Job job, Done done) = 0;
  /// The same, blocking the caller until durable. Never from `done`, a Job or a network thread.
  Status write(TenantId tenant, Job job);
  /// Write that gives a value.
  template <class T>
  Result<T> write_for(TenantId tenant, std::function<Result<T>(Transaction&)> job) {
    std::optional<T> out;
    Status status = write(tenant, [&](Transaction& tx) -> Status {
      out.reset();
      Result<T> result = job(tx);
      if (!result) return std::unexpected(std::move(result).error());
      out.emplace(*std::move(result));
      return {};
    });
    if (!status) return std::unexpected(std::move(status).error());
    YD_ASSERT(out.has_value());
    return *std::move(out);
  }

  /// Runs a read job on the calling thread with a reader connection: one consistent snapshot, blocking; timeout
  /// `storage.busy` when no reader is free within the statement timeout.
  virtual Status read(const Job& job) = 0;
  template <class T>
  Result<T> read_for(const std::function<Result<T>(Transaction&)>& job) {
    std::optional<T> out;
    Status status = read([&](Transaction& tx) -> Status {
      Result<T> result = job(tx);
      if (!result) return std::unexpected(std::move(result).error());
      out.emplace(*std::move(result));
      return {};
    });
    if (!status) return std::unexpected(std::move(status).error());
    YD_ASSERT(out.has_value());
    return *std::move(out);
  }

  /// Called with every batch of committed events, in order within a tenant, on the store's thread, before the jobs'
  /// `done`. One listener; set before the first write.
  virtual void set_event_listener(std::function<void(std::span<const CommittedEvent>)> listener) = 0;
  /// Events with seq > `after`, in order, at most `limit`. The log is kept for `storage_event_keep`; asking for
  /// trimmed events gives not_found `storage.events_trimmed`.
  virtual Result<std::vector<CommittedEvent>> read_events(TenantId tenant, std::int64_t after, int limit) = 0;
  /// The newest committed seq of a tenant (0 when none).
  virtual Result<std::int64_t> last_seq(TenantId tenant) = 0;
  /// The same inside a read job, so that a snapshot and its seq belong together.
  virtual Result<std::int64_t> last_seq(Transaction& tx, TenantId tenant) = 0;
  /// Every tenant that has ever committed an event, in id order.
  virtual Result<std::vector<TenantId>> tenants_with_events() = 0;
  /// Forgets events older than `before`, at most `limit` rows; gives how many.
  virtual Result<std::int64_t> trim_events(UtcTime before, int limit) = 0;

  /// Online copy of the whole store into one file while writes go on (SQLite: backup API; PostgreSQL: a consistent
  /// snapshot of all tables in the same portable file form). Blocking.
  virtual Status backup(const std::string& file) = 0;
  virtual DatabaseStats stats() const = 0;
};

/// Opens (and creates, for SQLite) the store; unavailable `storage.down`, invalid_argument `storage.invalid_url`.
Result<std::unique_ptr<Database>> open_database(const DatabaseOptions& options, const Clock& clock);

/// Fills an empty store from a backup file, across engines; conflict `storage.not_empty`.
Status restore_database(const DatabaseOptions& options, const Clock& clock, std::span<const Migration> migrations,
                        const std::string& file);

}  // namespace yingda::storage
