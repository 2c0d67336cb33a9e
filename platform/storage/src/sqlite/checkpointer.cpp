#include "sqlite/checkpointer.hpp"

#include <pthread.h>

#include <utility>

#include "yingda/base/log.hpp"

namespace yingda::storage::sqlite {
namespace {

// 32 MiB of log: a page that changes often is written to the file once, and the log is read back in 0.1 s after a kill.
constexpr std::int64_t kLogPages = 8'000;
// What the writer may move itself: about 2 ms.
constexpr int kRestPages = 400;
// A writer faster than the disk would keep the rest long for ever.
constexpr int kPassesMax = 3;

}  // namespace

Checkpointer::Checkpointer(ConnectionOptions options) : options_(std::move(options)), next_at_(kLogPages) {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "yd-store-log");
    loop();
  });
}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Checkpointer::committed(std::int64_t log_pages) {
  if (log_pages < kLogPages) next_at_ = kLogPages;  // it began anew
  if (log_pages < next_at_) return;
  next_at_ = log_pages + kLogPages;  // a reader may hold the log for long
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  wake_.notify_one();
}

void Checkpointer::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return wanted_ || closed_; });
    if (closed_) return;
    wanted_ = false;
    lock.unlock();
    move_log();
    lock.lock();
  }
}

void Checkpointer::move_log() {
  auto connection = Connection::open(options_);
  if (!connection) return log::warn("storage.log_not_moved", {{"why", std::string_view(connection.error().detail)}});
  for (int pass = 0; pass < kPassesMax; ++pass) {
    int pages = 0;
    int moved = 0;
    const int code =
        sqlite3_wal_checkpoint_v2((*connection)->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
    if (code == SQLITE_BUSY) return;  // somebody else is at it
    if (code != SQLITE_OK) return log::warn("storage.log_not_moved", {{"code", std::int64_t{code}}});
    if (pages - moved <= kRestPages) break;
  }
  rest_ = true;
}

}  // namespace yingda::storage::sqlite
