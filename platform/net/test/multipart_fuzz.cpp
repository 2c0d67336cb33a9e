// Any bytes: parts lie inside the body, are bounded in number, and have clean names; or an error.
#include <cstddef>
#include <cstdint>

#include "yingda/base/assert.hpp"
#include "yingda/base/text.hpp"
#include "yingda/net/http.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace yingda;
  const std::string_view all(reinterpret_cast<const char*>(bytes), size);
  // First line: the content type; the rest: the body.
  const std::size_t line = all.find('\n');
  const std::string_view type = all.substr(0, line);
  const std::string_view body = line == std::string_view::npos ? std::string_view() : all.substr(line + 1);
  for (const auto content_type : {type, std::string_view("multipart/form-data; boundary=b")}) {
    const auto parts = net::decode_multipart(content_type, body, 8);
    if (!parts) continue;
    YD_ASSERT(parts->size() <= 8);
    for (const auto& part : *parts) {
      YD_ASSERT(text::is_valid_utf8(part.name) && text::is_valid_utf8(part.file_name));
      YD_ASSERT(part.file_name.find_first_of("/\\\r\n") == std::string::npos);
      YD_ASSERT(part.content.empty() || (part.content.data() >= body.data() &&
                                         part.content.data() + part.content.size() <= body.data() + body.size()));
    }
  }
  return 0;
}
