// Any bytes as an uploaded picture or file: no crash, sizes within bounds, the name always safe to show.
#include <cstddef>
#include <cstdint>
#include <string>

#include "picture.hpp"
#include "yingda/base/assert.hpp"
#include "yingda/base/text.hpp"
#include "yingda/files/file_store.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yingda;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto type = files::sniff(bytes, bytes.substr(0, 40));
  YD_ASSERT(files::type_of(type.content_type).content_type == type.content_type);
  for (const auto* picture_type : {"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"}) {
    if (type.content_type != picture_type && size > 64) continue;
    const auto picture = files::look_at(bytes, picture_type);
    YD_ASSERT(picture.width >= 0 && picture.height >= 0);
  }
  const int orientation = files::exif_orientation(bytes);
  YD_ASSERT(orientation >= 1 && orientation <= 8);
  const std::string name = files::clean_name(bytes, type);
  YD_ASSERT(!name.empty() && text::is_valid_utf8(name) && name.find_first_of("/\\\"\r\n") == std::string::npos);
  for (const auto& [header, value] : files::serving_headers(type.content_type, name, files::Disposition::automatic))
    YD_ASSERT(value.find_first_of("\r\n") == std::string::npos);
  return 0;
}
