// The audit log, and what every administrative change leaves: a record and an event.
#include <limits>

#include "change.hpp"
#include "org_queries.gen.hpp"
#include "store.hpp"

namespace yingda::org {

Status Org::audit(storage::Transaction& tx, const Actor& actor, std::string_view action, std::string_view object,
                  std::string_view before, std::string_view after) {
  return tx.exec_deferred(queries::insert_audit, actor.tenant, ids_.next<AuditId>(), clock_.now(), actor.user,
                          actor.name, action, object, before, after, actor.address);
}

Status Org::record_change(storage::Transaction& tx, const Actor& actor, const Change& change) {
  YD_CHECK(audit(tx, actor, change.action, change.id, change.before, change.after));
  std::string payload = R"({"area":")";
  payload.append(change.area).append(R"(","id":")").append(change.id).append(R"("})");
  tx.emit({actor.tenant, "settings.changed", std::move(payload)});
  return {};
}

Result<Page<AuditRecord>> Org::list_audit(storage::Transaction& tx, const Actor& actor, std::string_view after,
                                          int limit) {
  YD_CHECK(check_may(actor, Permission::audit_view));
  YD_TRY(const auto before, decode_cursor(after, std::numeric_limits<std::int64_t>::max()));
  const int rows = page_limit(limit);
  YD_TRY(auto records, tx.all(queries::list_audit, store::audit_of, actor.tenant, before, rows + 1));
  return cut_page(std::move(records), rows);
}

}  // namespace yingda::org
