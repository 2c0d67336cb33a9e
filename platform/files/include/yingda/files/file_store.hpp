// Uploaded bytes on disk: content sniffing, durable storing, thumbnails, the headers under which a file may be shown.
// Does not own: who may see a file (core/conversation), HTTP (edge).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yingda/base/result.hpp"

namespace yingda::files {

/// Largest picture that is decoded for a thumbnail; bigger ones are kept without one. 40 megapixels is a current
/// phone's full resolution with room to spare and 160 MB decoded at most.
inline constexpr std::int64_t kDecodePixelsMax = 40'000'000;
/// Longest edge of a thumbnail in pixels.
inline constexpr int kThumbnailEdge = 320;
/// A file's name as kept, in code points.
inline constexpr std::size_t kNameCodePointsMax = 200;

/// What a file is for a message bubble.
enum class Media { image, video, audio, document };

/// A kind of file, told by its content alone. Views are static.
struct FileType {
  std::string_view content_type;
  std::string_view extension;  // without dot: "png"
  Media media = Media::document;
  bool may_inline = false;  // a browser may show it in place; others are always downloads (SVG and HTML among them)
};

/// The type of these leading bytes (512 are enough). The name only tells office formats and plain text apart that
/// share one container; unknown bytes are application/octet-stream. Pure.
FileType sniff(std::string_view head, std::string_view name) noexcept;

/// The type of a content type that sniff() gave; octet-stream for others.
FileType type_of(std::string_view content_type) noexcept;

/// A name that is safe to show and to put into a header: last path part, no control or direction-override characters,
/// at most kNameCodePointsMax; "file.<extension>" when nothing is left. Pure.
std::string clean_name(std::string_view name, const FileType& type);

/// What put() found and kept.
struct Stored {
  std::string key;           // names the bytes in this store; goes to the database as storage_key
  std::string name;          // cleaned
  std::string content_type;  // decided by content
  Media media = Media::document;
  std::int64_t bytes = 0;
  std::int64_t width = 0, height = 0;  // pixels as shown (EXIF turned); 0 when unknown
  std::int64_t duration_ms = 0;        // WAV only; 0 when unknown
  bool thumbnail = false;
};

enum class Disposition { automatic, attachment };

/// Headers for serving a file's bytes to a browser: Content-Type, Content-Disposition, nosniff, sandboxing policy,
/// private caching. Pure.
std::vector<std::pair<std::string, std::string>> serving_headers(std::string_view content_type, std::string_view name,
                                                                 Disposition disposition);

/// The store under one folder. Thread-safe. All calls block on the disk and put() may use tens of milliseconds of CPU
/// for a thumbnail: worker threads only, never a network thread or a transaction.
class FileStore {
 public:
  /// Makes the folder when missing. unavailable `files.unwritable`.
  static Result<FileStore> open(std::string folder);

  /// Keeps the bytes: durable (fsync) when it returns. invalid_argument `files.empty`, unavailable `files.full` or
  /// `files.unwritable`. The caller checks size limits before, and calls remove() when its transaction fails.
  Result<Stored> put(std::string_view bytes, std::string_view name) const;
  /// The same for bytes in a file of the same machine (a spooled body), which stays as it is.
  Result<Stored> put_file(const std::string& path, std::string_view name) const;

  /// Where the bytes lie; not_found `files.not_found` when missing or the key is malformed.
  Result<std::string> path(std::string_view key) const;
  /// The JPEG thumbnail; not_found `files.no_thumbnail`.
  Result<std::string> thumbnail_path(std::string_view key) const;
  /// Forgets bytes and thumbnail; missing ones are fine.
  void remove(std::string_view key) const noexcept;

 private:
  explicit FileStore(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

/// A file's bytes mapped for reading (multipart bodies that were spooled). Moves, does not copy.
class MappedFile {
 public:
  /// unavailable `files.unreadable`.
  static Result<MappedFile> open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::string_view bytes() const noexcept { return {data_, size_}; }

 private:
  MappedFile() = default;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace yingda::files
