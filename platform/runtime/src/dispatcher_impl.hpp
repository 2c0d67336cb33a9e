// The inside of the Dispatcher. Threads: the store's (hear), the pool's (run), one of its own (pace: pauses and
// cursors). Locks, never two at once but in this order: tenants_mutex, Tenant::load_mutex, Tenant::mutex, mutex.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "lane.hpp"
#include "yingda/runtime/runtime.hpp"

namespace yingda::runtime {

struct Dispatcher::Impl : std::enable_shared_from_this<Dispatcher::Impl> {
  using Steady = std::chrono::steady_clock::time_point;

  struct Reader {  // a registered handler
    std::string name;
    std::vector<std::string> types;
    BatchHandler handle;
    bool batches = false;
  };
  struct Redo {
    DeadLetter letter;
    std::promise<Status> answer;
  };
  enum class State { idle, active, paused };
  struct Slot {  // one reader's place in one tenant
    Lane lane;
    State state = State::idle;
    int failures = 0;               // of the event that is next
    std::int64_t singly_until = 0;  // a batch failed: one event at a time up to here
    std::int64_t stored = 0;        // cursor in the store
    bool digested_any = false;      // a wanted event since `stored`
    std::deque<Redo> redo;
  };
  struct Tenant {
    explicit Tenant(TenantId t, std::size_t readers) : id(t), slots(readers) {}
    const TenantId id;
    std::mutex load_mutex;
    std::mutex mutex;
    bool loaded = false;  // cursors read
    bool dirty = false;   // on the list of cursors to store
    std::vector<Slot> slots;
  };
  enum class Next { more, rest };

  Impl(storage::Database& db, WorkerPool& pool, const Clock& c)
      : database(db), workers(pool), clock(c), letter_ids(c) {}

  storage::Database& database;
  WorkerPool& workers;
  const Clock& clock;
  IdSource letter_ids;
  std::vector<Reader> readers;  // fixed after start

  std::mutex tap_mutex;
  std::vector<Tap> taps;
  std::unordered_map<std::string, std::uint64_t> wanted_by;  // type -> readers, one bit each; store's thread only

  std::mutex tenants_mutex;
  std::unordered_map<std::int64_t, std::unique_ptr<Tenant>> tenants;

  std::atomic<bool> started{false};
  std::atomic<bool> stopping{false};
  std::atomic<int> active{0};           // slots at work
  std::atomic<std::uint64_t> rests{0};  // times that a slot came to rest

  std::mutex mutex;
  std::condition_variable rested;  // active or rests changed
  std::condition_variable pace;    // pauses, dirty, stores or stopping changed
  std::multimap<Steady, std::pair<Tenant*, std::size_t>> pauses;
  std::vector<Tenant*> dirty;
  Steady store_at{};
  int stores = 0;  // cursor writes under way
  std::thread thread;

  // The store's thread.
  void hear(std::span<const storage::CommittedEvent> events);
  std::uint64_t readers_of(const std::string& type);
  Tenant& tenant(TenantId id);

  // Waking and resting.
  void wake(Tenant& t, std::size_t reader);
  void post(Tenant& t, std::size_t reader);
  void rest(Tenant& t, std::size_t reader);
  void rest_locked(Slot& slot, State state);
  void tell_rested();
  Next pause(Tenant& t, std::size_t reader, std::chrono::milliseconds length);

  // A worker's thread.
  void run(Tenant& t, std::size_t reader);
  Next step(Tenant& t, std::size_t reader, Steady deadline);
  Status load(Tenant& t);
  Next refill(Tenant& t, std::size_t reader);
  Result<std::int64_t> oldest_kept(TenantId id, std::int64_t after, std::int64_t last);
  Next deliver(Tenant& t, std::size_t reader, std::vector<LaneItem> items, Steady deadline);
  Next deliver_batch(Tenant& t, std::size_t reader, std::vector<LaneItem> items);
  Next failed(Tenant& t, std::size_t reader, std::vector<LaneItem> rest_of, const Error& error);
  Status bury(Tenant& t, std::size_t reader, const storage::CommittedEvent& event, const Error& error);
  Status call(const Reader& reader, std::span<const storage::CommittedEvent> events);
  Next redo(Tenant& t, std::size_t reader);

  // Cursors.
  void mark_dirty(Tenant& t, std::unique_lock<std::mutex>& lock);
  void store_cursors(Tenant& t);
  void pace_loop();
  void stop();
  bool quiet();
};

}  // namespace yingda::runtime
