// A waiting customer's place in the queue as he is told it. From routing's memory; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "yingda/base/ids.hpp"
#include "yingda/routing/routing.hpp"

namespace yingda::realtime {

struct QueuePlace {
  std::int64_t position = 0;  // 1-based; 0: he does not wait
  /// Whole minutes, rounded up: the estimate follows the queue's pace, so finer numbers would claim what nobody knows.
  /// Empty: the pace is unknown.
  std::optional<std::int64_t> estimated_wait_ms;
  bool operator==(const QueuePlace&) const = default;
};

QueuePlace queue_place(const routing::Routing& routing, TenantId tenant, ConversationId conversation);

}  // namespace yingda::realtime
