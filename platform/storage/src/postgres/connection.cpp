#include "postgres/connection.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace yingda::storage::postgres {
namespace {

// Only texts made at run time could ever reach this; beyond it statements are prepared anew at every use.
constexpr std::size_t kPreparedMax = 2048;
// The server ends a statement at its timeout; silence for this long beyond it means that it cannot be reached.
constexpr DurationMs kSilenceMax = seconds(5);
constexpr int kServerVersionMin = 150'000;

/// libpq's messages in one line.
std::string trimmed(const char* text) {
  std::string line = text ? text : "";
  while (line.ends_with('\n')) line.pop_back();
  for (char& c : line)
    if (c == '\n' || c == '\t') c = ' ';
  return line;
}

std::unexpected<Error> failed_exec(const PGresult* result, const PGconn* connection) {
  if (result) return std::unexpected(to_error(result));
  return fail(Code::unavailable, "storage.down", trimmed(PQerrorMessage(connection)));
}

std::string session_settings(const ConnectionOptions& options) {
  // A commit is durable before it is acknowledged, whatever the server's default says; jobs are short, so a session
  // that idles inside a transaction has lost its process.
  return fmt::format(
      "SET statement_timeout = {}; SET idle_in_transaction_session_timeout = 60000; SET timezone = 'UTC'; "
      "SET jit = off; SET default_transaction_isolation = 'read committed'; SET standard_conforming_strings = on; "
      "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
      options.statement_timeout.ms);
}

Status check_url(const std::string& url) {
  char* message = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(url.c_str(), &message);
  if (parsed) {
    PQconninfoFree(parsed);
    return {};
  }
  auto error = fail(Code::invalid_argument, "storage.invalid_url", trimmed(message));
  PQfreemem(message);
  return error;
}

}  // namespace

Error to_error(const PGresult* result) {
  const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view state = field ? field : "";
  const auto make = [&](Code code, const char* reason) {
    return Error{code,
                 reason,
                 fmt::format("{} [{}]", trimmed(PQresultErrorMessage(result)), state),
                 {},
                 std::source_location::current()};
  };
  if (state == "23505") return make(Code::conflict, "storage.unique");
  if (state == "23503") return make(Code::conflict, "storage.foreign_key");
  if (state == "57014") return make(Code::timeout, "storage.timeout");
  if (state == "55P03" || state.starts_with("40")) return make(Code::unavailable, "storage.busy");
  if (state == "53100") return make(Code::unavailable, "storage.full");
  if (state == "XX001" || state == "XX002") return make(Code::corrupt, "storage.corrupt");
  // 08P01 is a wrong number of parameters: our defect, not the line's.
  const bool unreachable = state.empty() || state.starts_with("53") || state.starts_with("57P") ||
                           state.starts_with("58") || state == "25006" || state == "25P03" ||
                           (state.starts_with("08") && state != "08P01");
  return unreachable ? make(Code::unavailable, "storage.down") : make(Code::internal, "storage.query");
}

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionOptions& options) {
  YD_CHECK(check_url(options.url));
  const std::string timeout = std::to_string(std::max<std::int64_t>(2, (options.connect_timeout.ms + 999) / 1000));
  const char* keys[] = {"fallback_application_name", "connect_timeout", "client_encoding", "dbname", nullptr};
  const char* values[] = {"yingda", timeout.c_str(), "UTF8", options.url.c_str(), nullptr};
  std::unique_ptr<Connection> self(new Connection);
  self->connection_.reset(PQconnectdbParams(keys, values, 1));
  PGconn* raw = self->connection_.get();
  if (PQstatus(raw) != CONNECTION_OK) return failed_exec(nullptr, raw);
  if (PQserverVersion(raw) < kServerVersionMin)
    return fail(Code::unavailable, "storage.down", "PostgreSQL 15 or newer is needed");
  PQsetNoticeProcessor(raw, [](void*, const char*) {}, nullptr);
  const ResultPtr set(PQexec(raw, session_settings(options).c_str()));
  if (PQresultStatus(set.get()) != PGRES_TUPLES_OK) return failed_exec(set.get(), raw);
  if (PQsetnonblocking(raw, 1) != 0 || PQenterPipelineMode(raw) != 1) return failed_exec(nullptr, raw);
  self->io_timeout_ms_ = static_cast<int>(options.statement_timeout.ms + kSilenceMax.ms);
  return self;
}

