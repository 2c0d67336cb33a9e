#include "lane.hpp"

#include <algorithm>
#include <utility>

namespace yingda::runtime {

void Lane::set_cursor(std::int64_t cursor) {
  cursor_ = tail_ = cursor;
  behind_ = known_ > tail_;
}

void Lane::know(std::int64_t last) {
  known_ = std::max(known_, last);
  behind_ = behind_ || known_ > tail_;
}

void Lane::hear(std::int64_t seq, EventPtr event) {
  known_ = std::max(known_, seq);
  if (behind_ || seq <= tail_) return;
  if (seq != tail_ + 1 || queue_.size() >= kQueueMax) {
    behind_ = true;
    return;
  }
  tail_ = seq;
  if (!event && queue_.empty() && !in_hand_) {
    cursor_ = seq;  // nobody need wake up for it
  } else {
    push({seq, std::move(event)});
  }
}

void Lane::refill(std::vector<LaneItem> items, std::int64_t read_to) {
  for (LaneItem& item : items) push(std::move(item));
  tail_ = std::max(tail_, read_to);
  behind_ = known_ > tail_;
}

void Lane::skip_to(std::int64_t seq) {
  cursor_ = tail_ = std::max(tail_, seq);
  behind_ = known_ > tail_;
}

void Lane::push(LaneItem item) {
  if (!item.event && !queue_.empty() && !queue_.back().event) {
    queue_.back().seq = item.seq;
  } else {
    queue_.push_back(std::move(item));
  }
}

std::vector<LaneItem> Lane::take(std::size_t n) {
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(n, queue_.size()));
  std::vector<LaneItem> items(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  in_hand_ = !items.empty();
  return items;
}

void Lane::give_back(std::vector<LaneItem> items) {
  queue_.insert(queue_.begin(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
  in_hand_ = false;
}

void Lane::digested(std::int64_t seq) {
  cursor_ = std::max(cursor_, seq);
  in_hand_ = false;
}

}  // namespace yingda::runtime
