// The agents' door to the hub: socket GET /api/v1/socket, long-polling GET /api/v1/events and POST
// /api/v1/events/frames (docs/protocol.md section 3). Owns frame decoding, frame rates, the wait for "who is this".
// Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "yingda/base/result.hpp"
#include "yingda/net/http.hpp"
#include "yingda/net/server.hpp"
#include "yingda/org/types.hpp"
#include "yingda/realtime/hub.hpp"

namespace yingda::realtime {

/// Finds who a request's session cookie or bearer token belongs to. Called on any thread, must not block; calls `done`
/// exactly once, on any thread. The request is a copy with method, path, cookie and authorization headers, address. For
/// POST it checks the CSRF token as for any write. Errors: unauthenticated.
using Authenticate = std::function<void(const net::HttpRequest&, std::function<void(Result<org::Actor>)>)>;

class Gateway {
 public:
  Gateway(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::WorkerPool& workers,
          const Clock& clock, conversation::Conversations& conversations, routing::Routing& routing,
          Authenticate authenticate);
  ~Gateway();

  /// After migrate, before dispatcher.start().
  Status start();
  void stop();

  static bool handles(std::string_view path);
  void handle(net::HttpRequest request, net::HttpReply reply);
  /// permission_denied `realtime.wrong_origin` when a browser of another site asks with our cookie; the session itself
  /// is checked after the upgrade and refused with 4001.
  Result<std::unique_ptr<net::WebSocketHandler>> accept(const net::HttpRequest& request);

  /// Asks anew who each of the tenant's agents' sockets is: 4001 where the session ended, `resync` where rights
  /// changed. Not blocking. Call after a logout or a change of users, roles or teams; `settings.changed` does it too.
  void recheck(TenantId tenant);
  Hub& hub();
  /// Multiplies the frame rates of agents' sockets (load tests); 1 by default.
  void set_rate_factor(double factor);

  struct Impl;  // inside only

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace yingda::realtime
