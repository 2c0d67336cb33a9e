// One network thread: an io_context, an inbox for other threads, a wheel of deadlines, a shared read buffer, and the
// sessions that live on it. Sessions are kept alive by this list and nothing runs outside it.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "link.hpp"
#include "ws_deflate.hpp"
#include "yingda/base/time.hpp"

namespace yingda::net {

/// A deadline on the wheel. Fires once, up to one tick (50 ms) late. Only on the loop's thread.
class Deadline {
 public:
  Deadline() = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 protected:
  ~Deadline() { unlink(); }
  virtual void on_deadline() = 0;

 private:
  friend class DeadlineWheel;
  void unlink() noexcept;
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
  std::int64_t due_tick_ = 0;
};

/// Coarse timers for very many sockets: arming and disarming cost a few pointers, no heap, no system call.
class DeadlineWheel {
 public:
  explicit DeadlineWheel(asio::io_context& io);
  void arm(Deadline& deadline, DurationMs after);
  void disarm(Deadline& deadline) noexcept { deadline.unlink(); }

 private:
  static constexpr std::int64_t kTickMs = 50;
  static constexpr std::size_t kSlots = 1024;
  class Anchor final : public Deadline {
   public:
    Anchor();
    bool empty() const noexcept;
    void on_deadline() override {}
  };
  std::int64_t now_tick() const;
  void link(Deadline& deadline);
  void start_ticking();
  void tick();

  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor> timer_;
  std::vector<Anchor> slots_;
  std::int64_t done_tick_ = 0;
  bool ticking_ = false;
};

class Loop;

/// Anything that owns a connection. All calls on its loop's thread.
class Session : public Deadline, public std::enable_shared_from_this<Session> {
 public:
  virtual ~Session() = default;
  /// Finish in order: no new work, close when what is in hand is done.
  virtual void on_stop() = 0;
  /// Close now.
  virtual void on_cut() = 0;
  /// Asked for by Loop::touch.
  virtual void on_touched() {}

 private:
  friend class Loop;
  Session* previous_session_ = nullptr;
  Session* next_session_ = nullptr;
  std::shared_ptr<Session> alive_;  // while tracked
};

struct LoopCounters {
  std::atomic<std::int64_t> requests{0}, ws_in{0}, ws_out{0}, websockets{0}, connections{0};
};

class Loop : public std::enable_shared_from_this<Loop> {
 public:
  using Job = std::move_only_function<void()>;
  Loop();
  ~Loop();

  void start();
  bool in_thread() const noexcept { return thread_.get_id() == std::this_thread::get_id(); }
  asio::io_context& io() noexcept { return io_; }
  DeadlineWheel& wheel() noexcept { return wheel_; }
  /// The thread's read buffer; its content lasts until the next use on this thread.
  std::span<char> scratch() noexcept { return scratch_; }
  WsDeflate& deflate() noexcept { return deflate_; }
  LoopCounters& counters() noexcept { return counters_; }

  /// From any thread; false, and the job is dropped, when the loop has closed. Jobs run in order.
  bool post(Job job);
  /// From any thread: on_touched soon. Many touches share one wake-up.
  bool touch(std::shared_ptr<Session> session);
  /// Runs after `delay`; dropped when the loop closes first. From any thread.
  void after(DurationMs delay, Job job);

  // On the loop's thread:
  void track(std::shared_ptr<Session> session);
  void untrack(Session& session);
  std::size_t tracked() const noexcept { return tracked_.load(std::memory_order_acquire); }
  void for_each_session(const std::function<void(Session&)>& visit);

  /// Asks all sessions to stop, waits until they are gone or `limit`, cuts the rest, ends the thread. Not on the
  /// loop's thread. Idempotent.
  void begin_stop();
  void finish_stop(DurationMs limit);

 private:
  void drain();
  void wake_locked();

  asio::io_context io_;
  asio::executor_work_guard<Executor> work_;
  DeadlineWheel wheel_;
  std::vector<char> scratch_;
  WsDeflate deflate_;
  LoopCounters counters_;
  std::thread thread_;

  std::mutex mutex_;
  std::vector<Job> jobs_;
  std::vector<std::shared_ptr<Session>> touched_;
  bool scheduled_ = false;
  bool closed_ = false;

  std::vector<Job> running_jobs_;
  std::vector<std::shared_ptr<Session>> running_touched_;
  Session* sessions_ = nullptr;
  std::atomic<std::size_t> tracked_{0};
};

}  // namespace yingda::net
