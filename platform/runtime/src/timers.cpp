// Persistent timers: rows in runtime_timer, their moments on a wheel in memory. The row decides: a firing deletes the
// row of exactly the due time it was armed with, so a timer that was moved or cancelled meanwhile does nothing.
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "runtime_queries.gen.hpp"
#include "timer_wheel.hpp"
#include "yingda/base/assert.hpp"
#include "yingda/base/log.hpp"
#include "yingda/runtime/runtime.hpp"

namespace yingda::runtime {
namespace {

constexpr int kInFlightMax = 256;  // firings handed to the store at once, so that a backlog leaves its queue to others
constexpr int kPageRows = 5000;
constexpr std::int64_t kFirstPauseMs = 200, kLongestPauseMs = 300'000;

struct Kind {
  std::string name;
  Timers::Handler handler;
};

struct Key {
  const Kind* kind = nullptr;
  std::int64_t tenant = 0;
  std::string key;
  bool operator==(const Key&) const = default;
};

struct KeyHash {
  std::size_t operator()(const Key& k) const noexcept {
    const std::size_t h = std::hash<std::string>{}(k.key) ^ std::hash<const void*>{}(k.kind);
    return h * 0x9E3779B97F4A7C15ULL + static_cast<std::size_t>(k.tenant);
  }
};

/// One open timer: waiting on the wheel, or (not linked) due or in the hands of the store.
struct Entry : WheelNode {
  const Key* key = nullptr;
  std::int64_t due = 0;       // as stored; `when` differs while a failed firing pauses
  std::uint64_t version = 0;  // never used twice, so that a firing's report cannot meet a later timer of its key
  std::uint32_t failures = 0;
};

}  // namespace

struct Timers::Impl : std::enable_shared_from_this<Timers::Impl> {
  Impl(storage::Database& db, const Clock& c) : database(db), clock(c), wheel(c.now().ms) {}

  storage::Database& database;
  const Clock& clock;
  std::map<std::string, Kind, std::less<>> kinds;  // fixed after start

  mutable std::mutex mutex;
  std::condition_variable changed;  // the wheel, in_flight or stopping
  std::unordered_map<Key, Entry, KeyHash> entries;
  TimerWheel wheel;
  std::uint64_t versions = 0;
  int in_flight = 0;
  bool started = false;
  bool stopping = false;
  std::thread thread;

