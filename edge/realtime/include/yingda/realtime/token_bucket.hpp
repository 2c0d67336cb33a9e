// A token bucket: how often one sender may do one thing. Time is given by the caller; not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>

namespace yingda::realtime {

class TokenBucket {
 public:
  TokenBucket(double burst, std::int64_t now_ms) : tokens_(static_cast<float>(burst)), at_ms_(now_ms) {}

  /// Takes one token. 0 when there was one, otherwise the milliseconds until there will be.
  std::int64_t take(double per_second, double burst, std::int64_t now_ms) {
    refill(per_second, burst, now_ms);
    if (tokens_ >= 1) {
      tokens_ -= 1;
      return 0;
    }
    return per_second <= 0 ? 60'000 : static_cast<std::int64_t>((1 - tokens_) * 1000 / per_second) + 1;
  }
  /// Tokens at hand now.
  double level(double per_second, double burst, std::int64_t now_ms) {
    refill(per_second, burst, now_ms);
    return tokens_;
  }

 private:
  void refill(double per_second, double burst, std::int64_t now_ms) {
    const std::int64_t passed = std::max<std::int64_t>(0, now_ms - at_ms_);
    at_ms_ = std::max(at_ms_, now_ms);
    tokens_ = static_cast<float>(std::min(burst, tokens_ + static_cast<double>(passed) * per_second / 1000));
  }

  float tokens_;
  std::int64_t at_ms_;
};

}  // namespace yingda::realtime
