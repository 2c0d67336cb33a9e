#include "portable_file.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "file_sync.hpp"
#include "sqlite/portable_form.hpp"

namespace yingda::storage {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, CloseDatabase>;
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

std::unexpected<Error> failed(sqlite3* db, const std::string& file) {
  const int code = sqlite3_extended_errcode(db) & 0xff;
  const std::string detail = fmt::format("{}: {}", file, sqlite3_errmsg(db));
  if (code == SQLITE_FULL) return fail(Code::unavailable, "storage.full", detail);
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) return fail(Code::corrupt, "storage.corrupt", detail);
  return fail(Code::unavailable, "storage.down", detail);
}

class FileReader final : public BackupReader {
 public:
  FileReader(Handle db, std::string file, BackupForm form) : db_(std::move(db)), file_(std::move(file)), form_(form) {}

  BackupForm form() const override { return form_; }

  Result<SchemaVersions> versions() override {
    SchemaVersions versions;
    YD_CHECK(rows("storage_migration", {"module", "version"}, [&](std::span<const Value> row) -> Status {
      int& newest = versions[std::string(std::get<std::string_view>(row[0]))];
      newest = std::max(newest, static_cast<int>(std::get<std::int64_t>(row[1])));
      return {};
    }));
    return versions;
  }

  Result<std::vector<std::string>> columns(const std::string& table) override {
    YD_TRY(const auto statement,
           prepare("SELECT x.name FROM pragma_table_list AS l JOIN pragma_table_xinfo(l.name) AS x"
                   " WHERE l.schema = 'main' AND l.type = 'table' AND l.name = ?1 AND x.hidden = 0 ORDER BY x.cid"));
    sqlite3_bind_text(statement.get(), 1, table.data(), static_cast<int>(table.size()), SQLITE_STATIC);
    std::vector<std::string> names;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement.get())) == SQLITE_ROW)
      names.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0)));
    if (code != SQLITE_DONE) return failed(db_.get(), file_);
    return names;
  }

  Status rows(const std::string& table, const std::vector<std::string>& columns, const RowSink& sink) override {
    YD_TRY(const auto statement, prepare(fmt::format("SELECT {} FROM {}", sql_names(columns), sql_name(table))));
    std::vector<Value> row(columns.size());
    std::vector<Blob> blobs(columns.size());
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement.get())) == SQLITE_ROW) {
      for (std::size_t i = 0; i < columns.size(); ++i) row[i] = cell(statement.get(), static_cast<int>(i), blobs[i]);
      YD_CHECK(sink(row));
    }
    if (code != SQLITE_DONE) return failed(db_.get(), file_);
    return {};
  }

 private:
  Result<StatementHandle> prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
      return failed(db_.get(), file_);
    return StatementHandle(statement);
  }

  static Value cell(sqlite3_stmt* statement, int column, Blob& blob) {
    const auto size = [&] { return static_cast<std::size_t>(sqlite3_column_bytes(statement, column)); };
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_INTEGER: return sqlite3_column_int64(statement, column);
      case SQLITE_FLOAT: return sqlite3_column_double(statement, column);
      case SQLITE_TEXT: {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        return std::string_view(bytes, size());
      }
      case SQLITE_BLOB: {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
        blob.bytes.assign(bytes ? bytes : "", size());
        return std::cref(blob);
      }
      default: return std::monostate{};
    }
  }

  const Handle db_;
  const std::string file_;
  const BackupForm form_;
};

class FileWriter final : public BackupWriter {
 public:
  FileWriter(Handle db, std::string temporary, std::string file)
      : db_(std::move(db)), temporary_(std::move(temporary)), file_(std::move(file)) {}
  ~FileWriter() override {
    insert_.reset();
    db_.reset();
    std::error_code ignored;
    if (!published_) std::filesystem::remove(temporary_, ignored);
  }

  Status begin_table(const std::string& table, const std::vector<std::string>& columns) override {
    const auto names = sql_names(columns);
    YD_CHECK(script(fmt::format("CREATE TABLE {} ({})", sql_name(table), names)));
    std::string places = "?";
    for (std::size_t i = 1; i < columns.size(); ++i) places += ",?";
    const auto sql = fmt::format("INSERT INTO {} ({}) VALUES ({})", sql_name(table), names, places);
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
      return failed(db_.get(), temporary_);
    insert_.reset(statement);
    return {};
  }

  Status add(std::span<const Value> row) override {
    for (std::size_t i = 0; i < row.size(); ++i) sqlite::bind_value(insert_.get(), static_cast<int>(i) + 1, row[i]);
    const int code = sqlite3_step(insert_.get());
    if (code != SQLITE_DONE) return failed(db_.get(), temporary_);
    sqlite3_reset(insert_.get());
    return {};
  }

  Status publish() override {
    insert_.reset();
    YD_CHECK(script("COMMIT"));
    db_.reset();
    YD_CHECK(publish_file(temporary_, file_));
    published_ = true;
    return {};
  }

  Status script(const std::string& sql) {
    if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      return failed(db_.get(), temporary_);
    return {};
  }

 private:
  Handle db_;
  StatementHandle insert_;
  const std::string temporary_;
  const std::string file_;
  bool published_ = false;
};

Result<std::string> pragma(sqlite3* db, const std::string& file, const char* sql) {
  std::string out;
  const auto keep = [](void* to, int, char** values, char**) {
    *static_cast<std::string*>(to) = values[0] ? values[0] : "";
    return 0;
  };
  if (sqlite3_exec(db, sql, keep, &out, nullptr) != SQLITE_OK) return failed(db, file);
  return out;
}

}  // namespace

std::string sql_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string sql_names(std::span<const std::string> names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + sql_name(name);
  return out;
}

Result<std::unique_ptr<BackupReader>> open_backup(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return fail(Code::not_found, "storage.no_backup", file);
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle db(raw);
  if (code != SQLITE_OK) return failed(db.get(), file);
  YD_TRY(const auto id, pragma(db.get(), file, "PRAGMA application_id"));
  if (id != std::to_string(sqlite::kPagesId) && id != std::to_string(sqlite::kRowsId))
    return fail(Code::corrupt, "storage.corrupt", fmt::format("{} is not a backup of this program", file));
  YD_TRY(const auto check, pragma(db.get(), file, "PRAGMA quick_check(1)"));
  if (check != "ok") return fail(Code::corrupt, "storage.corrupt", fmt::format("{}: {}", file, check));
  const auto form = id == std::to_string(sqlite::kPagesId) ? BackupForm::pages : BackupForm::rows;
  return std::make_unique<FileReader>(std::move(db), file, form);
}

Result<std::unique_ptr<BackupWriter>> create_backup(const std::string& file) {
  const auto temporary = sqlite::temporary_name(file);
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(temporary.c_str(), &raw,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle db(raw);
  if (code != SQLITE_OK) return failed(db.get(), temporary);
  auto writer = std::make_unique<FileWriter>(std::move(db), temporary, file);
  // A fresh file that is thrown away on any failure needs no journal; publish() syncs it.
  YD_CHECK(writer->script(fmt::format(
      "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA application_id={}; BEGIN", sqlite::kRowsId)));
  return writer;
}

}  // namespace yingda::storage
