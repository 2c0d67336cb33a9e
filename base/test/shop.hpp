// A struct with every JSON mapping, shared by the tests and the fuzzer of base.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/json_text.hpp"
#include "yingda/base/time.hpp"

namespace yingda {

enum class OrderKind { default_, phone };
YD_DESCRIBE_ENUM(OrderKind, default_, phone)

struct OrderLine {
  std::string sku;
  std::int32_t amount = 0;
  bool operator==(const OrderLine&) const = default;
};
YD_DESCRIBE(OrderLine, (sku, amount))

struct Order {
  ConversationId id;
  UserId owner;
  std::string title;
  bool paid = false;
  double price = 0;
  std::int32_t count = 0;
  std::int64_t total = 0;
  OrderKind kind = OrderKind::default_;
  std::optional<std::string> note;
  UtcTime at;
  DurationMs wait;
  std::vector<OrderLine> lines;
  std::map<std::string, std::vector<std::string>> tags;
  JsonText extra;
  std::vector<OrderKind> kinds;
  bool operator==(const Order&) const = default;
};
YD_DESCRIBE(Order, (id, owner, title, paid, price, count, total, kind, note, at, wait, lines, tags, extra, kinds))

struct Owned {
  UserId owner;
  std::optional<UserId> deputy;
};
YD_DESCRIBE(Owned, (owner, deputy))

inline Order full_order() {
  return {{1},
          {},
          "你好 \"quoted\" \\ \n\x01",
          true,
          12.5,
          -3,
          9007199254740993,
          OrderKind::phone,
          "n",
          {1767225600000},
          {-5},
          {{"a", 1}, {"b", 2}},
          {{"k", {"v", "w"}}},
          {R"({"x":[1,2]})"},
          {OrderKind::default_, OrderKind::phone}};
}

}  // namespace yingda
