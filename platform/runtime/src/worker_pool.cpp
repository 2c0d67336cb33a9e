// Threads, one queue, keyed strands. A strand stands in the queue at most once; its own jobs wait behind it.
#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "yingda/base/assert.hpp"
#include "yingda/base/log.hpp"
#include "yingda/runtime/runtime.hpp"

namespace yingda::runtime {
namespace {

using Job = std::function<void()>;

thread_local const void* tl_pool = nullptr;

void run_guarded(const Job& job) noexcept {
  try {
    job();
  } catch (const std::exception& e) {
    log::error("runtime.job_threw", {{"what", std::string_view(e.what())}});
  } catch (...) {
    log::error("runtime.job_threw");
  }
}

}  // namespace

struct WorkerPool::Impl {
  struct Ready {
    Job job;  // empty: the next job of strand `key`
    std::uint64_t key = 0;
  };
  enum class Bound { queue, none };

  const std::size_t queue_max;
  mutable std::mutex mutex;
  std::condition_variable work;   // a ready entry, or quit
  std::condition_variable quiet;  // nothing waiting
  std::deque<Ready> ready;
  std::unordered_map<std::uint64_t, std::deque<Job>> strands;  // only strands that wait or run
  std::size_t waiting = 0;                                     // jobs, also those in strands
  int idle = 0;
  bool stopping = false;
  bool quit = false;
  std::vector<std::thread> threads;

  explicit Impl(std::size_t max) : queue_max(max) {}

  Status refuse(Bound bound) const {
    if (stopping) return fail(Code::cancelled, "runtime.stopping");
    if (bound == Bound::queue && waiting >= queue_max) return fail(Code::unavailable, "runtime.busy");
    return {};
  }

  /// Called with the lock held; says whether a thread must be woken.
  bool add_ready(Ready entry) {
    ready.push_back(std::move(entry));
    return idle > 0;
  }

  Status post(Job job, Bound bound) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex);
      YD_CHECK(refuse(bound));
      ++waiting;
      wake = add_ready({std::move(job)});
    }
    if (wake) work.notify_one();
    return {};
  }

  Status post_keyed(std::uint64_t key, Job job) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex);
      YD_CHECK(refuse(Bound::queue));
      ++waiting;
      const auto [strand, fresh] = strands.try_emplace(key);
      strand->second.push_back(std::move(job));
      if (fresh) wake = add_ready({{}, key});
    }
    if (wake) work.notify_one();
    return {};
  }

  void loop() {
    tl_pool = this;
    std::unique_lock lock(mutex);
    for (;;) {
      while (ready.empty() && !quit) {
        ++idle;
        work.wait(lock);
        --idle;
      }
      if (quit) return;
      Ready entry = std::move(ready.front());
      ready.pop_front();
      const bool keyed = !entry.job;
      if (keyed) {
        auto& jobs = strands.at(entry.key);
        entry.job = std::move(jobs.front());
        jobs.pop_front();
      }
      if (--waiting == 0) quiet.notify_all();
      lock.unlock();
      run_guarded(entry.job);
      entry.job = nullptr;  // what it holds dies outside the lock
      lock.lock();
      if (keyed) finish_strand(entry.key);
    }
  }

  void finish_strand(std::uint64_t key) {
    const auto strand = strands.find(key);
    if (strand->second.empty()) {
      strands.erase(strand);
    } else {
      ready.push_back({{}, key});  // this thread takes the next entry itself
      if (idle > 0 && ready.size() > 1) work.notify_one();
    }
  }

  void stop(DurationMs limit) {
    YD_ASSERT(tl_pool != this);
    std::deque<Ready> dropped;
    std::vector<std::deque<Job>> dropped_strands;
    {
      std::unique_lock lock(mutex);
      stopping = true;
      if (limit.ms > 0) quiet.wait_for(lock, std::chrono::milliseconds(limit.ms), [&] { return waiting == 0; });
      quit = true;
      dropped.swap(ready);
      for (auto& [key, jobs] : strands) dropped_strands.push_back(std::exchange(jobs, {}));
      waiting = 0;
    }
    work.notify_all();
    for (auto& thread : threads) {
      if (thread.joinable()) thread.join();
    }
  }
};

WorkerPool::WorkerPool(int threads, std::size_t queue_max) : impl_(std::make_unique<Impl>(queue_max)) {
  YD_ASSERT(threads >= 1);
  for (int i = 0; i < threads; ++i) {
    impl_->threads.emplace_back([impl = impl_.get(), i] {
      pthread_setname_np(pthread_self(), ("yd-work-" + std::to_string(i)).c_str());
      impl->loop();
    });
  }
}

WorkerPool::~WorkerPool() { impl_->stop({}); }

Status WorkerPool::post(std::function<void()> job) { return impl_->post(std::move(job), Impl::Bound::queue); }

Status WorkerPool::post_self_bounded(std::function<void()> job) {
  return impl_->post(std::move(job), Impl::Bound::none);
}

Status WorkerPool::post_keyed(std::uint64_t key, std::function<void()> job) {
  return impl_->post_keyed(key, std::move(job));
}

void WorkerPool::stop(DurationMs limit) { impl_->stop(limit); }

std::size_t WorkerPool::queued() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->waiting;
}

}  // namespace yingda::runtime
