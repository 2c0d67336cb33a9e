// Throw-away schemas for testing.hpp.
#pragma once

#include <string>

#include "yingda/base/result.hpp"

namespace yingda::storage::postgres {

/// Makes an empty schema in the database of `url`; gives a URL whose connections live in it.
Result<std::string> create_test_schema(const std::string& url, const std::string& schema);
Status drop_test_schema(const std::string& url, const std::string& schema);

}  // namespace yingda::storage::postgres
