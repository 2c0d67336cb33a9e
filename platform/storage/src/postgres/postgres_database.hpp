// The PostgreSQL driver behind Database.
#pragma once

#include <memory>
#include <string>

#include "yingda/storage/database.hpp"

namespace yingda::storage::postgres {

Result<std::unique_ptr<Database>> open(const DatabaseOptions& options, const Clock& clock);
Status restore(const DatabaseOptions& options, std::span<const Migration> migrations, const std::string& file);

}  // namespace yingda::storage::postgres
