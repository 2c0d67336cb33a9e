// The whole product in one object: store, rooms, edges, web server, wired together. For `yingda serve`, benches and
// tests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::app {

struct ServeOptions {
  std::string data = "yingda-data";  // folder of store, uploads, lock; made when missing
  std::string database;              // postgres://…; empty: SQLite in the data folder
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one, see Server::port()
  std::string certificate_file, private_key_file;
  std::vector<std::string> trusted_proxies;
  bool demo = false;  // with the demo company and the demo shop
  int node = 0;       // 0..511, different on every server of one database
  int workers = 4;
  int net_threads = 1;
  bool internal_webhooks = false;  // the company's own programs may stand at loopback and private addresses
  bool rate_limits = true;         // false only for load tests: every client may do what it likes
};

/// How long stop() waits for what is in hand before it cuts.
inline constexpr DurationMs kStopLimit = seconds(10);
/// How long events are kept for replays and handlers that lag.
inline constexpr DurationMs kEventsKept = days(7);

/// Where the store of these options lies: `sqlite:DATA/yingda.db` or the given URL.
std::string database_url(const ServeOptions& options);
/// Tables of every room.
std::vector<storage::Migration> all_migrations();

class Server {
 public:
  /// Locks the data folder, opens and migrates the store, starts every room, serves. Blocking, well below a second.
  /// unavailable `app.data_in_use` when another server has the folder, `app.data_unwritable`; errors of store and net.
  static Result<std::unique_ptr<Server>> start(const ServeOptions& options);
  /// stop(kStopLimit) when it was not called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The OpenAPI document of the REST API, from rooms built on a throw-away store that never serve.
  static Result<std::string> openapi();

  std::uint16_t port() const;
  /// Finishes what is in hand, tells sockets to come back, cuts after `limit`. Idempotent.
  void stop(DurationMs limit);

  struct Rooms;  // inside only

 private:
  explicit Server(std::unique_ptr<Rooms> rooms);
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace yingda::app
