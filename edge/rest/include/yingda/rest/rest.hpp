// The REST API of docs/protocol.md sections 1 and 2, its OpenAPI document, health and metrics. Owns: endpoints, the
// door (sessions, tokens, CSRF, rates), idempotency keys (tables rest_*), the error shape. Does not own: rights and
// rules (core, domain), sockets and long-polling (edge/realtime), visitors (edge/channels/webchat), web assets (app).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/entrance/entrance.hpp"
#include "yingda/files/file_store.hpp"
#include "yingda/net/http.hpp"
#include "yingda/org/org.hpp"
#include "yingda/routing/routing.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::webchat {
class Webchat;
}
namespace yingda::email {
class Mail;
}
namespace yingda::rating {
class Ratings;
}
namespace yingda::supervision {
class Supervision;
}

namespace yingda::rest {

/// What the API stands on; all of it outlives the Rest.
struct Services {
  storage::Database& database;
  runtime::WorkerPool& workers;
  runtime::Dispatcher& dispatcher;
  runtime::Timers& timers;
  const Clock& clock;
  IdSource& ids;
  org::Org& org;
  customer::Customers& customers;
  conversation::Conversations& conversations;
  routing::Routing& routing;
  entrance::Entrance& entrance;
  files::FileStore& files;
  webchat::Webchat& webchat;
  email::Mail& mail;
  rating::Ratings& ratings;
  supervision::Supervision& supervision;
};

/// One number for /metrics.
struct Gauge {
  std::string name;  // "yingda_net_websockets"
  std::string help;
  double value = 0;
};

struct Options {
  bool demo = false;       // GET /setup says so: the console then shows the demo logins
  double rate_factor = 1;  // multiplies the rate limits (load tests)
  /// Numbers of other rooms, asked at every scrape; must not block.
  std::function<std::vector<Gauge>()> gauges;
  /// After a session ended (logout): live sockets of the tenant are checked anew. Must not block.
  std::function<void(TenantId)> recheck;
};

/// Thread-safe.
class Rest {
 public:
  explicit Rest(Services services, Options options = {});
  ~Rest();
  Rest(const Rest&) = delete;
  Rest& operator=(const Rest&) = delete;

  /// Registers its timer and its tap: after migrate, before timers.start() and dispatcher.start().
  void start();
  /// Ends the password workers; calls that come later get 503.
  void stop();

  /// Everything below /api/v1 (ask realtime and webchat first: what nobody knows gets its 404 here), /healthz, /readyz,
  /// /metrics.
  static bool handles(std::string_view path);
  /// Not blocking: answers later from a worker or the store's thread.
  void handle(net::HttpRequest request, net::HttpReply reply);
  /// For HttpApp::body_limit: uploads may be large, everything else is JSON.
  static std::int64_t body_limit(net::Method method, std::string_view path, std::int64_t default_limit);

  /// realtime::Authenticate: who a request's cookie or token belongs to. Not blocking; `done` comes once, on a worker
  /// or at once on this thread when the answer is in memory.
  void authenticate(const net::HttpRequest& request, std::function<void(Result<org::Actor>)> done);

  /// The OpenAPI 3.1 document as JSON; also before start().
  const std::string& openapi() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::span<const storage::Migration> migrations();

}  // namespace yingda::rest
