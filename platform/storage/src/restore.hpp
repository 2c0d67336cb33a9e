// Filling an empty store from a backup, the same for both engines.
#pragma once

#include <string>
#include <vector>

#include "portable_file.hpp"
#include "schema.hpp"

namespace yingda::storage {

/// A store being filled: everything between begin() and commit() of its SchemaSession is one transaction.
class RestoreTarget {
 public:
  virtual ~RestoreTarget() = default;
  virtual SchemaSession& session() = 0;
  /// Ordinary tables of the store.
  virtual Result<std::vector<std::string>> tables() = 0;
  /// Forgets rows that migrations have put in, and lets rows come in any order.
  virtual Status begin_load() = 0;
  virtual Status load(BackupReader& backup, const std::string& table, const std::vector<std::string>& columns) = 0;
  /// Checks references again.
  virtual Status end_load() = 0;
};

/// Builds the backup's schema versions, copies the rows, then migrates to the newest. conflict `storage.schema_newer`
/// when the backup knows modules or versions that the plan does not, conflict `storage.not_empty`.
Status fill_from_backup(BackupReader& backup, RestoreTarget& target, const SchemaPlan& plan);

/// conflict `storage.schema_newer` when the backup holds what the plan does not know.
Status check_backup(const SchemaPlan& plan, const SchemaVersions& versions);

}  // namespace yingda::storage
