// What one handler still has to digest of one tenant's log: a bounded queue fed live, and a note when the store must be
// read because the queue overflowed or never began. Pure data structure: no lock, no I/O.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "yingda/storage/database.hpp"

namespace yingda::runtime {

using EventPtr = std::shared_ptr<const storage::CommittedEvent>;

struct LaneItem {
  std::int64_t seq = 0;
  EventPtr event;  // none: nothing for this handler up to `seq`
};

class Lane {
 public:
  /// Live events waiting; beyond, the newer ones are left to the store and read from there later.
  static constexpr std::size_t kQueueMax = 1024;

  /// Where the handler stands. Before the first call the lane only remembers what it hears.
  void set_cursor(std::int64_t cursor);
  /// The log is known to reach `last`.
  void know(std::int64_t last);
  /// A committed event in log order; `event` is none when the handler does not want it.
  void hear(std::int64_t seq, EventPtr event);
  /// What the store gave behind tail(), in order, up to `read_to`.
  void refill(std::vector<LaneItem> items, std::int64_t read_to);
  /// The log before `seq` + 1 exists no more.
  void skip_to(std::int64_t seq);

  /// The first items, at most `n`; they count as work until digested or given back.
  std::vector<LaneItem> take(std::size_t n);
  void give_back(std::vector<LaneItem> items);
  /// Everything up to `seq` is done.
  void digested(std::int64_t seq);

  bool has_work() const { return !queue_.empty() || behind_; }
  bool must_read() const { return queue_.empty() && behind_; }
  std::int64_t cursor() const { return cursor_; }
  std::int64_t tail() const { return tail_; }
  std::int64_t known() const { return known_; }

 private:
  void push(LaneItem item);

  std::deque<LaneItem> queue_;
  std::int64_t cursor_ = 0;  // digested up to here
  std::int64_t tail_ = 0;    // queued (or digested) up to here without a gap
  std::int64_t known_ = 0;   // committed up to here, as far as we heard
  bool behind_ = true;       // events behind tail_ must be read from the store
  bool in_hand_ = false;
};

}  // namespace yingda::runtime
