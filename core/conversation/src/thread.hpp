// The conversation as this room keeps it: what everybody sees, and what only the verbs need.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "yingda/conversation/types.hpp"

namespace yingda::conversation {

template <class Range, class T, class Projection = std::identity>
bool contains(const Range& range, const T& value, Projection projection = {}) {
  return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

/// How the current (or last) episode went so far; written to its own row when it closes.
struct EpisodeProgress {
  UtcTime opened_at_ms;
  std::optional<UtcTime> first_assigned_at_ms, first_reply_at_ms;
  std::int64_t customer_messages = 0, agent_messages = 0;
  std::vector<UserId> agents;  // in order of their first part in it
};

struct Thread {
  Conversation view;
  std::int64_t visible_seq = 0;  // message that last_preview shows; 0: none
  EpisodeProgress episode;
};

}  // namespace yingda::conversation
