#include "buckets.hpp"

namespace yingda::webchat {
namespace {

constexpr std::size_t kLookedAt = 8;  // keys compared to find one to forget

std::uint64_t mix(std::uint64_t key) {
  key ^= key >> 31;
  key *= 0x9E3779B97F4A7C15ULL;
  return key ^ (key >> 29);
}

}  // namespace

std::int64_t Buckets::take(std::uint64_t key, std::int64_t now_ms) {
  Shard& shard = shards_[mix(key) % kShards];
  const std::scoped_lock lock(shard.mutex);
  auto found = shard.buckets.find(key);
  if (found == shard.buckets.end()) {
    if (shard.buckets.size() >= max_per_shard_) forget_one(shard, now_ms);
    found = shard.buckets.emplace(key, realtime::TokenBucket(rate_.burst, now_ms)).first;
  }
  return found->second.take(rate_.per_second, rate_.burst, now_ms);
}

void Buckets::forget_one(Shard& shard, std::int64_t now_ms) {
  std::uint64_t fullest = 0;
  double level = -1;
  std::size_t seen = 0;
  const std::size_t count = shard.buckets.bucket_count();
  for (std::size_t step = 0; step < count && seen < kLookedAt; ++step) {
    const std::size_t at = shard.hand++ % count;
    for (auto it = shard.buckets.begin(at); it != shard.buckets.end(at); ++it, ++seen) {
      const double now_level = it->second.level(rate_.per_second, rate_.burst, now_ms);
      if (now_level <= level) continue;
      level = now_level;
      fullest = it->first;
    }
  }
  if (level >= 0) shard.buckets.erase(fullest);
}

std::size_t Buckets::size() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    total += shard.buckets.size();
  }
  return total;
}

}  // namespace yingda::webchat
