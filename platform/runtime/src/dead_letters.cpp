#include "dead_letters.hpp"

#include <algorithm>

#include "runtime_queries.gen.hpp"

namespace yingda::runtime {
namespace {

constexpr int kListMax = 200;  // a page for a person

DeadLetter read_letter(const storage::Row& row, TenantId tenant) {
  return {row.id<DeadLetterId>(0), tenant,        row.string(1), row.int64(2), row.string(3),
          row.string(4),           row.string(5), row.time(6),   row.time(7)};
}

}  // namespace

Result<std::vector<DeadLetter>> list_dead_letters(storage::Transaction& tx, TenantId tenant, DeadLetterId after,
                                                  int limit) {
  return tx.all(
      queries::dead_letters_after, [&](const storage::Row& row) { return read_letter(row, tenant); }, tenant,
      after.value, std::clamp(limit, 1, kListMax));
}

Result<DeadLetter> load_dead_letter(storage::Transaction& tx, TenantId tenant, DeadLetterId id) {
  YD_TRY(auto letter, tx.one(
                          queries::dead_letter, [&](const storage::Row& row) { return read_letter(row, tenant); },
                          tenant, id.value));
  if (!letter) return fail(Code::not_found, "runtime.dead_letter_not_found");
  return *std::move(letter);
}

Status discard_dead_letter(storage::Transaction& tx, TenantId tenant, DeadLetterId id) {
  YD_TRY(const auto count, tx.exec(queries::delete_dead_letter, tenant, id.value));
  if (count == 0) return fail(Code::not_found, "runtime.dead_letter_not_found");
  return {};
}

Status store_dead_letter(storage::Transaction& tx, const DeadLetter& letter) {
  return tx.exec_deferred(queries::upsert_dead_letter, letter.tenant, letter.id, letter.handler, letter.seq,
                          letter.type, letter.payload, letter.error, letter.event_at, letter.at);
}

}  // namespace yingda::runtime
