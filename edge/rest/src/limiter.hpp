// Token buckets by key with bounded memory. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "yingda/base/time.hpp"
#include "yingda/realtime/token_bucket.hpp"

namespace yingda::rest {

class Limiter {
 public:
  Limiter(double per_second, double burst, std::size_t keys_max)
      : per_second_(per_second), burst_(burst), keys_max_(keys_max) {}

  /// Takes one token; 0 when there was one, else milliseconds until there will be.
  std::int64_t take(std::string_view key, UtcTime now);
  /// The same without taking: whether the key is exhausted.
  std::int64_t look(std::string_view key, UtcTime now);
  std::size_t size() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
  };
  /// Full buckets say nothing that a new one would not: they go first; when all are in use, the whole map begins anew
  /// rather than grow.
  void make_room(UtcTime now);

  const double per_second_, burst_;
  const std::size_t keys_max_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, realtime::TokenBucket, Hash, std::equal_to<>> buckets_;
};

}  // namespace yingda::rest
