// Token buckets by key (visitor, address) in bounded memory. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "yingda/realtime/token_bucket.hpp"
#include "yingda/webchat/limits.hpp"

namespace yingda::webchat {

class Buckets {
 public:
  /// At most about `max` keys are remembered; when more come, the fullest of some are forgotten: they lose least.
  Buckets(Rate rate, std::size_t max) : rate_(rate), max_per_shard_(max / kShards + 1) {}

  /// Takes one token. 0 when there was one, otherwise the milliseconds until there will be.
  std::int64_t take(std::uint64_t key, std::int64_t now_ms);
  std::size_t size() const;

 private:
  static constexpr std::size_t kShards = 16;
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::uint64_t, realtime::TokenBucket> buckets;
    std::size_t hand = 0;  // where the next search for one to forget begins
  };
  void forget_one(Shard& shard, std::int64_t now_ms);

  Rate rate_;
  std::size_t max_per_shard_;
  std::array<Shard, kShards> shards_;
};

}  // namespace yingda::webchat
