#include "picture.hpp"

#include <png.h>
#include <turbojpeg.h>
#include <webp/decode.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "yingda/files/file_store.hpp"

namespace yingda::files {
namespace {

constexpr int kChannels = 3;
constexpr int kJpegQuality = 82;

/// RGB pixels, rows without gaps.
struct Pixels {
  int width = 0, height = 0;
  std::vector<unsigned char> rgb;
};

bool within_bounds(std::int64_t width, std::int64_t height) {
  return width > 0 && height > 0 && width <= 65'500 && height <= 65'500 && width * height <= kDecodePixelsMax;
}

/// Decoders of large pictures take turns: forty megapixels need up to 240 MB while they are unpacked.
std::unique_lock<std::mutex> take_turn(std::int64_t width, std::int64_t height) {
  static std::mutex large_pictures;
  constexpr std::int64_t kSmallPixels = 4'000'000;
  if (width * height <= kSmallPixels) return {};
  return std::unique_lock(large_pictures);
}

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

using Jpeg = std::unique_ptr<void, decltype([](void* handle) { tjDestroy(handle); })>;

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

/// Decodes at the smallest scale that is still twice the thumbnail, so that large photographs cost little.
Pixels decode_jpeg(std::string_view bytes, Picture& picture) {
  const Jpeg jpeg(tjInitDecompress());
  int width = 0, height = 0, subsampling = 0, space = 0;
  if (!jpeg || tjDecompressHeader3(jpeg.get(), raw(bytes), bytes.size(), &width, &height, &subsampling, &space) != 0)
    return {};
  picture.width = width;
  picture.height = height;
  if (!within_bounds(width, height)) return {};
  const auto turn_taken = take_turn(width, height);
  int count = 0;
  const tjscalingfactor* factors = tjGetScalingFactors(&count);
  tjscalingfactor best{1, 1};
  for (const auto& factor : std::span(factors, static_cast<std::size_t>(count))) {
    const int edge = std::max(TJSCALED(width, factor), TJSCALED(height, factor));
    if (edge >= 2 * kThumbnailEdge && factor.num * best.denom < best.num * factor.denom) best = factor;
  }
  Pixels pixels{TJSCALED(width, best), TJSCALED(height, best), {}};
  pixels.rgb.resize(static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height) * kChannels);
  if (tjDecompress2(jpeg.get(), raw(bytes), bytes.size(), pixels.rgb.data(), pixels.width, 0, pixels.height, TJPF_RGB,
                    0) != 0 &&
      tjGetErrorCode(jpeg.get()) == TJERR_FATAL)
    return {};
  return pixels;
}

Pixels decode_png(std::string_view bytes, Picture& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) return {};
  picture.width = image.width;
  picture.height = image.height;
  if (!within_bounds(image.width, image.height)) {
    png_image_free(&image);
    return {};
  }
  const auto turn_taken = take_turn(image.width, image.height);
  image.format = PNG_FORMAT_RGB;
  Pixels pixels{static_cast<int>(image.width), static_cast<int>(image.height), {}};
  pixels.rgb.resize(PNG_IMAGE_SIZE(image));
  const png_color white{255, 255, 255};
  const bool ok = png_image_finish_read(&image, &white, pixels.rgb.data(), 0, nullptr) != 0;
  png_image_free(&image);
  return ok ? pixels : Pixels{};
}

/// libwebp scales while decoding.
Pixels decode_webp(std::string_view bytes, Picture& picture) {
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0 || WebPGetFeatures(raw(bytes), bytes.size(), &config.input) != VP8_STATUS_OK)
    return {};
  picture.width = config.input.width;
  picture.height = config.input.height;
  if (!within_bounds(picture.width, picture.height) || config.input.has_animation != 0) return {};
  const auto turn_taken = take_turn(picture.width, picture.height);
  const int longest = std::max(config.input.width, config.input.height);
  Pixels pixels{config.input.width, config.input.height, {}};
  if (longest > kThumbnailEdge) {
    pixels.width = std::max(1, config.input.width * kThumbnailEdge / longest);
    pixels.height = std::max(1, config.input.height * kThumbnailEdge / longest);
    config.options.use_scaling = 1;
    config.options.scaled_width = pixels.width;
    config.options.scaled_height = pixels.height;
  }
  pixels.rgb.resize(static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height) * kChannels);
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = pixels.rgb.data();
  config.output.u.RGBA.stride = pixels.width * kChannels;
  config.output.u.RGBA.size = pixels.rgb.size();
  const bool ok = WebPDecode(raw(bytes), bytes.size(), &config) == VP8_STATUS_OK;
  WebPFreeDecBuffer(&config.output);
  return ok ? pixels : Pixels{};
}

/// Box filter down to the thumbnail's edge; smaller pictures stay as they are.
Pixels shrink(const Pixels& from) {
  const int longest = std::max(from.width, from.height);
  if (longest <= kThumbnailEdge) return from;
  Pixels to{
      std::max(1, from.width * kThumbnailEdge / longest), std::max(1, from.height * kThumbnailEdge / longest), {}};
  to.rgb.resize(static_cast<std::size_t>(to.width) * static_cast<std::size_t>(to.height) * kChannels);
  for (int y = 0; y < to.height; ++y) {
    const int y0 = static_cast<int>(static_cast<std::int64_t>(y) * from.height / to.height);
    const int y1 = std::max(y0 + 1, static_cast<int>(static_cast<std::int64_t>(y + 1) * from.height / to.height));
    for (int x = 0; x < to.width; ++x) {
      const int x0 = static_cast<int>(static_cast<std::int64_t>(x) * from.width / to.width);
      const int x1 = std::max(x0 + 1, static_cast<int>(static_cast<std::int64_t>(x + 1) * from.width / to.width));
      std::uint64_t sum[kChannels] = {};
      for (int sy = y0; sy < y1; ++sy) {
        const unsigned char* p =
            from.rgb.data() +
            (static_cast<std::size_t>(sy) * static_cast<std::size_t>(from.width) + static_cast<std::size_t>(x0)) *
                kChannels;
        for (int sx = x0; sx < x1; ++sx, p += kChannels)
          for (int c = 0; c < kChannels; ++c) sum[c] += p[c];
      }
      const auto area = static_cast<std::uint64_t>((y1 - y0) * (x1 - x0));
      unsigned char* out =
          to.rgb.data() +
          (static_cast<std::size_t>(y) * static_cast<std::size_t>(to.width) + static_cast<std::size_t>(x)) * kChannels;
      for (int c = 0; c < kChannels; ++c) out[c] = static_cast<unsigned char>(sum[c] / area);
    }
  }
  return to;
}

