// The newest events of one tenant, dense by seq, bounded in number and bytes. Not thread-safe (hub's thread).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "audience.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::realtime {

/// A committed event with its audience, shared by the ring and by replays.
struct LiveEvent {
  storage::CommittedEvent event;
  Audience audience;
};
using LiveEventPtr = std::shared_ptr<const LiveEvent>;
LiveEventPtr make_live(storage::CommittedEvent event);

class Ring {
 public:
  Ring(std::size_t events_max, std::int64_t bytes_max) : events_max_(events_max), bytes_max_(bytes_max) {}

  /// `event.seq` must follow last() unless the ring is empty.
  void push(LiveEventPtr event);
  /// An older event right before first(); false when there is no room or it does not fit on.
  bool push_front(LiveEventPtr event);
  bool empty() const { return events_.empty(); }
  std::int64_t first() const { return events_.empty() ? 0 : events_.front()->event.seq; }
  std::int64_t last() const { return events_.empty() ? 0 : events_.back()->event.seq; }
  /// Every event after `seq` is here (up to last()).
  bool covers_after(std::int64_t seq) const { return !events_.empty() && seq + 1 >= first(); }
  const LiveEventPtr& at(std::int64_t seq) const { return events_[static_cast<std::size_t>(seq - first())]; }
  std::size_t size() const { return events_.size(); }

 private:
  std::size_t events_max_;
  std::int64_t bytes_max_, bytes_ = 0;
  std::deque<LiveEventPtr> events_;
};

}  // namespace yingda::realtime
