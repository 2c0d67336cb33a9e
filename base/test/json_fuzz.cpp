// Any bytes: decode gives a struct that encodes to a fixed point, or an error; never a crash.
#include <cstddef>
#include <cstdint>

#include "shop.hpp"
#include "yingda/base/assert.hpp"
#include "yingda/base/json.hpp"
#include "yingda/base/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace yingda;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const bool valid = json::check(text).has_value();
  const auto strict = json::decode<Order>(text, json::Unknown::reject);
  const auto order = json::decode<Order>(text);
  YD_ASSERT(valid || !order);
  YD_ASSERT(order || !strict);
  if (!order) return 0;
  const std::string once = json::encode(*order);
  YD_ASSERT(text::is_valid_utf8(once));
  const auto again = json::decode<Order>(once);
  YD_ASSERT(again.has_value());
  YD_ASSERT(json::encode(*again) == once);
  return 0;
}
