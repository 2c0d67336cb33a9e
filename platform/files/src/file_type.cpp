// Content sniffing by magic numbers, names, serving headers. Pure.
#include <algorithm>
#include <array>
#include <span>

#include "yingda/base/text.hpp"
#include "yingda/files/file_store.hpp"

namespace yingda::files {
namespace {

using std::string_view_literals::operator""sv;

constexpr FileType kUnknown{"application/octet-stream", "bin", Media::document, false};
constexpr FileType kPng{"image/png", "png", Media::image, true};
constexpr FileType kJpeg{"image/jpeg", "jpg", Media::image, true};
constexpr FileType kGif{"image/gif", "gif", Media::image, true};
constexpr FileType kWebp{"image/webp", "webp", Media::image, true};
constexpr FileType kBmp{"image/bmp", "bmp", Media::image, true};
constexpr FileType kSvg{"image/svg+xml", "svg", Media::document, false};
constexpr FileType kHtml{"text/html", "html", Media::document, false};
constexpr FileType kPdf{"application/pdf", "pdf", Media::document, true};
constexpr FileType kMp4{"video/mp4", "mp4", Media::video, true};
constexpr FileType kMov{"video/quicktime", "mov", Media::video, true};
constexpr FileType kWebm{"video/webm", "webm", Media::video, true};
constexpr FileType kM4a{"audio/mp4", "m4a", Media::audio, true};
constexpr FileType kMp3{"audio/mpeg", "mp3", Media::audio, true};
constexpr FileType kOgg{"audio/ogg", "ogg", Media::audio, true};
constexpr FileType kWav{"audio/wav", "wav", Media::audio, true};
constexpr FileType kAmr{"audio/amr", "amr", Media::audio, true};
constexpr FileType kAac{"audio/aac", "aac", Media::audio, true};
constexpr FileType kZip{"application/zip", "zip", Media::document, false};
constexpr FileType kRar{"application/vnd.rar", "rar", Media::document, false};
constexpr FileType kSevenZip{"application/x-7z-compressed", "7z", Media::document, false};
constexpr FileType kGzip{"application/gzip", "gz", Media::document, false};
constexpr FileType kDocx{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"};
constexpr FileType kXlsx{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"};
constexpr FileType kPptx{"application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"};
constexpr FileType kDoc{"application/msword", "doc"};
constexpr FileType kXls{"application/vnd.ms-excel", "xls"};
constexpr FileType kPpt{"application/vnd.ms-powerpoint", "ppt"};
constexpr FileType kRtf{"application/rtf", "rtf"};
constexpr FileType kCsv{"text/csv", "csv"};
constexpr FileType kText{"text/plain", "txt"};

constexpr std::array kAll{kUnknown, kPng,  kJpeg, kGif, kWebp, kBmp, kSvg, kHtml, kPdf, kMp4,      kMov,
                          kWebm,    kM4a,  kMp3,  kOgg, kWav,  kAmr, kAac, kZip,  kRar, kSevenZip, kGzip,
                          kDocx,    kXlsx, kPptx, kDoc, kXls,  kPpt, kRtf, kCsv,  kText};

struct Magic {
  std::size_t at;
  std::string_view bytes;
  FileType type;
};

constexpr std::array kMagics{
    Magic{0, "\x89PNG\r\n\x1a\n"sv, kPng},
    Magic{0, "\xff\xd8\xff"sv, kJpeg},
    Magic{0, "GIF87a"sv, kGif},
    Magic{0, "GIF89a"sv, kGif},
    Magic{0, "%PDF-"sv, kPdf},
    Magic{0, "\x1a\x45\xdf\xa3"sv, kWebm},
    Magic{0, "ID3"sv, kMp3},
    Magic{0, "OggS"sv, kOgg},
    Magic{0, "#!AMR"sv, kAmr},
    Magic{0, "Rar!\x1a\x07"sv, kRar},
    Magic{0, "7z\xbc\xaf\x27\x1c"sv, kSevenZip},
    Magic{0, "\x1f\x8b"sv, kGzip},
    Magic{0, "{\\rtf"sv, kRtf},
};

bool has(std::string_view head, std::size_t at, std::string_view bytes) {
  return head.size() >= at + bytes.size() && head.substr(at, bytes.size()) == bytes;
}

std::string extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string() : text::lower_ascii(name.substr(dot + 1));
}

/// RIFF and ISO base media boxes name their kind behind the length.
FileType sniff_container(std::string_view head) {
  if (has(head, 0, "RIFF")) {
    if (has(head, 8, "WEBP")) return kWebp;
    if (has(head, 8, "WAVE")) return kWav;
  }
  if (has(head, 4, "ftyp")) {
    if (has(head, 8, "qt  ")) return kMov;
    if (has(head, 8, "M4A ") || has(head, 8, "M4B ")) return kM4a;
    if (has(head, 8, "heic") || has(head, 8, "heix") || has(head, 8, "avif")) return kUnknown;
    return kMp4;
  }
  // The BMP header says its own size and a plausible header length; "BM" alone could begin a text.
  if (has(head, 0, "BM") && head.size() >= 26 && has(head, 6, std::string_view("\0\0\0\0", 4))) return kBmp;
  return kUnknown;
}

/// MPEG audio frame sync: MP3 (layer III) or AAC in ADTS.
FileType sniff_frames(std::string_view head) {
  if (head.size() < 4 || static_cast<unsigned char>(head[0]) != 0xff) return kUnknown;
  const auto second = static_cast<unsigned char>(head[1]);
  if ((second & 0xf6U) == 0xf0U) return kAac;
  if ((second & 0xe0U) == 0xe0U && (second & 0x06U) == 0x02U) return kMp3;
  return kUnknown;
}

FileType sniff_office(std::string_view head, std::string_view name) {
  const std::string extension = extension_of(name);
  if (has(head, 0, "PK\x03\x04") || has(head, 0, "PK\x05\x06")) {
    if (extension == "docx") return kDocx;
    if (extension == "xlsx") return kXlsx;
    if (extension == "pptx") return kPptx;
    return kZip;
  }
  if (has(head, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
    if (extension == "xls") return kXls;
    if (extension == "ppt") return kPpt;
    if (extension == "doc") return kDoc;
  }
  return kUnknown;
}

constexpr std::size_t kTextHead = 512;

/// A head that is full may be cut inside a code point: up to three bytes are forgiven.
bool looks_like_text(std::string_view head) {
  const std::size_t forgiven = head.size() >= kTextHead ? 3 : 0;
  for (std::size_t cut = 0; cut <= forgiven; ++cut) {
    const auto part = head.substr(0, head.size() - cut);
    if (!text::is_valid_utf8(part)) continue;
    return std::ranges::none_of(part, [](char c) {
      const auto u = static_cast<unsigned char>(c);
      return u < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f';
    });
  }
  return false;
}

FileType sniff_text(std::string_view head, std::string_view name) {
  if (!looks_like_text(head)) return kUnknown;
  const std::string lower = text::lower_ascii(head.substr(0, kTextHead));
  if (lower.find("<svg") != std::string::npos) return kSvg;
  const auto first = text::trim(std::string_view(lower).starts_with("\xef\xbb\xbf") ? std::string_view(lower).substr(3)
                                                                                    : std::string_view(lower));
  if (first.starts_with("<!doctype") || first.starts_with("<html") || lower.find("<script") != std::string::npos ||
      first.starts_with("<?xml"))
    return kHtml;
  return extension_of(name) == "csv" ? kCsv : kText;
}

constexpr bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

/// RFC 8187 extended value and an ASCII fallback for old clients.
std::string disposition_of(bool attachment, std::string_view name) {
  std::string ascii, encoded;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (is_unreserved(u)) {
      ascii.push_back(c);
      encoded.push_back(c);
    } else {
      ascii.push_back('_');
      constexpr std::string_view kHex = "0123456789ABCDEF";
      encoded.push_back('%');
      encoded.push_back(kHex[u >> 4U]);
      encoded.push_back(kHex[u & 15U]);
    }
  }
  return std::string(attachment ? "attachment" : "inline") + "; filename=\"" + ascii + "\"; filename*=UTF-8''" +
         encoded;
}

}  // namespace

FileType sniff(std::string_view head, std::string_view name) noexcept {
  for (const auto& magic : kMagics)
    if (has(head, magic.at, magic.bytes)) return magic.type;
  for (const auto& found : {sniff_container(head), sniff_frames(head), sniff_office(head, name)})
    if (found.content_type != kUnknown.content_type) return found;
  return sniff_text(head.substr(0, kTextHead), name);
}

FileType type_of(std::string_view content_type) noexcept {
  for (const auto& type : kAll)
    if (type.content_type == content_type) return type;
  return kUnknown;
}

std::string clean_name(std::string_view name, const FileType& type) {
  const auto slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string out;
  if (text::is_valid_utf8(name)) {
    for (std::size_t i = 0; i < name.size(); ++i) {
      const auto u = static_cast<unsigned char>(name[i]);
      // U+202A..U+202E and U+2066..U+2069 reverse what the eye reads ("gpj.exe"); C0, DEL and quotes break headers.
      if (u == 0xe2 && i + 2 < name.size()) {
        const auto b = static_cast<unsigned char>(name[i + 1]), c = static_cast<unsigned char>(name[i + 2]);
        if ((b == 0x80 && c >= 0xaa && c <= 0xae) || (b == 0x81 && c >= 0xa6 && c <= 0xa9)) {
          i += 2;
          continue;
        }
      }
      if (u >= 0x20 && u != 0x7f && name[i] != '"') out.push_back(name[i]);
    }
  }
  out = std::string(text::first_code_points(text::trim(out), kNameCodePointsMax));
  if (out.empty() || out.find_first_not_of('.') == std::string::npos) out = "file." + std::string(type.extension);
  return out;
}

std::vector<std::pair<std::string, std::string>> serving_headers(std::string_view content_type, std::string_view name,
                                                                 Disposition disposition) {
  const FileType type = type_of(content_type);
  const bool attachment = disposition == Disposition::attachment || !type.may_inline;
  // Text that could be read as HTML is given as bytes; everything else under the type its content proved.
  std::string given = type.content_type == kHtml.content_type || type.content_type == kSvg.content_type
                          ? std::string(kUnknown.content_type)
                          : std::string(type.content_type);
  if (given.starts_with("text/")) given += "; charset=utf-8";
  // Browsers refuse to start their PDF viewer in a sandboxed document; the viewer is a sandbox of its own.
  std::string policy = type.content_type == kPdf.content_type && !attachment
                           ? "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'"
                           : "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'";
  return {{"Content-Type", std::move(given)},
          {"Content-Disposition", disposition_of(attachment, name)},
          {"X-Content-Type-Options", "nosniff"},
          {"Content-Security-Policy", std::move(policy)},
          {"Cross-Origin-Resource-Policy", "cross-origin"},
          {"Cache-Control", "private, max-age=86400, immutable"}};
}

}  // namespace yingda::files
