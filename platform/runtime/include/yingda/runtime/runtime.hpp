// What keeps the house moving: worker pool, persistent timers, ordered event dispatch, graceful stop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::runtime {

/// Fixed threads, one bounded queue. Thread-safe.
class WorkerPool {
 public:
  /// `threads` >= 1; `queue_max` jobs waiting at most.
  WorkerPool(int threads, std::size_t queue_max);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// unavailable `runtime.busy` when the queue is full, cancelled `runtime.stopping` after stop().
  Status post(std::function<void()> job);
  /// The same for jobs of one key: they run one at a time, in order (keyed strand).
  Status post_keyed(std::uint64_t key, std::function<void()> job);
  /// No new jobs; waits for queued ones up to `limit`, then drops what has not begun.
  void stop(DurationMs limit);
  std::size_t queued() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A timer as stored: fires once, at or after `due`, also when the server was down at that moment.
struct Timer {
  TenantId tenant;
  std::string kind;     // registered handler: "conversation.silence"
  std::string key;      // unique within (tenant, kind): rescheduling the same key moves the timer
  UtcTime due;
  std::string payload;  // JSON for the handler
};

/// Persistent timers on a hierarchical timer wheel; nothing polls the store. 100,000 open timers cost memory only.
/// Thread-safe.
class Timers {
 public:
  /// Called in a write job of the timer's tenant; the timer's row is removed in the same transaction. An error undoes
  /// the job and tries again with growing pauses.
  using Handler = std::function<Status(storage::Transaction&, const Timer&)>;

  Timers(storage::Database& database, const Clock& clock);
  ~Timers();

  /// Before start().
  void on(std::string kind, Handler handler);
  /// Loads open timers and begins to fire. Blocking while loading.
  Status start();
  void stop();

  /// Inside a write job: upsert; takes effect on commit.
  Status schedule(storage::Transaction& tx, const Timer& timer);
  Status cancel(storage::Transaction& tx, TenantId tenant, std::string_view kind, std::string_view key);
  std::size_t open() const;
  /// Fires everything due at the injected clock's now and waits for it; for tests and simulations with a ManualClock.
  void run_due();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Delivers every committed event to every handler, in seq order per tenant, at least once, with a stored cursor per
/// handler and tenant. After `kAttempts` failures an event goes to the dead letters (with an alarm in the log) and the
/// handler moves on. Handlers run on the worker pool, one tenant's events one at a time per handler.
class Dispatcher {
 public:
  static constexpr int kAttempts = 5;
  using Handler = std::function<Status(const storage::CommittedEvent&)>;
  /// Live tap: called on the store's thread right after commit with each batch; no cursor, no retry. Must be short.
  using Tap = std::function<void(std::span<const storage::CommittedEvent>)>;

  Dispatcher(storage::Database& database, WorkerPool& workers, const Clock& clock);
  ~Dispatcher();

  /// Before start(). `name` keys the cursor: never rename without a migration. `types` empty means all.
  void on(std::string name, std::vector<std::string> types, Handler handler);
  void tap(Tap tap);
  /// Catches up from the stored cursors, then follows the log.
  Status start();
  /// Finishes events in hand, stores cursors.
  void stop();
  /// Blocks until every handler has digested everything committed so far, or the limit passed. For tests and stop.
  bool drain(DurationMs limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// An event that a handler could not digest, kept for a person: list, retry, discard.
struct DeadLetter {
  DeadLetterId id;
  TenantId tenant;
  std::string handler;
  std::int64_t seq = 0;
  std::string type;
  std::string payload;
  std::string error;
  UtcTime at;
};
Result<std::vector<DeadLetter>> list_dead_letters(storage::Transaction& tx, TenantId tenant, DeadLetterId after,
                                                  int limit);

/// The runtime's and the store's own tables.
std::span<const storage::Migration> migrations();

}  // namespace yingda::runtime
