// Handing one finished mail to one mail server: blocking, with a deadline, certificates checked. Does not own: how a
// mail is written (MIME), when it is tried again, where settings are kept.
//
// The server is set by an administrator, so internal addresses are allowed: most companies' mail servers have one.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"

namespace yingda::net {

enum class SmtpSecurity {
  tls,       ///< TLS from the first byte (port 465)
  starttls,  ///< STARTTLS is demanded; a server without it gets nothing (port 587)
  none,      ///< clear text: a relay on the same machine or in the same rack
};

struct SmtpServer {
  std::string host;  // name or address, see check_smtp_host
  std::uint16_t port = 587;
  SmtpSecurity security = SmtpSecurity::starttls;
  std::string user, password;  // no user: no AUTH
  std::string ca_pem;          // PEM certificates trusted instead of the system's store; "" trusts the system's
};

struct SmtpMail {
  std::string from;             // envelope sender: bare address
  std::vector<std::string> to;  // envelope recipients: bare addresses
  std::string bytes;            // the whole message, header and body, with CRLF line ends
};

enum class SmtpVerdict {
  accepted,       ///< the server took it over
  refused,        ///< a lasting no (5xx) to this mail or its recipient: trying again is useless
  not_now,        ///< the server's own "try again" (4xx), or words that make no sense
  login_refused,  ///< user or password, or the server demands what we have not set: a person must mend it
  tls_failed,     ///< no trusted encrypted line to this server
  unreachable,    ///< name not found, nobody listens, connection lost
  timed_out,      ///< the deadline passed; behind DATA the outcome is unknown
  cancelled,      ///< `stop` was asked for; the outcome may be unknown
};

struct SmtpOutcome {
  SmtpVerdict verdict = SmtpVerdict::unreachable;
  int code = 0;  // the server's last reply code; 0: none
  std::string
      words;  // the server's last words, or what went wrong; one line, at most kSmtpWordsBytesMax, never secrets
};

inline constexpr std::size_t kSmtpWordsBytesMax = 500;

/// Whether text may stand as host: letters, digits, '-', '.', or an IPv6 address in brackets; at most 253 bytes.
bool check_smtp_host(std::string_view host) noexcept;
/// Whether an address may stand in the envelope: no control characters, spaces or angle brackets, one '@' inside.
bool check_smtp_address(std::string_view address) noexcept;

/// Blocking up to `deadline`; on a worker, never on a network or the store's thread. Thread-safe. A host or an address
/// that the checks refuse gives `refused` without any traffic.
SmtpOutcome send_smtp(const SmtpServer& server, const SmtpMail& mail, DurationMs deadline, std::stop_token stop = {});

}  // namespace yingda::net
