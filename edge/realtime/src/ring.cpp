#include "ring.hpp"

#include <utility>

#include "yingda/base/assert.hpp"

namespace yingda::realtime {
namespace {

std::int64_t weight(const LiveEvent& live) {
  return static_cast<std::int64_t>(sizeof(LiveEvent) + live.event.payload.size() + live.event.type.size());
}

}  // namespace

LiveEventPtr make_live(storage::CommittedEvent event) {
  auto live = std::make_shared<LiveEvent>();
  live->event = std::move(event);
  live->audience = read_audience(live->event.type, live->event.payload);
  return live;
}

void Ring::push(LiveEventPtr event) {
  YD_ASSERT(events_.empty() || event->event.seq == last() + 1);
  bytes_ += weight(*event);
  events_.push_back(std::move(event));
  while (events_.size() > events_max_ || (bytes_ > bytes_max_ && events_.size() > 1)) {
    bytes_ -= weight(*events_.front());
    events_.pop_front();
  }
}

bool Ring::push_front(LiveEventPtr event) {
  if (!events_.empty() && event->event.seq + 1 != first()) return false;
  const std::int64_t bytes = weight(*event);
  if (events_.size() >= events_max_ || bytes_ + bytes > bytes_max_) return false;
  bytes_ += bytes;
  events_.push_front(std::move(event));
  return true;
}

}  // namespace yingda::realtime
