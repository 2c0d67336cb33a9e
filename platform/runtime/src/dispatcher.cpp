// The Dispatcher's face, the store's side (hearing), its own thread (pauses, cursors) and stopping.
#include <pthread.h>

#include <algorithm>

#include "dispatcher_impl.hpp"
#include "runtime_queries.gen.hpp"
#include "yingda/base/assert.hpp"
#include "yingda/base/log.hpp"

namespace yingda::runtime {
namespace {

constexpr std::size_t kReadersMax = 64;  // one bit each
// A crash repeats at most the events of this time; a write more often would only cost.
constexpr auto kStoreEvery = std::chrono::milliseconds(200);
// Events that a handler only passed over are read again after a crash, so their cursor is stored more rarely.
constexpr std::int64_t kPassedMax = 1024;

/// Brings a slot to rest when its job is dropped by a stopping pool without having run.
struct Turn {
  std::function<void()> run, dropped;
  bool began = false;
  ~Turn() {
    if (!began) dropped();
  }
};

}  // namespace

void Dispatcher::Impl::hear(std::span<const storage::CommittedEvent> events) {
  {
    const std::lock_guard lock(tap_mutex);
    for (const auto& tap : taps) tap(events);
  }
  if (!started || stopping) return;
  while (!events.empty()) {
    const TenantId id = events.front().tenant;
    Tenant& t = tenant(id);
    std::uint64_t to_wake = 0;
    {
      const std::lock_guard lock(t.mutex);
      for (; !events.empty() && events.front().tenant == id; events = events.subspan(1)) {
        const auto& event = events.front();
        const std::uint64_t wanted = readers_of(event.type);
        const EventPtr shared = wanted ? std::make_shared<const storage::CommittedEvent>(event) : nullptr;
        for (std::size_t i = 0; i < readers.size(); ++i) {
          t.slots[i].lane.hear(event.seq, (wanted >> i & 1U) ? shared : nullptr);
        }
      }
      for (std::size_t i = 0; i < readers.size(); ++i) {
        Slot& slot = t.slots[i];
        if (slot.state != State::idle || !slot.lane.has_work()) continue;
        slot.state = State::active;
        ++active;
        to_wake |= std::uint64_t{1} << i;
      }
    }
    for (std::size_t i = 0; i < readers.size(); ++i) {
      if (to_wake >> i & 1U) post(t, i);
    }
  }
}

std::uint64_t Dispatcher::Impl::readers_of(const std::string& type) {
  if (const auto known = wanted_by.find(type); known != wanted_by.end()) return known->second;
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < readers.size(); ++i) {
    const auto& types = readers[i].types;
    if (types.empty() || std::ranges::find(types, type) != types.end()) mask |= std::uint64_t{1} << i;
  }
  return wanted_by[type] = mask;
}

Dispatcher::Impl::Tenant& Dispatcher::Impl::tenant(TenantId id) {
  const std::lock_guard lock(tenants_mutex);
  auto& place = tenants[id.value];
  if (!place) place = std::make_unique<Tenant>(id, readers.size());
  return *place;
}

void Dispatcher::Impl::wake(Tenant& t, std::size_t reader) {
  {
    const std::lock_guard lock(t.mutex);
    if (stopping || t.slots[reader].state == State::active) return;
    t.slots[reader].state = State::active;
    ++active;
  }
  post(t, reader);
}

/// The slot is active already.
void Dispatcher::Impl::post(Tenant& t, std::size_t reader) {
  auto turn = std::make_shared<Turn>();
  turn->run = [this, &t, reader] { run(t, reader); };
  turn->dropped = [self = shared_from_this(), &t, reader] { self->rest(t, reader); };
  // Refused only when the pool stops; the turn then ends by itself.
  (void)workers.post_self_bounded([turn] {
    turn->began = true;
    turn->run();
  });
}

void Dispatcher::Impl::rest(Tenant& t, std::size_t reader) {
  {
    const std::lock_guard lock(t.mutex);
    rest_locked(t.slots[reader], State::idle);
  }
  tell_rested();
}

void Dispatcher::Impl::rest_locked(Slot& slot, State state) {
  ++rests;
  slot.state = state;
  --active;
}

void Dispatcher::Impl::tell_rested() {
  {
    const std::lock_guard lock(mutex);
  }  // whoever looked before our change now sleeps and hears us
  rested.notify_all();
}

