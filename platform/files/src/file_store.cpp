// Bytes on disk: temporary file, fsync, rename; thumbnails beside them.
#include "yingda/files/file_store.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "picture.hpp"
#include "yingda/base/crypto.hpp"

namespace yingda::files {
namespace {

constexpr std::size_t kKeyCharacters = 32;  // 16 random bytes in hex
constexpr std::string_view kThumbnailSuffix = ".thumb.jpg";

Error disk_error(int number, std::string_view what) {
  const bool full = number == ENOSPC || number == EDQUOT;
  return Error{Code::unavailable,
               full ? "files.full" : "files.unwritable",
               std::string(what) + ": " + std::strerror(number),
               {},
               std::source_location::current()};
}

/// Closes on every path.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

Status sync_folder(const std::string& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return std::unexpected(disk_error(errno, folder));
  return {};
}

/// Writes `bytes` to `path`: either the whole file stands there durably or nothing does.
Status write_file(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  {
    const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd) return std::unexpected(disk_error(errno, temporary));
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t n = ::write(fd.get(), bytes.data() + done, bytes.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const int number = errno;
        ::unlink(temporary.c_str());
        return std::unexpected(disk_error(number, temporary));
      }
      done += static_cast<std::size_t>(n);
    }
    if (::fsync(fd.get()) != 0) {
      const int number = errno;
      ::unlink(temporary.c_str());
      return std::unexpected(disk_error(number, temporary));
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return std::unexpected(disk_error(errno, path));
  return {};
}

bool is_key(std::string_view key) {
  return key.size() == kKeyCharacters &&
         std::ranges::all_of(key, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string file_of(const std::string& folder, std::string_view key) {
  return folder + "/" + std::string(key.substr(0, 2)) + "/" + std::string(key);
}

/// Length of a PCM WAV: data bytes over bytes per second, both from its header.
std::int64_t wav_duration_ms(std::string_view bytes) {
  const auto u32 = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i)
      value = value << 8U | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
    return value;
  };
  if (bytes.size() < 44 || bytes.substr(12, 4) != "fmt ") return 0;
  const std::uint32_t per_second = u32(28);
  return per_second == 0 ? 0 : static_cast<std::int64_t>(bytes.size() - 44) * 1000 / per_second;
}

}  // namespace

Result<FileStore> FileStore::open(std::string folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || ::access(folder.c_str(), W_OK | X_OK) != 0)
    return std::unexpected(disk_error(error ? error.value() : errno, folder));
  return FileStore(std::move(folder));
}

Result<Stored> FileStore::put(std::string_view bytes, std::string_view name) const {
  if (bytes.empty()) return fail(Code::invalid_argument, "files.empty");
  const FileType type = sniff(bytes.substr(0, 4096), name);
  Stored stored;
  stored.key = crypto::hex(crypto::random_bytes(kKeyCharacters / 2));
  stored.name = clean_name(name, type);
  stored.content_type = std::string(type.content_type);
  stored.media = type.media;
  stored.bytes = static_cast<std::int64_t>(bytes.size());

  const std::string path = file_of(folder_, stored.key);
  const std::string folder = path.substr(0, path.rfind('/'));
  if (::mkdir(folder.c_str(), 0700) == 0) {
    YD_CHECK(sync_folder(folder_));
  } else if (errno != EEXIST) {
    return std::unexpected(disk_error(errno, folder));
  }
  YD_CHECK(write_file(path, bytes));
  if (type.media == Media::image) {
    const Picture picture = look_at(bytes, type.content_type);
    stored.width = picture.width;
    stored.height = picture.height;
    if (!picture.thumbnail_jpeg.empty())
      stored.thumbnail = write_file(path + std::string(kThumbnailSuffix), picture.thumbnail_jpeg).has_value();
  } else if (type.content_type == "audio/wav") {
    stored.duration_ms = wav_duration_ms(bytes);
  }
  YD_CHECK(sync_folder(folder));
  return stored;
}

Result<Stored> FileStore::put_file(const std::string& path, std::string_view name) const {
  YD_TRY(const auto mapped, MappedFile::open(path));
  return put(mapped.bytes(), name);
}

Result<std::string> FileStore::path(std::string_view key) const {
  if (!is_key(key)) return fail(Code::not_found, "files.not_found");
  std::string path = file_of(folder_, key);
  if (::access(path.c_str(), R_OK) != 0) return fail(Code::not_found, "files.not_found");
  return path;
}

Result<std::string> FileStore::thumbnail_path(std::string_view key) const {
  if (!is_key(key)) return fail(Code::not_found, "files.not_found");
  std::string path = file_of(folder_, key) + std::string(kThumbnailSuffix);
  if (::access(path.c_str(), R_OK) != 0) return fail(Code::not_found, "files.no_thumbnail");
  return path;
}

void FileStore::remove(std::string_view key) const noexcept {
  if (!is_key(key)) return;
  const std::string path = file_of(folder_, key);
  ::unlink(path.c_str());
  ::unlink((path + std::string(kThumbnailSuffix)).c_str());
}

Result<MappedFile> MappedFile::open(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about{};
  if (!fd || ::fstat(fd.get(), &about) != 0) return fail(Code::unavailable, "files.unreadable", path);
  MappedFile mapped;
  if (about.st_size == 0) return mapped;
  mapped.size_ = static_cast<std::size_t>(about.st_size);
  void* data = ::mmap(nullptr, mapped.size_, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return fail(Code::unavailable, "files.unreadable", path);
  mapped.data_ = static_cast<const char*>(data);
  return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace yingda::files