  void armed(const Kind& kind, TenantId tenant, const std::string& key, std::int64_t due);
  void cancelled(const Kind& kind, TenantId tenant, const std::string& key);
  void put(Key key, std::int64_t due);
  void follow_clock(std::int64_t now);
  void fire_due(std::unique_lock<std::mutex>& lock, std::int64_t now);
  void fire(std::unique_lock<std::mutex>& lock, Entry& entry);
  void fired(const Key& key, std::uint64_t version, const Status& status);
  Result<std::size_t> load_page(storage::Transaction& tx, Timer& last, std::size_t& unknown);
  void loop();
};

/// A timer was scheduled (committed): the newest word counts, whatever it was doing.
void Timers::Impl::armed(const Kind& kind, TenantId tenant, const std::string& key, std::int64_t due) {
  {
    const std::lock_guard lock(mutex);
    const auto before = wheel.next();
    put({&kind, tenant.value, key}, due);
    if (before && wheel.next() >= before) return;  // the thread sleeps short enough
  }
  changed.notify_all();
}

void Timers::Impl::put(Key key, std::int64_t due) {
  const auto [at, fresh] = entries.try_emplace(std::move(key));
  Entry& entry = at->second;
  entry.key = &at->first;
  wheel.remove(entry);
  entry.due = due;
  entry.failures = 0;
  entry.version = ++versions;
  wheel.insert(entry, due);
}

void Timers::Impl::cancelled(const Kind& kind, TenantId tenant, const std::string& key) {
  const std::lock_guard lock(mutex);
  const auto at = entries.find(Key{&kind, tenant.value, key});
  if (at == entries.end()) return;
  wheel.remove(at->second);
  entries.erase(at);  // a firing on its way finds no row, and its report no entry
}

/// The clock may have stepped back: the wheel only turns forward, so it is filled anew.
void Timers::Impl::follow_clock(std::int64_t now) {
  if (now >= wheel.now()) return;
  std::vector<Entry*> waiting;
  while (WheelNode* node = wheel.any()) {
    wheel.remove(*node);
    waiting.push_back(static_cast<Entry*>(node));
  }
  wheel.reset(now);
  for (Entry* entry : waiting) wheel.insert(*entry, entry->when);
}

void Timers::Impl::fire_due(std::unique_lock<std::mutex>& lock, std::int64_t now) {
  follow_clock(now);
  while (!stopping && in_flight < kInFlightMax) {
    WheelNode* node = wheel.advance(std::max(now, wheel.now()));
    if (!node) return;
    fire(lock, static_cast<Entry&>(*node));
  }
}

void Timers::Impl::fire(std::unique_lock<std::mutex>& lock, Entry& entry) {
  ++in_flight;
  Timer timer{TenantId{entry.key->tenant}, entry.key->kind->name, entry.key->key, UtcTime{entry.due}, {}};
  auto job = [handler = &entry.key->kind->handler, timer](storage::Transaction& tx) mutable -> Status {
    YD_TRY(auto payload, tx.one(
                             queries::take_timer, [](const storage::Row& row) { return row.string(0); }, timer.tenant,
                             timer.kind, timer.key, timer.due));
    if (!payload) return {};  // moved, cancelled or fired by another node
    timer.payload = *std::move(payload);
    return (*handler)(tx, timer);
  };
  auto done = [self = shared_from_this(), key = *entry.key, version = entry.version](const Status& status) {
    self->fired(key, version, status);
  };
  // Unlocked, because a refusal calls `done` at once.
  lock.unlock();
  database.write_async(timer.tenant, std::move(job), std::move(done));
  lock.lock();
}

void Timers::Impl::fired(const Key& key, std::uint64_t version, const Status& status) {
  {
    const std::lock_guard lock(mutex);
    --in_flight;
    const auto at = entries.find(key);
    if (at != entries.end() && at->second.version == version) {
      if (status) {
        entries.erase(at);
      } else {
        Entry& entry = at->second;
        const std::int64_t pause = std::min(kLongestPauseMs, kFirstPauseMs << std::min(entry.failures, 20U));
        ++entry.failures;
        wheel.insert(entry, clock.now().ms + pause);
      }
    }
  }
  changed.notify_all();
  if (!status) log::error("runtime.timer_failed", status.error(), {{"kind", std::string_view(key.kind->name)}});
}

Result<std::size_t> Timers::Impl::load_page(storage::Transaction& tx, Timer& last, std::size_t& unknown) {
  const auto map = [](const storage::Row& row) {
    return Timer{row.id<TenantId>(0), row.string(1), row.string(2), row.time(3), {}};
  };
  YD_TRY(auto page, tx.all(queries::timers_after, map, last.tenant.value, last.kind, last.key, kPageRows));
  const std::lock_guard lock(mutex);
  for (const Timer& timer : page) {
    const auto kind = kinds.find(timer.kind);
    if (kind == kinds.end()) {
      ++unknown;
      continue;
    }
    Key key{&kind->second, timer.tenant.value, timer.key};
    // What was scheduled since this read began is newer than the row it saw.
    if (!entries.contains(key)) put(std::move(key), timer.due.ms);
  }
  if (!page.empty()) last = page.back();
  return page.size();
}

void Timers::Impl::loop() {
  pthread_setname_np(pthread_self(), "yd-timers");
  std::unique_lock lock(mutex);
  while (!stopping) {
    const std::int64_t now = clock.now().ms;
    fire_due(lock, now);
    if (stopping) break;
    const auto next = wheel.next();
    if (!next || in_flight >= kInFlightMax) {
      changed.wait(lock);
    } else if (*next > now) {
      // Against the system's clock, so that a step of it wakes us: a timer is due by the calendar.
      changed.wait_until(lock, std::chrono::system_clock::now() + std::chrono::milliseconds(*next - now));
    }
  }
}

Timers::Timers(storage::Database& database, const Clock& clock) : impl_(std::make_shared<Impl>(database, clock)) {}

Timers::~Timers() { stop(); }

void Timers::on(std::string kind, Handler handler) {
  YD_ASSERT(!impl_->started);
  const auto [at, fresh] = impl_->kinds.try_emplace(kind, Kind{kind, std::move(handler)});
  YD_ASSERT(fresh);
}

Status Timers::start(Firing firing) {
  YD_ASSERT(!impl_->started);
  impl_->started = true;
  Timer last;
  std::size_t unknown = 0;
  for (std::size_t rows = kPageRows; rows == kPageRows;) {
    YD_TRY(rows, impl_->database.read_for<std::size_t>(
                     [&](storage::Transaction& tx) { return impl_->load_page(tx, last, unknown); }));
  }
  if (unknown > 0) log::warn("runtime.timers_without_handler", {{"timers", static_cast<std::int64_t>(unknown)}});
  if (firing == Firing::by_clock) impl_->thread = std::thread([impl = impl_] { impl->loop(); });
  return {};
}

void Timers::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait(lock, [&] { return impl_->in_flight == 0; });
}

Status Timers::schedule(storage::Transaction& tx, const Timer& timer) {
  const auto kind = impl_->kinds.find(timer.kind);
  if (kind == impl_->kinds.end()) return fail(Code::internal, "runtime.unknown_timer_kind", timer.kind);
  YD_CHECK(tx.exec_deferred(queries::upsert_timer, timer.tenant, timer.kind, timer.key, timer.due, timer.payload));
  tx.on_commit([impl = impl_, known = &kind->second, tenant = timer.tenant, key = timer.key, due = timer.due.ms] {
    impl->armed(*known, tenant, key, due);
  });
  return {};
}

Status Timers::cancel(storage::Transaction& tx, TenantId tenant, std::string_view kind, std::string_view key) {
  const auto known = impl_->kinds.find(kind);
  if (known == impl_->kinds.end()) return fail(Code::internal, "runtime.unknown_timer_kind", std::string(kind));
  YD_CHECK(tx.exec_deferred(queries::delete_timer, tenant, kind, key));
  tx.on_commit([impl = impl_, known = &known->second, tenant, text = std::string(key)] {
    impl->cancelled(*known, tenant, text);
  });
  return {};
}

std::size_t Timers::open() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->entries.size();
}

void Timers::run_due() {
  std::unique_lock lock(impl_->mutex);
  for (;;) {
    const std::int64_t now = impl_->clock.now().ms;
    impl_->fire_due(lock, now);
    if (impl_->stopping) return;
    const auto next = impl_->wheel.next();
    if (impl_->in_flight == 0 && (!next || *next > now)) return;
    if (impl_->in_flight > 0) impl_->changed.wait(lock);
  }
}

}  // namespace yingda::runtime
