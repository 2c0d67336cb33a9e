// One server a data folder.
#pragma once

#include <string>

#include "yingda/base/result.hpp"

namespace yingda::app {

/// An advisory lock on `FOLDER/yingda.lock`, held while it lives; the kernel gives it back when the process dies.
class DataLock {
 public:
  /// Makes the folder. unavailable `app.data_in_use` (detail: the holder's process id), `app.data_unwritable`.
  static Result<DataLock> take(const std::string& folder);
  DataLock(DataLock&& other) noexcept;
  DataLock& operator=(DataLock&& other) noexcept;
  ~DataLock();

 private:
  explicit DataLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace yingda::app
