#include "store.hpp"

#include <string>
#include <utility>

#include "codec.hpp"
#include "customer_queries.gen.hpp"
#include "yingda/org/paging.hpp"

namespace yingda::customer::store {
namespace {

std::optional<std::string_view> external_id_of(const Customer& customer) {
  if (customer.external_id.empty()) return std::nullopt;
  return customer.external_id;
}

std::string search_text(const Customer& c) {
  return org::fold_search({c.name, c.label, c.email, c.phone, c.external_id});
}

}  // namespace

Customer customer_of(const storage::Row& row) {
  Customer customer;
  customer.id = row.id<CustomerId>(0);
  customer.external_id = row.string(1);
  customer.name = row.string(2);
  customer.label = row.string(3);
  customer.email = row.string(4);
  customer.phone = row.string(5);
  customer.locale = row.string(6);
  customer.level = row.string(7);
  customer.tags = decode_tags(row.text(8));
  customer.attributes = decode_attributes(row.text(9));
  customer.note = row.string(10);
  customer.created_at_ms = row.time(11);
  customer.seen_at_ms = row.time(12);
  return customer;
}

PageView page_of(const storage::Row& row) { return {row.string(0), row.string(1), row.string(2), row.time(3)}; }

Result<Customer> load(storage::Transaction& tx, TenantId tenant, CustomerId customer) {
  YD_TRY(auto found, tx.one(queries::load_customer, customer_of, tenant, customer));
  if (!found) return fail(Code::not_found, "customer.not_found");
  return *std::move(found);
}

Result<std::optional<Customer>> find_by_external_id(storage::Transaction& tx, TenantId tenant,
                                                    std::string_view external_id) {
  return tx.one(queries::find_by_external_id, customer_of, tenant, external_id);
}

Status insert(storage::Transaction& tx, TenantId tenant, const Customer& c) {
  YD_CHECK(tx.exec(queries::insert_customer, tenant, c.id, external_id_of(c), c.name, c.label, c.email, c.phone,
                   c.locale, c.level, to_json(c.tags), to_json(c.attributes), c.note, search_text(c), c.created_at_ms,
                   c.seen_at_ms));
  return {};
}

Status update(storage::Transaction& tx, TenantId tenant, const Customer& c) {
  YD_CHECK(tx.exec(queries::update_customer, tenant, c.id, external_id_of(c), c.name, c.label, c.email, c.phone,
                   c.locale, c.level, to_json(c.tags), to_json(c.attributes), c.note, search_text(c), c.seen_at_ms));
  return {};
}

}  // namespace yingda::customer::store
