// A mail as bytes, written by GMime: headers after RFC 5322 and 2047, a text and an HTML part. The only file that sees
// GMime. Thread-safe.
#pragma once

#include <string>

#include "letter.hpp"
#include "yingda/base/time.hpp"

namespace yingda::email {

struct Headers {
  std::string from_name, from_address;
  std::string to_name, to;
  std::string reply_to;     // "" for none
  std::string message_id;   // without angle brackets
  std::string in_reply_to;  // without angle brackets; "" for none
  UtcTime date;
};

/// CRLF line ends.
std::string write_mime(const Headers& headers, const Composed& content);

}  // namespace yingda::email
