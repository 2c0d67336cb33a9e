// Answers kept for repeats of the same write, in the write's own transaction.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_set>

#include "call.hpp"
#include "yingda/base/result.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::rest {

class Idempotency {
 public:
  Idempotency(runtime::Timers& timers, const Clock& clock) : timers_(timers), clock_(clock) {}

  /// Registers the trimming timer; before timers.start().
  void start();

  /// Reads key and hash of a write into the call; invalid_argument `request.invalid_key`. Hashes the body: not on a
  /// network thread.
  static Status note(Call& call);

  /// The kept answer of the same request; nullopt when the key is new. conflict `request.idempotency_conflict` when the
  /// key belongs to another request, `request.already_done` when the answer was not kept.
  Result<std::optional<Answer>> find(storage::Transaction& tx, const Call& call) const;
  /// Keeps an answer; one that holds a secret or is too large is kept as "done" only.
  Status keep(storage::Transaction& tx, const Call& call, const Answer& answer, bool secret);

 private:
  Status trim(storage::Transaction& tx, TenantId tenant);
  Status schedule_trim(storage::Transaction& tx, TenantId tenant);

  runtime::Timers& timers_;
  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_set<TenantId> scheduled_;  // tenants whose trimming timer stands
};

}  // namespace yingda::rest
