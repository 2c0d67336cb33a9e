#include "yingda/realtime/queue_place.hpp"

namespace yingda::realtime {

QueuePlace queue_place(const routing::Routing& routing, TenantId tenant, ConversationId conversation) {
  constexpr std::int64_t kMinute = minutes(1).ms;
  QueuePlace place;
  place.position = routing.queue_position(tenant, conversation);
  if (place.position == 0) return place;
  if (const auto wait = routing.estimated_wait(tenant, conversation))
    place.estimated_wait_ms = (wait->ms + kMinute - 1) / kMinute * kMinute;
  return place;
}

}  // namespace yingda::realtime
