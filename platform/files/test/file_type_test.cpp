#include <gmock/gmock.h>

#include <string>

#include "yingda/files/file_store.hpp"

namespace yingda::files {
namespace {

std::string type(std::string_view head, std::string_view name = "") {
  return std::string(sniff(head, name).content_type);
}

std::string header(std::string_view content_type, std::string_view file_name, std::string_view wanted,
                   Disposition disposition = Disposition::automatic) {
  for (const auto& [name, value] : serving_headers(content_type, file_name, disposition))
    if (name == wanted) return value;
  return {};
}

TEST(FileType_Sniff, KnownMagic_GivesItsType) {
  EXPECT_EQ(type("\x89PNG\r\n\x1a\n...."), "image/png");
  EXPECT_EQ(type("\xff\xd8\xff\xe0...."), "image/jpeg");
  EXPECT_EQ(type("GIF89a...."), "image/gif");
  EXPECT_EQ(type(std::string("RIFF....WEBPVP8 ")), "image/webp");
  EXPECT_EQ(type(std::string("RIFF....WAVEfmt ")), "audio/wav");
  EXPECT_EQ(type("%PDF-1.7"), "application/pdf");
  EXPECT_EQ(type(std::string("\0\0\0\x18"
                             "ftypisom....",
                             16)),
            "video/mp4");
  EXPECT_EQ(type(std::string("\0\0\0\x14"
                             "ftypqt  ....",
                             16)),
            "video/quicktime");
  EXPECT_EQ(type(std::string("\0\0\0\x18"
                             "ftypM4A ....",
                             16)),
            "audio/mp4");
  EXPECT_EQ(type("\x1a\x45\xdf\xa3...."), "video/webm");
  EXPECT_EQ(type("ID3\x04...."), "audio/mpeg");
  EXPECT_EQ(type("\xff\xfb\x90\x64"), "audio/mpeg");
  EXPECT_EQ(type("\xff\xf1\x50\x80"), "audio/aac");
  EXPECT_EQ(type("OggS...."), "audio/ogg");
  EXPECT_EQ(type("#!AMR\n...."), "audio/amr");
}

TEST(FileType_Sniff, OneContainerManyFormats_TheNameDecidesAmongThem) {
  EXPECT_EQ(type("PK\x03\x04...", "a.zip"), "application/zip");
  EXPECT_EQ(type("PK\x03\x04...", "报价单.XLSX"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  EXPECT_EQ(type("PK\x03\x04...", "a.png"), "application/zip");
  EXPECT_EQ(type("a,b\n1,2\n", "a.csv"), "text/csv");
}

TEST(FileType_Sniff, TextThatABrowserCouldRun_IsNeverPlainTextOrImage) {
  EXPECT_EQ(type("<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "a.png"), "image/svg+xml");
  EXPECT_EQ(type("  <!DOCTYPE html><p>", "a.txt"), "text/html");
  EXPECT_EQ(type("hello <script>x()</script>", "a.txt"), "text/html");
  for (const auto* runnable : {"image/svg+xml", "text/html"}) {
    EXPECT_EQ(header(runnable, "a", "Content-Type"), "application/octet-stream");
    EXPECT_TRUE(header(runnable, "a", "Content-Disposition").starts_with("attachment"));
  }
}

TEST(FileType_Sniff, NameLies_ContentDecides) {
  EXPECT_EQ(type(std::string("MZ\x90\0\x03...", 8), "holiday.jpg"), "application/octet-stream");
  EXPECT_EQ(type("just words", "holiday.jpg"), "text/plain");
}

TEST(FileType_Sniff, TextCutInsideACodePoint_IsStillText) {
  std::string words;
  while (words.size() < 512) words += "您好";
  EXPECT_EQ(type(words.substr(0, 512)), "text/plain");
  EXPECT_EQ(type(words.substr(0, 511)), "application/octet-stream") << "short texts are whole or broken";
}

TEST(FileType_CleanName, PathsControlsAndReversals_AreTakenOut) {
  const FileType png = type_of("image/png");
  EXPECT_EQ(clean_name("../../etc/passwd", png), "passwd");
  EXPECT_EQ(clean_name("C:\\a\\b.png", png), "b.png");
  EXPECT_EQ(clean_name("a\r\nSet-Cookie: x.png", png), "aSet-Cookie: x.png");
  EXPECT_EQ(clean_name("a\xe2\x80\xaegnp.exe", png), "agnp.exe");
  EXPECT_EQ(clean_name("", png), "file.png");
  EXPECT_EQ(clean_name("..", png), "file.png");
  EXPECT_EQ(clean_name("\xff\xfe", png), "file.png");
}

TEST(FileType_ServingHeaders, ChineseName_HasAsciiFallbackAndUtf8Form) {
  const std::string value = header("image/png", "发票 1.png", "Content-Disposition");
  EXPECT_EQ(value, "inline; filename=\"_______1.png\"; filename*=UTF-8''%E5%8F%91%E7%A5%A8%201.png");
  EXPECT_TRUE(header("image/png", "a.png", "Content-Disposition", Disposition::attachment).starts_with("attachment"));
}

TEST(FileType_ServingHeaders, EveryType_IsNeverSniffedAndSandboxedButPdf) {
  for (const auto* any : {"image/png", "text/plain", "application/pdf", "application/zip", "nonsense"})
    EXPECT_EQ(header(any, "a", "X-Content-Type-Options"), "nosniff");
  EXPECT_TRUE(header("text/plain", "a", "Content-Security-Policy").starts_with("sandbox"));
  EXPECT_FALSE(header("application/pdf", "a", "Content-Security-Policy").starts_with("sandbox"));
  EXPECT_TRUE(header("text/plain", "a", "Content-Disposition").starts_with("attachment"));
}

}  // namespace
}  // namespace yingda::files
