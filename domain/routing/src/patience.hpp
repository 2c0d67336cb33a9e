// How long customers wait before they leave, learnt from a recording. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "yingda/routing/simulate.hpp"

namespace yingda::routing {

/// Product-limit estimate of the chance to still wait after some time: waits of customers who left are the events,
/// waits of those who were served (or still wait) only say that their patience was longer.
class Patience {
 public:
  explicit Patience(std::span<const RecordedItem> items);

  /// Chance in [0, 1] that a customer waits longer than `waited_ms`.
  double survival(std::int64_t waited_ms) const;
  /// The patience of one item: its own wait when it left, else drawn beyond its wait; nullopt: longer than anybody
  /// was seen to wait.
  std::optional<std::int64_t> of(const RecordedItem& item) const;

 private:
  struct Step {
    std::int64_t at_ms;
    double survival;  // from here on
  };
  std::vector<Step> steps_;
};

}  // namespace yingda::routing
