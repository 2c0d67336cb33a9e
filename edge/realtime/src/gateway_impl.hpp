// The gateway's inside: live agents' sockets and the requests of long-polling.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "frames.hpp"
#include "yingda/realtime/error_frame.hpp"
#include "yingda/realtime/gateway.hpp"
#include "yingda/realtime/token_bucket.hpp"

namespace yingda::realtime {

/// One agent's socket from upgrade to close. Frames that come before we know who it is are kept.
class AgentConnection : public std::enable_shared_from_this<AgentConnection> {
 public:
  AgentConnection(std::weak_ptr<Gateway::Impl> gateway, net::HttpRequest credentials);

  void open(std::shared_ptr<net::WebSocket> socket);
  void message(std::string_view text);
  void closed();
  /// Asks again who this is.
  void recheck();
  TenantId tenant();
  std::int64_t checked_ms();

 private:
  enum class State { asking, open, closed };
  void authenticated(Result<org::Actor> actor);
  void rechecked(Result<org::Actor> actor);
  void take(Gateway::Impl& gateway, std::string_view text);  // with mutex_ held
  void send_error(const Error& error);

  const std::weak_ptr<Gateway::Impl> gateway_;
  const net::HttpRequest credentials_;
  std::mutex mutex_;
  State state_ = State::asking;
  std::shared_ptr<net::WebSocket> socket_;
  SubscriberPtr who_;
  org::Actor actor_;
  std::vector<std::string> early_;
  TokenBucket frames_;
  const std::shared_ptr<std::atomic<int>> sends_ = std::make_shared<std::atomic<int>>(0);  // not yet acknowledged
  std::int64_t checked_ms_ = 0;
};

struct Gateway::Impl : std::enable_shared_from_this<Gateway::Impl> {
  Impl(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::WorkerPool& workers, const Clock& clock,
       conversation::Conversations& conversations, routing::Routing& routing, Authenticate authenticate)
      : hub(database, dispatcher, workers, clock, conversations, routing),
        authenticate(std::move(authenticate)),
        database(database),
        conversations(conversations) {}

  void poll(const net::HttpRequest& request, const net::HttpReply& reply);
  void take_frames(const net::HttpRequest& request, const net::HttpReply& reply);
  void apply(const SubscriberPtr& who, const org::Actor& actor, AgentFrame frame);
  void send(const org::Actor& actor, SendFrame frame, const std::shared_ptr<net::WebSocket>& socket,
            messages::Language language, const std::shared_ptr<std::atomic<int>>& in_flight);
  void recheck(TenantId tenant);
  void recheck_old();
  std::vector<std::shared_ptr<AgentConnection>> live();

  Hub hub;
  Authenticate authenticate;
  storage::Database& database;
  conversation::Conversations& conversations;
  std::atomic<double> rate_factor{1};
  std::mutex mutex;
  std::unordered_map<AgentConnection*, std::weak_ptr<AgentConnection>> connections;
  std::unordered_set<TenantId> to_recheck;
};

}  // namespace yingda::realtime
