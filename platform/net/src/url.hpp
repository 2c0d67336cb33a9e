// Absolute URLs of outgoing requests. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "yingda/base/result.hpp"

namespace yingda::net {

struct Url {
  std::string scheme;  // http, https, ws
  std::string host;    // lower case, without brackets
  std::uint16_t port = 0;
  std::string target;  // path and query, starts with '/'

  bool tls() const { return scheme == "https"; }
  /// host[:port] as the Host header wants it.
  std::string authority() const;
  bool same_origin(const Url& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }
};

/// invalid_argument `net.invalid_url`: other schemes, user info, control characters, no host.
Result<Url> parse_url(std::string_view text);
/// A Location header against the URL that gave it.
Result<Url> resolve_location(const Url& base, std::string_view location);

}  // namespace yingda::net
