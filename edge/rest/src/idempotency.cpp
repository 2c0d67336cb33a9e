#include "idempotency.hpp"

#include <algorithm>
#include <tuple>

#include "rest_queries.gen.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/files/file_store.hpp"
#include "yingda/rest/limits.hpp"

namespace yingda::rest {
namespace {

constexpr std::string_view kTimerKind = "rest.idempotency_trim";
constexpr DurationMs kTrimEvery = hours(1);
constexpr int kNotKept = 0;  // status of an answer that is known to be given and not kept

/// Whose keys these are: two people may use the same key.
std::string actor_key(const org::Actor& actor) { return actor.token ? to_string(actor.token) : to_string(actor.user); }

}  // namespace

void Idempotency::start() {
  timers_.on(std::string(kTimerKind),
             [this](storage::Transaction& tx, const runtime::Timer& timer) { return trim(tx, timer.tenant); });
}

Status Idempotency::note(Call& call) {
  const std::string_view key = call.request.header("idempotency-key");
  if (key.empty()) return {};
  const bool visible = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
  if (key.size() > kIdempotencyKeyMax || !visible) return fail(Code::invalid_argument, "request.invalid_key");
  std::string text(net::to_string(call.request.method));
  text.append(" ").append(call.request.path).append("?").append(call.request.query).append("\n");
  if (call.request.body_file) {
    YD_TRY(const auto body, files::MappedFile::open(*call.request.body_file));
    text.append(crypto::hex(crypto::sha256(body.bytes())));
  } else {
    text.append(crypto::hex(crypto::sha256(call.request.body)));
  }
  call.idempotency_key = key;
  call.request_hash = crypto::hex(crypto::sha256(text));
  return {};
}

Result<std::optional<Answer>> Idempotency::find(storage::Transaction& tx, const Call& call) const {
  struct Kept {
    std::string hash;
    Answer answer;
    UtcTime at;
  };
  const std::string actor = actor_key(call.actor);
  YD_TRY(const auto kept, tx.one(
                              queries::find_answer,
                              [](const storage::Row& row) {
                                return Kept{
                                    row.string(0), {static_cast<int>(row.int64(1)), row.string(2)}, row.time(3)};
                              },
                              call.actor.tenant, actor, call.idempotency_key));
  if (!kept) return std::nullopt;
  if (kept->at + kIdempotencyKept < clock_.now()) {
    YD_CHECK(tx.exec_deferred(queries::delete_answer, call.actor.tenant, actor, call.idempotency_key));
    return std::nullopt;
  }
  if (kept->hash != call.request_hash) return fail(Code::conflict, "request.idempotency_conflict");
  if (kept->answer.status == kNotKept) return fail(Code::conflict, "request.already_done");
  return kept->answer;
}

Status Idempotency::keep(storage::Transaction& tx, const Call& call, const Answer& answer, bool secret) {
  const bool drop = secret || answer.body.size() > kIdempotencyBodyMax;
  YD_CHECK(tx.exec_deferred(queries::insert_answer, call.actor.tenant, actor_key(call.actor), call.idempotency_key,
                            call.request_hash, drop ? kNotKept : answer.status, drop ? std::string() : answer.body,
                            clock_.now()));
  return schedule_trim(tx, call.actor.tenant);
}

Status Idempotency::schedule_trim(storage::Transaction& tx, TenantId tenant) {
  {
    const std::scoped_lock lock(mutex_);
    if (scheduled_.contains(tenant)) return {};
  }
  YD_CHECK(timers_.schedule(tx, {tenant, std::string(kTimerKind), "all", clock_.now() + kTrimEvery, "{}"}));
  tx.on_commit([this, tenant] {
    const std::scoped_lock lock(mutex_);
    scheduled_.insert(tenant);
  });
  return {};
}

Status Idempotency::trim(storage::Transaction& tx, TenantId tenant) {
  YD_CHECK(tx.exec(queries::trim_answers, tenant, clock_.now() - kIdempotencyKept));
  YD_TRY(const auto left, tx.one(queries::any_answer, [](const storage::Row&) { return true; }, tenant));
  if (left) return timers_.schedule(tx, {tenant, std::string(kTimerKind), "all", clock_.now() + kTrimEvery, "{}"});
  tx.on_commit([this, tenant] {
    const std::scoped_lock lock(mutex_);
    scheduled_.erase(tenant);
  });
  return {};
}

}  // namespace yingda::rest
