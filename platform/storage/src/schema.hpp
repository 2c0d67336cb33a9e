// Which migrations to run, in which order; either engine runs them through SchemaSession.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/storage/database.hpp"

namespace yingda::storage {

/// Newest applied version by module.
using SchemaVersions = std::map<std::string, int, std::less<>>;

struct ModulePlan {
  std::string_view module;
  std::vector<const Migration*> steps;  // version i + 1 at i
};
using SchemaPlan = std::vector<ModulePlan>;

/// One connection that changes the schema.
class SchemaSession {
 public:
  virtual ~SchemaSession() = default;
  virtual Engine engine() const = 0;
  /// Makes storage_migration when it is missing. Inside a transaction.
  virtual Status create_registry() = 0;
  /// Begins a transaction that no other process' migration can run beside.
  virtual Status begin() = 0;
  virtual Status commit() = 0;
  virtual void rollback() noexcept = 0;
  virtual Result<SchemaVersions> versions() = 0;
  /// Several statements in one text.
  virtual Status script(std::string_view sql) = 0;
  virtual Status record(std::string_view module, int version) = 0;
};

/// Groups migrations by module in order of appearance, the store's own first; invalid_argument
/// `storage.migrations` when versions are not dense from 1 or differ under one number.
Result<SchemaPlan> plan_schema(std::span<const Migration> migrations);
/// conflict `storage.schema_newer` when a known module stands higher than the plan goes.
Status check_not_newer(const SchemaPlan& plan, const SchemaVersions& versions);
/// Runs versions from + 1 … to of a module inside the session's open transaction.
Status apply_module(SchemaSession& session, const ModulePlan& plan, int from, int to);
/// The whole of Database::migrate.
Status migrate_all(SchemaSession& session, std::span<const Migration> migrations);

}  // namespace yingda::storage
