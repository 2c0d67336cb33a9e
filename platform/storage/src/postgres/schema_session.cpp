#include "postgres/schema_session.hpp"

namespace yingda::storage::postgres {
namespace {
constexpr Query kVersions{"storage.versions", "", "SELECT module, MAX(version) FROM storage_migration GROUP BY module"};
constexpr Query kRecord{"storage.record", "", "INSERT INTO storage_migration (module, version) VALUES ($1, $2)"};
}  // namespace

Status query_rows(Connection& connection, const Query& query, std::span<const Value> values,
                  const std::function<Status(const Row&)>& on_row) {
  YD_CHECK(connection.send(query, values, Connection::kNobody));
  auto result = connection.finish_with_sync();
  if (!result) {
    connection.recover();
    return std::unexpected(std::move(result).error());
  }
  PostgresRow row(result->get());
  for (int i = 0; i < PQntuples(result->get()); ++i) {
    row.move_to(i);
    YD_CHECK(on_row(row));
  }
  return {};
}

Status PostgresSchemaSession::begin() {
  // One migration at a time in a schema, however many nodes start together; and it may take as long as it takes.
  return connection_.script(
      "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; "
      "SELECT pg_advisory_xact_lock(2037345895, hashtext(current_schema()))");
}

Status PostgresSchemaSession::create_registry() {
  return connection_.script(
      "CREATE TABLE IF NOT EXISTS storage_migration "
      "(module TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (module, version))");
}

Result<SchemaVersions> PostgresSchemaSession::versions() {
  SchemaVersions versions;
  YD_CHECK(query_rows(connection_, kVersions, {}, [&](const Row& row) -> Status {
    versions[row.string(0)] = static_cast<int>(row.int64(1));
    return {};
  }));
  return versions;
}

Status PostgresSchemaSession::record(std::string_view module, int version) {
  const Value values[] = {bind(module), bind(version)};
  return query_rows(connection_, kRecord, values, [](const Row&) -> Status { return {}; });
}

}  // namespace yingda::storage::postgres
