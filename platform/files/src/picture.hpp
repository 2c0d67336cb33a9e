// Looking at pictures that strangers sent: size, EXIF turn, thumbnail. Every decoder runs under a pixel bound.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace yingda::files {

struct Picture {
  std::int64_t width = 0, height = 0;  // as shown; 0 when the header is unreadable
  std::string thumbnail_jpeg;          // empty: none (broken, too large, GIF or BMP)
};

/// Never fails: a broken picture is kept as a file without size or thumbnail.
Picture look_at(std::string_view bytes, std::string_view content_type);

/// EXIF orientation 1..8 of a JPEG, 1 when absent or broken.
int exif_orientation(std::string_view jpeg) noexcept;

}  // namespace yingda::files
