// Backup and restore of a PostgreSQL store.
#pragma once

#include <span>
#include <string>

#include "postgres/connection.hpp"

namespace yingda::storage::postgres {

/// All tables as they are at one moment, as rows of a portable file.
Status write_backup(const ConnectionOptions& source, const std::string& file);

/// Fills the empty schema of `target` in one transaction.
Status restore_backup(const ConnectionOptions& target, std::span<const Migration> migrations, const std::string& file);

}  // namespace yingda::storage::postgres
