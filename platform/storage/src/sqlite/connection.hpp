// One SQLite connection: opening with the store's pragmas, cached statements, error mapping. One thread at a time.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "yingda/storage/database.hpp"

namespace yingda::storage::sqlite {

class Checkpointer;

struct ConnectionOptions {
  std::string path;
  DurationMs statement_timeout = seconds(10);  // also how long to wait for another process' write
  std::int64_t max_pages = 0;                  // 0: no bound; beyond it the store is full
  bool limit_statements = true;                // off for migrations, which take as long as they take
  bool create = false;
  bool read_only = false;
  Checkpointer* checkpointer = nullptr;  // the writer's; none: a commit that finds the log long moves it
};

/// A prepared statement and what binding it needs to know.
struct Statement {
  ~Statement();
  sqlite3_stmt* handle = nullptr;
  std::string text;           // of the Query it was made from
  std::vector<int> value_of;  // parameter i + 1 takes values[value_of[i]]
  std::size_t values = 0;     // how many values it wants
  bool writes = false;
  bool in_use = false;
};

/// Splits `/path/file.db?max_pages=N`; invalid_argument `storage.invalid_url`.
Result<ConnectionOptions> parse_path(std::string_view path);

class Connection {
 public:
  /// unavailable `storage.down` when the file cannot be opened or its folder cannot hold a WAL.
  static Result<std::unique_ptr<Connection>> open(const ConnectionOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* handle() const { return db_; }
  /// The cached statement of a query; owned here, or by `spare` when the cached one is being stepped right now.
  Result<Statement*> prepare(const Query& query, std::unique_ptr<Statement>& spare);
  /// Begins the time limit of a statement anew.
  void start_clock() { deadline_armed_ = false; }
  /// Runs a constant control statement (BEGIN IMMEDIATE, COMMIT, …), prepared once.
  Status control(const char* sql);
  /// Runs a script of several statements.
  Status script(std::string_view sql);
  /// Moves what it can of the write-ahead log into the file; failures show at a later commit.
  void checkpoint() noexcept;
  /// A transaction is open.
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  /// Ends an open transaction without its changes.
  void rollback() noexcept;
  /// Turns the error of the last call into ours.
  Error error(int code) const;
  /// The last error leaves no choice but to give the transaction up (full, I/O, damaged file, no memory).
  static bool is_fatal(int code);

 private:
  Connection() = default;
  Status apply_pragmas(const ConnectionOptions& options);
  static int on_progress(void* self);

  sqlite3* db_ = nullptr;
  std::chrono::milliseconds timeout_{0};
  bool deadline_armed_ = false;
  std::chrono::steady_clock::time_point deadline_;
  std::unordered_map<const Query*, std::unique_ptr<Statement>> statements_;
  std::unordered_map<const char*, std::unique_ptr<Statement>> controls_;
};

}  // namespace yingda::storage::sqlite
