// Committed events of other processes on the same database, heard by LISTEN/NOTIFY: every commit with events tells its
// tenants' newest seq; who hears of another process's reads them from the log. Nothing depends on a notification
// arriving: consumers see a gap at the next event and fill it, and after a lost connection every tenant is compared.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "postgres/connection.hpp"
#include "yingda/base/ids.hpp"

namespace yingda::storage::postgres {

/// "t:s:p" as NOTIFY carries it.
struct Notice {
  TenantId tenant;
  std::int64_t seq = 0;
  std::string_view process;
};
/// nullopt for anything else.
std::optional<Notice> decode_notice(std::string_view payload);

class Bus {
 public:
  struct Hooks {
    /// Another process committed events of this tenant up to `seq`. On the bus's thread; may block.
    std::function<void(TenantId, std::int64_t seq)> heard;
    /// The line stands (again): whatever was committed meanwhile was not heard.
    std::function<void()> connected;
  };

  /// `process` names this process in its own notifications, which are not heard.
  Bus(ConnectionOptions options, std::string process, Hooks hooks);
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

 private:
  void loop();
  /// Until the line breaks or the bus ends.
  void listen();
  bool pause();

  const ConnectionOptions options_;
  const std::string process_;
  const Hooks hooks_;
  int wake_ = -1;  // an eventfd that ends the waiting for notifications
  std::mutex mutex_;
  std::condition_variable stop_wake_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace yingda::storage::postgres
