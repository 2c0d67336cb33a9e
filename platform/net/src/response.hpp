// From a HttpResponse to the bytes of its head: content negotiation of assets, conditional and range requests, HEAD,
// framing. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "yingda/net/http.hpp"

namespace yingda::net {

/// What an answer depends on, of the request.
struct RequestFacts {
  Method method = Method::get;
  bool http11 = true;
  bool keep_alive = true;  // the connection stays open after this answer
  std::string accept_encoding, if_none_match, range, if_range;
  std::string request_id;
};

struct FileFacts {
  std::int64_t bytes = 0;
  std::int64_t changed_at_ns = 0;
};

/// The body is `body` (viewing into the response) or `file_bytes` of the file from `file_offset`.
struct PreparedResponse {
  int status = 200;
  std::string head;
  std::string_view body;
  std::int64_t file_offset = 0;
  std::int64_t file_bytes = 0;
};

/// `file` when the response names one. `date` is the value of the Date header.
PreparedResponse prepare_response(const HttpResponse& response, const RequestFacts& request,
                                  const std::optional<FileFacts>& file, std::string_view date);

enum class Encoding { identity, gzip, brotli };
/// The best of the stored encodings that Accept-Encoding admits (br before gzip before identity at equal q).
Encoding choose_encoding(std::string_view accept_encoding, bool has_gzip, bool has_brotli);
/// Whether If-None-Match names this ETag (weak comparison) or is "*".
bool etag_matches(std::string_view if_none_match, std::string_view etag);

struct ByteRange {
  std::int64_t first = 0, count = 0;
};
enum class RangeKind { none, partial, unsatisfiable };
/// One range of `bytes=…`; several ranges or a broken header count as none (RFC 9110 lets us ignore them).
RangeKind parse_range(std::string_view range, std::int64_t size, ByteRange& out);

}  // namespace yingda::net
