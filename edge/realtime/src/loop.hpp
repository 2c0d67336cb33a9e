// The hub's thread: a queue of commands, a queue of committed events, timers. Everything runs in the order it came.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

#include "yingda/base/time.hpp"

namespace yingda::realtime {

class Loop {
 public:
  using Job = std::move_only_function<void()>;

  explicit Loop(std::size_t commands_max) : commands_max_(commands_max) {}
  ~Loop() { stop(); }

  void start();
  /// Runs what is queued, drops timers, ends the thread. Idempotent.
  void stop();
  /// Queues a job. False when the queue is full or the loop has stopped; `urgent` jobs (the end of a connection,
  /// answers of the store) are never refused while the loop runs.
  enum class Urgency { normal, urgent };
  bool post(Job job, Urgency urgency = Urgency::normal);
  /// From any thread; dropped on stop.
  void after(DurationMs delay, Job job);

 private:
  using Steady = std::chrono::steady_clock;
  struct Due {
    Steady::time_point at;
    std::uint64_t number;
    mutable Job job;
    bool operator<(const Due& other) const { return at != other.at ? at > other.at : number > other.number; }
  };

  void run();

  const std::size_t commands_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> jobs_;
  std::priority_queue<Due> due_;
  std::uint64_t timers_made_ = 0;
  bool running_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace yingda::realtime
