#include "sqlite/runner.hpp"

#include <utility>

#include "event_log.hpp"
#include "sqlite/checkpointer.hpp"
#include "storage_queries.gen.hpp"
#include "yingda/base/log.hpp"

namespace yingda::storage::sqlite {
namespace {
constexpr int kCarefulBatches = 32;  // a client that keeps failing then costs savepoints, not a second run each time
}

void SqliteRunner::run(Batch& batch) {
  if (options_.checkpointer != nullptr && connection_ && options_.checkpointer->take_rest()) connection_->checkpoint();
  std::vector<char> settled;
  auto isolation = Isolation::none;
  if (careful_batches_ > 0 && batch.jobs.size() > 1) {
    --careful_batches_;
    isolation = Isolation::savepoint;
  }
  while (attempt(batch, settled, isolation) == Attempt::again) {
    shared_.batch_retries.fetch_add(1, std::memory_order_relaxed);
    isolation = Isolation::savepoint;
    careful_batches_ = kCarefulBatches;
  }
}

void SqliteRunner::give_up(Batch& batch, const Error& error, const std::vector<char>& settled) {
  connection_->rollback();
  shared_.rollbacks.fetch_add(1, std::memory_order_relaxed);
  if (!std::exchange(failing_, true)) log::error("storage.failing", error);
  batch.fail_all(error, settled);
  // After an I/O error or damage SQLite's own state is not to be trusted; a full disk and a busy store are harmless.
  if (error.reason != "storage.full" && error.reason != "storage.busy") connection_.reset();
}

SqliteRunner::Attempt SqliteRunner::attempt(Batch& batch, std::vector<char>& settled, Isolation isolation) {
  if (!connection_) {
    auto opened = Connection::open(options_);
    if (!opened) {
      batch.fail_all(opened.error(), settled);
      return Attempt::done;
    }
    connection_ = *std::move(opened);
  }
  if (auto begun = connection_->control("BEGIN IMMEDIATE"); !begun) {
    give_up(batch, begun.error(), settled);
    return Attempt::done;
  }
  batch.drop_since({});
  for (std::size_t i = 0; i < batch.jobs.size(); ++i) {
    if (i < settled.size() && settled[i]) continue;
    const Ran ran = run_job(batch, i, isolation);
    if (ran == Ran::kept) continue;
    if (ran == Ran::torn) {
      connection_->rollback();
      return Attempt::again;
    }
    const Error error = batch.outcomes[i].error();
    if (error.code == Code::timeout) {
      // SQLite ends the whole transaction when it interrupts a write: only the slow job pays, the others run again.
      connection_->rollback();
      settled.resize(batch.jobs.size());
      settled[i] = 1;
      return Attempt::again;
    }
    give_up(batch, error, settled);
    return Attempt::done;
  }
  auto committed = write_events(batch);
  if (committed) committed = connection_->control("COMMIT");
  if (!committed) {
    give_up(batch, committed.error(), settled);
    return Attempt::done;
  }
  shared_.commits.fetch_add(1, std::memory_order_relaxed);
  if (std::exchange(failing_, false)) log::info("storage.recovered");
  return Attempt::done;
}

SqliteRunner::Ran SqliteRunner::run_job(Batch& batch, std::size_t index, Isolation isolation) {
  const auto mark = batch.mark();
  SqliteTransaction tx(*connection_, batch, isolation);
  auto outcome = run_guarded(batch.jobs[index].job, tx);
  if (outcome && tx.failure()) outcome = std::unexpected(*tx.failure());
  if (outcome && tx.has_savepoint()) outcome = connection_->control("RELEASE job");
  batch.outcomes[index] = std::move(outcome);
  if (batch.outcomes[index]) return Ran::kept;

  batch.drop_since(mark);
  if (tx.lost() || !connection_->in_transaction()) {
    if (tx.failure()) batch.outcomes[index] = std::unexpected(*tx.failure());
    return Ran::lost;
  }
  if (isolation == Isolation::none) {
    if (tx.wrote() && batch.jobs.size() > 1) return Ran::torn;
    shared_.rollbacks.fetch_add(1, std::memory_order_relaxed);
    if (!tx.wrote()) return Ran::kept;
    // Alone in its batch: an empty transaction goes on to the commit.
    connection_->rollback();
    return connection_->control("BEGIN IMMEDIATE") ? Ran::kept : Ran::lost;
  }
  shared_.rollbacks.fetch_add(1, std::memory_order_relaxed);
  if (!tx.has_savepoint()) return Ran::kept;
  return connection_->control("ROLLBACK TO job") && connection_->control("RELEASE job") ? Ran::kept : Ran::lost;
}

Status SqliteRunner::write_events(Batch& batch) {
  if (batch.events.empty()) return {};
  SqliteTransaction tx(*connection_, batch, Isolation::none);
  auto runs = count_by_tenant(batch.events);
  for (auto& run : runs) {
    YD_TRY(const auto last,
           tx.one(queries::advance_seq, [](const Row& row) { return row.int64(0); }, run.tenant, run.count));
    run.next = last.value_or(0) - run.count + 1;
  }
  assign_seq(batch.events, runs);
  const UtcTime now = clock_.now();
  for (auto& event : batch.events) {
    event.at = now;
    YD_CHECK(tx.exec_deferred(queries::insert_event, event.tenant, event.seq, event.at, event.type, event.payload));
  }
  return {};
}

}  // namespace yingda::storage::sqlite
