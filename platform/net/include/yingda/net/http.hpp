// HTTP as the edge sees it: plain values and a promise. No Beast, no Asio in this header.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"

namespace yingda::net {

enum class Method { get, head, post, put, patch, del, options, other };
std::string_view to_string(Method method) noexcept;

struct Header {
  std::string name;  // lower case
  std::string value;
};

/// A request, whole. Bodies above the spool limit lie in a temporary file that dies with the request.
struct HttpRequest {
  Method method = Method::get;
  std::string path;   // percent-decoded, starts with '/', no dot segments
  std::string query;  // raw, without '?'
  std::vector<Header> headers;
  std::string body;                      // empty when spooled
  std::optional<std::string> body_file;  // path of the spooled body
  std::int64_t body_bytes = 0;
  std::string remote_address;  // peer, or the right-most untrusted X-Forwarded-For entry behind a trusted proxy
  std::string request_id;      // from X-Request-Id when well-formed, else made here; echoed in the answer
  bool tls = false;
  std::shared_ptr<void> body_owner;  // the spooled file is removed with the last copy of this

  /// Value of the first header with this lower-case name, or "".
  std::string_view header(std::string_view lower_name) const noexcept;
  /// Value of a cookie, or "".
  std::string_view cookie(std::string_view name) const noexcept;
  /// Decoded query parameters in order; `request.invalid_query` on broken escapes or invalid UTF-8.
  Result<std::vector<std::pair<std::string, std::string>>> query_params() const;
};

/// Bytes that outlive the program or are shared: assets from the binary.
struct AssetView {
  std::string_view identity, gzip, brotli;  // gzip/brotli empty when not stored
  std::string_view content_type, etag;
  bool immutable = false;  // hashed file name: cache for a year
};

struct HttpResponse {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // instead of body
  std::optional<AssetView> asset;                  // negotiates encoding, ETag, HEAD
  std::optional<std::string> file;                 // streams a file; supports one Range
  static HttpResponse json(int status, std::string body);
  HttpResponse& set(std::string name, std::string value);
};

/// The status that an error becomes (invalid_argument 400, unauthenticated 401, permission_denied 403, not_found 404,
/// conflict 409, limit_exceeded 429, internal and corrupt 500, unavailable and cancelled 503, timeout 504; net's own
/// reasons 408, 413, 426, 431, 501).
int http_status(const Error& error) noexcept;
/// The error shape `{"code","reason","message","fields"}` with the words of base/messages in the best language of an
/// Accept-Language value (English without one); detail stays inside. 429 and 503 say Retry-After: 1.
HttpResponse error_response(const Error& error, std::string_view accept_language = {});

/// The one answer to one request. Copyable handle, thread-safe; the first send wins, later ones are ignored; if the
/// last copy dies unanswered the peer gets 500 `internal`.
class HttpReply {
 public:
  struct State;
  explicit HttpReply(std::shared_ptr<State> state) : state_(std::move(state)) {}
  void send(HttpResponse response) const;
  /// The peer went away: long work may stop.
  bool cancelled() const noexcept;

 private:
  std::shared_ptr<State> state_;
};

/// Splits and decodes `a=b&c=d`.
Result<std::vector<std::pair<std::string, std::string>>> decode_query(std::string_view query);
/// Percent-decoding of a path; invalid_argument `request.invalid_path` on broken escapes, NUL, dot segments.
Result<std::string> decode_path(std::string_view raw);

/// One part of multipart/form-data; `content` views into the body (or mapped file).
struct Part {
  std::string name, file_name, content_type;
  std::string_view content;
};
/// invalid_argument `request.invalid_multipart`; limit_exceeded `request.too_many_parts`.
Result<std::vector<Part>> decode_multipart(std::string_view content_type, std::string_view body, int parts_max = 32);

}  // namespace yingda::net
