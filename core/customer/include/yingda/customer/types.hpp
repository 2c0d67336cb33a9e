// Values of the customer (客户): identity, attributes, page trail. API shapes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"

namespace yingda::customer {

/// A person who writes to us. Anonymous until identified.
struct Customer {
  CustomerId id;
  std::string name;         // "" for anonymous visitors; the client shows "访客 4F2K" from `label`
  std::string label;        // short stable label of anonymous visitors
  std::string external_id;  // the company's own user id, proven by HMAC; "" when anonymous
  std::string email, phone;
  std::string locale;  // as the browser says
  std::string level;   // customer level ("vip" …), free
  std::vector<std::string> tags;
  std::map<std::string, std::string> attributes;
  std::string note;  // agents' remark
  UtcTime created_at_ms, seen_at_ms;
  bool operator==(const Customer&) const = default;
};
YD_DESCRIBE(Customer, (id, name, label, external_id, email, phone, locale, level, tags, attributes, note, created_at_ms,
                       seen_at_ms))

/// A page the visitor looked at (浏览轨迹).
struct PageView {
  std::string url, title, referrer;
  UtcTime at_ms;
};
YD_DESCRIBE(PageView, (url, title, referrer, at_ms))

/// What a list or an event needs to show a customer.
struct CustomerSummary {
  CustomerId id;
  std::string name, label, level;
};
YD_DESCRIBE(CustomerSummary, (id, name, label, level))

}  // namespace yingda::customer
