// Ids of requests: unique in practice, cheap, without meaning.
#pragma once

#include <string>

namespace yingda::net {
/// 16 hexadecimal characters. Thread-safe.
std::string make_request_id();
}  // namespace yingda::net
