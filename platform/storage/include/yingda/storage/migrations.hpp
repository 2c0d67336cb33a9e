// The store's own tables (`storage_*`). Database::migrate always applies them first, listed by the caller or not.
#pragma once

#include <span>

#include "yingda/storage/database.hpp"

namespace yingda::storage {

/// Static storage duration; listing them again in Database::migrate is harmless.
std::span<const Migration> migrations();

}  // namespace yingda::storage
