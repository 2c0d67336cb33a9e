// Online copies of a SQLite store.
#pragma once

#include <string>

#include "sqlite/connection.hpp"

namespace yingda::storage::sqlite {

/// Copies the whole store as it is at one moment, while writes go on.
Status write_backup(const ConnectionOptions& source, const std::string& file);

}  // namespace yingda::storage::sqlite
