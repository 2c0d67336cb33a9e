// Any bytes as query, path, cookie header, Accept-Encoding, Range, address, URL, extension offer: no crash, and what is
// accepted keeps its promises.
#include <cstddef>
#include <cstdint>

#include "address.hpp"
#include "response.hpp"
#include "url.hpp"
#include "ws_deflate.hpp"
#include "yingda/base/assert.hpp"
#include "yingda/base/text.hpp"
#include "yingda/net/http.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace yingda;
  using namespace yingda::net;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  if (const auto params = decode_query(input))
    for (const auto& [name, value] : *params) YD_ASSERT(text::is_valid_utf8(name) && text::is_valid_utf8(value));
  if (const auto path = decode_path(input)) {
    YD_ASSERT(path->starts_with('/') && text::is_valid_utf8(*path));
    YD_ASSERT(("/" + *path + "/").find("/../") == std::string::npos);
  }
  HttpRequest request;
  request.headers.push_back({"cookie", std::string(input)});
  const auto cookie = request.cookie("yd_session");
  YD_ASSERT(cookie.find(';') == std::string_view::npos);
  YD_ASSERT(choose_encoding(input, false, false) == Encoding::identity);
  (void)etag_matches(input, "\"abc\"");
  ByteRange range;
  if (parse_range(input, 1000, range) == RangeKind::partial)
    YD_ASSERT(range.first >= 0 && range.count > 0 && range.first + range.count <= 1000);
  if (const auto address = parse_address(input)) YD_ASSERT(parse_address(format_address(*address)) == *address);
  if (const auto any = parse_address_range(input)) YD_ASSERT(any->contains(any->base));
  if (const auto url = parse_url(input)) {
    const auto again = parse_url(url->scheme + "://" + url->authority() + url->target);
    YD_ASSERT(again && again->same_origin(*url) && again->target == url->target);
    (void)resolve_location(*url, input);
  }
  if (const auto terms = negotiate_deflate(input)) YD_ASSERT(terms->window_bits >= 8 && terms->window_bits <= 15);
  return 0;
}
