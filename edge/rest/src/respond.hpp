// Errors and headers of the API's answers; statuses and the error shape come from net.
#pragma once

#include <string>

#include "call.hpp"
#include "yingda/base/result.hpp"
#include "yingda/net/http.hpp"

namespace yingda::rest {

/// The error as an answer; `retry_after_s` > 0 adds Retry-After (503 always has one).
net::HttpResponse error_response(const Error& error, messages::Language language, std::int64_t retry_after_s = 0);

/// Headers of every API answer: no sniffing, no caching, no framing, nothing active; HSTS under TLS.
void add_api_headers(net::HttpResponse& response, bool tls);

}  // namespace yingda::rest
