#include "lane.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <utility>

#include "yingda/base/log.hpp"

namespace yingda::storage {
namespace {
thread_local bool tl_on_store_thread = false;
}

bool on_store_thread() noexcept { return tl_on_store_thread; }

void Batch::drop_since(Mark mark) {
  events.resize(mark.events);
  actions.resize(mark.actions);
}

void Batch::fail_all(const Error& error, const std::vector<char>& settled) {
  drop_since({});
  outcomes.resize(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (i < settled.size() && settled[i]) continue;
    outcomes[i] = std::unexpected(error);
  }
}

Status run_guarded(const Database::Job& job, Transaction& tx) noexcept {
  try {
    return job(tx);
  } catch (const std::exception& e) {
    return fail(Code::internal, "storage.job_threw", e.what());
  } catch (...) {
    return fail(Code::internal, "storage.job_threw", "unknown exception");
  }
}

void LaneShared::publish(std::span<const CommittedEvent> events) {
  const std::lock_guard lock(listener_mutex);
  if (!tracks_published) {
    if (listener) listener(events);
    return;
  }
  const auto is_news = [&](const CommittedEvent& event) { return event.seq > published[event.tenant]; };
  // What the log was read for between another process's commit and ours has been told already.
  if (std::ranges::all_of(events, is_news)) {
    tell(events);
  } else {
    std::vector<CommittedEvent> news;
    std::ranges::copy_if(events, std::back_inserter(news), is_news);
    tell(news);
  }
}

void LaneShared::tell(std::span<const CommittedEvent> events) {
  for (const CommittedEvent& event : events) {
    auto& seq = published[event.tenant];
    seq = std::max(seq, event.seq);
  }
  if (!events.empty() && listener) listener(events);
}

WriteLane::WriteLane(int number, std::unique_ptr<BatchRunner> runner, LaneShared& shared, std::size_t queue_max,
                     std::size_t batch_max)
    : runner_(std::move(runner)),
      shared_(shared),
      queue_max_(queue_max),
      batch_max_(std::max<std::size_t>(batch_max, 1)) {
  thread_ = std::thread([this, number] {
    pthread_setname_np(pthread_self(), ("yd-store-" + std::to_string(number)).c_str());
    loop();
  });
}

WriteLane::~WriteLane() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  runner_->stop_waiting();
  wake_.notify_one();
  thread_.join();
}

void WriteLane::submit(PendingJob job) {
  bool wake = false;
  {
    std::unique_lock lock(mutex_);
    if (closed_ || queue_.size() + left_.load(std::memory_order_relaxed) >= queue_max_) {
      lock.unlock();
      return job.done(fail(Code::unavailable, "storage.busy", "the write queue is full"));
    }
    queue_.push_back(std::move(job));
    wake = std::exchange(waiting_, false);
    const auto queued = shared_.queued.fetch_add(1, std::memory_order_relaxed) + 1;
    auto seen = shared_.queued_max_seen.load(std::memory_order_relaxed);
    while (queued > seen && !shared_.queued_max_seen.compare_exchange_weak(seen, queued, std::memory_order_relaxed)) {
    }
  }
  if (wake) wake_.notify_one();
}

bool WriteLane::take(Batch& batch) {
  if (taken_.empty()) {
    std::unique_lock lock(mutex_);
    while (queue_.empty()) {
      if (closed_) return false;
      waiting_ = true;
      wake_.wait(lock);
    }
    waiting_ = false;
    taken_.swap(queue_);  // at once: who submits does not wait for the moving of jobs
    left_.store(taken_.size(), std::memory_order_relaxed);
  }
  const std::size_t count = std::min(taken_.size(), batch_max_);
  for (std::size_t i = 0; i < count; ++i) {
    batch.jobs.push_back(std::move(taken_.front()));
    taken_.pop_front();
  }
  left_.store(taken_.size(), std::memory_order_relaxed);
  shared_.queued.fetch_sub(static_cast<std::int64_t>(count), std::memory_order_relaxed);
  return true;
}

void WriteLane::publish(Batch& batch) noexcept {
  if (!batch.events.empty()) shared_.publish(batch.events);
  for (auto& action : batch.actions) action();
  for (std::size_t i = 0; i < batch.jobs.size(); ++i) batch.jobs[i].done(std::move(batch.outcomes[i]));
}

void WriteLane::loop() {
  tl_on_store_thread = true;
  Batch batch;
  while (take(batch)) {
    batch.outcomes.resize(batch.jobs.size());
    runner_->run(batch);
    shared_.jobs.fetch_add(static_cast<std::int64_t>(batch.jobs.size()), std::memory_order_relaxed);
    publish(batch);
    batch.jobs.clear();
    batch.outcomes.clear();
    batch.events.clear();
    batch.actions.clear();
  }
}

}  // namespace yingda::storage
