// HTTP/1.1 message parsing by Beast's state machine, behind plain types. Owns: strictness of the grammar and of body
// framing (no request smuggling). Does not own: reading, limits of bodies, meaning of headers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/net/http.hpp"

namespace yingda::net {

enum class ParseStep { need_more, head_done, message_done, failed };
enum class ParseFailure { none, malformed, head_too_large, body_refused, unsupported_encoding };

/// Takes body bytes; false stops the parse with `body_refused`.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual bool on_body(std::string_view bytes) = 0;
};

struct MessageHead {
  Method method = Method::other;  // requests
  std::string target;             // requests
  int status = 0;                 // responses
  int version = 11;
  std::vector<Header> headers;  // names lower case
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = false;
  bool upgrade = false;  // Connection: upgrade with an Upgrade header
};

/// One message. `put` takes bytes and tells how many it used; unused bytes must be given again, with more behind.
class MessageParser {
 public:
  enum class Kind { request, response, response_without_body };
  MessageParser(Kind kind, std::size_t head_bytes_max, BodySink& sink);
  ~MessageParser();
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  struct Progress {
    ParseStep step = ParseStep::need_more;
    std::size_t used = 0;
  };
  /// Stops after the head once (`head_done`, or `message_done` when no body follows), then after the whole message.
  Progress put(std::string_view bytes);
  /// The peer ended its stream; true when that completes the message.
  bool put_eof();
  MessageHead& head();
  ParseFailure failure() const;
  bool got_some() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yingda::net