/// Turns pixels as EXIF orientation 2..8 says.
Pixels turn(const Pixels& from, int orientation) {
  if (orientation <= 1 || orientation > 8) return from;
  const bool swapped = orientation >= 5;
  Pixels to{swapped ? from.height : from.width, swapped ? from.width : from.height, {}};
  to.rgb.resize(from.rgb.size());
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      int sx = swapped ? y : x, sy = swapped ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) sx = from.width - 1 - sx;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) sy = from.height - 1 - sy;
      const auto source =
          static_cast<std::size_t>(sy) * static_cast<std::size_t>(from.width) + static_cast<std::size_t>(sx);
      const auto target =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(to.width) + static_cast<std::size_t>(x);
      std::copy_n(from.rgb.begin() + static_cast<std::ptrdiff_t>(source * kChannels), kChannels,
                  to.rgb.begin() + static_cast<std::ptrdiff_t>(target * kChannels));
    }
  }
  return to;
}

std::string encode_jpeg(const Pixels& pixels) {
  const Jpeg jpeg(tjInitCompress());
  unsigned char* out = nullptr;
  unsigned long size = 0;
  if (!jpeg || tjCompress2(jpeg.get(), pixels.rgb.data(), pixels.width, 0, pixels.height, TJPF_RGB, &out, &size,
                           TJSAMP_420, kJpegQuality, 0) != 0) {
    tjFree(out);
    return {};
  }
  std::string bytes(reinterpret_cast<const char*>(out), size);
  tjFree(out);
  return bytes;
}

/// Sizes from the headers of formats that are shown as they are.
void read_header_size(std::string_view bytes, std::string_view content_type, Picture& picture) {
  if (content_type == "image/gif" && bytes.size() >= 10) {
    picture.width = byte_at(bytes, 6) | byte_at(bytes, 7) << 8U;
    picture.height = byte_at(bytes, 8) | byte_at(bytes, 9) << 8U;
  } else if (content_type == "image/bmp" && bytes.size() >= 26) {
    const auto i32 = [&](std::size_t at) {
      return static_cast<std::int32_t>(byte_at(bytes, at) | byte_at(bytes, at + 1) << 8U |
                                       byte_at(bytes, at + 2) << 16U | byte_at(bytes, at + 3) << 24U);
    };
    picture.width = std::max<std::int64_t>(0, i32(18));
    picture.height = std::abs(static_cast<std::int64_t>(i32(22)));
  }
}

}  // namespace

int exif_orientation(std::string_view jpeg) noexcept {
  std::size_t at = 2;
  while (at + 4 <= jpeg.size() && byte_at(jpeg, at) == 0xff) {
    const unsigned marker = byte_at(jpeg, at + 1);
    const std::size_t length = byte_at(jpeg, at + 2) << 8U | byte_at(jpeg, at + 3);
    if (marker == 0xda || length < 2) break;
    if (marker != 0xe1 || jpeg.substr(at + 4, 6) != std::string_view("Exif\0\0", 6)) {
      at += 2 + length;
      continue;
    }
    const std::string_view tiff = jpeg.substr(at + 10, length > 8 ? length - 8 : 0);
    const bool little = tiff.starts_with("II");
    const auto u16 = [&](std::size_t i) {
      return little ? byte_at(tiff, i) | byte_at(tiff, i + 1) << 8U : byte_at(tiff, i) << 8U | byte_at(tiff, i + 1);
    };
    const auto u32 = [&](std::size_t i) { return little ? u16(i) | u16(i + 2) << 16U : u16(i) << 16U | u16(i + 2); };
    const std::size_t directory = u32(4);
    const unsigned entries = u16(directory);
    for (std::size_t i = 0; i < std::min(entries, 512U); ++i) {
      const std::size_t entry = directory + 2 + i * 12;
      if (entry + 12 > tiff.size()) break;
      if (u16(entry) != 0x0112) continue;
      const unsigned value = u16(entry + 8);
      return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    break;
  }
  return 1;
}

Picture look_at(std::string_view bytes, std::string_view content_type) {
  Picture picture;
  Pixels pixels;
  int orientation = 1;
  if (content_type == "image/jpeg") {
    pixels = decode_jpeg(bytes, picture);
    orientation = exif_orientation(bytes);
    if (orientation >= 5) std::swap(picture.width, picture.height);
  } else if (content_type == "image/png") {
    pixels = decode_png(bytes, picture);
  } else if (content_type == "image/webp") {
    pixels = decode_webp(bytes, picture);
  } else {
    read_header_size(bytes, content_type, picture);
  }
  if (!pixels.rgb.empty()) picture.thumbnail_jpeg = encode_jpeg(turn(shrink(pixels), orientation));
  return picture;
}

}  // namespace yingda::files
