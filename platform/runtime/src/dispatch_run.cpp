// The worker's side of the Dispatcher: reading, delivering, retrying, burying.
#include <algorithm>
#include <exception>

#include "dead_letters.hpp"
#include "dispatcher_impl.hpp"
#include "runtime_queries.gen.hpp"
#include "yingda/base/log.hpp"

namespace yingda::runtime {
namespace {

// How long a lane keeps a worker before others get their turn: a fraction of the 20 ms that a message may take.
constexpr auto kTurn = std::chrono::milliseconds(4);
constexpr int kReadRows = 256;
constexpr auto kStorePause = std::chrono::milliseconds(200);

bool is_not_now(Code code) { return code == Code::unavailable || code == Code::timeout || code == Code::cancelled; }

std::chrono::milliseconds pause_after(int failures, bool not_now) {
  if (not_now) return std::chrono::milliseconds(std::min(5000, 20 << std::min(failures - 1, 8)));
  return std::chrono::milliseconds(std::min(2000, 20 << std::min(2 * (failures - 1), 8)));  // 20, 80, 320, 1280
}

}  // namespace

void Dispatcher::Impl::run(Tenant& t, std::size_t reader) {
  const Steady deadline = std::chrono::steady_clock::now() + kTurn;
  do {
    if (step(t, reader, deadline) == Next::rest) return;
  } while (std::chrono::steady_clock::now() < deadline);
  post(t, reader);
}

Dispatcher::Impl::Next Dispatcher::Impl::step(Tenant& t, std::size_t reader, Steady deadline) {
  if (stopping) {
    rest(t, reader);
    return Next::rest;
  }
  if (const Status loaded = load(t); !loaded) {
    log::error("runtime.cursor_unreadable", loaded.error());
    return pause(t, reader, kStorePause);
  }
  std::unique_lock lock(t.mutex);
  Slot& slot = t.slots[reader];
  if (slot.redo.empty() && !slot.lane.has_work()) {
    rest_locked(slot, State::idle);
    lock.unlock();
    tell_rested();
    return Next::rest;
  }
  if (!slot.redo.empty()) {
    lock.unlock();
    return redo(t, reader);
  }
  if (slot.lane.must_read()) {
    lock.unlock();
    return refill(t, reader);
  }
  const bool batch = readers[reader].batches && slot.lane.cursor() >= slot.singly_until;
  auto items = slot.lane.take(kBatchMax);
  lock.unlock();
  return batch ? deliver_batch(t, reader, std::move(items)) : deliver(t, reader, std::move(items), deadline);
}

Status Dispatcher::Impl::load(Tenant& t) {
  const std::lock_guard loading(t.load_mutex);
  {
    const std::lock_guard lock(t.mutex);
    if (t.loaded) return {};
  }
  std::map<std::string, std::int64_t> cursors;
  YD_CHECK(database.read([&](storage::Transaction& tx) -> Status {
    const storage::Value values[] = {storage::bind(t.id)};
    return tx.each(queries::cursors_of, values, [&](const storage::Row& row) -> Status {
      cursors[row.string(0)] = row.int64(1);
      return {};
    });
  }));
  const std::lock_guard lock(t.mutex);
  for (std::size_t i = 0; i < readers.size(); ++i) {
    Slot& slot = t.slots[i];
    slot.stored = cursors[readers[i].name];
    slot.lane.set_cursor(slot.stored);
  }
  t.loaded = true;
  return {};
}

Dispatcher::Impl::Next Dispatcher::Impl::refill(Tenant& t, std::size_t reader) {
  std::int64_t after = 0, known = 0;
  {
    const std::lock_guard lock(t.mutex);
    after = t.slots[reader].lane.tail();
    known = t.slots[reader].lane.known();
  }
  auto events = database.read_events(t.id, after, kReadRows);
  if (!events && events.error().reason == "storage.events_trimmed") {
    const auto oldest = oldest_kept(t.id, after, known);
    if (!oldest) return pause(t, reader, kStorePause);
    // A handler that is new (cursor 0) never expected them.
    log::write(after == 0 ? log::Level::info : log::Level::error, "runtime.events_trimmed_unseen",
               {{"handler", std::string_view(readers[reader].name)}, {"after", after}, {"continued_after", *oldest}});
    const std::lock_guard lock(t.mutex);
    t.slots[reader].lane.skip_to(*oldest);
    return Next::more;
  }
  if (!events) {
    log::error("runtime.events_unreadable", events.error());
    return pause(t, reader, kStorePause);
  }
  if (events->empty()) return pause(t, reader, kStorePause);  // heard of, but not yet visible to a reader
  const auto& types = readers[reader].types;
  std::vector<LaneItem> items;
  items.reserve(events->size());
  const std::int64_t read_to = events->back().seq;
  for (auto& event : *events) {
    const bool wanted = types.empty() || std::ranges::find(types, event.type) != types.end();
    const std::int64_t seq = event.seq;
    items.push_back({seq, wanted ? std::make_shared<const storage::CommittedEvent>(std::move(event)) : nullptr});
  }
  const std::lock_guard lock(t.mutex);
  t.slots[reader].lane.refill(std::move(items), read_to);
  return Next::more;
}

/// The log is dense and is trimmed from its beginning, so the oldest event left is found by halving.
Result<std::int64_t> Dispatcher::Impl::oldest_kept(TenantId id, std::int64_t after, std::int64_t last) {
  std::int64_t gone = after, kept = last;  // reading behind `gone` fails, behind `kept` succeeds (it may be empty)
  while (kept - gone > 1) {
    const std::int64_t middle = gone + (kept - gone) / 2;
    const auto found = database.read_events(id, middle, 1);
    if (found) {
      kept = middle;
    } else if (found.error().reason == "storage.events_trimmed") {
      gone = middle;
    } else {
      return std::unexpected(found.error());
    }
  }
  return kept;
}

Status Dispatcher::Impl::call(const Reader& reader, std::span<const storage::CommittedEvent> events) {
  try {
    return reader.handle(events);
  } catch (const std::exception& e) {
    return fail(Code::internal, "runtime.handler_threw", e.what());
  } catch (...) {
    return fail(Code::internal, "runtime.handler_threw");
  }
}

Dispatcher::Impl::Next Dispatcher::Impl::deliver(Tenant& t, std::size_t reader, std::vector<LaneItem> items,
                                                 Steady deadline) {
  std::size_t done = 0;
  Status status;
  bool any = false;
  while (done < items.size() && !stopping) {
    if (items[done].event) {
      if (any && std::chrono::steady_clock::now() >= deadline) break;
      status = call(readers[reader], std::span(items[done].event.get(), 1));
      if (!status) break;
      any = true;
    }
    ++done;
  }
  std::unique_lock lock(t.mutex);
  Slot& slot = t.slots[reader];
  if (done > 0) {
    slot.lane.digested(items[done - 1].seq);
    slot.failures = any ? 0 : slot.failures;
    slot.digested_any = slot.digested_any || any;
    mark_dirty(t, lock);
  }
  items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(done));
  if (status) {
    slot.lane.give_back(std::move(items));
    return Next::more;
  }
  lock.unlock();
  return failed(t, reader, std::move(items), status.error());
}

