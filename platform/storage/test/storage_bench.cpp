// Rows a second through Database beside the raw C API doing the same statements in the same run. `ratio` is ours / raw.
// The chat job is five statements and one event, as one message of a conversation costs.
#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <latch>

#include "yingda/storage/testing.hpp"

namespace yingda::storage {
namespace {

constexpr Migration kSchema{"bench", 1,
                            R"(CREATE TABLE bench_line (tenant_id BIGINT NOT NULL, id BIGINT NOT NULL, body TEXT,
                                 PRIMARY KEY (tenant_id, id));
                               CREATE TABLE bench_thread (tenant_id BIGINT NOT NULL, id BIGINT NOT NULL,
                                 last_seq BIGINT NOT NULL, last_at_ms BIGINT NOT NULL, preview TEXT,
                                 PRIMARY KEY (tenant_id, id));
                               CREATE TABLE bench_message (tenant_id BIGINT NOT NULL, id BIGINT NOT NULL,
                                 thread_id BIGINT NOT NULL, seq BIGINT NOT NULL, at_ms BIGINT NOT NULL,
                                 body TEXT NOT NULL, PRIMARY KEY (tenant_id, thread_id, seq));
                               CREATE TABLE bench_key (tenant_id BIGINT NOT NULL, external_id TEXT NOT NULL,
                                 message_id BIGINT NOT NULL, PRIMARY KEY (tenant_id, external_id));
                               CREATE TABLE bench_unread (tenant_id BIGINT NOT NULL, thread_id BIGINT NOT NULL,
                                 unread BIGINT NOT NULL, PRIMARY KEY (tenant_id, thread_id)))",
                            ""};
constexpr Query kLine{"bench.line", "INSERT INTO bench_line (tenant_id, id, body) VALUES ($1, $2, $3)", ""};
constexpr Query kKnown{"bench.known", "SELECT message_id FROM bench_key WHERE tenant_id = $1 AND external_id = $2", ""};
constexpr Query kNumber{"bench.number",
                        "INSERT INTO bench_thread (tenant_id, id, last_seq, last_at_ms, preview) "
                        "VALUES ($1, $2, 1, $3, $4) ON CONFLICT (tenant_id, id) DO UPDATE SET "
                        "last_seq = bench_thread.last_seq + 1, last_at_ms = $3, preview = $4 RETURNING last_seq",
                        ""};
constexpr Query kMessage{"bench.message",
                         "INSERT INTO bench_message (tenant_id, id, thread_id, seq, at_ms, body) "
                         "VALUES ($1, $2, $3, $4, $5, $6)",
                         ""};
constexpr Query kKey{"bench.key", "INSERT INTO bench_key (tenant_id, external_id, message_id) VALUES ($1, $2, $3)", ""};
constexpr Query kUnread{"bench.unread",
                        "INSERT INTO bench_unread (tenant_id, thread_id, unread) VALUES ($1, $2, 1) "
                        "ON CONFLICT (tenant_id, thread_id) DO UPDATE SET unread = bench_unread.unread + 1",
                        ""};
constexpr Query kEvent{
    "bench.event", "INSERT INTO storage_event (tenant_id, seq, at_ms, type, payload) VALUES ($1, $2, $3, $4, $5)", ""};

constexpr TenantId kTenant{1};
constexpr std::int64_t kThreads = 200;
const std::string kBody(120, 'm');
const std::string kPayload = "{\"body\":\"" + std::string(700, 'p') + "\"}";

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// CPU seconds of the whole process.
double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

