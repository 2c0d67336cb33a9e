#include "sqlite/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <mutex>

#include "sqlite/checkpointer.hpp"

namespace yingda::storage::sqlite {
namespace {

// A module has tens of queries and there are tens of modules; only texts made at run time could ever reach this.
constexpr std::size_t kStatementsMax = 2048;
// Virtual machine steps between two looks at the clock: about 0.2 ms.
constexpr int kProgressSteps = 20'000;

void configure_library() {
  static std::once_flag once;
  // Memory statistics would cost a process-wide mutex at every allocation.
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

Status check_folder(const std::string& path) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  std::error_code ignored;
  if (std::filesystem::is_directory(folder, ignored)) return {};
  return fail(Code::unavailable, "storage.down", fmt::format("folder {} does not exist", folder.string()));
}

Status read_parameters(Statement& statement, std::string_view name) {
  const int count = sqlite3_bind_parameter_count(statement.handle);
  for (int i = 1; i <= count; ++i) {
    const char* parameter = sqlite3_bind_parameter_name(statement.handle, i);
    int number = 0;
    const std::string_view digits = parameter ? std::string_view(parameter).substr(1) : std::string_view();
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (parsed.ec != std::errc() || number < 1)
      return fail(Code::internal, "storage.query", fmt::format("{}: parameters are $1, $2 …", name));
    statement.value_of.push_back(number - 1);
    statement.values = std::max(statement.values, static_cast<std::size_t>(number));
  }
  return {};
}

}  // namespace

Result<ConnectionOptions> parse_path(std::string_view path) {
  constexpr std::string_view kMaxPages = "?max_pages=";
  ConnectionOptions options;
  const auto mark = path.find('?');
  options.path = std::string(path.substr(0, mark));
  if (options.path.empty() || options.path.starts_with(':'))
    return fail(Code::invalid_argument, "storage.invalid_url", "sqlite: wants the path of a file");
  if (mark == std::string_view::npos) return options;
  const auto rest = path.substr(mark);
  if (!rest.starts_with(kMaxPages)) return fail(Code::invalid_argument, "storage.invalid_url", std::string(rest));
  const auto digits = rest.substr(kMaxPages.size());
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), options.max_pages);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || options.max_pages < 1)
    return fail(Code::invalid_argument, "storage.invalid_url", std::string(rest));
  return options;
}

