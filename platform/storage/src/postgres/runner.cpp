#include "postgres/runner.hpp"

#include <algorithm>

#include "event_log.hpp"
#include "postgres/transaction.hpp"
#include "yingda/base/log.hpp"

namespace yingda::storage::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A batch that clashes with other processes this often tells its callers.
constexpr int kRetriesMax = 8;
// Losing the server this often before a commit was sent is no restart any more.
constexpr int kLossesMax = 3;
constexpr milliseconds kBackOffMin{50};
constexpr milliseconds kBackOffMax{2000};

// Other processes hear of the events when they are committed (bus.hpp).
// The tenants' counters are locked here, in order of tenant, and COMMIT follows in the same message: the log is dense
// and in commit order across processes, and the lock is held for no round trip.
constexpr Query kWriteEvents{
    "storage.write_events", "",
    "WITH e AS MATERIALIZED (SELECT * FROM unnest($1::int8[], $2::int8[], $3::text[], $4::text[])"
    " AS u(tenant_id, k, type, payload)),"
    " n AS MATERIALIZED (SELECT tenant_id, MAX(k) AS n FROM e GROUP BY tenant_id),"
    " s AS (INSERT INTO storage_tenant_seq AS t (tenant_id, last_seq) SELECT tenant_id, n FROM n ORDER BY tenant_id"
    " ON CONFLICT (tenant_id) DO UPDATE SET last_seq = t.last_seq + excluded.last_seq"
    " RETURNING t.tenant_id, t.last_seq),"
    " i AS (INSERT INTO storage_event (tenant_id, seq, at_ms, type, payload)"
    " SELECT e.tenant_id, s.last_seq - n.n + e.k, $5::int8, e.type, e.payload"
    " FROM e JOIN s USING (tenant_id) JOIN n USING (tenant_id))"
    " SELECT tenant_id, last_seq,"
    " pg_notify('yingda_' || current_schema(), tenant_id || ':' || last_seq || ':' || $6::text) FROM s"};

}  // namespace

void PostgresRunner::stop_waiting() {
  {
    const std::lock_guard lock(stop_mutex_);
    stopping_ = true;
  }
  stop_wake_.notify_all();
}

bool PostgresRunner::pause(milliseconds duration) {
  std::unique_lock lock(stop_mutex_);
  return !stop_wake_.wait_for(lock, duration, [&] { return stopping_; });
}

Status PostgresRunner::connect(Moment batch_began) {
  if (connection_ && connection_->check_alive()) return {};
  connection_.reset();
  const Status closed = fail(Code::unavailable, "storage.down", "the server is not reachable");
  if (down_ && steady_clock::now() < next_connect_) return closed;
  for (;;) {
    auto opened = Connection::open(options_);
    if (opened) {
      connection_ = *std::move(opened);
      if (down_) log::info("storage.reconnected");
      down_ = false;
      back_off_ = milliseconds(0);
      return {};
    }
    back_off_ = std::clamp(back_off_ * 2, kBackOffMin, kBackOffMax);
    next_connect_ = steady_clock::now() + back_off_;
    // The first batch after a loss waits out a restart; once the server is known to be down, answers come at once.
    const bool give_up = down_ || next_connect_ - batch_began > milliseconds(options_.connect_timeout.ms);
    if (give_up || !pause(back_off_)) {
      if (!down_) log::error("storage.unreachable", opened.error());
      down_ = true;
      return std::unexpected(std::move(opened).error());
    }
  }
}

void PostgresRunner::run(Batch& batch) {
  losses_ = 0;
  for (int attempts = 0;; ++attempts) {
    if (auto connected = connect(steady_clock::now()); !connected) return batch.fail_all(connected.error());
    if (attempt(batch) == Outcome::done) return;
    shared_.batch_retries.fetch_add(1, std::memory_order_relaxed);
    if (attempts >= kRetriesMax) {
      shared_.rollbacks.fetch_add(1, std::memory_order_relaxed);
      return batch.fail_all(
          {Code::unavailable, "storage.busy", "the batch clashed too often", {}, std::source_location::current()});
    }
  }
}

PostgresRunner::Outcome PostgresRunner::handle_loss(Batch& batch, bool commit_sent) {
  const Error error =
      connection_->failure()
          ? connection_->failure()->error
          : Error{Code::unavailable, "storage.down", "connection lost", {}, std::source_location::current()};
  log::warn("storage.connection_lost", {{"commit_sent", commit_sent}});
  connection_.reset();
  shared_.rollbacks.fetch_add(1, std::memory_order_relaxed);
  // Without a COMMIT on its way nothing can have been kept, and the jobs may run again.
  if (!commit_sent && ++losses_ < kLossesMax) return Outcome::again;
  batch.fail_all(error);
  return Outcome::done;
}

