// Backup and restore of a SQLite store.
#pragma once

#include <span>
#include <string>

#include "sqlite/connection.hpp"

namespace yingda::storage::sqlite {

/// Copies the whole store as it is at one moment, while writes go on.
Status write_backup(const ConnectionOptions& source, const std::string& file);

/// Makes the store at `target` from a backup; the file appears there complete or not at all.
Status restore_backup(const ConnectionOptions& target, std::span<const Migration> migrations, const std::string& file);

}  // namespace yingda::storage::sqlite
