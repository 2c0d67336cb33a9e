// What keeps the house moving: worker pool, persistent timers, ordered event dispatch, graceful stop.
// Stop in this order: Dispatcher, Timers, WorkerPool, then the Database.
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

/// Fixed threads, one bounded queue. Thread-safe. An exception that leaves a job is logged (`runtime.job_threw`) and
/// goes no further.
class WorkerPool {
 public:
  /// `threads` >= 1; `queue_max` jobs waiting at most.
  WorkerPool(int threads, std::size_t queue_max);
  /// stop() without waiting for queued jobs.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// unavailable `runtime.busy` when the queue is full, cancelled `runtime.stopping` after stop().
  Status post(std::function<void()> job);
  /// The same for jobs of one key: they run one at a time, in order (keyed strand). A strand gives way to others after
  /// every job.
  Status post_keyed(std::uint64_t key, std::function<void()> job);
  /// Never refused for a full queue: only for sources that bound themselves (the dispatcher's lanes).
  Status post_self_bounded(std::function<void()> job);
  /// No new jobs; waits for queued ones up to `limit`, then drops what has not begun and waits for what has. Not from
  /// a job.
  void stop(DurationMs limit);
  /// Jobs waiting, not those running.
  std::size_t queued() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A timer as stored: fires once, at or after `due`, also when the server was down at that moment.
struct Timer {
  TenantId tenant;
  std::string kind;  // registered handler: "conversation.silence"
  std::string key;   // unique within (tenant, kind): rescheduling the same key moves the timer
  UtcTime due;
  std::string payload;  // JSON for the handler
};

/// Who lets due timers go off.
enum class Firing {
  by_clock,  ///< a thread that sleeps until the next timer is due
  by_hand,   ///< only run_due(): simulations with a ManualClock
};

/// Persistent timers on a hierarchical timer wheel; nothing polls the store. 100,000 open timers cost memory only
/// (about 200 bytes each). Thread-safe.
class Timers {
 public:
  /// Called in a write job of the timer's tenant; the timer's row is removed in the same transaction, so an effect that
  /// is written with `tx` happens exactly once. May schedule the same key again. An error undoes the job and tries
  /// again with growing pauses (0.2 s doubling to 5 minutes), for ever.
  using Handler = std::function<Status(storage::Transaction&, const Timer&)>;

  Timers(storage::Database& database, const Clock& clock);
  ~Timers();
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  /// Before start().
  void on(std::string kind, Handler handler);
  /// Loads open timers and begins to fire. Blocking while loading; the store's errors. Stored timers of a kind that
  /// nobody registered stay in the store and are logged (`runtime.timers_without_handler`).
  Status start(Firing firing = Firing::by_clock);
  /// Fires no more and waits for handlers at work. Timers stay stored. Not from a handler.
  void stop();

  /// Inside a write job: upsert; takes effect on commit. internal `runtime.unknown_timer_kind`.
  Status schedule(storage::Transaction& tx, const Timer& timer);
  /// Inside a write job; nothing happens when there is no such timer. A cancelled timer does not fire, even when it was
  /// about to.
  Status cancel(storage::Transaction& tx, TenantId tenant, std::string_view kind, std::string_view key);
  /// Timers that wait or fire now.
  std::size_t open() const;
  /// Fires everything due at the injected clock's now, also what handlers schedule for now, and waits for it. What
  /// failed is tried again when the clock has moved by its pause.
  void run_due();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// Delivers every committed event to every handler, in seq order per tenant, at least once, with a stored cursor per
/// handler and tenant. After `kAttempts` failures an event goes to the dead letters (with an alarm in the log) and the
/// handler moves on. Handlers run on the worker pool, one tenant's events one at a time per handler.
class Dispatcher {
 public:
  static constexpr int kAttempts = 5;
  /// Failures that say "not now" (unavailable, timeout, cancelled) get more patience, about two minutes: a database
  /// restart must not fill the dead letters.
  static constexpr int kAttemptsNotNow = 30;
  /// Events a batch handler gets at once at most.
  static constexpr std::size_t kBatchMax = 64;

  /// May block (database.write). Delivered again after a crash: must be repeatable.
  using Handler = std::function<Status(const storage::CommittedEvent&)>;
  /// The same for several events in order, for handlers that write them in one transaction. After an error the events
  /// come again one at a time until the failing one is past.
  using BatchHandler = std::function<Status(std::span<const storage::CommittedEvent>)>;
  /// Live tap: called on the store's thread right after commit with each batch; no cursor, no retry. Must be short.
  using Tap = std::function<void(std::span<const storage::CommittedEvent>)>;

  /// Becomes the database's event listener: before the first write.
  Dispatcher(storage::Database& database, WorkerPool& workers, const Clock& clock);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// Before start(), at most 64. `name` keys the cursor: never rename without a migration. `types` empty means all. A
  /// new name starts with the oldest event kept.
  void on(std::string name, std::vector<std::string> types, Handler handler);
  void on_batch(std::string name, std::vector<std::string> types, BatchHandler handler);
  /// Before start(); called from the next commit on.
  void tap(Tap tap);
  /// Catches up from the stored cursors, then follows the log. The store's errors.
  Status start();
  /// Finishes events in hand, stores cursors. Not from a handler.
  void stop();
  /// Blocks until every handler has digested everything committed, including what handlers commit meanwhile, or the
  /// limit passed (false). For tests and stop.
  bool drain(DurationMs limit);

  /// Gives a dead letter to its handler once more, in turn with the tenant's events, and removes it on success. Blocks;
  /// not from a handler. The handler's error; not_found `runtime.dead_letter_not_found`; cancelled `runtime.stopping`.
  Status retry_dead_letter(TenantId tenant, DeadLetterId id);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
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
  UtcTime event_at;  // of the event
  UtcTime at;        // of giving up
};
/// In id order behind `after`, at most `limit`.
Result<std::vector<DeadLetter>> list_dead_letters(storage::Transaction& tx, TenantId tenant, DeadLetterId after,
                                                  int limit);
/// not_found `runtime.dead_letter_not_found`.
Result<DeadLetter> load_dead_letter(storage::Transaction& tx, TenantId tenant, DeadLetterId id);
Status discard_dead_letter(storage::Transaction& tx, TenantId tenant, DeadLetterId id);

/// The runtime's and the store's own tables.
std::span<const storage::Migration> migrations();

}  // namespace yingda::runtime
