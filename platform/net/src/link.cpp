#include "link.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace yingda::net {
namespace {
constexpr std::size_t kTlsRecordBytes = 16 * 1024;
}

Link::Link(TcpSocket socket, Ssl ssl) : socket_(std::move(socket)), ssl_(std::move(ssl)) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (ssl_) SSL_set_fd(ssl_.get(), socket_.native_handle());
}

IoResult Link::tls_result(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return {IoStatus::want_read, 0};
    case SSL_ERROR_WANT_WRITE: return {IoStatus::want_write, 0};
    default: ERR_clear_error(); return {IoStatus::closed, 0};
  }
}

IoResult Link::handshake() {
  if (!ssl_) return {};
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? IoResult{} : tls_result(result);
}

std::string Link::tls_error() const {
  if (!ssl_) return {};
  const long verdict = SSL_get_verify_result(ssl_.get());
  return verdict == X509_V_OK ? "handshake failed" : X509_verify_cert_error_string(verdict);
}

IoResult Link::read(std::span<char> into) {
  if (!socket_.is_open()) return {IoStatus::closed, 0};
  if (ssl_) {
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
    return got > 0 ? IoResult{IoStatus::ok, static_cast<std::size_t>(got)} : tls_result(got);
  }
  for (;;) {
    const ssize_t got = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
    if (got > 0) return {IoStatus::ok, static_cast<std::size_t>(got)};
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {IoStatus::want_read, 0};
    return {IoStatus::closed, 0};
  }
}

IoResult Link::flush() {
  while (!owed_.empty()) {
    ERR_clear_error();
    const int put = SSL_write(ssl_.get(), owed_.data(), static_cast<int>(owed_.size()));
    if (put <= 0) return tls_result(put);
    owed_.erase(0, static_cast<std::size_t>(put));
  }
  if (owed_.capacity() > 64) owed_ = std::string();
  return {};
}

IoResult Link::write(std::span<const iovec> buffers) {
  if (!socket_.is_open()) return {IoStatus::closed, 0};
  if (ssl_) {
    const IoResult flushed = flush();
    if (flushed.status != IoStatus::ok) return flushed;
    for (const auto& buffer : buffers) {
      const std::size_t room = kTlsRecordBytes - owed_.size();
      owed_.append(static_cast<const char*>(buffer.iov_base), std::min(room, buffer.iov_len));
      if (owed_.size() == kTlsRecordBytes) break;
    }
    const std::size_t taken = owed_.size();
    const IoResult written = flush();
    if (written.status == IoStatus::closed) return written;
    return {IoStatus::ok, taken};
  }
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(buffers.data());
  message.msg_iovlen = buffers.size();
  for (;;) {
    const ssize_t put = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
    if (put >= 0) return {IoStatus::ok, static_cast<std::size_t>(put)};
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {IoStatus::want_write, 0};
    return {IoStatus::closed, 0};
  }
}

bool Link::peer_gone() {
  if (!socket_.is_open()) return true;
  char byte = 0;
  const ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void Link::shutdown_send() noexcept {
  if (!socket_.is_open()) return;
  if (ssl_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  boost::system::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

void Link::close() noexcept {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Link::cut() noexcept {
  if (!socket_.is_open()) return;
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

Task<bool> wait_ready(Link& link, IoStatus what) {
  if (!link.is_open()) co_return false;
  const auto kind = what == IoStatus::want_write ? asio::socket_base::wait_write : asio::socket_base::wait_read;
  const auto [ec] = co_await link.socket().async_wait(kind, asio::as_tuple(asio::use_awaitable_t<Executor>()));
  co_return !ec;
}

}  // namespace yingda::net