PostgresRunner::Outcome PostgresRunner::attempt(Batch& batch) {
  batch.drop_since({});
  marks_.resize(batch.jobs.size());
  connection_->send(kBegin, {}, Connection::kNobody);
  const bool alone = batch.jobs.size() == 1;
  std::size_t first = 0;
  for (;;) {
    send_jobs(batch, first);
    bool commit_sent = false;
    Status finished;
    if (alone && !batch.outcomes[0] && !connection_->dead() && !connection_->failure()) {
      connection_->send(kRollback, {}, Connection::kNobody);
      shared_.rollbacks.fetch_add(1, std::memory_order_relaxed);
      if (connection_->finish_with_sync()) return Outcome::done;
    } else if (!connection_->failure()) {
      finished = finish_batch(batch, commit_sent);
    }
    if (connection_->dead()) return handle_loss(batch, commit_sent);
    if (!connection_->failure()) {
      if (!finished) {  // COMMIT ended in a rollback
        batch.fail_all(finished.error());
        return Outcome::done;
      }
      shared_.commits.fetch_add(1, std::memory_order_relaxed);
      return Outcome::done;
    }
    const Failure failure = *connection_->failure();
    if (!connection_->recover()) return handle_loss(batch, false);
    shared_.rollbacks.fetch_add(1, std::memory_order_relaxed);
    if (failure.retry || failure.owner == Connection::kNobody || alone) {
      connection_->send(kRollback, {}, Connection::kNobody);
      // An open transaction is all that failed here; after a refused COMMIT the server only warns.
      if (!connection_->finish_with_sync() && connection_->dead()) connection_.reset();
      if (failure.retry) return Outcome::again;
      batch.fail_all(failure.error, {static_cast<char>(alone && !batch.outcomes[0] ? 1 : 0)});
      return Outcome::done;
    }
    const auto failed = static_cast<std::size_t>(failure.owner);
    batch.drop_since(marks_[failed]);
    if (batch.outcomes[failed]) batch.outcomes[failed] = std::unexpected(failure.error);  // else it said why itself
    connection_->send(kRollbackTo, {}, Connection::kNobody);
    connection_->send(kRelease, {}, Connection::kNobody);
    first = failed + 1;
  }
}

void PostgresRunner::send_jobs(Batch& batch, std::size_t first) {
  for (std::size_t i = first; i < batch.jobs.size(); ++i) {
    send_job(batch, i);
    if (connection_->failure() || connection_->dead()) return;
  }
}

void PostgresRunner::send_job(Batch& batch, std::size_t index) {
  marks_[index] = batch.mark();
  const bool alone = batch.jobs.size() == 1;
  PostgresTransaction tx(*connection_, batch, static_cast<int>(index), alone ? Opening::nothing : Opening::savepoint);
  auto outcome = run_guarded(batch.jobs[index].job, tx);
  if (outcome && tx.failure()) outcome = std::unexpected(*tx.failure());
  batch.outcomes[index] = std::move(outcome);
  if (connection_->failure() || connection_->dead()) return;
  if (!batch.outcomes[index]) {
    batch.drop_since(marks_[index]);
    if (alone || !tx.opened()) return;
    shared_.rollbacks.fetch_add(1, std::memory_order_relaxed);
    connection_->send(kRollbackTo, {}, Connection::kNobody);
  }
  if (!alone && tx.opened()) connection_->send(kRelease, {}, Connection::kNobody);
}

Status PostgresRunner::send_events(Batch& batch) {
  const UtcTime now = clock_.now();
  auto runs = count_by_tenant(batch.events);
  for (auto& run : runs) run.next = 1;
  assign_seq(batch.events, runs);  // for now the rank within the batch
  std::vector<std::int64_t> tenants, ranks;
  std::vector<std::string_view> types, payloads;
  for (auto& event : batch.events) {
    event.at = now;
    tenants.push_back(event.tenant.value);
    ranks.push_back(event.seq);
    types.push_back(event.type);
    payloads.push_back(event.payload);
  }
  const Blob arrays[] = {
      {encode_array(tenants)}, {encode_array(ranks)}, {encode_array(types)}, {encode_array(payloads)}};
  const Value values[] = {bind(arrays[0]), bind(arrays[1]), bind(arrays[2]),
                          bind(arrays[3]), bind(now),       bind(process_)};
  return connection_->send(kWriteEvents, values, Connection::kNobody);
}

Status PostgresRunner::finish_batch(Batch& batch, bool& commit_sent) {
  const bool has_events = !batch.events.empty();
  if (has_events) YD_CHECK(send_events(batch));
  commit_sent = true;
  YD_CHECK(connection_->send(kCommit, {}, Connection::kNobody));
  ResultPtr events;
  YD_TRY(const auto committed, connection_->finish_with_sync(has_events ? &events : nullptr));
  if (std::string_view(PQcmdStatus(committed.get())) != "COMMIT")
    return fail(Code::internal, "storage.query", "the server rolled back at COMMIT");
  if (!has_events) return {};
  // Rows come in any order; ranks become numbers.
  auto runs = count_by_tenant(batch.events);
  PostgresRow row(events.get());
  for (int i = 0; i < PQntuples(events.get()); ++i) {
    row.move_to(i);
    const auto run = std::ranges::lower_bound(runs, row.id<TenantId>(0), {}, &TenantRun::tenant);
    run->next = row.int64(1) - run->count + 1;
  }
  assign_seq(batch.events, runs);
  return {};
}

}  // namespace yingda::storage::postgres
