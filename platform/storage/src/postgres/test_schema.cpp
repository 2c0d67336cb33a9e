#include "postgres/test_schema.hpp"

#include "postgres/connection.hpp"

namespace yingda::storage::postgres {

Result<std::string> create_test_schema(const std::string& url, const std::string& schema) {
  YD_TRY(const auto connection, Connection::open({url}));
  YD_CHECK(connection->script("CREATE SCHEMA " + schema));
  return url + (url.find('?') == std::string::npos ? "?" : "&") + "options=-csearch_path%3D" + schema;
}

Status drop_test_schema(const std::string& url, const std::string& schema) {
  YD_TRY(const auto connection, Connection::open({url}));
  return connection->script("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
}

}  // namespace yingda::storage::postgres
