// One TCP connection, plain or TLS, by non-blocking steps: try, and if it would block wait for readiness. No buffers of
// its own while idle, which is what lets a server hold tens of thousands of quiet sockets.
#pragma once

#include <sys/uio.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tls.hpp"

namespace yingda::net {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
template <class T>
using Task = asio::awaitable<T, Executor>;

enum class IoStatus : std::uint8_t { ok, want_read, want_write, closed };
struct IoResult {
  IoStatus status = IoStatus::ok;
  std::size_t bytes = 0;
};

/// Not thread-safe: used on the thread of its loop.
class Link {
 public:
  /// `ssl` empty: plain. The socket is switched to non-blocking.
  Link(TcpSocket socket, Ssl ssl);

  bool tls() const noexcept { return ssl_ != nullptr; }
  bool is_open() const noexcept { return socket_.is_open(); }
  TcpSocket& socket() noexcept { return socket_; }

  /// One step of the TLS handshake; ok at once on plain links.
  IoResult handshake();
  /// `closed` on end of stream and on errors.
  IoResult read(std::span<char> into);
  /// Takes a prefix of the buffers. On TLS, bytes taken may still be owed to the wire: see flush.
  IoResult write(std::span<const iovec> buffers);
  /// Writes what is owed; ok when nothing is.
  IoResult flush();
  bool owes() const noexcept { return !owed_.empty(); }
  /// True when the peer has closed its side and nothing is left to read.
  bool peer_gone();
  /// Why the handshake failed, for logs.
  std::string tls_error() const;
  /// TLS close_notify and TCP FIN; the peer may still send.
  void shutdown_send() noexcept;
  void close() noexcept;
  /// Closes with RST: no TIME_WAIT, unsent data is lost.
  void cut() noexcept;

 private:
  IoResult tls_result(int result);

  TcpSocket socket_;
  Ssl ssl_;
  std::string owed_;  // TLS plaintext taken but not yet accepted by OpenSSL
};

/// Waits until the link is ready; false when cancelled or broken.
Task<bool> wait_ready(Link& link, IoStatus what);

}  // namespace yingda::net
