#include "file_sync.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace yingda::storage {
namespace {

std::unexpected<Error> failed(const std::string& path, int error) {
  return fail(Code::unavailable, error == ENOSPC ? "storage.full" : "storage.down",
              fmt::format("{}: {}", path, std::strerror(error)));
}

Status sync_path(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return failed(path, errno);
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (error != 0) return failed(path, error);
  return {};
}

}  // namespace

Status publish_file(const std::string& temporary, const std::string& file) {
  YD_CHECK(sync_path(temporary, O_RDONLY));
  if (std::rename(temporary.c_str(), file.c_str()) != 0) return failed(file, errno);
  return sync_path(std::filesystem::absolute(file).parent_path().string(), O_RDONLY | O_DIRECTORY);
}

}  // namespace yingda::storage
