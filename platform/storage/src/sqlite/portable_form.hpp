// What the two writers of backup files share.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

#include "yingda/storage/database.hpp"

namespace yingda::storage::sqlite {

/// `PRAGMA application_id` of a backup: "YDS1" a copy of a SQLite store, "YDR1" rows of another engine.
inline constexpr std::int32_t kPagesId = 0x59445331;
inline constexpr std::int32_t kRowsId = 0x59445231;

/// Beside `file`, so that renaming stays within one file system.
std::string temporary_name(const std::string& file);

/// Binds without copying: the value must outlive the stepping.
int bind_value(sqlite3_stmt* statement, int index, const Value& value);

}  // namespace yingda::storage::sqlite
