#include "timer_wheel.hpp"

#include <algorithm>
#include <bit>

#include "yingda/base/assert.hpp"

namespace yingda::runtime {

void TimerWheel::insert(WheelNode& node, std::int64_t when) {
  YD_ASSERT(!node.linked());
  node.when = when;
  WheelNode** head = &due_;
  node.level = kLevels;
  node.slot = 0;
  if (when > now_) {
    // The highest bit in which the two moments differ names the level, so that a slot never wraps around.
    constexpr std::int64_t furthest = (std::int64_t{1} << (kBits * kLevels)) - 1;
    const std::int64_t target = std::min(when, now_ | furthest);
    const auto differing = static_cast<std::uint64_t>(now_ ^ target) | (kSlots - 1);
    const int level = (63 - std::countl_zero(differing)) / kBits;
    const int slot = static_cast<int>((target >> (level * kBits)) & (kSlots - 1));
    node.level = static_cast<std::int8_t>(level);
    node.slot = static_cast<std::int8_t>(slot);
    occupied_[static_cast<std::size_t>(level)] |= std::uint64_t{1} << slot;
    head = &slots_[static_cast<std::size_t>(level)][static_cast<std::size_t>(slot)];
  }
  node.previous = nullptr;
  node.next = *head;
  if (*head) (*head)->previous = &node;
  *head = &node;
}

void TimerWheel::remove(WheelNode& node) {
  if (!node.linked()) return;
  if (node.next) node.next->previous = node.previous;
  if (node.previous) {
    node.previous->next = node.next;
  } else if (node.level == kLevels) {
    due_ = node.next;
  } else {
    const auto level = static_cast<std::size_t>(node.level), slot = static_cast<std::size_t>(node.slot);
    slots_[level][slot] = node.next;
    if (!node.next) occupied_[level] &= ~(std::uint64_t{1} << node.slot);
  }
  node.previous = node.next = nullptr;
  node.level = -1;
}

std::optional<TimerWheel::Place> TimerWheel::first() const {
  for (int level = 0; level < kLevels; ++level) {
    const std::uint64_t occupied = occupied_[static_cast<std::size_t>(level)];
    if (occupied == 0) continue;
    // Within a level all slots lie ahead of now_ in the same turn, and every lower level comes before them.
    const int slot = std::countr_zero(occupied);
    const int shift = level * kBits;
    const std::int64_t turn = now_ & ~((std::int64_t{1} << (shift + kBits)) - 1);
    return Place{level, slot, turn + (static_cast<std::int64_t>(slot) << shift)};
  }
  return std::nullopt;
}

std::optional<std::int64_t> TimerWheel::next() const {
  if (due_) return now_;
  const auto place = first();
  return place ? std::optional(place->at) : std::nullopt;
}

WheelNode* TimerWheel::advance(std::int64_t to) {
  YD_ASSERT(to >= now_);
  while (!due_) {
    const auto place = first();
    if (!place || place->at > to) {
      now_ = to;
      return nullptr;
    }
    now_ = place->at;
    auto& head = slots_[static_cast<std::size_t>(place->level)][static_cast<std::size_t>(place->slot)];
    while (WheelNode* node = head) {
      remove(*node);
      insert(*node, node->when);  // lower, or among the due
    }
  }
  WheelNode* node = due_;
  remove(*node);
  return node;
}

WheelNode* TimerWheel::any() const {
  if (due_) return due_;
  const auto place = first();
  return place ? slots_[static_cast<std::size_t>(place->level)][static_cast<std::size_t>(place->slot)] : nullptr;
}

void TimerWheel::reset(std::int64_t now) {
  YD_ASSERT(any() == nullptr);
  now_ = now;
}

}  // namespace yingda::runtime
