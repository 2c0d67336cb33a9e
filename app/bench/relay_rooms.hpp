// The work that a Yingda without a store would do for one message, built from the same parts: JSON decoder, described
// structs, scanner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace yingda::bench {

/// What one accepted message sends: an ack to its sender, an event to the agent, a smaller one to the visitor.
struct RelayFrames {
  std::string ack;
  std::shared_ptr<const std::string> agent, visitor;
};

/// Conversations in memory, one a visitor. Thread-safe: one lock a conversation.
class RelayRooms {
 public:
  explicit RelayRooms(std::size_t visitors_max);
  ~RelayRooms();
  enum class Side { visitor, agent };
  /// `visitor` is taken from the frame (its conversation id) when an agent speaks. False: not a message.
  bool accept(std::string_view frame, Side side, std::size_t& visitor, RelayFrames& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yingda::bench