std::string external_id(std::int64_t id) { return "client-message-" + std::to_string(id * 7'919 % 1'000'003); }

Status chat_job(Transaction& tx, std::int64_t id) {
  const auto key = external_id(id);
  const std::int64_t thread = id % kThreads;
  YD_TRY(const auto known, tx.one(kKnown, [](const Row& row) { return row.int64(0); }, kTenant, key));
  if (known) return fail(Code::conflict, "bench.known");
  YD_TRY(const auto seq, tx.one(kNumber, [](const Row& row) { return row.int64(0); }, kTenant, thread, id, kBody));
  YD_CHECK(tx.exec_deferred(kMessage, kTenant, id, thread, seq.value_or(0), id, kBody));
  YD_CHECK(tx.exec_deferred(kKey, kTenant, key, id));
  YD_CHECK(tx.exec_deferred(kUnread, kTenant, thread));
  tx.emit({kTenant, "message.accepted", kPayload});
  return {};
}

/// The same store through sqlite3_* alone, statements prepared once.
class RawStore {
 public:
  explicit RawStore(const TestStore& store) {
    SystemClock clock;
    if (!store.open(clock)->migrate(std::span(&kSchema, 1))) std::abort();
    check(sqlite3_open_v2(store.url().substr(7).c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr));
    exec(
        "PRAGMA synchronous=FULL; PRAGMA secure_delete=OFF; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
        "PRAGMA wal_autocheckpoint=4000; PRAGMA foreign_keys=ON");
    for (const Query* query : {&kLine, &kKnown, &kNumber, &kMessage, &kKey, &kUnread, &kEvent}) prepare(*query);
  }
  ~RawStore() {
    for (auto* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }

  void lines(std::int64_t first, int count) {
    exec("BEGIN IMMEDIATE");
    for (int i = 0; i < count; ++i) {
      sqlite3_bind_int64(statements_[0], 1, kTenant.value);
      sqlite3_bind_int64(statements_[0], 2, first + i);
      text(statements_[0], 3, kBody);
      step(statements_[0]);
    }
    exec("COMMIT");
  }

  void messages(std::int64_t first, int count) {
    exec("BEGIN IMMEDIATE");
    for (int i = 0; i < count; ++i) message(first + i);
    for (int i = 0; i < count; ++i) {
      numbers(statements_[6], {kTenant.value, ++event_seq_, first});
      text(statements_[6], 4, "message.accepted");
      text(statements_[6], 5, kPayload);
      step(statements_[6]);
    }
    exec("COMMIT");
  }

 private:
  void message(std::int64_t id) {
    const auto key = external_id(id);
    const std::int64_t thread = id % kThreads;
    sqlite3_bind_int64(statements_[1], 1, kTenant.value);
    text(statements_[1], 2, key);
    step(statements_[1]);
    numbers(statements_[2], {kTenant.value, thread, id});
    text(statements_[2], 4, kBody);
    const auto seq = step(statements_[2]);
    numbers(statements_[3], {kTenant.value, id, thread, seq, id});
    text(statements_[3], 6, kBody);
    step(statements_[3]);
    sqlite3_bind_int64(statements_[4], 1, kTenant.value);
    text(statements_[4], 2, key);
    sqlite3_bind_int64(statements_[4], 3, id);
    step(statements_[4]);
    numbers(statements_[5], {kTenant.value, thread});
    step(statements_[5]);
  }
  static void numbers(sqlite3_stmt* statement, std::initializer_list<std::int64_t> values) {
    int index = 0;
    for (const auto value : values) sqlite3_bind_int64(statement, ++index, value);
  }
  static void text(sqlite3_stmt* statement, int index, std::string_view value) {
    sqlite3_bind_text(statement, index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }
  std::int64_t step(sqlite3_stmt* statement) {
    std::int64_t value = 0;
    int code = 0;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) value = sqlite3_column_int64(statement, 0);
    if (code != SQLITE_DONE) check(code);
    sqlite3_reset(statement);
    return value;
  }
  void prepare(const Query& query) {
    check(sqlite3_prepare_v3(db_, query.common.data(), static_cast<int>(query.common.size()), SQLITE_PREPARE_PERSISTENT,
                             &statements_.emplace_back(), nullptr));
  }
  void exec(const char* sql) { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  void check(int code) {
    if (code == SQLITE_OK) return;
    std::fprintf(stderr, "sqlite: %s\n", db_ ? sqlite3_errmsg(db_) : "?");
    std::abort();
  }

  sqlite3* db_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
  std::int64_t event_seq_ = 0;
};

/// Queues `count` jobs and waits for all.
void run_jobs(Database& database, std::int64_t first, int count, Status (*job)(Transaction&, std::int64_t)) {
  std::latch done(count);
  for (int i = 0; i < count; ++i) {
    database.write_async(
        kTenant, [id = first + i, job](Transaction& tx) { return job(tx, id); },
        [&](const Status& status) {
          if (!status) {
            std::fprintf(stderr, "%s\n", describe(status.error()).c_str());
            std::abort();
          }
          done.count_down();
        });
  }
  done.wait();
}

Status line_job(Transaction& tx, std::int64_t id) { return tx.exec_deferred(kLine, kTenant, id, kBody); }

using RawRun = void (RawStore::*)(std::int64_t, int);

/// `jobs` at a time, ours and raw in turns, so that both meet the same disk.
void compare(benchmark::State& state, Status (*job)(Transaction&, std::int64_t), RawRun raw_run) {
  const int jobs = static_cast<int>(state.range(0));
  SystemClock clock;
  DatabaseOptions options;
  options.batch_jobs_max = jobs;
  const auto database = open_test_database(clock, std::span(&kSchema, 1), std::move(options));
  const TestStore raw_store(Engine::sqlite);
  RawStore raw(raw_store);
  double ours = 0, theirs = 0, cpu = 0, raw_cpu = 0;
  std::int64_t next = 0;
  for (auto _ : state) {
    const double cpu_before = cpu_seconds();
    auto start = std::chrono::steady_clock::now();
    run_jobs(*database, next, jobs, job);
    const double took = seconds_since(start);
    const double cpu_between = cpu_seconds();
    cpu += cpu_between - cpu_before;
    ours += took;
    start = std::chrono::steady_clock::now();
    (raw.*raw_run)(next, jobs);
    theirs += seconds_since(start);
    raw_cpu += cpu_seconds() - cpu_between;
    next += jobs;
    state.SetIterationTime(took);
  }
  const auto total = static_cast<double>(next);
  state.counters["per_s"] = total / ours;
  state.counters["raw_per_s"] = total / theirs;
  state.counters["ratio"] = theirs / ours;
  state.counters["cpu_us_each"] = 1e6 * cpu / total;
  state.counters["raw_cpu_us_each"] = 1e6 * raw_cpu / total;
}

void Lines(benchmark::State& state) { compare(state, line_job, &RawStore::lines); }
void ChatMessages(benchmark::State& state) { compare(state, chat_job, &RawStore::messages); }

BENCHMARK(Lines)->Arg(1)->Arg(100)->Arg(512)->UseManualTime()->MinTime(2);
BENCHMARK(ChatMessages)->Arg(1)->Arg(100)->Arg(512)->UseManualTime()->MinTime(2);

}  // namespace
}  // namespace yingda::storage

BENCHMARK_MAIN();
