#include "yingda/realtime/hub.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <thread>
#include <utility>

#include "hub_impl.hpp"
#include "yingda/base/log.hpp"

namespace yingda::realtime {
namespace {

constexpr std::int64_t kAheadMax = 2'000;  // how far a snapshot may be ahead of what was heard: two full commits
constexpr DurationMs kAheadWait = seconds(3);
constexpr int kStorePage = 500;                         // events of one store read in a replay
constexpr std::int64_t kVisitorReplayStoreMax = 2'000;  // a visitor further behind the ring loads a snapshot

}  // namespace

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// --- life

Hub::Hub(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::WorkerPool& workers, const Clock& clock,
         conversation::Conversations& conversations, routing::Routing& routing)
    : impl_(std::make_shared<Impl>(database, dispatcher, workers, clock, conversations, routing)) {}

Hub::~Hub() { stop(); }

Status Hub::start() {
  YD_TRY(const auto tenants, impl_->database.tenants_with_events());
  for (const TenantId tenant : tenants) {
    YD_TRY(impl_->hall_of(tenant).last, impl_->database.last_seq(tenant));
  }
  impl_->dispatcher.tap([weak = std::weak_ptr(impl_)](std::span<const storage::CommittedEvent> events) {
    if (const auto impl = weak.lock()) impl->take_committed(events);
  });
  impl_->loop.start();
  impl_->started = true;
  return {};
}

void Hub::stop() {
  if (impl_->stopped.exchange(true)) return;
  if (impl_->started) {
    impl_->on_hub(
        [](Impl& impl) {
          impl.flush_receipts();
          for (auto& [tenant, hall] : impl.halls) {
            for (const SubscriberPtr& who : hall->agents) who->outlet->close(kCloseStopping, "stopping");
            for (auto& [customer, group] : hall->visitors)
              for (const SubscriberPtr& who : group.connections) who->outlet->close(kCloseStopping, "stopping");
          }
        },
        Loop::Urgency::urgent);
  }
  impl_->loop.stop();
  while (impl_->in_flight > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void Hub::set_visitor_encoder(VisitorEncoder encoder) { impl_->encoder = std::move(encoder); }

void Hub::on_event(std::function<void(const storage::CommittedEvent&)> listener) {
  impl_->listeners.push_back(std::move(listener));
}

void Hub::on_visitor_left(std::function<void(TenantId, CustomerId)> listener) {
  impl_->leave_listeners.push_back(std::move(listener));
}

bool Hub::visitor_connected(CustomerId customer) const {
  const std::scoped_lock lock(impl_->visitors_here_mutex);
  return impl_->visitors_here.contains(customer);
}

void Hub::after(DurationMs delay, std::function<void()> job) { impl_->loop.after(delay, std::move(job)); }

void Hub::settle() {
  for (;;) {
    const bool idle = impl_->in_flight == 0;
    auto done = std::make_shared<std::promise<void>>();
    const bool posted = impl_->on_hub(
        [done](Impl& impl) {
          impl.flush_receipts();
          done->set_value();
        },
        Loop::Urgency::urgent);
    if (!posted) return;
    done->get_future().wait();
    if (idle && impl_->in_flight == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

HubStats Hub::stats() const {
  return {impl_->agents_now, impl_->visitors_now, impl_->frames_out, impl_->events_in,
          impl_->resyncs,    impl_->replays,      impl_->store_reads};
}

// --- committed events

Hall& Hub::Impl::hall_of(TenantId tenant) {
  auto& hall = halls[tenant];
  if (!hall) hall = std::make_unique<Hall>(tenant);
  return *hall;
}

void Hub::Impl::take_committed(std::span<const storage::CommittedEvent> events) {
  std::int64_t bytes = 0;
  for (const auto& event : events) bytes += static_cast<std::int64_t>(event.payload.size()) + 128;
  if (pending_event_bytes.load() + bytes > kPendingEventBytesMax) {
    {
      const std::scoped_lock lock(skipped_mutex);
      for (const auto& event : events) skipped[event.tenant] = std::max(skipped[event.tenant], event.seq);
    }
    on_hub([](Impl& impl) { impl.take_events({}); }, Loop::Urgency::urgent);
    return;
  }
  pending_event_bytes += bytes;
  on_hub(
      [bytes, batch = std::vector(events.begin(), events.end())](Impl& impl) mutable {
        impl.pending_event_bytes -= bytes;
        impl.take_events(std::move(batch));
      },
      Loop::Urgency::urgent);
}

void Hub::Impl::take_events(std::vector<storage::CommittedEvent> events) {
  for (auto& event : events) take_event(std::move(event));
  std::unordered_map<TenantId, std::int64_t> missing;
  {
    const std::scoped_lock lock(skipped_mutex);
    missing.swap(skipped);
  }
  for (const auto& [tenant, seq] : missing) catch_up(hall_of(tenant), seq);
}

void Hub::Impl::take_event(storage::CommittedEvent event) {
  const auto known = halls.find(event.tenant);
  Hall& hall = hall_of(event.tenant);
  // A tenant that start() did not list: made since then, so that the log before its first event here is the store's.
  if (known == halls.end()) hall.last = event.seq - 1;
  if (event.seq <= hall.last) return;
  if (event.seq > hall.last + 1) catch_up(hall, event.seq - 1);
  if (event.seq == hall.last + 1) append(hall, std::move(event));
}

void Hub::Impl::catch_up(Hall& hall, std::int64_t to_seq) {
  while (hall.last < to_seq) {
    ++store_reads;
    auto page = database.read_events(hall.tenant, hall.last, kStorePage);
    if (!page || page->empty()) {
      if (!page) log::error("realtime.catch_up", page.error());
      // The hole cannot be filled now: clients load snapshots, the ring begins behind the hole.
      hall.ring = Ring(kRingEventsMax, kRingBytesMax);
      hall.last = to_seq;
      for (const SubscriberPtr& who : hall.agents) resync(*who);
      for (auto& [customer, group] : hall.visitors)
        for (const SubscriberPtr& who : group.connections) resync(*who);
      return;
    }
    for (auto& event : *page)
      if (event.seq == hall.last + 1) append(hall, std::move(event));
  }
}

void Hub::Impl::append(Hall& hall, storage::CommittedEvent event) {
  ++events_in;
  hall.last = event.seq;
  const LiveEventPtr live = make_live(std::move(event));
  hall.ring.push(live);
  for (const auto& listener : listeners) listener(live->event);
  deliver(hall, live);
  if (hall.waiting_for_events.empty()) return;
  auto waiting = std::exchange(hall.waiting_for_events, {});
  for (auto& [who, generation] : waiting) {
    if (who->generation != generation || who->phase != Subscriber::Phase::replaying) continue;
    if (who->cursor > hall.last) {
      hall.waiting_for_events.emplace_back(std::move(who), generation);
    } else {
      step_replay(who);
    }
  }
}

// --- replays

void Hub::Impl::start_replay(const SubscriberPtr& who, std::int64_t since) {
  if (who->phase == Subscriber::Phase::closed) return;
  Hall& hall = hall_of(who->tenant);
  ++who->generation;
  ++replays;
  const std::int64_t behind = hall.last - since;
  if (since < 0 || behind < -kAheadMax || behind > kReplayEventsMax) return resync(*who);
  who->phase = Subscriber::Phase::replaying;
  who->sent = since;
  who->cursor = since;
  step_replay(who);
}

void Hub::Impl::step_replay(const SubscriberPtr& who) {
  Hall& hall = hall_of(who->tenant);
  if (who->cursor > hall.last) return wait_for_events(hall, who);
  if (who->cursor == hall.last) return finish_replay(hall, *who);
  if (hall.ring.covers_after(who->cursor)) {
    for (std::int64_t seq = who->cursor + 1; seq <= hall.ring.last(); ++seq)
      if (!replay_one(hall, *who, *hall.ring.at(seq))) return;
    who->cursor = hall.ring.last();
    return finish_replay(hall, *who);
  }
  const std::int64_t ring_first = hall.ring.empty() ? hall.last + 1 : hall.ring.first();
  const bool ring_could_cover = who->cursor >= hall.last - static_cast<std::int64_t>(kRingEventsMax);
  if (ring_could_cover && hall.warm != Hall::Warm::done) {
    hall.waiting_for_ring.emplace_back(who, who->generation);
    if (hall.warm == Hall::Warm::no) warm(hall);
    return;
  }
  if (!who->agent && ring_first - who->cursor > kVisitorReplayStoreMax) return resync(*who);
  read_page(who);
}

/// The client's snapshot is newer than what reached this thread: its events are on their way. When they do not come,
/// the client stands on another store's numbers.
void Hub::Impl::wait_for_events(Hall& hall, const SubscriberPtr& who) {
  hall.waiting_for_events.emplace_back(who, who->generation);
  later(kAheadWait, [who, generation = who->generation](Impl& impl) {
    const bool waits = who->generation == generation && who->phase == Subscriber::Phase::replaying;
    if (waits && who->cursor > impl.hall_of(who->tenant).last) impl.resync(*who);
  });
}

/// Fills the ring backwards from the store once, so that after a restart a crowd of clients costs one read.
void Hub::Impl::warm(Hall& hall) {
  hall.warm = Hall::Warm::loading;
  const TenantId tenant = hall.tenant;
  const std::int64_t before = hall.ring.empty() ? hall.last + 1 : hall.ring.first();
  const std::int64_t after = std::max<std::int64_t>(0, hall.last - static_cast<std::int64_t>(kRingEventsMax));
  const auto done = [tenant](Impl& impl, std::vector<LiveEventPtr> events) {
    Hall& hall = impl.hall_of(tenant);
    hall.warm = Hall::Warm::done;
    // An empty ring takes the newest first only when nothing was committed meanwhile; otherwise push_front refuses.
    for (auto event = events.rbegin(); event != events.rend(); ++event)
      if ((hall.ring.empty() && (*event)->event.seq != hall.last) || !hall.ring.push_front(*event)) break;
    auto waiting = std::exchange(hall.waiting_for_ring, {});
    for (const auto& [who, generation] : waiting)
      if (who->generation == generation && who->phase == Subscriber::Phase::replaying) impl.step_replay(who);
  };
  const bool posted = on_worker([=](Impl& impl) {
    std::vector<LiveEventPtr> events;
    std::int64_t at = after;
    while (at + 1 < before) {
      ++impl.store_reads;
      auto page = impl.database.read_events(tenant, at, kStorePage);
      if (!page || page->empty()) break;
      for (auto& event : *page) {
        at = event.seq;
        if (at < before) events.push_back(make_live(std::move(event)));
      }
    }
    return [done, events = std::move(events)](Impl& impl) mutable { done(impl, std::move(events)); };
  });
  if (!posted) on_hub([done](Impl& impl) { done(impl, {}); }, Loop::Urgency::urgent);
}

void Hub::Impl::read_page(const SubscriberPtr& who) {
  const bool posted =
      on_worker([who, tenant = who->tenant, after = who->cursor, generation = who->generation](Impl& impl) {
        ++impl.store_reads;
        auto page = impl.database.read_events(tenant, after, kStorePage);
        std::vector<LiveEventPtr> events;
        if (page)
          std::ranges::transform(*page, std::back_inserter(events), [](auto& e) { return make_live(std::move(e)); });
        const bool trimmed = page ? page->empty() : page.error().code == Code::not_found;
        if (!page && !trimmed) log::error("realtime.replay", page.error());
        return [who, generation, trimmed, events = std::move(events)](Impl& impl) {
          if (who->generation != generation || who->phase != Subscriber::Phase::replaying) return;
          if (trimmed) return impl.resync(*who);
          if (events.empty()) return who->outlet->close(kCloseStopping, "store unavailable");
          Hall& hall = impl.hall_of(who->tenant);
          for (const LiveEventPtr& live : events)
            if (live->event.seq <= hall.last && !impl.replay_one(hall, *who, *live)) return;
          impl.step_replay(who);
        };
      });
  if (!posted) who->outlet->close(kCloseStopping, "busy");
}

/// False when the replay ended with a resync.
bool Hub::Impl::replay_one(Hall& hall, Subscriber& who, const LiveEvent& live) {
  (void)hall;
  who.cursor = live.event.seq;
  std::string frame;
  if (who.agent) {
    if (!concerns(who.agent->view, live.audience)) return true;
    frame = event_frame(live.event.seq, who.sent, live.event.at, live.event.type, live.event.payload);
  } else {
    if (live.audience.customer != who.customer || !encoder) return true;
    const auto data = encoder(live.event, who.customer);
    if (!data) return true;
    frame = event_frame(live.event.seq, who.sent, live.event.at, data->type, data->data);
  }
  if (who.outlet->queued_bytes() + static_cast<std::int64_t>(frame.size()) > kReplayQueuedBytesMax) {
    resync(who);
    return false;
  }
  ++frames_out;
  who.outlet->event(live.event.seq, std::make_shared<const std::string>(std::move(frame)));
  who.sent = live.event.seq;
  return true;
}

void Hub::Impl::resync(Subscriber& who) {
  if (who.phase == Subscriber::Phase::closed) return;
  ++who.generation;
  ++resyncs;
  who.phase = Subscriber::Phase::idle;
  who.outlet->resync(resync_frame());
}

void Hub::Impl::finish_replay(Hall& hall, Subscriber& who) {
  who.phase = Subscriber::Phase::live;
  who.sent = hall.last;
  who.outlet->welcome(hall.last, std::make_shared<const std::string>(
                                     welcome_frame(hall.last, who.agent ? who.agent->socket : std::string())));
}

// --- verbs that both sides share

void Hub::close(const SubscriberPtr& who) {
  if (!who) return;
  impl_->on_hub(
      [who](Impl& impl) {
        if (who->phase == Subscriber::Phase::closed) return;
        ++who->generation;
        if (who->attached) who->agent ? impl.detach_agent(who) : impl.detach_visitor(who);
        who->phase = Subscriber::Phase::closed;
        who->outlet.reset();
      },
      Loop::Urgency::urgent);
}

void Hub::hello_visitor(const SubscriberPtr& who, std::int64_t since) {
  impl_->on_hub([who, since](Impl& impl) { impl.start_replay(who, since); });
}

void Hub::hello(const SubscriberPtr& who, std::int64_t since, bool all, std::vector<ConversationId> watch,
                std::vector<ConversationId> watch_silent) {
  std::vector<Impl::WantedView> views;
  for (const ConversationId id : watch) views.push_back({id, false});
  for (const ConversationId id : watch_silent) views.push_back({id, true});
  impl_->on_hub([who, since, all, views = std::move(views)](Impl& impl) mutable {
    if (who->phase == Subscriber::Phase::closed) return;
    Hall& hall = impl.hall_of(who->tenant);
    // Until the replay begins nothing live may slip in before it.
    who->phase = Subscriber::Phase::idle;
    const std::uint32_t generation = ++who->generation;
    hall.set_all(*who, all);
    impl.check_watches(who, std::move(views), [who, since, generation](Impl& impl) {
      if (who->generation == generation) impl.start_replay(who, since);
    });
  });
}

}  // namespace yingda::realtime
