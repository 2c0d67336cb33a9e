// Moves the write-ahead log into the database file beside the writer, so that no commit waits for it. Only the short
// rest that was written meanwhile is left to the writer, because a log begins anew only when it was moved to its end.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "sqlite/connection.hpp"

namespace yingda::storage::sqlite {

class Checkpointer {
 public:
  /// The store must exist when the log first becomes long.
  explicit Checkpointer(ConnectionOptions options);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// After a commit, on the writer's thread: how many pages the log holds. Never blocks.
  void committed(std::int64_t log_pages);
  /// On the writer's thread between two transactions: true, once, when it should move the rest itself.
  bool take_rest() { return rest_.load(std::memory_order_relaxed) && rest_.exchange(false); }

 private:
  void loop();
  void move_log();

  const ConnectionOptions options_;
  std::int64_t next_at_;  // writer's thread only
  std::atomic<bool> rest_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool wanted_ = false;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace yingda::storage::sqlite
