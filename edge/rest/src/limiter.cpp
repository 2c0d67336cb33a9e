#include "limiter.hpp"

namespace yingda::rest {

std::int64_t Limiter::take(std::string_view key, UtcTime now) {
  const std::scoped_lock lock(mutex_);
  auto at = buckets_.find(key);
  if (at == buckets_.end()) {
    if (buckets_.size() >= keys_max_) make_room(now);
    at = buckets_.emplace(std::string(key), realtime::TokenBucket(burst_, now.ms)).first;
  }
  return at->second.take(per_second_, burst_, now.ms);
}

std::int64_t Limiter::look(std::string_view key, UtcTime now) {
  const std::scoped_lock lock(mutex_);
  const auto at = buckets_.find(key);
  if (at == buckets_.end() || at->second.level(per_second_, burst_, now.ms) >= 1) return 0;
  return static_cast<std::int64_t>(1000 / per_second_) + 1;
}

std::size_t Limiter::size() const {
  const std::scoped_lock lock(mutex_);
  return buckets_.size();
}

void Limiter::make_room(UtcTime now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    realtime::TokenBucket bucket = entry.second;
    return bucket.level(per_second_, burst_, now.ms) >= burst_ - 0.5;
  });
  if (buckets_.size() >= keys_max_) buckets_.clear();
}

}  // namespace yingda::rest
