#include "sqlite/backup.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "file_sync.hpp"
#include "restore.hpp"
#include "sqlite/portable_form.hpp"
#include "sqlite/schema_session.hpp"
#include "sqlite/transaction.hpp"

namespace yingda::storage::sqlite {
namespace {

constexpr int kPagesPerStep = 1024;  // 4 MiB

constexpr Query kTables{"storage.tables",
                        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
                        " AND name NOT LIKE 'sqlite_%' ORDER BY name",
                        ""};
constexpr Query kBrokenReference{"storage.broken_reference", "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1",
                                 ""};

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};

Status copy_pages(sqlite3* source, const std::string& file, std::int32_t application_id) {
  sqlite3* raw = nullptr;
  const int opened =
      sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, CloseDatabase> target(raw);
  if (opened != SQLITE_OK) return fail(Code::unavailable, "storage.down", fmt::format("{}: cannot be created", file));
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", source, "main");
  int code = backup ? SQLITE_OK : sqlite3_errcode(target.get());
  while (code == SQLITE_OK) code = sqlite3_backup_step(backup, kPagesPerStep);
  sqlite3_backup_finish(backup);
  // One file that stands alone: no log beside it.
  const auto finish = fmt::format("PRAGMA journal_mode=DELETE; PRAGMA application_id={}", application_id);
  if (code == SQLITE_DONE) code = sqlite3_exec(target.get(), finish.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  return fail(Code::unavailable, (code & 0xff) == SQLITE_FULL ? "storage.full" : "storage.down",
              fmt::format("{}: {}", file, sqlite3_errstr(code)));
}

/// Also what a connection leaves beside its file when it was killed.
void remove_store(const std::string& file) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(file + suffix, ignored);
}

class SqliteTarget final : public RestoreTarget {
 public:
  explicit SqliteTarget(Connection& connection) : connection_(connection), session_(connection) {}
  SchemaSession& session() override { return session_; }

  Result<std::vector<std::string>> tables() override {
    SqliteTransaction tx(connection_);
    return tx.all(kTables, [](const Row& row) { return row.string(0); });
  }

  Status begin_load() override {
    YD_TRY(const auto names, tables());
    for (const auto& name : names)
      if (name != "storage_migration") YD_CHECK(connection_.script("DELETE FROM " + sql_name(name)));
    return {};
  }

  Status load(BackupReader& backup, const std::string& table, const std::vector<std::string>& columns) override {
    std::string places = "$1";
    for (std::size_t i = 1; i < columns.size(); ++i) places += fmt::format(", ${}", i + 1);
    const auto sql = fmt::format("INSERT INTO {} ({}) VALUES ({})", sql_name(table), sql_names(columns), places);
    const Query insert{"storage.restore_row", sql, ""};
    return backup.rows(table, columns, [&](std::span<const Value> row) {
      SqliteTransaction tx(connection_);
      return tx.defer(insert, row);
    });
  }

  Status end_load() override {
    SqliteTransaction tx(connection_);
    YD_TRY(const auto broken, tx.one(kBrokenReference, [](const Row& row) { return row.string(0); }));
    if (broken) return fail(Code::conflict, "storage.foreign_key", *broken);
    return {};
  }

 private:
  Connection& connection_;
  SqliteSchemaSession session_;
};

/// No file, or one without any table.
Status check_empty(const ConnectionOptions& target) {
  std::error_code ignored;
  if (!std::filesystem::exists(target.path, ignored)) return {};
  YD_TRY(const auto connection, Connection::open(target));
  YD_TRY(const auto tables, SqliteTarget(*connection).tables());
  if (!tables.empty()) return fail(Code::conflict, "storage.not_empty", fmt::format("there is {}", tables.front()));
  return {};
}

Status fill_pages(const ConnectionOptions& options, std::span<const Migration> migrations, const std::string& file) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, CloseDatabase> source(raw);
  if (code != SQLITE_OK) return fail(Code::unavailable, "storage.down", fmt::format("{}: cannot be opened", file));
  YD_CHECK(copy_pages(source.get(), options.path, 0));
  YD_TRY(const auto connection, Connection::open(options));
  SqliteSchemaSession session(*connection);
  return migrate_all(session, migrations);
}

Status fill_store(const ConnectionOptions& options, std::span<const Migration> migrations, const std::string& file) {
  YD_TRY(const auto plan, plan_schema(migrations));
  YD_TRY(const auto backup, open_backup(file));
  YD_TRY(const auto versions, backup->versions());
  YD_CHECK(check_backup(plan, versions));
  if (backup->form() == BackupForm::pages) return fill_pages(options, migrations, file);
  YD_TRY(const auto connection, Connection::open(options));
  YD_CHECK(connection->script("PRAGMA foreign_keys=OFF"));
  SqliteTarget target(*connection);
  return fill_from_backup(*backup, target, plan);
}

}  // namespace

std::string temporary_name(const std::string& file) { return fmt::format("{}.{}.part", file, ::getpid()); }

Status write_backup(const ConnectionOptions& source, const std::string& file) {
  auto options = source;
  options.read_only = true;
  YD_TRY(const auto connection, Connection::open(options));
  const auto temporary = temporary_name(file);
  remove_store(temporary);
  // The source holds one read transaction, so that later writes do not make the copy begin again.
  auto done = connection->script("BEGIN; SELECT COUNT(*) FROM sqlite_schema");
  if (done) done = copy_pages(connection->handle(), temporary, kPagesId);
  connection->rollback();
  if (done) done = publish_file(temporary, file);
  if (!done) remove_store(temporary);
  return done;
}

Status restore_backup(const ConnectionOptions& target, std::span<const Migration> migrations, const std::string& file) {
  YD_CHECK(check_empty(target));
  auto options = target;
  options.path = temporary_name(target.path);
  options.create = true;
  options.limit_statements = false;
  remove_store(options.path);
  auto done = fill_store(options, migrations, file);
  // All connections are closed: the log has been folded into the file.
  if (done) {
    remove_store(target.path);
    done = publish_file(options.path, target.path);
  }
  if (!done) remove_store(options.path);
  return done;
}

}  // namespace yingda::storage::sqlite