bool Connection::check_alive() {
  if (!dead_ && (PQconsumeInput(connection_.get()) != 1 || PQstatus(connection_.get()) != CONNECTION_OK)) dead_ = true;
  if (!dead_ && pending_.empty() && !PQisBusy(connection_.get())) {
    // Between commands the server speaks only to say farewell; libpq sees the end of the stream at the next look.
    if (PQconsumeInput(connection_.get()) != 1) dead_ = true;
  }
  return !dead_;
}

std::unexpected<Error> Connection::lost() {
  dead_ = true;
  return fail(Code::unavailable, "storage.down", trimmed(PQerrorMessage(connection_.get())));
}

const Connection::Prepared* Connection::prepare(const Query& query, int owner) {
  const std::string_view text = query.postgres.empty() ? query.common : query.postgres;
  const auto found = prepared_.find(&query);
  if (found != prepared_.end()) {
    // Queries are constants, but a test may make one on its stack where another one stood.
    if (found->second.text == text) return &found->second;
    prepared_.erase(found);
  }
  Prepared fresh{prepared_.size() < kPreparedMax ? "q" + std::to_string(++names_) : "", std::string(text)};
  if (PQsendPrepare(connection_.get(), fresh.name.c_str(), fresh.text.c_str(), 0, nullptr) != 1) {
    dead_ = true;
    return nullptr;
  }
  pending_.push_back({Kind::prepare, owner, &query});
  if (fresh.name.empty()) return &unnamed_;
  return &prepared_.emplace(&query, std::move(fresh)).first->second;
}

Status Connection::send(const Query& query, std::span<const Value> values, int owner) {
  if (dead_) return lost();
  if (auto set = parameters_.set(values); !set) {
    set.error().detail = fmt::format("{}: {}", query.name, set.error().detail);
    return set;
  }
  const Prepared* prepared = prepare(query, owner);
  if (!prepared) return lost();
  if (PQsendQueryPrepared(connection_.get(), prepared->name.c_str(), parameters_.count(), parameters_.values(),
                          parameters_.lengths(), parameters_.formats(), 1) != 1)
    return lost();
  pending_.push_back({Kind::statement, owner, &query});
  return {};
}

bool Connection::wait_io() {
  for (;;) {
    const int unsent = PQflush(connection_.get());
    if (unsent < 0) return false;
    pollfd io{PQsocket(connection_.get()), static_cast<short>(unsent == 1 ? POLLIN | POLLOUT : POLLIN), 0};
    const int ready = ::poll(&io, 1, io_timeout_ms_);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    if ((io.revents & (POLLIN | POLLHUP | POLLERR)) != 0) return PQconsumeInput(connection_.get()) == 1;
  }
}

ResultPtr Connection::next_result() {
  while (PQisBusy(connection_.get())) {
    if (wait_io()) continue;
    dead_ = true;
    return nullptr;
  }
  return ResultPtr(PQgetResult(connection_.get()));
}

void Connection::note_failure(const Pending& command, const PGresult* result) {
  const char* severity = result ? PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED) : nullptr;
  const std::string_view level = severity ? severity : "";
  if (!result || level == "FATAL" || level == "PANIC" || PQstatus(connection_.get()) != CONNECTION_OK) dead_ = true;
  const char* field = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const std::string_view state = field ? field : "";
  // A table was changed below a prepared statement, or somebody dropped it: a new connection knows nothing stale.
  if (state == "26000" || (state == "0A000" && to_error(result).detail.contains("cached plan"))) dead_ = true;
  if (failure_) return;
  Error error = result ? to_error(result) : lost().error();
  if (dead_) {
    error.code = Code::unavailable;
    error.reason = "storage.down";
  }
  if (command.query) error.detail = fmt::format("{}: {}", command.query->name, error.detail);
  failure_ = Failure{command.owner, std::move(error), state == "40001" || state == "40P01"};
}

