// OpenSSL contexts for servers and clients. Thread-safe once made.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "yingda/base/result.hpp"

namespace yingda::net {

struct SslContextFree {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;
struct SslFree {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using Ssl = std::unique_ptr<SSL, SslFree>;

/// TLS 1.2 and newer; invalid_argument `net.invalid_certificate` when the files are unreadable or do not fit together.
Result<SslContext> make_server_tls(const std::string& certificate_file, const std::string& private_key_file);
/// Verifies against the system's CA store and, if not empty, the PEM certificates in `ca_file`.
Result<SslContext> make_client_tls(const std::string& ca_file);
/// A client session for `host`: SNI and host name check (or address check for literals).
Ssl make_client_session(SSL_CTX* context, const std::string& host);
/// OpenSSL writes to sockets without MSG_NOSIGNAL, so the process ignores SIGPIPE. Idempotent.
void ignore_sigpipe() noexcept;

}  // namespace yingda::net
