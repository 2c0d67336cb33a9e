#include "url.hpp"

#include <algorithm>

#include "http_text.hpp"

namespace yingda::net {
namespace {

constexpr std::size_t kUrlBytesMax = 8192;

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

}  // namespace

std::string Url::authority() const {
  std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  const int usual = scheme == "https" ? 443 : 80;
  return port == usual ? out : out + ":" + std::to_string(port);
}

Result<Url> parse_url(std::string_view text) {
  const auto refuse = [](const char* why) { return fail(Code::invalid_argument, "net.invalid_url", why); };
  if (text.size() > kUrlBytesMax) return refuse("too long");
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\') return refuse("forbidden character");
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return refuse("no scheme");
  url.scheme = lower_name(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https" && url.scheme != "ws") return refuse("scheme");
  text.remove_prefix(colon + 3);
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, end);
  std::string_view rest = text.substr(end);
  rest = rest.substr(0, rest.find('#'));
  url.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  if (authority.find('@') != std::string_view::npos) return refuse("user info");
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return refuse("bracket");
    url.host = lower_name(authority.substr(1, close - 1));
    const bool literal =
        std::ranges::all_of(url.host, [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; });
    if (!literal || url.host.find(':') == std::string::npos) return refuse("address");
    authority.remove_prefix(close + 1);
    if (!authority.empty() && authority.front() != ':') return refuse("port");
    port = authority.substr(std::min<std::size_t>(1, authority.size()));
  } else {
    const std::size_t at = authority.find(':');
    url.host = lower_name(authority.substr(0, at));
    if (at != std::string_view::npos) port = authority.substr(at + 1);
    if (!std::ranges::all_of(url.host, is_host_char)) return refuse("host");
  }
  if (url.host.empty() || url.host.size() > 253) return refuse("host");
  url.port = url.tls() ? 443 : 80;
  if (!port.empty()) {
    const auto number = parse_decimal(port);
    if (!number || *number < 1 || *number > 65535) return refuse("port");
    url.port = static_cast<std::uint16_t>(*number);
  }
  return url;
}

Result<Url> resolve_location(const Url& base, std::string_view location) {
  if (location.find("://") < location.find_first_of("/?#")) return parse_url(location);
  const std::string origin = base.scheme + "://" + base.authority();
  if (location.starts_with("//")) return parse_url(base.scheme + ":" + std::string(location));
  if (location.starts_with('/')) return parse_url(origin + std::string(location));
  const std::string path = base.target.substr(0, base.target.find('?'));
  if (location.empty() || location.starts_with('?') || location.starts_with('#'))
    return parse_url(origin + path + std::string(location));
  return parse_url(origin + path.substr(0, path.rfind('/') + 1) + std::string(location));
}

}  // namespace yingda::net
