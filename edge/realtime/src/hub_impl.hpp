// The hub's inside, shared by hub*.cpp. Every function marked [hub] runs on the hub's thread only.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "frames.hpp"
#include "hall.hpp"
#include "loop.hpp"
#include "receipt_book.hpp"
#include "yingda/realtime/hub.hpp"

namespace yingda::realtime {

std::int64_t steady_ms();

struct Hub::Impl : std::enable_shared_from_this<Hub::Impl> {
  Impl(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::WorkerPool& workers, const Clock& clock,
       conversation::Conversations& conversations, routing::Routing& routing)
      : database(database),
        dispatcher(dispatcher),
        workers(workers),
        clock(clock),
        conversations(conversations),
        routing(routing) {}

  /// Work on the hub's thread; the Impl lives until it ran.
  template <class Job>
  bool on_hub(Job job, Loop::Urgency urgency = Loop::Urgency::normal) {
    return loop.post([self = shared_from_this(), job = std::move(job)]() mutable { job(*self); }, urgency);
  }
  template <class Job>
  void later(DurationMs delay, Job job) {
    loop.after(delay, [weak = weak_from_this(), job = std::move(job)]() mutable {
      if (auto self = weak.lock()) job(*self);
    });
  }
  /// Blocking work on the pool, counted by settle(); `job` gives what runs on the hub's thread next. False: pool busy.
  template <class Job>
  bool on_worker(Job job) {
    ++in_flight;
    auto self = shared_from_this();
    const Status posted = workers.post([self, job = std::move(job)]() mutable {
      auto next = job(*self);
      const bool goes_on = self->on_hub(
          [next = std::move(next)](Impl& impl) mutable {
            next(impl);
            --impl.in_flight;
          },
          Loop::Urgency::urgent);
      if (!goes_on) --self->in_flight;
    });
    if (!posted) --in_flight;
    return posted.has_value();
  }

  // --- hub.cpp: events and replays [hub]
  Hall& hall_of(TenantId tenant);
  void take_committed(std::span<const storage::CommittedEvent> events);  // on the store's thread
  void take_events(std::vector<storage::CommittedEvent> events);
  void take_event(storage::CommittedEvent event);
  void catch_up(Hall& hall, std::int64_t to_seq);
  void append(Hall& hall, storage::CommittedEvent event);
  void start_replay(const SubscriberPtr& who, std::int64_t since);
  void step_replay(const SubscriberPtr& who);
  void wait_for_events(Hall& hall, const SubscriberPtr& who);
  void warm(Hall& hall);
  void read_page(const SubscriberPtr& who);
  bool replay_one(Hall& hall, Subscriber& who, const LiveEvent& live);
  void resync(Subscriber& who);
  void finish_replay(Hall& hall, Subscriber& who);

  // --- deliver.cpp [hub]
  void deliver(Hall& hall, const LiveEventPtr& live);
  void send(Subscriber& who, std::shared_ptr<const std::string> frame);
  void send_background(Subscriber& who, std::shared_ptr<const std::string> frame);

  // --- hub_agents.cpp [hub]
  void attach_agent(const SubscriberPtr& who);
  void detach_agent(const SubscriberPtr& who);
  struct WantedView {
    ConversationId id;
    bool silent = false;
  };
  void check_watches(const SubscriberPtr& who, std::vector<WantedView> views,
                     std::move_only_function<void(Impl&)> then);
  /// On a worker: the conversation when the actor may have it open.
  Result<conversation::Conversation> access_view(storage::Transaction& tx, const org::Actor& actor,
                                                 const WantedView& view);
  void refuse(Subscriber& who, const Error& error);
  void connected(Hall& hall, UserId user, int by);
  void send_presence(Hall& hall, ConversationId conversation);
  void send_visitor_state(Hall& hall, ConversationId conversation, Subscriber* only);
  void take_agent_typing(const org::Actor& actor, ConversationId conversation, bool on);
  void expire_agent_typing(TenantId tenant, ConversationId conversation, UserId user);
  void note_loads(Hall& hall, const LiveEvent& live);
  void push_loads(TenantId tenant);
  /// Calls `f` once for every live agent's connection that owns, takes part in or watches the thread.
  template <class F>
  void each_involved(Hall& hall, const VisitorThread& thread, F f);

  // --- hub_board.cpp [hub]
  void board_changed(TenantId tenant);
  void plan_boards(Hall& hall);
  void push_boards(TenantId tenant);

  // --- hub_visitors.cpp [hub]
  void attach_visitor(const SubscriberPtr& who, std::optional<VisitorThread> thread);
  void detach_visitor(const SubscriberPtr& who);
  void take_visitor_typing(Subscriber& who, bool on, const std::string& preview);
  void expire_visitor_typing(TenantId tenant, CustomerId customer);
  void show_visitor_typing(Hall& hall, const VisitorGroup& group, CustomerId customer, bool on,
                           const std::string& preview);
  void push_positions(TenantId tenant);
  void plan_positions(Hall& hall);

  // --- receipts
  void take_receipt(Receipt receipt);  // [hub]
  void flush_receipts();               // [hub]
  Status write_receipts(storage::Transaction& tx, const std::vector<Receipt>& receipts);

  storage::Database& database;
  runtime::Dispatcher& dispatcher;
  runtime::WorkerPool& workers;
  const Clock& clock;
  conversation::Conversations& conversations;
  routing::Routing& routing;
  VisitorEncoder encoder;
  supervision::Supervision* supervision = nullptr;
  std::vector<std::function<void(const storage::CommittedEvent&)>> listeners;
  std::vector<std::function<void(TenantId, CustomerId)>> leave_listeners;
  std::mutex visitors_here_mutex;
  std::unordered_set<CustomerId> visitors_here;  // visitors with a group; the only thing of them that other threads ask

  Loop loop{kPendingCommandsMax};
  std::unordered_map<TenantId, std::unique_ptr<Hall>> halls;
  ReceiptBook receipts{kReceiptsPendingMax};
  std::uint64_t deliveries = 0;
  std::atomic<std::int64_t> pending_event_bytes{0};
  std::mutex skipped_mutex;
  std::unordered_map<TenantId, std::int64_t> skipped;  // events that did not fit: tenant -> newest seq
  std::atomic<int> in_flight{0};
  std::atomic<bool> started{false}, stopped{false};
  std::atomic<std::int64_t> agents_now{0}, visitors_now{0}, frames_out{0}, events_in{0}, resyncs{0}, replays{0},
      store_reads{0};
};

template <class F>
void Hub::Impl::each_involved(Hall& hall, const VisitorThread& thread, F f) {
  const std::uint64_t mark = ++deliveries;
  const auto once = [&](Subscriber* who) {
    if (who->mark == mark || who->phase == Subscriber::Phase::closed) return;
    who->mark = mark;
    f(*who);
  };
  const auto person = [&](UserId user) {
    const auto found = hall.by_user.find(user);
    if (found != hall.by_user.end()) std::ranges::for_each(found->second, once);
  };
  if (thread.owner) person(*thread.owner);
  for (const UserId user : thread.participants) person(user);
  const auto room = hall.rooms.find(thread.conversation);
  if (room != hall.rooms.end()) std::ranges::for_each(room->second.watchers, once);
}

}  // namespace yingda::realtime
