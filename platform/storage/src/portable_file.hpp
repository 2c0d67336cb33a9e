// The file of a backup: a SQLite database that stands alone. A SQLite store is copied page by page (`pages`), a
// PostgreSQL store table by table into untyped tables (`rows`). Both hold storage_migration, and both can fill either
// engine row by row.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "schema.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::storage {

enum class BackupForm { pages, rows };

using RowSink = std::function<Status(std::span<const Value>)>;

/// Reads a backup; not thread-safe.
class BackupReader {
 public:
  virtual ~BackupReader() = default;
  virtual BackupForm form() const = 0;
  virtual Result<SchemaVersions> versions() = 0;
  /// Empty when there is no such ordinary table.
  virtual Result<std::vector<std::string>> columns(const std::string& table) = 0;
  /// Every row; views are valid during the call of `sink` only.
  virtual Status rows(const std::string& table, const std::vector<std::string>& columns, const RowSink& sink) = 0;
};

/// not_found `storage.no_backup`, corrupt `storage.corrupt` for anything that is no whole backup.
Result<std::unique_ptr<BackupReader>> open_backup(const std::string& file);

/// Writes a backup of form `rows` under a temporary name; without publish() the file goes away.
class BackupWriter {
 public:
  virtual ~BackupWriter() = default;
  virtual Status begin_table(const std::string& table, const std::vector<std::string>& columns) = 0;
  virtual Status add(std::span<const Value> row) = 0;
  /// Makes it durable under its final name.
  virtual Status publish() = 0;
};
Result<std::unique_ptr<BackupWriter>> create_backup(const std::string& file);

/// `name` as an SQL identifier.
std::string sql_name(std::string_view name);
/// `"a", "b"`.
std::string sql_names(std::span<const std::string> names);

}  // namespace yingda::storage
