#include "event_log.hpp"

#include <algorithm>

#include "storage_queries.gen.hpp"

namespace yingda::storage {

std::vector<TenantRun> count_by_tenant(std::span<const CommittedEvent> events) {
  std::vector<TenantRun> runs;
  for (const auto& event : events) {
    if (!runs.empty() && runs.back().tenant == event.tenant) {
      ++runs.back().count;
    } else {
      runs.push_back({event.tenant, 1, 0});
    }
  }
  std::ranges::sort(runs, {}, &TenantRun::tenant);
  std::vector<TenantRun> merged;
  for (const auto& run : runs) {
    if (!merged.empty() && merged.back().tenant == run.tenant) {
      merged.back().count += run.count;
    } else {
      merged.push_back(run);
    }
  }
  return merged;
}

void assign_seq(std::span<CommittedEvent> events, std::vector<TenantRun>& runs) {
  for (auto& event : events) {
    const auto run = std::ranges::lower_bound(runs, event.tenant, {}, &TenantRun::tenant);
    event.seq = run->next++;
  }
}

Result<std::int64_t> EventLogDatabase::last_seq(Transaction& tx, TenantId tenant) {
  YD_TRY(const auto found, tx.one(queries::last_seq, [](const Row& row) { return row.int64(0); }, tenant));
  return found.value_or(0);
}

Result<std::int64_t> EventLogDatabase::last_seq(TenantId tenant) {
  return read_for<std::int64_t>([&](Transaction& tx) { return last_seq(tx, tenant); });
}

Result<std::vector<CommittedEvent>> EventLogDatabase::read_events(TenantId tenant, std::int64_t after, int limit) {
  using Events = std::vector<CommittedEvent>;
  return read_for<Events>([&](Transaction& tx) -> Result<Events> {
    const auto map = [&](const Row& row) {
      return CommittedEvent{tenant, row.int64(0), row.time(1), row.string(2), row.string(3)};
    };
    YD_TRY(auto events, tx.all(queries::events_after, map, tenant, after, limit));
    // The log is dense: whatever does not begin right behind `after` has lost its beginning.
    if (!events.empty() && events.front().seq != after + 1) return fail(Code::not_found, "storage.events_trimmed");
    if (events.empty() && limit > 0) {
      YD_TRY(const auto last, last_seq(tx, tenant));
      if (last > after) return fail(Code::not_found, "storage.events_trimmed");
    }
    return events;
  });
}

Result<std::vector<TenantId>> EventLogDatabase::tenants_with_events() {
  using Tenants = std::vector<TenantId>;
  return read_for<Tenants>(
      [](Transaction& tx) { return tx.all(queries::tenants, [](const Row& row) { return row.id<TenantId>(0); }); });
}

Result<std::int64_t> EventLogDatabase::trim_events(UtcTime before, int limit) {
  YD_TRY(const auto tenants, tenants_with_events());
  std::int64_t forgotten = 0;
  for (const auto tenant : tenants) {
    if (forgotten >= limit) break;
    YD_TRY(const auto count, write_for<std::int64_t>(tenant, [&](Transaction& tx) -> Result<std::int64_t> {
             // Only a prefix goes, also when the clock stepped back meanwhile: what remains stays dense.
             std::int64_t last_old = 0;
             bool in_prefix = true;
             const Value values[] = {bind(tenant), bind(limit - forgotten)};
             YD_CHECK(tx.each(queries::oldest_events, values, [&](const Row& row) -> Status {
               in_prefix = in_prefix && row.time(1) < before;
               if (in_prefix) last_old = row.int64(0);
               return {};
             }));
             if (last_old == 0) return 0;
             return tx.exec(queries::forget_events, tenant, last_old);
           }));
    forgotten += count;
  }
  return forgotten;
}

}  // namespace yingda::storage