Dispatcher::Impl::Next Dispatcher::Impl::deliver_batch(Tenant& t, std::size_t reader, std::vector<LaneItem> items) {
  std::vector<storage::CommittedEvent> events;
  for (const auto& item : items) {
    if (item.event) events.push_back(*item.event);
  }
  const std::int64_t last = items.back().seq;
  const Status status = events.empty() ? Status{} : call(readers[reader], events);
  if (!status && events.size() == 1) {
    items.erase(items.begin(), std::ranges::find_if(items, [](const LaneItem& item) { return bool(item.event); }));
    return failed(t, reader, std::move(items), status.error());
  }
  std::unique_lock lock(t.mutex);
  Slot& slot = t.slots[reader];
  if (status) {
    slot.lane.digested(last);
    slot.failures = 0;
    slot.digested_any = slot.digested_any || !events.empty();
    mark_dirty(t, lock);
  } else {
    slot.singly_until = last;
    slot.lane.give_back(std::move(items));
  }
  return Next::more;
}

/// The first of `rest_of` failed.
Dispatcher::Impl::Next Dispatcher::Impl::failed(Tenant& t, std::size_t reader, std::vector<LaneItem> rest_of,
                                                const Error& error) {
  const EventPtr event = rest_of.front().event;
  const bool not_now = is_not_now(error.code);
  int failures = 0;
  {
    const std::lock_guard lock(t.mutex);
    failures = ++t.slots[reader].failures;
    t.slots[reader].lane.give_back(std::move(rest_of));
  }
  log::error("runtime.handler_failed", error,
             {{"handler", std::string_view(readers[reader].name)},
              {"event", std::string_view(event->type)},
              {"seq", event->seq},
              {"attempt", static_cast<std::int64_t>(failures)}});
  if (failures < (not_now ? kAttemptsNotNow : kAttempts)) return pause(t, reader, pause_after(failures, not_now));
  if (const Status buried = bury(t, reader, *event, error); !buried) {
    log::error("runtime.dead_letter_unwritten", buried.error());
    return pause(t, reader, pause_after(failures, true));
  }
  log::error("runtime.dead_letter", {{"handler", std::string_view(readers[reader].name)},
                                     {"event", std::string_view(event->type)},
                                     {"seq", event->seq}});
  const std::lock_guard lock(t.mutex);
  Slot& slot = t.slots[reader];
  slot.lane.take(1);
  slot.lane.digested(event->seq);
  slot.stored = event->seq;
  slot.failures = 0;
  return Next::more;
}

/// The letter and the cursor behind it in one transaction: never lost, never twice.
Status Dispatcher::Impl::bury(Tenant& t, std::size_t reader, const storage::CommittedEvent& event, const Error& error) {
  const std::string& name = readers[reader].name;
  const DeadLetter letter{letter_ids.next<DeadLetterId>(),
                          t.id,
                          name,
                          event.seq,
                          event.type,
                          event.payload,
                          describe(error),
                          event.at,
                          clock.now()};
  return database.write(t.id, [&](storage::Transaction& tx) -> Status {
    YD_CHECK(store_dead_letter(tx, letter));
    return tx.exec_deferred(queries::store_cursor, t.id, name, event.seq);
  });
}

Dispatcher::Impl::Next Dispatcher::Impl::redo(Tenant& t, std::size_t reader) {
  Redo next;
  {
    const std::lock_guard lock(t.mutex);
    next = std::move(t.slots[reader].redo.front());
    t.slots[reader].redo.pop_front();
  }
  const DeadLetter& letter = next.letter;
  const storage::CommittedEvent event{t.id, letter.seq, letter.event_at, letter.type, letter.payload};
  Status status = call(readers[reader], std::span(&event, 1));
  if (status) {
    status = database.write(t.id, [&](storage::Transaction& tx) { return discard_dead_letter(tx, t.id, letter.id); });
  }
  next.answer.set_value(std::move(status));
  return Next::more;
}

}  // namespace yingda::runtime
