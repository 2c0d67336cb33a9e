// The one shared fake clock for tests and simulations. Thread-safe.
#pragma once

#include <atomic>

#include "yingda/base/time.hpp"

namespace yingda {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(UtcTime start = UtcTime{1'767'225'600'000}) : ms_(start.ms) {}  // 2026-01-01T00:00Z
  UtcTime now() const override { return {ms_.load(std::memory_order_relaxed)}; }
  void advance(DurationMs by) { ms_.fetch_add(by.ms, std::memory_order_relaxed); }
  void set(UtcTime to) { ms_.store(to.ms, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> ms_;
};

}  // namespace yingda
