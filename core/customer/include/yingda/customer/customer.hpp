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
inline constexpr int kAttributeKeyCodePointsMax = 64;
inline constexpr int kTagCodePointsMax = 40;
inline constexpr int kExternalIdCodePointsMax = 128;
inline constexpr int kMailCodePointsMax = 254;
inline constexpr int kPhoneCodePointsMax = 32;
inline constexpr int kLevelCodePointsMax = 32;
inline constexpr int kNoteCodePointsMax = 2'000;
inline constexpr int kUrlCodePointsMax = 2'000;
inline constexpr int kTitleCodePointsMax = 200;
inline constexpr int kPageViewsKept = 100;  // per customer; older ones are forgotten

/// What an identified person brings. Fields are cut to their bounds and a mail address that is none is dropped (the
/// customer cannot mend what his shop's page says); only an external id out of bounds or text that is not UTF-8 is
/// refused.
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

/// How a visitor says he can be reached; nobody has proven it.
struct Contact {
  std::string name, email, phone;
};
/// Attributes that carry what the visitor left and nobody has proven, whatever the customer's own fields say.
inline constexpr std::string_view kUnverifiedEmail = "unverified_email";
inline constexpr std::string_view kUnverifiedPhone = "unverified_phone";

class Customers {
 public:
  Customers(const Clock& clock, IdSource& ids);

  /// A new anonymous customer.
  Result<Customer> create_anonymous(storage::Transaction& tx, TenantId tenant, std::string_view locale);
  /// The customer with this external id, made if new. When `anonymous` is given and the external id is new, that
  /// anonymous customer becomes the identified one and keeps its thread; when both exist, the identified one is
  /// returned and the anonymous thread stays with the anonymous customer; so it does when `anonymous` is identified as
  /// somebody else already. Empty facts change nothing, attributes are merged. Marks the customer seen; emits
  /// `customer.changed` (the whole Customer) when anything else changed. Idempotent.
  Result<Customer> identify(storage::Transaction& tx, TenantId tenant, const Identity& identity, CustomerId anonymous);
  /// Attributes set by the page of a proven or anonymous visitor (setAttributes): only `attributes`, never identity.
  /// Laid over those he has; an empty value removes one. limit_exceeded `customer.too_many_attributes`.
  Result<Customer> set_attributes(storage::Transaction& tx, TenantId tenant, CustomerId customer,
                                  const std::map<std::string, std::string>& attributes);
  /// What the visitor left to be reached by: fills only fields that are empty, and stands in the attributes above, so
  /// that a proven address is never replaced by a claimed one. Emits `customer.changed` when anything changed.
  /// invalid_argument with fields: `request.required` (nothing given), `request.invalid_mail_address`, lengths.
  Result<Customer> leave_contact(storage::Transaction& tx, TenantId tenant, CustomerId customer,
                                 const Contact& contact);
  Result<Customer> load(storage::Transaction& tx, TenantId tenant, CustomerId customer);
  /// By an agent: customer_view / customer_edit; `customer.not_found`.
  Result<Customer> access_customer(storage::Transaction& tx, const org::Actor& actor, CustomerId customer);
  /// Given fields replace the old ones whole (also tags and attributes). Emits `customer.changed` when anything
  /// changed.
  Result<Customer> change(storage::Transaction& tx, const org::Actor& actor, CustomerId customer,
                          const CustomerChange& change);
  /// Newest first; `search` is a part of name, label, mail address, phone or external id, without regard to ASCII case.
  Result<org::Page<Customer>> list(storage::Transaction& tx, const org::Actor& actor, std::string_view search,
                                   std::string_view after, int limit);

  /// Notes a page at the present time (`page.at_ms` is not read) and marks the customer seen. Emits nothing.
  Status record_page(storage::Transaction& tx, TenantId tenant, CustomerId customer, const PageView& page);
  /// Newest first, at most kPageViewsKept.
  Result<std::vector<PageView>> pages(storage::Transaction& tx, TenantId tenant, CustomerId customer, int limit);

 private:
  Customer blank();

  const Clock& clock_;
  IdSource& ids_;
};

/// base64url HMAC-SHA256 over the external id with the widget's identity key: what a company's server computes.
std::string identity_signature(std::string_view identity_key, std::string_view external_id);

std::span<const storage::Migration> migrations();

}  // namespace yingda::customer