Dispatcher::Impl::Next Dispatcher::Impl::pause(Tenant& t, std::size_t reader, std::chrono::milliseconds length) {
  {
    const std::lock_guard lock(t.mutex);
    rest_locked(t.slots[reader], State::paused);
  }
  {
    const std::lock_guard lock(mutex);
    pauses.emplace(std::chrono::steady_clock::now() + length, std::pair(&t, reader));
  }
  pace.notify_all();
  rested.notify_all();
  return Next::rest;
}

/// Called with the tenant's lock, which it gives back when the pacer must hear of it.
void Dispatcher::Impl::mark_dirty(Tenant& t, std::unique_lock<std::mutex>& lock) {
  if (t.dirty) return;
  const bool worth = std::ranges::any_of(
      t.slots, [](const Slot& slot) { return slot.digested_any || slot.lane.cursor() - slot.stored >= kPassedMax; });
  if (!worth) return;
  t.dirty = true;
  lock.unlock();
  bool first = false;
  {
    const std::lock_guard pacing(mutex);
    first = dirty.empty();
    if (first) store_at = std::chrono::steady_clock::now() + kStoreEvery;
    dirty.push_back(&t);
  }
  if (first) pace.notify_all();
  lock.lock();
}

void Dispatcher::Impl::store_cursors(Tenant& t) {
  std::vector<std::pair<std::size_t, std::int64_t>> cursors;
  {
    const std::lock_guard lock(t.mutex);
    t.dirty = false;
    for (std::size_t i = 0; i < t.slots.size(); ++i) {
      Slot& slot = t.slots[i];
      if (slot.lane.cursor() <= slot.stored) continue;
      cursors.emplace_back(i, slot.lane.cursor());
      slot.digested_any = false;
    }
  }
  if (cursors.empty()) return;
  {
    const std::lock_guard lock(mutex);
    ++stores;
  }
  auto job = [this, &t, cursors](storage::Transaction& tx) -> Status {
    for (const auto& [reader, seq] : cursors) {
      YD_CHECK(tx.exec_deferred(queries::store_cursor, t.id, readers[reader].name, seq));
    }
    return {};
  };
  auto done = [self = shared_from_this(), &t, cursors](const Status& status) {
    {
      std::unique_lock lock(t.mutex);
      for (const auto& [reader, seq] : cursors) {
        Slot& slot = t.slots[reader];
        if (status) slot.stored = std::max(slot.stored, seq);
        if (!status) slot.digested_any = true;
      }
      if (!status) self->mark_dirty(t, lock);
    }
    {
      const std::lock_guard lock(self->mutex);
      --self->stores;
    }
    self->pace.notify_all();
    if (!status) log::error("runtime.cursor_unwritten", status.error());
  };
  database.write_async(t.id, std::move(job), std::move(done));
}

void Dispatcher::Impl::pace_loop() {
  pthread_setname_np(pthread_self(), "yd-dispatch");
  std::unique_lock lock(mutex);
  while (!stopping) {
    const auto now = std::chrono::steady_clock::now();
    if (!pauses.empty() && pauses.begin()->first <= now) {
      const auto [t, reader] = pauses.begin()->second;
      pauses.erase(pauses.begin());
      lock.unlock();
      wake(*t, reader);
      lock.lock();
      continue;
    }
    if (!dirty.empty() && store_at <= now) {
      auto tenants_now = std::exchange(dirty, {});
      lock.unlock();
      for (Tenant* t : tenants_now) store_cursors(*t);
      lock.lock();
      continue;
    }
    auto until = Steady::max();
    if (!pauses.empty()) until = pauses.begin()->first;
    if (!dirty.empty()) until = std::min(until, store_at);
    if (until == Steady::max()) {
      pace.wait(lock);
    } else {
      pace.wait_until(lock, until);
    }
  }
}

void Dispatcher::Impl::stop() {
  if (!started || stopping.exchange(true)) return;
  tell_rested();
  pace.notify_all();
  thread.join();
  {
    std::unique_lock lock(mutex);
    rested.wait(lock, [&] { return active == 0; });
    pauses.clear();
  }
  std::vector<Redo> unanswered;
  {
    const std::lock_guard all(tenants_mutex);
    for (auto& [id, t] : tenants) {
      store_cursors(*t);
      const std::lock_guard lock(t->mutex);
      for (Slot& slot : t->slots) {
        std::ranges::move(slot.redo, std::back_inserter(unanswered));
        slot.redo.clear();
      }
    }
  }
  for (Redo& redo : unanswered) redo.answer.set_value(fail(Code::cancelled, "runtime.stopping"));
  std::unique_lock lock(mutex);
  pace.wait(lock, [&] { return stores == 0; });
}

