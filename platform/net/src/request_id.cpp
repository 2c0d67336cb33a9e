#include "request_id.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>

#include "yingda/base/crypto.hpp"

namespace yingda::net {

std::string make_request_id() {
  static const std::uint64_t seed = [] {
    const std::string bytes = crypto::random_bytes(sizeof(std::uint64_t));
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }();
  static std::atomic<std::uint64_t> count{0};
  // splitmix64: a bijection, so ids of one process never repeat.
  std::uint64_t x = seed + count.fetch_add(1, std::memory_order_relaxed) * 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  x ^= x >> 31;
  std::string id(16, '0');
  for (char& c : id) {
    c = "0123456789abcdef"[x & 15];
    x >>= 4;
  }
  return id;
}

}  // namespace yingda::net
