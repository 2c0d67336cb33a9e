// The load itself: visitors and agents talking over many sockets on one thread, every message marked, so that loss,
// doubling and order are counted and latency is measured from send to arrival at the other side. Speaks one of three
// dialects, so that the same driver measures the product, the raw relay and a peer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/net/client.hpp"

namespace yingda::bench {

enum class Dialect { yingda, relay, socketio };

struct TalkOptions {
  Dialect dialect = Dialect::yingda;
  std::string base;                         // "127.0.0.1:port"
  std::vector<std::string> visitor_tokens;  // one a visitor
  std::vector<net::Header> origin;          // headers of agents' sockets besides the cookie
  std::vector<std::string> agent_cookies;   // one an agent
  int window = 4;                           // closed loop: messages a visitor has on the way
  bool progress = true;
};

struct TalkResult {
  std::int64_t visitor_messages = 0, agent_messages = 0;  // arrived at the other side within the measured time
  std::int64_t sent = 0, lost = 0, doubled = 0, disordered = 0, refused = 0;
  double seconds = 0;
  double p50_ms = 0, p99_ms = 0, max_ms = 0;  // visitor's send to agent's arrival
  double rate_per_s() const {
    return seconds > 0 ? static_cast<double>(visitor_messages + agent_messages) / seconds : 0;
  }
};

/// Sockets stay open between phases. Construction connects everybody and opens every conversation.
class Talk {
 public:
  static Result<std::unique_ptr<Talk>> connect(TalkOptions options);
  ~Talk();
  /// One measured phase. Blocking. Ends when everything sent has arrived or 5 s after the last arrival.
  TalkResult run(double seconds, double rate);

 private:
  struct Impl;
  explicit Talk(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace yingda::bench
