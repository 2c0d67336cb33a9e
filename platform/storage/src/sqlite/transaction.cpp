#include "sqlite/transaction.hpp"

#include <fmt/format.h>

#include "sqlite/portable_form.hpp"
#include "yingda/base/assert.hpp"

namespace yingda::storage::sqlite {
namespace {

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

  bool is_null(int column) const override { return type(column) == SQLITE_NULL; }
  std::int64_t int64(int column) const override {
    YD_ASSERT(type(column) == SQLITE_INTEGER || type(column) == SQLITE_NULL);
    return sqlite3_column_int64(statement_, column);
  }
  double real(int column) const override {
    YD_ASSERT(type(column) == SQLITE_FLOAT || type(column) == SQLITE_INTEGER || type(column) == SQLITE_NULL);
    return sqlite3_column_double(statement_, column);
  }
  std::string_view text(int column) const override {
    YD_ASSERT(type(column) == SQLITE_TEXT || type(column) == SQLITE_NULL);
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes ? std::string_view(bytes, size(column)) : std::string_view();
  }
  std::string_view blob(int column) const override {
    YD_ASSERT(type(column) == SQLITE_BLOB || type(column) == SQLITE_NULL);
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return bytes ? std::string_view(bytes, size(column)) : std::string_view();
  }

 private:
  int type(int column) const {
    YD_ASSERT(column >= 0 && column < sqlite3_data_count(statement_));
    return sqlite3_column_type(statement_, column);
  }
  std::size_t size(int column) const { return static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)); }

  sqlite3_stmt* const statement_;
};

}  // namespace

int bind_value(sqlite3_stmt* statement, int index, const Value& value) {
  // Static: the values outlive the stepping, and every parameter is bound anew before the next one.
  switch (value.index()) {
    case 0: return sqlite3_bind_null(statement, index);
    case 1: return sqlite3_bind_int64(statement, index, *std::get_if<std::int64_t>(&value));
    case 2: return sqlite3_bind_double(statement, index, *std::get_if<double>(&value));
    case 3: {
      const auto text = *std::get_if<std::string_view>(&value);
      return sqlite3_bind_text64(statement, index, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
    }
    default: {
      const std::string& bytes = std::get_if<std::reference_wrapper<const Blob>>(&value)->get().bytes;
      return sqlite3_bind_blob64(statement, index, bytes.data(), bytes.size(), SQLITE_STATIC);
    }
  }
}

/// Marks a statement as being stepped, and resets it at the end.
class SqliteTransaction::Use {
 public:
  explicit Use(Statement& statement) : statement_(statement) { statement_.in_use = true; }
  ~Use() {
    sqlite3_reset(statement_.handle);
    statement_.in_use = false;
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  Statement& statement_;
};

std::unexpected<Error> SqliteTransaction::doom(Error error) {
  if (!failure_) failure_ = error;
  return std::unexpected(std::move(error));
}

std::unexpected<Error> SqliteTransaction::doom(const Query& query, int code) {
  auto error = connection_.error(code);
  error.detail = fmt::format("{}: {}", query.name, error.detail);
  if (batch_ && (Connection::is_fatal(code) || !connection_.in_transaction())) lost_ = true;
  return doom(std::move(error));
}

Status SqliteTransaction::begin(Statement& statement, const Query& query, std::span<const Value> values) {
  if (statement.values != values.size())
    return doom(Error{Code::internal,
                      "storage.query",
                      fmt::format("{}: {} values for {} parameters", query.name, values.size(), statement.values),
                      {},
                      std::source_location::current()});
  wrote_ = wrote_ || statement.writes;
  if (statement.writes && isolation_ == Isolation::savepoint && !savepoint_) {
    if (auto opened = connection_.control("SAVEPOINT job"); !opened) return doom(std::move(opened).error());
    savepoint_ = true;
  }
  for (std::size_t i = 0; i < statement.value_of.size(); ++i) {
    const auto& value = values[static_cast<std::size_t>(statement.value_of[i])];
    const int code = bind_value(statement.handle, static_cast<int>(i) + 1, value);
    if (code != SQLITE_OK) return doom(query, code);
  }
  connection_.start_clock();
  return {};
}

Status SqliteTransaction::each(const Query& query, std::span<const Value> values,
                               const std::function<Status(const Row&)>& on_row) {
  if (failure_) return std::unexpected(*failure_);
  std::unique_ptr<Statement> spare;
  auto prepared = connection_.prepare(query, spare);
  if (!prepared) return doom(std::move(prepared).error());
  Statement& statement = **prepared;
  const Use use(statement);
  YD_CHECK(begin(statement, query, values));
  const SqliteRow row(statement.handle);
  for (;;) {
    const int code = sqlite3_step(statement.handle);
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return doom(query, code);
    YD_CHECK(on_row(row));
    if (failure_) return std::unexpected(*failure_);  // a nested call of on_row failed
  }
}

Result<std::int64_t> SqliteTransaction::run(const Query& query, std::span<const Value> values) {
  if (failure_) return std::unexpected(*failure_);
  std::unique_ptr<Statement> spare;
  auto prepared = connection_.prepare(query, spare);
  if (!prepared) return doom(std::move(prepared).error());
  Statement& statement = **prepared;
  const Use use(statement);
  YD_CHECK(begin(statement, query, values));
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement.handle);
  if (code != SQLITE_DONE) return doom(query, code);
  return statement.writes ? sqlite3_changes64(connection_.handle()) : 0;
}

Status SqliteTransaction::defer(const Query& query, std::span<const Value> values) {
  auto done = run(query, values);
  if (!done) return std::unexpected(std::move(done).error());
  return {};
}

void SqliteTransaction::emit(Event event) {
  YD_ASSERT(batch_ != nullptr);
  batch_->events.push_back({event.tenant, 0, {}, std::move(event.type), std::move(event.payload)});
}

void SqliteTransaction::on_commit(std::function<void()> action) {
  YD_ASSERT(batch_ != nullptr);
  batch_->actions.push_back(std::move(action));
}

}  // namespace yingda::storage::sqlite
