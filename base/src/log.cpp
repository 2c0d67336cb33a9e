// The logger's engine: spdlog's asynchronous logger with one thread that writes to standard error.
#include "yingda/base/log.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "log_line.hpp"

namespace yingda::log {
namespace {

constexpr std::size_t kQueueLines = 8192;  // about 2 MiB of lines; beyond, the oldest is dropped
constexpr auto kFlushLimit = std::chrono::seconds(2);

thread_local std::string current_request_id;
std::atomic<Level> least_level{Level::info};

/// Writes lines, and after a loss one line that counts the lost ones. Called on the logger's thread only.
class StderrSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  std::weak_ptr<spdlog::details::thread_pool> pool;

  /// Waits until everything queued before the flush with this ticket is written.
  void await_flush(std::uint64_t flushes) {
    std::unique_lock lock(flush_mutex_);
    flushed_.wait_for(lock, kFlushLimit, [&] { return flushes_ >= flushes; });
  }
  std::uint64_t flushes() {
    const std::lock_guard lock(flush_mutex_);
    return flushes_;
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const auto queue = pool.lock();
    if (const std::size_t lost = queue ? queue->overrun_counter() : lost_reported_; lost != lost_reported_) {
      const Field count{"lines", static_cast<std::int64_t>(lost - lost_reported_)};
      lost_reported_ = lost;
      put(format_line(SystemClock().now(), Level::warn, "log.lines_lost", {}, {&count, 1}));
    }
    put({message.payload.data(), message.payload.size()});
  }
  void flush_() override {
    std::fflush(stderr);
    {
      const std::lock_guard lock(flush_mutex_);
      ++flushes_;
    }
    flushed_.notify_all();
  }
  static void put(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fputc('\n', stderr);
  }

  std::size_t lost_reported_ = 0;
  std::mutex flush_mutex_;
  std::condition_variable flushed_;
  std::uint64_t flushes_ = 0;
};

struct Engine {
  std::shared_ptr<StderrSink> sink = std::make_shared<StderrSink>();
  std::shared_ptr<spdlog::details::thread_pool> pool =
      std::make_shared<spdlog::details::thread_pool>(kQueueLines, std::size_t{1});
  std::shared_ptr<spdlog::async_logger> logger =
      std::make_shared<spdlog::async_logger>("yingda", sink, pool, spdlog::async_overflow_policy::overrun_oldest);
};

/// Never destroyed, because other static objects may still log; what is pending at exit is written by `flush`.
Engine& engine() {
  static Engine* instance = [] {
    auto* made = new Engine;
    made->sink->pool = made->pool;
    made->logger->set_level(spdlog::level::trace);
    std::atexit([] { flush(); });
    return made;
  }();
  return *instance;
}

void write_fields(Level level, std::string_view key, std::span<const Field> fields) noexcept {
  if (level < least_level.load(std::memory_order_relaxed)) return;
  try {
    const std::string line = format_line(SystemClock().now(), level, key, current_request_id, fields);
    engine().logger->log(spdlog::level::info, std::string_view(line));
  } catch (...) {
    // A log line is not worth a failure of the work that wrote it.
  }
}

}  // namespace

void write(Level level, std::string_view key, std::initializer_list<Field> fields) noexcept {
  write_fields(level, key, {fields.begin(), fields.size()});
}

void error(std::string_view key, const Error& failure, std::initializer_list<Field> fields) noexcept {
  try {
    std::string_view file = failure.origin.file_name();
    if (const auto slash = file.rfind('/'); slash != std::string_view::npos) file.remove_prefix(slash + 1);
    const std::string origin = std::string(file) + ":" + std::to_string(failure.origin.line());
    std::vector<Field> all(fields);
    all.push_back({"code", to_string(failure.code)});
    all.push_back({"reason", std::string_view(failure.reason)});
    if (!failure.detail.empty()) all.push_back({"detail", std::string_view(failure.detail)});
    all.push_back({"origin", std::string_view(origin)});
    write_fields(Level::error, key, all);
  } catch (...) {
    write_fields(Level::error, key, {});
  }
}

void set_level(Level level) noexcept { least_level.store(level, std::memory_order_relaxed); }

void flush() noexcept {
  try {
    Engine& e = engine();
    const std::uint64_t target = e.sink->flushes() + 1;
    e.logger->flush();
    e.sink->await_flush(target);
  } catch (...) {
    std::fflush(stderr);
  }
}

RequestScope::RequestScope(std::string request_id) : previous_(std::move(current_request_id)) {
  current_request_id = std::move(request_id);
}

RequestScope::~RequestScope() { current_request_id = std::move(previous_); }

}  // namespace yingda::log
