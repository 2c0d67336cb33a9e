#include "patience.hpp"

#include <algorithm>

namespace yingda::routing {
namespace {

/// A number in [0, 1) that depends on the item alone: splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom
/// number generators, OOPSLA 2014).
double draw(EpisodeId id) {
  std::uint64_t x = static_cast<std::uint64_t>(id.value) + 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  x ^= x >> 31U;
  return static_cast<double>(x >> 11U) * 0x1.0p-53;
}

}  // namespace

Patience::Patience(std::span<const RecordedItem> items) {
  struct Seen {
    std::int64_t waited_ms;
    bool left;
  };
  std::vector<Seen> seen;
  seen.reserve(items.size());
  for (const RecordedItem& item : items) seen.push_back({item.waited_ms, item.outcome == Outcome::abandoned});
  std::ranges::sort(seen, {}, &Seen::waited_ms);
  double survival = 1;
  for (std::size_t i = 0; i < seen.size();) {
    const std::int64_t at = seen[i].waited_ms;
    const auto at_risk = static_cast<double>(seen.size() - i);
    double left = 0;
    for (; i < seen.size() && seen[i].waited_ms == at; ++i) left += seen[i].left ? 1 : 0;
    if (left == 0) continue;
    survival *= 1 - left / at_risk;
    steps_.push_back({at, survival});
  }
}

double Patience::survival(std::int64_t waited_ms) const {
  const auto after = std::ranges::upper_bound(steps_, waited_ms, {}, &Step::at_ms);
  return after == steps_.begin() ? 1 : std::prev(after)->survival;
}

std::optional<std::int64_t> Patience::of(const RecordedItem& item) const {
  if (item.outcome == Outcome::abandoned) return item.waited_ms;
  const double wanted = draw(item.id) * survival(item.waited_ms);
  const auto step =
      std::ranges::find_if(steps_, [&](const Step& s) { return s.at_ms > item.waited_ms && s.survival <= wanted; });
  return step == steps_.end() ? std::nullopt : std::optional(step->at_ms);
}

}  // namespace yingda::routing
