#include <algorithm>
#include <limits>
#include <utility>

#include "codec.hpp"
#include "customer_migrations.gen.hpp"
#include "customer_queries.gen.hpp"
#include "merge.hpp"
#include "store.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/text.hpp"
#include "yingda/customer/customer.hpp"

namespace yingda::customer {
namespace {

using storage::Transaction;

constexpr std::size_t kLocaleCodePointsMax = 35;  // RFC 5646 section 4.4.1

void emit_changed(Transaction& tx, TenantId tenant, const Customer& customer) {
  tx.emit({tenant, "customer.changed", to_json(customer)});
}

}  // namespace

std::span<const storage::Migration> migrations() { return kMigrations; }

std::string identity_signature(std::string_view identity_key, std::string_view external_id) {
  const crypto::Digest digest = crypto::hmac_sha256(identity_key, external_id);
  return crypto::base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Customers::Customers(const Clock& clock, IdSource& ids) : clock_(clock), ids_(ids) {}

Customer Customers::blank() {
  Customer customer;
  customer.id = ids_.next<CustomerId>();
  customer.label = label_of(customer.id);
  customer.created_at_ms = customer.seen_at_ms = clock_.now();
  return customer;
}

Result<Customer> Customers::create_anonymous(Transaction& tx, TenantId tenant, std::string_view locale) {
  Customer customer = blank();
  if (text::is_valid_utf8(locale)) customer.locale = text::first_code_points(text::trim(locale), kLocaleCodePointsMax);
  YD_CHECK(store::insert(tx, tenant, customer));
  return customer;
}

Result<Customer> Customers::identify(Transaction& tx, TenantId tenant, const Identity& identity, CustomerId anonymous) {
  YD_TRY(const Identity facts, bounded_identity(identity));
  YD_TRY(std::optional<Customer> known, store::find_by_external_id(tx, tenant, facts.external_id));
  if (!known && anonymous) {
    const auto visitor = store::load(tx, tenant, anonymous);
    if (!visitor && visitor.error().code != Code::not_found) return std::unexpected(visitor.error());
    // One who is somebody already stays that person: another external id is another person on the same browser.
    if (visitor && visitor->external_id.empty()) known = *visitor;
  }
  if (!known) {
    Customer made = blank();
    merge_identity(made, facts);
    YD_CHECK(store::insert(tx, tenant, made));
    emit_changed(tx, tenant, made);
    return made;
  }
  Customer after = *known;
  merge_identity(after, facts);
  const bool changed = after != *known;
  after.seen_at_ms = clock_.now();
  YD_CHECK(store::update(tx, tenant, after));
  if (changed) emit_changed(tx, tenant, after);
  return after;
}

Result<Customer> Customers::set_attributes(Transaction& tx, TenantId tenant, CustomerId customer,
                                           const std::map<std::string, std::string>& attributes) {
  YD_TRY(const Customer before, store::load(tx, tenant, customer));
  Customer after = before;
  YD_CHECK(merge_attributes(after, attributes));
  const bool changed = after != before;
  after.seen_at_ms = clock_.now();
  YD_CHECK(store::update(tx, tenant, after));
  if (changed) emit_changed(tx, tenant, after);
  return after;
}

Result<Customer> Customers::load(Transaction& tx, TenantId tenant, CustomerId customer) {
  return store::load(tx, tenant, customer);
}

Result<Customer> Customers::access_customer(Transaction& tx, const org::Actor& actor, CustomerId customer) {
  YD_CHECK(org::check_may(actor, org::Permission::customer_view));
  return store::load(tx, actor.tenant, customer);
}

Result<Customer> Customers::change(Transaction& tx, const org::Actor& actor, CustomerId customer,
                                   const CustomerChange& change) {
  YD_CHECK(org::check_may(actor, org::Permission::customer_edit));
  YD_TRY(const Customer before, store::load(tx, actor.tenant, customer));
  Customer after = before;
  YD_CHECK(merge_change(after, change));
  if (after == before) return after;
  YD_CHECK(store::update(tx, actor.tenant, after));
  emit_changed(tx, actor.tenant, after);
  return after;
}

Result<Customer> Customers::leave_contact(Transaction& tx, TenantId tenant, CustomerId customer,
                                          const Contact& contact) {
  YD_TRY(const Customer before, store::load(tx, tenant, customer));
  Customer after = before;
  YD_CHECK(merge_contact(after, contact));
  if (after == before) return after;
  YD_CHECK(store::update(tx, tenant, after));
  emit_changed(tx, tenant, after);
  return after;
}

Result<org::Page<Customer>> Customers::list(Transaction& tx, const org::Actor& actor, std::string_view search,
                                            std::string_view after, int limit) {
  YD_CHECK(org::check_may(actor, org::Permission::customer_view));
  YD_TRY(const std::string pattern, org::like_pattern(search));
  YD_TRY(const auto before, org::decode_cursor(after, std::numeric_limits<std::int64_t>::max()));
  const int rows = org::page_limit(limit);
  YD_TRY(auto customers, tx.all(queries::list_customers, store::customer_of, actor.tenant, before, pattern, rows + 1));
  return org::cut_page(std::move(customers), rows);
}

Status Customers::record_page(Transaction& tx, TenantId tenant, CustomerId customer, const PageView& page) {
  YD_TRY(const PageView view, bounded_page(page));
  const UtcTime now = clock_.now();
  YD_TRY(const auto seen, tx.exec(queries::mark_seen, tenant, customer, now));
  if (seen == 0) return fail(Code::not_found, "customer.not_found");
  YD_CHECK(tx.exec_deferred(queries::insert_page, tenant, customer, ids_.next_value(), view.url, view.title,
                            view.referrer, now));
  return tx.exec_deferred(queries::forget_old_pages, tenant, customer, kPageViewsKept);
}

Result<std::vector<PageView>> Customers::pages(Transaction& tx, TenantId tenant, CustomerId customer, int limit) {
  YD_CHECK(store::load(tx, tenant, customer));
  const int rows = std::clamp(limit, 1, kPageViewsKept);
  return tx.all(queries::list_pages, store::page_of, tenant, customer, rows);
}

}  // namespace yingda::customer
