#include "address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "http_text.hpp"

namespace yingda::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct V4Range {
  std::uint32_t base;
  int bits;
};
// IANA special-purpose registry: everything not globally reachable, and multicast.
constexpr std::array<V4Range, 16> kClosedV4 = {{
    {0x00000000, 8},   // this network, unspecified
    {0x0A000000, 8},   // private
    {0x64400000, 10},  // shared address space (CGNAT)
    {0x7F000000, 8},   // loopback
    {0xA9FE0000, 16},  // link-local (cloud metadata lives here)
    {0xAC100000, 12},  // private
    {0xC0000000, 24},  // IETF protocol assignments
    {0xC0000200, 24},  // documentation
    {0xC0586300, 24},  // 6to4 relays
    {0xC0A80000, 16},  // private
    {0xC6120000, 15},  // benchmarks
    {0xC6336400, 24},  // documentation
    {0xCB007100, 24},  // documentation
    {0xE0000000, 4},   // multicast
    {0xF0000000, 4},   // reserved, broadcast
    {0xFFFFFFFF, 32},
}};

bool is_public_v4(std::span<const std::uint8_t> b) noexcept {
  const std::uint32_t address = static_cast<std::uint32_t>(b[0]) << 24 | static_cast<std::uint32_t>(b[1]) << 16 |
                                static_cast<std::uint32_t>(b[2]) << 8 | b[3];
  return std::ranges::none_of(kClosedV4, [&](const V4Range& range) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - range.bits);
    return (address & mask) == range.base;
  });
}

bool starts_with(const AddressBytes& address, std::initializer_list<std::uint8_t> prefix) noexcept {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

}  // namespace

AddressBytes from_v4(const std::array<std::uint8_t, 4>& bytes) noexcept {
  AddressBytes address{};
  std::ranges::copy(kMappedPrefix, address.begin());
  std::ranges::copy(bytes, address.begin() + 12);
  return address;
}

std::optional<AddressBytes> parse_address(std::string_view text) {
  const std::string zero_ended(text);
  std::array<std::uint8_t, 4> v4{};
  if (inet_pton(AF_INET, zero_ended.c_str(), v4.data()) == 1) return from_v4(v4);
  AddressBytes address{};
  if (inet_pton(AF_INET6, zero_ended.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

std::string format_address(const AddressBytes& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.begin());
  if (v4)
    inet_ntop(AF_INET, address.data() + 12, text.data(), text.size());
  else
    inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

bool is_public_address(const AddressBytes& a) noexcept {
  const std::span<const std::uint8_t> bytes(a);
  if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), a.begin())) return is_public_v4(bytes.subspan(12));
  // ::/96 holds unspecified, loopback and the abandoned IPv4-compatible form; ::ffff:0:0:0/96 is IPv4-translated.
  if (std::all_of(a.begin(), a.begin() + 8, [](std::uint8_t b) { return b == 0; })) return false;
  if (starts_with(a, {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))
    return is_public_v4(bytes.subspan(12));                                    // NAT64
  if (starts_with(a, {0x20, 0x02})) return is_public_v4(bytes.subspan(2, 4));  // 6to4
  if (starts_with(a, {0x20, 0x01}) && a[2] < 2) return false;                  // 2001::/23: Teredo, ORCHID, benchmarks
  if (starts_with(a, {0x20, 0x01, 0x0d, 0xb8})) return false;                  // documentation
  if (starts_with(a, {0x3f, 0xff}) && a[2] < 0x10) return false;               // documentation 3fff::/20
  return (a[0] & 0xE0) == 0x20;  // 2000::/3 is all that is assigned as global unicast
}

bool AddressRange::contains(const AddressBytes& address) const noexcept {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(base.begin(), base.begin() + static_cast<std::ptrdiff_t>(whole), address.begin())) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF << (8 - bits % 8));
  return (base[whole] & mask) == (address[whole] & mask);
}

std::optional<AddressRange> parse_address_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = parse_address(text.substr(0, slash));
  if (!base) return std::nullopt;
  AddressRange range{*base, 128};
  if (slash == std::string_view::npos) return range;
  const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  const auto bits = parse_decimal(text.substr(slash + 1));
  if (!bits || *bits > (v4 ? 32 : 128)) return std::nullopt;
  range.bits = static_cast<int>(*bits) + (v4 ? 96 : 0);
  return range;
}

}  // namespace yingda::net
