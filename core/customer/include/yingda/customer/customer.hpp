// The customer's verbs: resolve, identify, edit, trail. All inside the caller's transaction.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/customer/types.hpp"
#include "yingda/org/org.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::customer {

inline constexpr int kTagsMax = 50;
inline constexpr int kAttributesMax = 100;
inline constexpr int kAttributeBytesMax = 1'000;
inline constexpr int kPageViewsKept = 100;  // per customer; older ones are forgotten

/// What an identified person brings; every field is checked and cut to its bounds at the door.
struct Identity {
  std::string external_id;
  std::string name, email, phone, level;
  std::map<std::string, std::string> attributes;
};
struct CustomerChange {
  std::optional<std::string> name, email, phone, level, note;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::map<std::string, std::string>> attributes;
};

class Customers {
 public:
  Customers(const Clock& clock, IdSource& ids);

  /// A new anonymous customer.
  Result<Customer> create_anonymous(storage::Transaction& tx, TenantId tenant, std::string_view locale);
  /// The customer with this external id, made if new. When `anonymous` is given and the external id is new, that
  /// anonymous customer becomes the identified one and keeps its thread; when both exist, the identified one is
  /// returned and the anonymous thread stays with the anonymous customer. Emits `customer.changed`.
  Result<Customer> identify(storage::Transaction& tx, TenantId tenant, const Identity& identity, CustomerId anonymous);
  /// Attributes set by the page of a proven or anonymous visitor (setAttributes): only `attributes`, never identity.
  Result<Customer> set_attributes(storage::Transaction& tx, TenantId tenant, CustomerId customer,
                                  const std::map<std::string, std::string>& attributes);
  Result<Customer> load(storage::Transaction& tx, TenantId tenant, CustomerId customer);
  /// By an agent: customer_view / customer_edit; `customer.not_found`.
  Result<Customer> access_customer(storage::Transaction& tx, const org::Actor& actor, CustomerId customer);
  Result<Customer> change(storage::Transaction& tx, const org::Actor& actor, CustomerId customer,
                          const CustomerChange& change);
  Result<org::Page<Customer>> list(storage::Transaction& tx, const org::Actor& actor, std::string_view search,
                                   std::string_view after, int limit);

  Status record_page(storage::Transaction& tx, TenantId tenant, CustomerId customer, const PageView& page);
  Result<std::vector<PageView>> pages(storage::Transaction& tx, TenantId tenant, CustomerId customer, int limit);

 private:
  const Clock& clock_;
  IdSource& ids_;
};

/// base64url HMAC-SHA256 over the external id with the widget's identity key: what a company's server computes.
std::string identity_signature(std::string_view identity_key, std::string_view external_id);

std::span<const storage::Migration> migrations();

}  // namespace yingda::customer
