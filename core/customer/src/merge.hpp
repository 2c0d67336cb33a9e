// What becomes of a customer when somebody brings new facts about him: bounds and merging. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "yingda/base/result.hpp"
#include "yingda/customer/customer.hpp"

namespace yingda::customer {

/// Four upper-case Crockford characters that follow from the id: "4F2K".
std::string label_of(CustomerId id);

/// The identity with every field trimmed and cut to its bound; a mail address that is none is dropped, and so are
/// attributes beyond the bounds. invalid_argument for text that is not UTF-8 or an external id that is empty or too
/// long: a cut id would be somebody else's.
Result<Identity> bounded_identity(const Identity& identity);
/// The page view with its texts cut; invalid_argument for text that is not UTF-8 or an empty address.
Result<PageView> bounded_page(const PageView& page);

/// Facts of the identity over the customer; empty ones change nothing, attributes are merged.
void merge_identity(Customer& customer, const Identity& identity);
/// Attributes laid over the customer's; an empty value removes one. limit_exceeded `customer.too_many_attributes`;
/// invalid_argument with fields for keys or values out of bounds.
Status merge_attributes(Customer& customer, const std::map<std::string, std::string>& attributes);
/// What a visitor left, checked like an agent's change: empty fields are filled, what is there stays.
Status merge_contact(Customer& customer, const Contact& contact);
/// An agent's change, every field checked (nothing is cut: he can mend what he wrote).
Status merge_change(Customer& customer, const CustomerChange& change);

}  // namespace yingda::customer
