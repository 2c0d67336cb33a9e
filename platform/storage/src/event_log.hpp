// The per-tenant event log (outbox) above either engine: reading, trimming, numbering.
#pragma once

#include <vector>

#include "yingda/storage/database.hpp"

namespace yingda::storage {

/// How many events of a tenant a batch holds; `next` is the seq of the first of them once the engine has advanced
/// storage_tenant_seq by `count`.
struct TenantRun {
  TenantId tenant;
  std::int64_t count = 0;
  std::int64_t next = 0;
};

/// One entry a tenant, sorted by tenant, so that all processes lock counters in the same order.
std::vector<TenantRun> count_by_tenant(std::span<const CommittedEvent> events);
/// Numbers the events in order from each run's `next`.
void assign_seq(std::span<CommittedEvent> events, std::vector<TenantRun>& runs);

/// The parts of Database that need only read() and write().
class EventLogDatabase : public Database {
 public:
  Result<std::vector<CommittedEvent>> read_events(TenantId tenant, std::int64_t after, int limit) override;
  Result<std::int64_t> last_seq(TenantId tenant) override;
  Result<std::int64_t> last_seq(Transaction& tx, TenantId tenant) override;
  Result<std::int64_t> trim_events(UtcTime before, int limit) override;
  Result<std::vector<TenantId>> tenants_with_events() override;
};

}  // namespace yingda::storage
