// The hub: who is connected, and what each of them gets. Owns the ring of recent events per tenant, subscriptions,
// presence, typing, coalesced receipts. Does not own sockets' bytes (platform/net), frames' decoding (gateway, webchat)
// or anything durable. One thread of its own does all the work, so order is order; every verb here only hands over.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/customer/types.hpp"
#include "yingda/org/types.hpp"
#include "yingda/realtime/limits.hpp"
#include "yingda/routing/routing.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::supervision {
class Supervision;
}

namespace yingda::realtime {

/// Where frames go: a socket or a waiting poll. Called on the hub's and on other threads; must not block.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// An ephemeral frame (typing, presence, error …).
  virtual void send(std::shared_ptr<const std::string> frame) = 0;
  /// An ephemeral frame for which a waiting poll need not answer (presence, the visitor's page).
  virtual void background(std::shared_ptr<const std::string> frame) { send(std::move(frame)); }
  /// The event with this seq, in rising order.
  virtual void event(std::int64_t seq, std::shared_ptr<const std::string> frame) { (void)seq, send(std::move(frame)); }
  /// Everything up to `last_seq` was sent; from here live.
  virtual void welcome(std::int64_t last_seq, std::shared_ptr<const std::string> frame) {
    (void)last_seq, send(std::move(frame));
  }
  virtual void resync(std::shared_ptr<const std::string> frame) { send(std::move(frame)); }
  virtual void close(int code, std::string_view reason) = 0;
  virtual std::int64_t queued_bytes() const = 0;
};

/// One connection as the hub sees it; opaque.
class Subscriber;
using SubscriberPtr = std::shared_ptr<Subscriber>;

/// Who may hear of a customer's thread; kept current from events while the visitor is connected.
struct VisitorThread {
  ConversationId conversation;
  TeamId team;
  std::optional<UserId> owner;
  std::vector<UserId> participants;
  bool queued = false;
  std::int64_t as_of_seq = 0;     // the event log's seq when it was read
  std::vector<UserId> consulted;  // those of the participants that the customer does not know of
};

/// Turns an event into what its customer may know: the `type` and `data` of his frame; nullopt hides it. Pure but for
/// memory reads; called on the hub's thread, at most once an event.
struct VisitorData {
  std::string type;
  std::string data;  // JSON object
};
using VisitorEncoder = std::function<std::optional<VisitorData>(const storage::CommittedEvent&, CustomerId)>;

struct HubStats {
  std::int64_t agents = 0, visitors = 0, frames_out = 0, events = 0, resyncs = 0, replays = 0, store_reads = 0;
};

class Hub {
 public:
  Hub(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::WorkerPool& workers, const Clock& clock,
      conversation::Conversations& conversations, routing::Routing& routing);
  ~Hub();

  /// Registers the tap and starts the thread: after migrate, before dispatcher.start().
  Status start();
  /// Writes gathered receipts, tells every client 1001, ends the thread. Idempotent.
  void stop();

  // --- set before start()
  void set_visitor_encoder(VisitorEncoder encoder);
  /// Without it boards are refused and nobody watches silently. Outlives the hub.
  void set_supervision(supervision::Supervision& supervision);
  /// Called on the hub's thread for every committed event, in order; must be short. For rooms above (caches).
  void on_event(std::function<void(const storage::CommittedEvent&)> listener);
  /// Called on the hub's thread when a visitor's last connection has been gone for kVisitorLinger; must not block.
  void on_visitor_left(std::function<void(TenantId, CustomerId)> listener);

  // --- agents. `open_agent` counts as connected until `close`.
  SubscriberPtr open_agent(const org::Actor& actor, std::shared_ptr<Outlet> outlet, bool polling);
  /// Replays everything after `since` that is for this client, then `welcome` and live. May come again at any time.
  /// Of `watch_silent` nobody is told that this client watches: for supervisors, each one is audited.
  void hello(const SubscriberPtr& who, std::int64_t since, bool all, std::vector<ConversationId> watch,
             std::vector<ConversationId> watch_silent = {});
  enum class Watch { off, seen, silent };
  void watch(const SubscriberPtr& who, ConversationId conversation, Watch watch);
  /// Pushes the board of the actor's scope, narrowed to a unit, until it is switched off.
  void board(const SubscriberPtr& who, bool on, UnitId unit);
  void all(const SubscriberPtr& who, bool on);
  /// Only into conversations that the agent owns, takes part in or has open in one of his connections.
  void agent_typing(const org::Actor& actor, ConversationId conversation, bool on);
  void agent_receipts(const org::Actor& actor, ConversationId conversation, std::int64_t delivered_seq,
                      std::int64_t read_seq);
  /// The same person, perhaps with other rights: on a difference the client gets `resync`.
  void change_actor(const SubscriberPtr& who, const org::Actor& actor);

  // --- visitors
  SubscriberPtr open_visitor(TenantId tenant, CustomerId customer, std::shared_ptr<Outlet> outlet,
                             std::optional<VisitorThread> thread);
  void hello_visitor(const SubscriberPtr& who, std::int64_t since);
  /// `preview` only when the widget allows it; never stored, never logged.
  void visitor_typing(const SubscriberPtr& who, bool on, std::string preview);
  void visitor_page(const SubscriberPtr& who, const customer::PageView& page);
  void visitor_receipts(TenantId tenant, CustomerId customer, std::int64_t delivered_seq, std::int64_t read_seq);

  void close(const SubscriberPtr& who);
  /// Whether a visitor is connected to this server, or was less than kVisitorLinger ago. Any thread.
  bool visitor_connected(CustomerId customer) const;
  /// Runs `job` on the hub's thread after `delay`; dropped when the hub stops first.
  void after(DurationMs delay, std::function<void()> job);
  /// Blocks until everything handed over so far is done and gathered receipts are written; for tests and stop.
  void settle();
  HubStats stats() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace yingda::realtime
