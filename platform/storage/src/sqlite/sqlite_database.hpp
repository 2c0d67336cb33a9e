// The SQLite driver behind Database.
#pragma once

#include <memory>
#include <string>

#include "yingda/storage/database.hpp"

namespace yingda::storage::sqlite {

/// `sqlite:` is cut off already; `path` may end in `?max_pages=N`, which bounds the file to N pages of 4 KiB.
Result<std::unique_ptr<Database>> open(const DatabaseOptions& options, std::string_view path, const Clock& clock);
/// restore_database for a path as above.
Status restore(const DatabaseOptions& options, std::string_view path, std::span<const Migration> migrations,
               const std::string& file);

}  // namespace yingda::storage::sqlite