bool Dispatcher::Impl::quiet() {
  const std::lock_guard all(tenants_mutex);
  return std::ranges::all_of(tenants, [](const auto& entry) {
    Tenant& t = *entry.second;
    const std::lock_guard lock(t.mutex);
    return std::ranges::all_of(t.slots, [](const Slot& slot) {
      return slot.state == State::idle && !slot.lane.has_work() && slot.redo.empty();
    });
  });
}

Dispatcher::Dispatcher(storage::Database& database, WorkerPool& workers, const Clock& clock)
    : impl_(std::make_shared<Impl>(database, workers, clock)) {
  database.set_event_listener([impl = impl_](std::span<const storage::CommittedEvent> events) { impl->hear(events); });
}

Dispatcher::~Dispatcher() {
  stop();
  const std::lock_guard lock(impl_->tap_mutex);
  impl_->taps.clear();  // the database keeps the listener, but what the taps refer to may go now
}

void Dispatcher::on(std::string name, std::vector<std::string> types, Handler handler) {
  on_batch(std::move(name), std::move(types),
           [handler = std::move(handler)](std::span<const storage::CommittedEvent> events) -> Status {
             for (const auto& event : events) YD_CHECK(handler(event));
             return {};
           });
  impl_->readers.back().batches = false;
}

void Dispatcher::on_batch(std::string name, std::vector<std::string> types, BatchHandler handler) {
  YD_ASSERT(!impl_->started && impl_->readers.size() < kReadersMax);
  YD_ASSERT(std::ranges::find(impl_->readers, name, &Impl::Reader::name) == impl_->readers.end());
  impl_->readers.push_back({std::move(name), std::move(types), std::move(handler), true});
}

void Dispatcher::tap(Tap tap) {
  YD_ASSERT(!impl_->started);
  const std::lock_guard lock(impl_->tap_mutex);
  impl_->taps.push_back(std::move(tap));
}

Status Dispatcher::start() {
  YD_ASSERT(!impl_->started);
  impl_->thread = std::thread([impl = impl_] { impl->pace_loop(); });
  impl_->started = true;  // from here on new events are heard; older ones are found below
  YD_TRY(const auto tenants, impl_->database.tenants_with_events());
  for (const TenantId id : tenants) {
    YD_TRY(const auto last, impl_->database.last_seq(id));
    Impl::Tenant& t = impl_->tenant(id);
    YD_CHECK(impl_->load(t));
    std::vector<std::size_t> behind;
    {
      const std::lock_guard lock(t.mutex);
      for (std::size_t i = 0; i < t.slots.size(); ++i) {
        t.slots[i].lane.know(last);
        if (t.slots[i].lane.has_work() && t.slots[i].state == Impl::State::idle) behind.push_back(i);
      }
    }
    for (const std::size_t i : behind) impl_->wake(t, i);
  }
  return {};
}

void Dispatcher::stop() { impl_->stop(); }

bool Dispatcher::drain(DurationMs limit) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit.ms);
  for (;;) {
    const std::uint64_t seen = impl_->rests;
    // A slot that came to rest while we looked may have given work to one that we had looked at already.
    if (impl_->quiet() && seen == impl_->rests) return true;
    std::unique_lock lock(impl_->mutex);
    const bool moved = impl_->rested.wait_until(lock, until, [&] { return impl_->rests != seen || impl_->stopping; });
    if (!moved || impl_->stopping) return false;
  }
}

Status Dispatcher::retry_dead_letter(TenantId tenant, DeadLetterId id) {
  YD_TRY(auto letter, impl_->database.read_for<DeadLetter>(
                          [&](storage::Transaction& tx) { return load_dead_letter(tx, tenant, id); }));
  const auto reader = std::ranges::find(impl_->readers, letter.handler, &Impl::Reader::name);
  if (reader == impl_->readers.end()) return fail(Code::not_found, "runtime.handler_not_found", letter.handler);
  const auto index = static_cast<std::size_t>(reader - impl_->readers.begin());
  Impl::Tenant& t = impl_->tenant(tenant);
  std::future<Status> answer;
  {
    const std::lock_guard lock(t.mutex);
    if (!impl_->started || impl_->stopping) return fail(Code::cancelled, "runtime.stopping");
    t.slots[index].redo.push_back({std::move(letter), {}});
    answer = t.slots[index].redo.back().answer.get_future();
  }
  impl_->wake(t, index);
  return answer.get();
}

}  // namespace yingda::runtime
