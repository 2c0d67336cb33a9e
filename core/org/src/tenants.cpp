// Tenants: making one with what it needs from the first minute, reading, changing.
#include <algorithm>

#include "codec.hpp"
#include "guard.hpp"
#include "names.hpp"
#include "org_migrations.gen.hpp"
#include "org_queries.gen.hpp"
#include "rights.hpp"
#include "store.hpp"

namespace yingda::org {
namespace {

constexpr std::size_t kTimeZoneBytesMax = 64;

// The form of an IANA name; whether the zone exists is the calendar's to know.
bool looks_like_time_zone(std::string_view zone) {
  if (zone.empty() || zone.size() > kTimeZoneBytesMax || zone.front() == '/' || zone.back() == '/') return false;
  return std::ranges::all_of(zone, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '_' ||
           c == '-' || c == '+';
  });
}

// Names of the first centre and team, in the tenant's language; ordinary data that the administrator renames.
struct FirstNames {
  std::string_view centre, team;
};
constexpr FirstNames first_names(Locale locale) {
  return locale == Locale::en ? FirstNames{"Service centre", "Team 1"} : FirstNames{"客服中心", "一组"};
}

}  // namespace

Org::Org(const Clock& clock, IdSource& ids) : clock_(clock), ids_(ids) {}
Org::~Org() = default;

std::span<const storage::Migration> migrations() { return kMigrations; }

Actor Org::system_actor(TenantId tenant) {
  Actor actor;
  actor.tenant = tenant;
  actor.name = "system";
  actor.permissions = kAllPermissions;
  actor.scope = DataScope::tenant;
  return actor;
}

Result<Tenant> Org::create_tenant(storage::Transaction& tx, const NewTenant& tenant) {
  Tenant made;
  YD_TRY(made.name, check_name("name", tenant.name));
  if (!looks_like_time_zone(tenant.time_zone)) return fail_field("time_zone", "request.unknown_value");
  made.id = ids_.next<TenantId>();
  made.locale = tenant.locale;
  made.time_zone = tenant.time_zone;
  made.demo = tenant.demo;
  made.created_at_ms = clock_.now();
  YD_CHECK(tx.exec(queries::insert_tenant, made.id, made.name, name_of(made.locale), made.time_zone,
                   made.recall_window_ms, made.demo, made.created_at_ms));
  YD_CHECK(seed_tenant(tx, made));
  YD_CHECK(
      record_change(tx, system_actor(made.id), {"tenant.created", "tenant", to_string(made.id), {}, to_json(made)}));
  return made;
}

Status Org::seed_tenant(storage::Transaction& tx, const Tenant& tenant) {
  const FirstNames names = first_names(tenant.locale);
  const auto root = ids_.next<UnitId>();
  const auto centre = ids_.next<UnitId>();
  YD_CHECK(tx.exec(queries::insert_unit, tenant.id, root, UnitId{}, name_of(UnitKind::headquarters), tenant.name, ""));
  YD_CHECK(tx.exec(queries::insert_unit, tenant.id, centre, root, name_of(UnitKind::centre), names.centre, ""));
  YD_CHECK(tx.exec(queries::insert_team, tenant.id, ids_.next<TeamId>(), centre, names.team));
  for (const BuiltInRole& role : built_in_roles()) {
    YD_CHECK(tx.exec(queries::insert_role, tenant.id, ids_.next<RoleId>(), role.key, "", name_of(role.scope),
                     static_cast<std::int64_t>(role.permissions)));
  }
  return {};
}

Result<std::vector<Tenant>> Org::list_tenants(storage::Transaction& tx) {
  return tx.all(queries::list_tenants, store::tenant_of);
}

Result<Tenant> Org::load_tenant(storage::Transaction& tx, TenantId tenant) { return store::load_tenant(tx, tenant); }

Result<Tenant> Org::change_tenant(storage::Transaction& tx, const Actor& actor, const TenantChange& change) {
  YD_CHECK(check_may(actor, Permission::settings_manage));
  YD_TRY(const Tenant before, store::load_tenant(tx, actor.tenant));
  Tenant after = before;
  if (change.name) {
    YD_TRY(after.name, check_name("name", *change.name));
  }
  if (change.time_zone) {
    if (!looks_like_time_zone(*change.time_zone)) return fail_field("time_zone", "request.unknown_value");
    after.time_zone = *change.time_zone;
  }
  if (change.recall_window_ms) {
    if (*change.recall_window_ms < 0 || *change.recall_window_ms > kRecallWindowMax.ms)
      return fail_field("recall_window_ms", "request.out_of_range");
    after.recall_window_ms = *change.recall_window_ms;
  }
  after.locale = change.locale.value_or(before.locale);
  YD_CHECK(tx.exec(queries::update_tenant, after.id, after.name, name_of(after.locale), after.time_zone,
                   after.recall_window_ms));
  YD_CHECK(
      record_change(tx, actor, {"tenant.changed", "tenant", to_string(after.id), to_json(before), to_json(after)}));
  return after;
}

}  // namespace yingda::org
