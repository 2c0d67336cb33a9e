// Rows of the customer's tables as values.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "yingda/customer/types.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::customer::store {

Customer customer_of(const storage::Row& row);
PageView page_of(const storage::Row& row);
/// not_found `customer.not_found`.
Result<Customer> load(storage::Transaction& tx, TenantId tenant, CustomerId customer);
Result<std::optional<Customer>> find_by_external_id(storage::Transaction& tx, TenantId tenant,
                                                    std::string_view external_id);
Status insert(storage::Transaction& tx, TenantId tenant, const Customer& customer);
Status update(storage::Transaction& tx, TenantId tenant, const Customer& customer);

}  // namespace yingda::customer::store