ResultPtr Connection::read_command(const Pending& command) {
  ResultPtr result = next_result();
  const auto status = result ? PQresultStatus(result.get()) : PGRES_FATAL_ERROR;
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
    if (next_result()) lost();  // each command has exactly one result
    return result;
  }
  // A statement whose preparing failed or was skipped does not exist on the server.
  if (command.kind == Kind::prepare) prepared_.erase(command.query);
  if (status != PGRES_PIPELINE_ABORTED) note_failure(command, result.get());
  if (!dead_) next_result();
  return nullptr;
}

ResultPtr Connection::read_all(ResultPtr* before) {
  ResultPtr newest;
  while (!pending_.empty() && !dead_) {
    const Pending command = pending_.front();
    pending_.pop_front();
    if (command.kind == Kind::sync) {
      const ResultPtr sync = next_result();
      if (PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) dead_ = true;
      continue;
    }
    ResultPtr result = read_command(command);
    if (command.kind == Kind::prepare) continue;
    if (before) *before = std::move(newest);
    newest = std::move(result);
  }
  if (dead_) {
    if (!failure_) failure_ = Failure{kNobody, lost().error(), false};
    pending_.clear();
    newest.reset();
  }
  return newest;
}

Result<ResultPtr> Connection::finish() {
  if (dead_ || PQsendFlushRequest(connection_.get()) != 1) return lost();
  ResultPtr newest = read_all();
  if (failure_) return std::unexpected(failure_->error);
  return newest;
}

Result<ResultPtr> Connection::finish_with_sync(ResultPtr* before) {
  if (dead_ || PQpipelineSync(connection_.get()) != 1) return lost();
  pending_.push_back({Kind::sync, kNobody, nullptr});
  ResultPtr newest = read_all(before);
  if (failure_) return std::unexpected(failure_->error);
  return newest;
}

void Connection::flush_only() {
  if (dead_ || PQpipelineSync(connection_.get()) != 1) {
    dead_ = true;
    return;
  }
  pending_.push_back({Kind::sync, kNobody, nullptr});
  if (PQflush(connection_.get()) < 0) dead_ = true;
}

bool Connection::recover() {
  if (dead_) return false;
  if (PQpipelineStatus(connection_.get()) == PQ_PIPELINE_ABORTED || !pending_.empty()) {
    if (PQpipelineSync(connection_.get()) != 1) {
      dead_ = true;
      return false;
    }
    pending_.push_back({Kind::sync, kNobody, nullptr});
    read_all();
  }
  if (!dead_) failure_.reset();
  return !dead_;
}

Status Connection::script(const std::string& sql) {
  PGconn* raw = connection_.get();
  if (dead_ || PQexitPipelineMode(raw) != 1) return lost();
  const ResultPtr result(PQexec(raw, sql.c_str()));
  const auto status = PQresultStatus(result.get());
  Status outcome;
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
    outcome = failed_exec(result.get(), raw);
  if (PQstatus(raw) != CONNECTION_OK || PQenterPipelineMode(raw) != 1) dead_ = true;
  return outcome;
}

Status Connection::copy_in(const std::string& sql, const std::function<Status(const CopyPut&)>& produce) {
  PGconn* raw = connection_.get();
  if (dead_ || PQexitPipelineMode(raw) != 1 || PQsetnonblocking(raw, 0) != 0) return lost();
  Status outcome;
  const ResultPtr begun(PQexec(raw, sql.c_str()));
  if (PQresultStatus(begun.get()) == PGRES_COPY_IN) {
    outcome = produce([&](std::string_view piece) -> Status {
      if (PQputCopyData(raw, piece.data(), static_cast<int>(piece.size())) != 1) return lost();
      return {};
    });
    if (PQputCopyEnd(raw, outcome ? nullptr : "the source failed") != 1) return lost();
    while (const ResultPtr ended{PQgetResult(raw)}) {
      if (outcome && PQresultStatus(ended.get()) != PGRES_COMMAND_OK) outcome = failed_exec(ended.get(), raw);
    }
  } else {
    outcome = failed_exec(begun.get(), raw);
  }
  if (PQsetnonblocking(raw, 1) != 0 || PQenterPipelineMode(raw) != 1) return lost();
  return outcome;
}

}  // namespace yingda::storage::postgres