Statement::~Statement() { sqlite3_finalize(handle); }

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionOptions& options) {
  configure_library();
  YD_CHECK(check_folder(options.path));
  std::unique_ptr<Connection> connection(new Connection);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (options.create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(options.path.c_str(), &connection->db_, flags, nullptr);
  if (code != SQLITE_OK)
    return fail(
        Code::unavailable, "storage.down",
        fmt::format("{}: {}", options.path, connection->db_ ? sqlite3_errmsg(connection->db_) : sqlite3_errstr(code)));
  YD_CHECK(connection->apply_pragmas(options));
  return connection;
}

Connection::~Connection() {
  statements_.clear();
  controls_.clear();
  sqlite3_close_v2(db_);
}

Status Connection::apply_pragmas(const ConnectionOptions& options) {
  sqlite3_extended_result_codes(db_, 1);
  timeout_ = std::chrono::milliseconds(options.statement_timeout.ms);
  sqlite3_busy_timeout(db_, static_cast<int>(options.statement_timeout.ms));
  if (options.limit_statements) sqlite3_progress_handler(db_, kProgressSteps, &Connection::on_progress, this);

  std::string mode;
  const auto keep = [](void* out, int, char** values, char**) {
    *static_cast<std::string*>(out) = values[0] ? values[0] : "";
    return 0;
  };
  const int code = sqlite3_exec(db_, "PRAGMA journal_mode=WAL", keep, &mode, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  if (mode != "wal")
    return fail(Code::unavailable, "storage.down",
                fmt::format("the folder of {} cannot hold a write-ahead log (journal mode {})", options.path, mode));
  // secure_delete is on in Debian's build: it zeroes freed pages, which doubles the cost of a delete.
  YD_CHECK(
      script("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;"
             "PRAGMA secure_delete=OFF;"
             // 16 MiB of log: a third of the pages written twice compared with the default of 4 MiB
             "PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864;"));
  if (options.read_only) return script("PRAGMA query_only=ON; PRAGMA cache_size=-2000;");
  if (options.max_pages > 0) YD_CHECK(script(fmt::format("PRAGMA max_page_count={}", options.max_pages)));
  if (options.checkpointer != nullptr) {
    // Takes the place of wal_autocheckpoint.
    const auto hook = [](void* checkpointer, sqlite3*, const char*, int pages) {
      static_cast<Checkpointer*>(checkpointer)->committed(pages);
      return SQLITE_OK;
    };
    sqlite3_wal_hook(db_, hook, options.checkpointer);
  }
  // Rows and index entries of a write then need no malloc, whose arenas the network threads contend for.
  sqlite3_db_config(db_, SQLITE_DBCONFIG_LOOKASIDE, nullptr, 2'048, 128);
  return script("PRAGMA cache_size=-16000;");
}

void Connection::checkpoint() noexcept {
  sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

int Connection::on_progress(void* self) {
  auto& connection = *static_cast<Connection*>(self);
  const auto now = std::chrono::steady_clock::now();
  if (!connection.deadline_armed_) {
    // Armed here and not at the statement's start: short statements, nearly all, never look at a clock.
    connection.deadline_armed_ = true;
    connection.deadline_ = now + connection.timeout_;
    return 0;
  }
  return now > connection.deadline_ ? 1 : 0;
}

Result<Statement*> Connection::prepare(const Query& query, std::unique_ptr<Statement>& spare) {
  const auto found = statements_.find(&query);
  if (found != statements_.end() && !found->second->in_use) {
    // Queries are constants, but a test may make one on its stack where another one stood.
    if (found->second->text == query.common) return found->second.get();
    statements_.erase(found);
  }
  auto fresh = std::make_unique<Statement>();
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(db_, query.common.data(), static_cast<int>(query.common.size()),
                                      SQLITE_PREPARE_PERSISTENT, &fresh->handle, &tail);
  if (code != SQLITE_OK) {
    auto failure = error(code);
    failure.detail = fmt::format("{}: {}", query.name, failure.detail);
    return std::unexpected(std::move(failure));
  }
  const std::string_view rest(tail, static_cast<std::size_t>(query.common.data() + query.common.size() - tail));
  if (!fresh->handle || rest.find_first_not_of(" \t\r\n;") != std::string_view::npos)
    return fail(Code::internal, "storage.query", fmt::format("{}: not exactly one statement", query.name));
  YD_CHECK(read_parameters(*fresh, query.name));
  fresh->writes = sqlite3_stmt_readonly(fresh->handle) == 0;
  Statement* statement = fresh.get();
  if (statements_.contains(&query)) {  // the cached one is being stepped further up the stack
    spare = std::move(fresh);
    return statement;
  }
  if (statements_.size() >= kStatementsMax) std::erase_if(statements_, [](auto& s) { return !s.second->in_use; });
  statement->text = query.common;
  statements_.emplace(&query, std::move(fresh));
  return statement;
}

Status Connection::control(const char* sql) {
  auto& statement = controls_[sql];
  if (!statement) {
    auto fresh = std::make_unique<Statement>();
    const int code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &fresh->handle, nullptr);
    if (code != SQLITE_OK) return std::unexpected(error(code));
    statement = std::move(fresh);
  }
  start_clock();
  const int code = sqlite3_step(statement->handle);
  if (code == SQLITE_DONE || code == SQLITE_ROW) {
    sqlite3_reset(statement->handle);
    return {};
  }
  auto failure = error(code);
  sqlite3_reset(statement->handle);
  return std::unexpected(std::move(failure));
}

Status Connection::script(std::string_view sql) {
  start_clock();
  const int code = sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  return {};
}

void Connection::rollback() noexcept {
  if (in_transaction()) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Connection::is_fatal(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY: return true;
    default: return false;
  }
}

Error Connection::error(int code) const {
  const auto make = [&](Code kind, const char* reason) {
    return Error{kind, reason, fmt::format("{} ({})", sqlite3_errmsg(db_), code), {}, std::source_location::current()};
  };
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return make(Code::conflict, "storage.unique");
    case SQLITE_CONSTRAINT_FOREIGNKEY: return make(Code::conflict, "storage.foreign_key");
    default: break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL: return make(Code::unavailable, "storage.full");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return make(Code::unavailable, "storage.busy");
    case SQLITE_INTERRUPT: return make(Code::timeout, "storage.timeout");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return make(Code::corrupt, "storage.corrupt");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM: return make(Code::unavailable, "storage.down");
    default: return make(Code::internal, "storage.query");
  }
}

}  // namespace yingda::storage::sqlite
