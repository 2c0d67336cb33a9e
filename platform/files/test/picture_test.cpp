#include "picture.hpp"

#include <gmock/gmock.h>
#include <png.h>
#include <turbojpeg.h>

#include <string>
#include <vector>

#include "yingda/files/file_store.hpp"

namespace yingda::files {
namespace {

std::string make_png(int width, int height) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB;
  const std::vector<unsigned char> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 200);
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr);
  std::string out(size, '\0');
  png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr);
  out.resize(size);
  return out;
}

/// Left half red, right half blue.
std::string make_jpeg(int width, int height) {
  std::vector<unsigned char> pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (const unsigned char c : {x < width / 2 ? 255 : 0, 0, x < width / 2 ? 0 : 255}) pixels.push_back(c);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const auto jpeg = tjInitCompress();
  tjCompress2(jpeg, pixels.data(), width, 0, height, TJPF_RGB, &bytes, &size, TJSAMP_444, 95, 0);
  std::string out(reinterpret_cast<char*>(bytes), size);
  tjFree(bytes);
  tjDestroy(jpeg);
  return out;
}

/// An EXIF segment with nothing but the orientation, put behind SOI.
std::string with_orientation(std::string jpeg, char orientation) {
  std::string tiff("MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19);
  tiff += orientation;
  tiff += std::string(6, '\0');
  std::string segment("\xff\xe1\0", 3);
  segment += static_cast<char>(2 + 6 + tiff.size());
  segment += std::string("Exif\0\0", 6) + tiff;
  return jpeg.insert(2, segment);
}

struct Decoded {
  int width = 0, height = 0;
  std::vector<unsigned char> rgb;
  const unsigned char* at(int x, int y) const { return rgb.data() + (y * width + x) * 3; }
};
Decoded decode(const std::string& bytes) {
  Decoded out;
  const auto jpeg = tjInitDecompress();
  int subsampling = 0, space = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  tjDecompressHeader3(jpeg, data, bytes.size(), &out.width, &out.height, &subsampling, &space);
  out.rgb.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height) * 3);
  tjDecompress2(jpeg, data, bytes.size(), out.rgb.data(), out.width, 0, out.height, TJPF_RGB, 0);
  tjDestroy(jpeg);
  return out;
}

TEST(Picture_LookAt, LargePng_GivesSizeAndThumbnailWithinTheEdge) {
  const auto picture = look_at(make_png(1'000, 400), "image/png");
  EXPECT_EQ(picture.width, 1'000);
  EXPECT_EQ(picture.height, 400);
  const auto thumbnail = decode(picture.thumbnail_jpeg);
  EXPECT_EQ(thumbnail.width, kThumbnailEdge);
  EXPECT_EQ(thumbnail.height, 128);
}

TEST(Picture_LookAt, SmallPicture_IsNotBlownUp) {
  const auto thumbnail = decode(look_at(make_png(30, 20), "image/png").thumbnail_jpeg);
  EXPECT_EQ(thumbnail.width, 30);
  EXPECT_EQ(thumbnail.height, 20);
}

TEST(Picture_LookAt, JpegTurnedByExif_IsShownUpright) {
  const auto picture = look_at(with_orientation(make_jpeg(640, 320), 6), "image/jpeg");
  EXPECT_EQ(picture.width, 320);
  EXPECT_EQ(picture.height, 640);
  const auto thumbnail = decode(picture.thumbnail_jpeg);
  ASSERT_EQ(thumbnail.width, 160);
  ASSERT_EQ(thumbnail.height, 320);
  // Turned clockwise, the left (red) half comes to lie on top.
  EXPECT_GT(thumbnail.at(80, 40)[0], 200);
  EXPECT_GT(thumbnail.at(80, 280)[2], 200);
}

TEST(Picture_LookAt, PngHeaderClaimsTooManyPixels_IsNotDecoded) {
  std::string png = make_png(10, 10);
  png.replace(16, 8, std::string("\0\0\xff\xff\0\0\xff\xff", 8));
  const auto picture = look_at(png, "image/png");
  EXPECT_TRUE(picture.thumbnail_jpeg.empty());
}

TEST(Picture_LookAt, BrokenBytes_GiveNothingAndNoCrash) {
  for (const auto* type : {"image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"}) {
    EXPECT_TRUE(look_at("", type).thumbnail_jpeg.empty());
    EXPECT_TRUE(look_at("\xff\xd8\xff\xe1", type).thumbnail_jpeg.empty());
  }
  const std::string jpeg = with_orientation(make_jpeg(64, 64), 6);
  for (std::size_t n = 0; n < jpeg.size(); n += 7) {
    look_at(jpeg.substr(0, n), "image/jpeg");
    exif_orientation(jpeg.substr(0, n));
  }
}

TEST(Picture_LookAt, Gif_HasSizeAndNoThumbnail) {
  const auto picture = look_at(std::string("GIF89a\x40\x01\xf0\x00\x00\x00", 12), "image/gif");
  EXPECT_EQ(picture.width, 320);
  EXPECT_EQ(picture.height, 240);
  EXPECT_TRUE(picture.thumbnail_jpeg.empty());
}

}  // namespace
}  // namespace yingda::files
