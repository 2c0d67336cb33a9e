// Schema changes on a PostgreSQL connection, in the first schema of its search path.
#pragma once

#include "postgres/connection.hpp"
#include "schema.hpp"

namespace yingda::storage::postgres {

class PostgresSchemaSession final : public SchemaSession {
 public:
  explicit PostgresSchemaSession(Connection& connection) : connection_(connection) {}
  Engine engine() const override { return Engine::postgres; }
  Status create_registry() override;
  Status begin() override;
  Status commit() override { return connection_.script("COMMIT"); }
  void rollback() noexcept override { (void)connection_.script("ROLLBACK"); }
  Result<SchemaVersions> versions() override;
  Status script(std::string_view sql) override { return connection_.script(std::string(sql)); }
  Status record(std::string_view module, int version) override;

 private:
  Connection& connection_;
};

/// Rows of one query outside any job.
Status query_rows(Connection& connection, const Query& query, std::span<const Value> values,
                  const std::function<Status(const Row&)>& on_row);

}  // namespace yingda::storage::postgres
