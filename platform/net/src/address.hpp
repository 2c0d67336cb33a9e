// IP addresses as 16 bytes (IPv4 mapped), which of them are public, and ranges like 10.0.0.0/8. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yingda::net {

using AddressBytes = std::array<std::uint8_t, 16>;

/// Dotted IPv4 or IPv6 text (no zone, no brackets).
std::optional<AddressBytes> parse_address(std::string_view text);
AddressBytes from_v4(const std::array<std::uint8_t, 4>& bytes) noexcept;
/// The usual text; a mapped IPv4 address is written dotted.
std::string format_address(const AddressBytes& address);

/// False for loopback, private, shared (CGNAT), link-local, multicast, documentation, benchmark, reserved and
/// unspecified addresses, and for IPv6 forms that carry such an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo).
bool is_public_address(const AddressBytes& address) noexcept;

struct AddressRange {
  AddressBytes base{};
  int bits = 128;
  bool contains(const AddressBytes& address) const noexcept;
};
/// One address or CIDR text.
std::optional<AddressRange> parse_address_range(std::string_view text);

}  // namespace yingda::net
