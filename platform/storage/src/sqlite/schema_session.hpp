// Schema changes on a SQLite connection.
#pragma once

#include "schema.hpp"
#include "sqlite/connection.hpp"

namespace yingda::storage::sqlite {

class SqliteSchemaSession final : public SchemaSession {
 public:
  explicit SqliteSchemaSession(Connection& connection) : connection_(connection) {}
  Engine engine() const override { return Engine::sqlite; }
  Status create_registry() override;
  Status begin() override { return connection_.control("BEGIN IMMEDIATE"); }
  Status commit() override { return connection_.control("COMMIT"); }
  void rollback() noexcept override { connection_.rollback(); }
  Result<SchemaVersions> versions() override;
  Status script(std::string_view sql) override { return connection_.script(sql); }
  Status record(std::string_view module, int version) override;

 private:
  Connection& connection_;
};

}  // namespace yingda::storage::sqlite
