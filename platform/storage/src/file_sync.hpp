// Making a finished file durable under its final name.
#pragma once

#include <string>

#include "yingda/base/result.hpp"

namespace yingda::storage {

/// fsyncs `temporary`, renames it to `file` and fsyncs the folder; unavailable `storage.full` or `storage.down`.
Status publish_file(const std::string& temporary, const std::string& file);

}  // namespace yingda::storage
