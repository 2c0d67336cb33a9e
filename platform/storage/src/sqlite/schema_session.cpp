#include "sqlite/schema_session.hpp"

#include "sqlite/transaction.hpp"

namespace yingda::storage::sqlite {
namespace {
constexpr Query kVersions{"storage.versions", "SELECT module, MAX(version) FROM storage_migration GROUP BY module", ""};
constexpr Query kRecord{"storage.record", "INSERT INTO storage_migration (module, version) VALUES ($1, $2)", ""};
}  // namespace

Status SqliteSchemaSession::create_registry() {
  return connection_.script(
      "CREATE TABLE IF NOT EXISTS storage_migration "
      "(module TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (module, version)) WITHOUT ROWID");
}

Result<SchemaVersions> SqliteSchemaSession::versions() {
  SchemaVersions versions;
  SqliteTransaction tx(connection_);
  YD_CHECK(tx.each(kVersions, {}, [&](const Row& row) -> Status {
    versions[row.string(0)] = static_cast<int>(row.int64(1));
    return {};
  }));
  return versions;
}

Status SqliteSchemaSession::record(std::string_view module, int version) {
  SqliteTransaction tx(connection_);
  return tx.exec_deferred(kRecord, module, version);
}

}  // namespace yingda::storage::sqlite
