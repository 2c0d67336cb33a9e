// A hierarchical timer wheel: insert, remove and advance in constant time whatever the number of timers. Pure data
// structure: no clock, no lock, no storage.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace yingda::runtime {

/// A place on the wheel; the wheel does not own it. Must not move while linked.
struct WheelNode {
  std::int64_t when = 0;  // ms
  WheelNode* previous = nullptr;
  WheelNode* next = nullptr;
  std::int8_t level = -1;  // -1: not linked
  std::int8_t slot = 0;
  bool linked() const { return level >= 0; }
};

/// Ticks of one millisecond, 8 levels of 64 slots: level n has slots of 64^n ms, so every moment within 8,900 years has
/// its place. A node moves down at most once a level before it is due.
class TimerWheel {
 public:
  explicit TimerWheel(std::int64_t now) : now_(now) {}

  std::int64_t now() const { return now_; }
  /// `when` at or before now() is due at the next advance.
  void insert(WheelNode& node, std::int64_t when);
  void remove(WheelNode& node);
  /// The moment of the next work, never later than the earliest timer (earlier when nodes must move down a level).
  std::optional<std::int64_t> next() const;
  /// Moves to `to` (not before now()) and gives one node that is due, unlinked, earliest slot first; nullptr when no
  /// more is due. Call until nullptr.
  WheelNode* advance(std::int64_t to);
  /// Any linked node, for rebuilding; nullptr when empty.
  WheelNode* any() const;
  /// Only when empty: for a clock that stepped back.
  void reset(std::int64_t now);

 private:
  static constexpr int kBits = 6, kLevels = 8, kSlots = 1 << kBits;

  struct Place {
    int level = 0, slot = 0;
    std::int64_t at = 0;
  };
  std::optional<Place> first() const;

  std::int64_t now_;
  std::array<std::uint64_t, kLevels> occupied_{};
  std::array<std::array<WheelNode*, kSlots>, kLevels> slots_{};
  WheelNode* due_ = nullptr;  // list of nodes that are due already, linked by `next`, level kLevels
};

}  // namespace yingda::runtime
