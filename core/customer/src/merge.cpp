#include "merge.hpp"

#include <algorithm>
#include <utility>

#include "yingda/base/crypto.hpp"
#include "yingda/base/text.hpp"

namespace yingda::customer {
namespace {

using Attributes = std::map<std::string, std::string>;

Result<std::string> cut(std::string_view field, std::string_view value, std::size_t code_points) {
  if (!text::is_valid_utf8(value)) return fail_fields({FieldError{std::string(field), "request.invalid_utf8"}});
  return std::string(text::trim(text::first_code_points(text::trim(value), code_points)));
}

// The longest prefix of whole code points within kAttributeBytesMax.
std::string_view cut_bytes(std::string_view value) {
  if (value.size() <= kAttributeBytesMax) return value;
  std::size_t end = kAttributeBytesMax;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return value.substr(0, end);
}

bool key_fits(std::string_view key) {
  return text::is_valid_utf8(key) && !text::trim(key).empty() &&
         text::count_code_points(key) <= kAttributeKeyCodePointsMax;
}

Result<Attributes> bounded_attributes(const Attributes& attributes) {
  Attributes out;
  for (const auto& [key, value] : attributes) {
    if (std::cmp_greater_equal(out.size(), kAttributesMax)) break;
    if (!text::is_valid_utf8(key) || !text::is_valid_utf8(value))
      return fail_fields({FieldError{"attributes", "request.invalid_utf8"}});
    if (key_fits(key)) out.emplace(key, cut_bytes(value));
  }
  return out;
}

Status check_attributes(const Attributes& attributes) {
  if (std::cmp_greater(attributes.size(), kAttributesMax))
    return fail(Code::limit_exceeded, "customer.too_many_attributes");
  for (const auto& [key, value] : attributes) {
    if (!key_fits(key)) return fail_fields({FieldError{"attributes", "customer.attribute_key_malformed"}});
    if (!text::is_valid_utf8(value)) return fail_fields({FieldError{"attributes." + key, "request.invalid_utf8"}});
    if (value.size() > kAttributeBytesMax) return fail_fields({FieldError{"attributes." + key, "request.too_long"}});
  }
  return {};
}

Result<std::vector<std::string>> check_tags(const std::vector<std::string>& tags) {
  if (std::cmp_greater(tags.size(), kTagsMax)) return fail(Code::limit_exceeded, "customer.too_many_tags");
  std::vector<std::string> out;
  for (const std::string& tag : tags) {
    YD_TRY(std::string checked, text::check_length("tags", tag, 1, kTagCodePointsMax));
    if (std::ranges::find(out, checked) == out.end()) out.push_back(std::move(checked));
  }
  return out;
}

void take(std::string& field, const std::string& value) {
  if (!value.empty()) field = value;
}

}  // namespace

std::string label_of(CustomerId id) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const crypto::Digest digest = crypto::sha256(to_string(id));
  std::string label;
  for (std::size_t i = 0; i < 4; ++i) label += kAlphabet[digest[i] % kAlphabet.size()];
  return label;
}

Result<Identity> bounded_identity(const Identity& identity) {
  Identity out;
  YD_TRY(out.external_id, text::check_length("external_id", identity.external_id, 1, kExternalIdCodePointsMax));
  YD_TRY(out.name, cut("name", identity.name, org::kNameCodePointsMax));
  YD_TRY(out.email, cut("email", identity.email, kMailCodePointsMax + 1));
  YD_TRY(out.phone, cut("phone", identity.phone, kPhoneCodePointsMax));
  YD_TRY(out.level, cut("level", identity.level, kLevelCodePointsMax));
  YD_TRY(out.attributes, bounded_attributes(identity.attributes));
  if (!text::is_mail_address(out.email)) out.email.clear();
  return out;
}

Result<PageView> bounded_page(const PageView& page) {
  PageView out;
  YD_TRY(out.url, cut("url", page.url, kUrlCodePointsMax));
  YD_TRY(out.title, cut("title", page.title, kTitleCodePointsMax));
  YD_TRY(out.referrer, cut("referrer", page.referrer, kUrlCodePointsMax));
  if (out.url.empty()) return fail_fields({FieldError{"url", "request.too_short"}});
  return out;
}

void merge_identity(Customer& customer, const Identity& identity) {
  take(customer.external_id, identity.external_id);
  take(customer.name, identity.name);
  take(customer.email, identity.email);
  take(customer.phone, identity.phone);
  take(customer.level, identity.level);
  for (const auto& [key, value] : identity.attributes) {
    if (value.empty()) {
      customer.attributes.erase(key);
    } else if (customer.attributes.contains(key) || std::cmp_less(customer.attributes.size(), kAttributesMax)) {
      customer.attributes[key] = value;
    }
  }
}

Status merge_attributes(Customer& customer, const Attributes& attributes) {
  YD_CHECK(check_attributes(attributes));
  for (const auto& [key, value] : attributes) {
    if (value.empty()) {
      customer.attributes.erase(key);
    } else {
      customer.attributes[key] = value;
    }
  }
  if (std::cmp_greater(customer.attributes.size(), kAttributesMax))
    return fail(Code::limit_exceeded, "customer.too_many_attributes");
  return {};
}

Status merge_contact(Customer& customer, const Contact& contact) {
  Customer given;
  YD_CHECK(merge_change(given, {.name = contact.name, .email = contact.email, .phone = contact.phone}));
  if (given.email.empty() && given.phone.empty())
    return fail_fields({FieldError{"email", "request.required"}, FieldError{"phone", "request.required"}});
  if (customer.name.empty()) customer.name = given.name;
  if (customer.email.empty()) customer.email = given.email;
  if (customer.phone.empty()) customer.phone = given.phone;
  Attributes left;
  if (!given.email.empty()) left.emplace(kUnverifiedEmail, given.email);
  if (!given.phone.empty()) left.emplace(kUnverifiedPhone, given.phone);
  return merge_attributes(customer, left);
}

Status merge_change(Customer& customer, const CustomerChange& change) {
  if (change.name) {
    YD_TRY(customer.name, text::check_length("name", *change.name, 0, org::kNameCodePointsMax));
  }
  if (change.email) {
    YD_TRY(customer.email, text::check_length("email", *change.email, 0, kMailCodePointsMax));
    if (!customer.email.empty() && !text::is_mail_address(customer.email))
      return fail_fields({FieldError{"email", "request.invalid_mail_address"}});
  }
  if (change.phone) {
    YD_TRY(customer.phone, text::check_length("phone", *change.phone, 0, kPhoneCodePointsMax));
  }
  if (change.level) {
    YD_TRY(customer.level, text::check_length("level", *change.level, 0, kLevelCodePointsMax));
  }
  if (change.note) {
    YD_TRY(customer.note, text::check_length("note", *change.note, 0, kNoteCodePointsMax));
  }
  if (change.tags) {
    YD_TRY(customer.tags, check_tags(*change.tags));
  }
  if (change.attributes) {
    YD_CHECK(check_attributes(*change.attributes));
    customer.attributes = *change.attributes;
    std::erase_if(customer.attributes, [](const auto& entry) { return entry.second.empty(); });
  }
  return {};
}

}  // namespace yingda::customer
