// Outgoing HTTP(S) with deadlines and a guard against requests to internal addresses, and a WebSocket client for
// benches, tests and the `yingda` tools.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/net/http.hpp"

namespace yingda::net {

/// Whether a request may reach loopback, private, link-local and other non-public addresses. The guard checks the
/// address that is connected to, after resolution, so a name cannot smuggle one in; redirects are checked again.
enum class AddressGuard { public_only, any };

struct ClientRequest {
  Method method = Method::get;
  std::string url;  // http:// or https://
  std::vector<Header> headers;
  std::string body;
  DurationMs deadline = seconds(10);
  std::int64_t response_bytes_max = 4 * 1024 * 1024;
  AddressGuard guard = AddressGuard::public_only;
  std::string ca_file;  // PEM certificates trusted besides the system's store
};

struct ClientResponse {
  int status = 0;
  std::vector<Header> headers;
  std::string body;
};

/// Thread-safe; one own network thread. A connection a request; up to 5 redirects (never from https to http), each
/// checked by the guard; at most 1024 requests at once. Requests still open when the client dies get `net.stopping`.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  /// `done` once, on the client's thread. timeout `net.deadline`, unavailable `net.unreachable`,
  /// `net.tls_failed`, `net.client_busy`, permission_denied `net.internal_address`, `net.insecure_redirect`,
  /// limit_exceeded `net.response_too_large`, `net.too_many_redirects`, corrupt `net.malformed_response`,
  /// invalid_argument `net.invalid_url`, `net.invalid_header`, `net.invalid_certificate`, cancelled `net.stopping`.
  void send(ClientRequest request, std::function<void(Result<ClientResponse>)> done);
  /// The same, blocking; never on a network thread.
  Result<ClientResponse> send_and_wait(ClientRequest request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Many client sockets on one thread, for load tools: no compression, plain TCP only. A socket whose unsent texts
/// exceed 4 MiB is cut. Handshakes run 256 at a time, more wait.
class WebSocketClientPool {
 public:
  class Socket {
   public:
    virtual ~Socket() = default;
    virtual void send(std::string text) = 0;
    virtual void close() = 0;
    /// Cuts the TCP connection without a close frame (network test).
    virtual void cut() = 0;
  };
  /// on_open or not, then on_close once at the latest ("1000 reason" from a close frame, "refused 401", "unreachable",
  /// "cut", "overflow"); nothing comes once the pool is being destroyed.
  struct Callbacks {
    std::function<void()> on_open;
    std::function<void(std::string_view)> on_message;
    std::function<void(std::string_view why)> on_close;
  };
  WebSocketClientPool();
  ~WebSocketClientPool();
  /// ws://host:port/path; callbacks come on the pool's thread.
  std::shared_ptr<Socket> open(const std::string& url, std::vector<Header> headers, Callbacks callbacks);
  void post(std::function<void()> job);
  void after(DurationMs delay, std::function<void()> job);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yingda::net
