#include "secrets.hpp"

#include <cstddef>
#include <cstdint>

#include "yingda/base/crypto.hpp"

namespace yingda::org {
namespace {
constexpr std::size_t kTenantBytes = 8;
constexpr std::size_t kRandomBytes = 32;
}  // namespace

std::string make_secret(TenantId tenant) {
  std::string bytes;
  const auto value = static_cast<std::uint64_t>(tenant.value);
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  bytes += crypto::random_bytes(kRandomBytes);
  return crypto::base64url(bytes);
}

std::optional<TenantId> tenant_of_secret(std::string_view secret) {
  const auto bytes = crypto::decode_base64url(secret);
  if (!bytes || bytes->size() != kTenantBytes + kRandomBytes) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kTenantBytes; ++i) value = value << 8 | static_cast<unsigned char>((*bytes)[i]);
  const TenantId tenant{static_cast<std::int64_t>(value)};
  if (tenant.value <= 0) return std::nullopt;
  return tenant;
}

std::string hash_secret(std::string_view secret) { return crypto::hex(crypto::sha256(secret)); }

}  // namespace yingda::org
