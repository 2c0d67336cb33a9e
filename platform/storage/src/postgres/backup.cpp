#include "postgres/backup.hpp"

#include <fmt/format.h>

#include <charconv>

#include "portable_file.hpp"
#include "postgres/schema_session.hpp"
#include "restore.hpp"

namespace yingda::storage::postgres {
namespace {

constexpr int kRowsPerFetch = 1000;
constexpr std::size_t kCopyPiece = 64 * 1024;

constexpr Query kTables{"storage.tables", "",
                        "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace"
                        " AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"};
constexpr Query kColumns{"storage.columns", "",
                         "SELECT a.attname::text, a.atttypid::int8 FROM pg_attribute a"
                         " WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped"
                         " AND a.attgenerated = '' ORDER BY a.attnum"};
constexpr Query kReferences{"storage.references", "",
                            "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)"
                            " FROM pg_constraint WHERE contype = 'f' AND conparentid = 0"
                            " AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"};

enum class Kind { integer, real, text, blob, other };

struct Column {
  std::string name;
  Kind kind = Kind::other;
};

Kind kind_of(std::int64_t type) {
  switch (type) {
    case 16:                        // bool
    case 20:                        // int8
    case 21:                        // int2
    case 23: return Kind::integer;  // int4
    case 700:                       // float4
    case 701: return Kind::real;    // float8
    case 25:                        // text
    case 1043: return Kind::text;   // varchar
    case 17: return Kind::blob;     // bytea
    default: return Kind::other;    // travels as its text
  }
}

Result<std::vector<std::string>> list_tables(Connection& connection) {
  std::vector<std::string> names;
  YD_CHECK(query_rows(connection, kTables, {}, [&](const Row& row) -> Status {
    names.push_back(row.string(0));
    return {};
  }));
  return names;
}

Result<std::vector<Column>> list_columns(Connection& connection, const std::string& table) {
  std::vector<Column> columns;
  const auto name = sql_name(table);
  const Value values[] = {bind(name)};
  YD_CHECK(query_rows(connection, kColumns, values, [&](const Row& row) -> Status {
    columns.push_back({row.string(0), kind_of(row.int64(1))});
    return {};
  }));
  return columns;
}

Status save_row(BackupWriter& writer, const std::vector<Column>& columns, const Row& row, std::vector<Blob>& blobs) {
  std::vector<Value> values(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const int column = static_cast<int>(i);
    if (row.is_null(column)) continue;
    switch (columns[i].kind) {
      case Kind::integer: values[i] = row.int64(column); break;
      case Kind::real: values[i] = row.real(column); break;
      case Kind::blob:
        blobs[i].bytes = row.blob(column);
        values[i] = std::cref(blobs[i]);
        break;
      case Kind::text:
      case Kind::other: values[i] = row.text(column); break;
    }
  }
  return writer.add(values);
}

Status save_table(Connection& connection, BackupWriter& writer, const std::string& table) {
  YD_TRY(const auto columns, list_columns(connection, table));
  std::vector<std::string> names;
  std::string list;
  for (const auto& column : columns) {
    names.push_back(column.name);
    list += (list.empty() ? "" : ", ") + sql_name(column.name) + (column.kind == Kind::other ? "::text" : "");
  }
  YD_CHECK(writer.begin_table(table, names));
  YD_CHECK(
      connection.script(fmt::format("DECLARE backup NO SCROLL CURSOR FOR SELECT {} FROM {}", list, sql_name(table))));
  const auto fetch_sql = fmt::format("FETCH {} FROM backup", kRowsPerFetch);
  // Prepared anew for every table: its result has other columns.
  const auto fetch_named = fmt::format("{} -- {}", fetch_sql, table);
  const Query fetch{"storage.backup_fetch", "", fetch_named};
  std::vector<Blob> blobs(columns.size());
  for (int count = kRowsPerFetch; count == kRowsPerFetch;) {
    count = 0;
    YD_CHECK(query_rows(connection, fetch, {}, [&](const Row& row) {
      ++count;
      return save_row(writer, columns, row, blobs);
    }));
  }
  return connection.script("CLOSE backup");
}

void append_cell(std::string& out, const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) {
    out += "\\N";
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    fmt::format_to(std::back_inserter(out), "{}", *integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    char digits[40];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, *real).ptr);
  } else if (const auto* text = std::get_if<std::string_view>(&value)) {
    for (const char c : *text) {
      switch (c) {
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default: out += c;
      }
    }
  } else {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += "\\\\x";
    for (const unsigned char c : std::get<std::reference_wrapper<const Blob>>(value).get().bytes) {
      out += kHex[c >> 4U];
      out += kHex[c & 15U];
    }
  }
}

class PostgresTarget final : public RestoreTarget {
 public:
  explicit PostgresTarget(Connection& connection) : connection_(connection), session_(connection) {}
  SchemaSession& session() override { return session_; }
  Result<std::vector<std::string>> tables() override { return list_tables(connection_); }

  Status begin_load() override {
    YD_CHECK(query_rows(connection_, kReferences, {}, [&](const Row& row) -> Status {
      references_.push_back({row.string(0), row.string(1), row.string(2)});
      return {};
    }));
    for (const auto& reference : references_)
      YD_CHECK(connection_.script(
          fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", reference.table, sql_name(reference.name))));
    YD_TRY(const auto names, tables());
    for (const auto& name : names)
      if (name != "storage_migration") YD_CHECK(connection_.script("DELETE FROM " + sql_name(name)));
    return {};
  }

  Status load(BackupReader& backup, const std::string& table, const std::vector<std::string>& columns) override {
    const auto sql = fmt::format("COPY {} ({}) FROM STDIN", sql_name(table), sql_names(columns));
    return connection_.copy_in(sql, [&](const Connection::CopyPut& put) -> Status {
      std::string piece;
      YD_CHECK(backup.rows(table, columns, [&](std::span<const Value> row) -> Status {
        for (std::size_t i = 0; i < row.size(); ++i) {
          if (i > 0) piece += '\t';
          append_cell(piece, row[i]);
        }
        piece += '\n';
        if (piece.size() < kCopyPiece) return {};
        YD_CHECK(put(piece));
        piece.clear();
        return {};
      }));
      return piece.empty() ? Status{} : put(piece);
    });
  }

  Status end_load() override {
    for (const auto& reference : references_)
      YD_CHECK(connection_.script(fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", reference.table,
                                              sql_name(reference.name), reference.definition)));
    return {};
  }

 private:
  struct Reference {
    std::string table, name, definition;
  };
  Connection& connection_;
  PostgresSchemaSession session_;
  std::vector<Reference> references_;
};

}  // namespace

Status write_backup(const ConnectionOptions& source, const std::string& file) {
  YD_TRY(const auto connection, Connection::open(source));
  YD_TRY(const auto writer, create_backup(file));
  YD_CHECK(
      connection->script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; "
                         "SET LOCAL idle_in_transaction_session_timeout = 0"));
  YD_TRY(const auto tables, list_tables(*connection));
  for (const auto& table : tables) YD_CHECK(save_table(*connection, *writer, table));
  YD_CHECK(connection->script("COMMIT"));
  return writer->publish();
}

Status restore_backup(const ConnectionOptions& target, std::span<const Migration> migrations, const std::string& file) {
  YD_TRY(const auto plan, plan_schema(migrations));
  YD_TRY(const auto backup, open_backup(file));
  YD_TRY(const auto connection, Connection::open(target));
  PostgresTarget restore(*connection);
  return fill_from_backup(*backup, restore, plan);
}

}  // namespace yingda::storage::postgres
