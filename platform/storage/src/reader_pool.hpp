// A bounded pool of reader connections, opened when first needed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace yingda::storage {

/// Thread-safe. `Connection` is what a driver reads with; an empty pointer stands for one not opened yet.
template <class Connection>
class ReaderPool {
 public:
  explicit ReaderPool(int count) : idle_(static_cast<std::size_t>(count)) {}

  /// A connection (or an empty place for one) of the caller's own until give_back; nullopt after `limit`.
  std::optional<std::unique_ptr<Connection>> take(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (!free_.wait_for(lock, limit, [&] { return !idle_.empty(); })) return std::nullopt;
    auto connection = std::move(idle_.back());  // the one used last: its cache is warm
    idle_.pop_back();
    return connection;
  }
  void give_back(std::unique_ptr<Connection> connection) {
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(connection));
    }
    free_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace yingda::storage
