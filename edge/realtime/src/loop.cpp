#include "loop.hpp"

#include <utility>

namespace yingda::realtime {

void Loop::start() {
  const std::scoped_lock lock(mutex_);
  if (running_ || stopping_) return;
  running_ = true;
  thread_ = std::thread([this] { run(); });
}

void Loop::stop() {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Loop::post(Job job, Urgency urgency) {
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return false;
    if (urgency == Urgency::normal && jobs_.size() >= commands_max_) return false;
    first = jobs_.empty();
    jobs_.push_back(std::move(job));
  }
  if (first) wake_.notify_one();
  return true;
}

void Loop::after(DurationMs delay, Job job) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    due_.push({Steady::now() + std::chrono::milliseconds(delay.ms), timers_made_++, std::move(job)});
  }
  wake_.notify_one();
}

void Loop::run() {
  std::vector<Job> batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto now = Steady::now();
    while (!due_.empty() && due_.top().at <= now && !stopping_) {
      jobs_.push_back(std::move(due_.top().job));
      due_.pop();
    }
    if (jobs_.empty()) {
      if (stopping_) return;
      if (due_.empty()) {
        wake_.wait(lock);
      } else {
        const auto next = due_.top().at;  // a copy: timers may be added while this thread waits
        wake_.wait_until(lock, next);
      }
      continue;
    }
    batch.swap(jobs_);
    lock.unlock();
    for (Job& job : batch) job();
    batch.clear();
    lock.lock();
  }
}

}  // namespace yingda::realtime
