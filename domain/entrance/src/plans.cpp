// The plan: kept in versions, checked when it is saved, held in memory for decisions.
#include <algorithm>
#include <set>

#include "impl.hpp"
#include "yingda/base/log.hpp"

namespace yingda::entrance {
namespace {

bool routes(const std::vector<MenuItem>& items) {
  return std::ranges::any_of(items, [](const MenuItem& item) { return item.team_id || routes(item.items); });
}

/// Members that may be left out are there in every answer.
void complete(std::vector<MenuItem>& items) {
  for (MenuItem& item : items) {
    item.topic = item.topic.value_or("");
    item.answer = item.answer.value_or(MenuText{});
    if (item.team_id && !*item.team_id) item.team_id.reset();
    complete(item.items);
  }
}

void complete(EntrancePlan& plan) {
  for (EntranceRule& rule : plan.rules) {
    for (Condition& condition : rule.conditions) condition.name = condition.name.value_or("");
    if (rule.team_id && !*rule.team_id) rule.team_id.reset();
    rule.language = rule.language.value_or("");
    rule.stop = rule.stop.value_or(true);
  }
  for (Menu& menu : plan.menus) complete(menu.items);
}

void name_rules(EntrancePlan& plan, IdSource& ids) {
  for (EntranceRule& rule : plan.rules) {
    if (rule.id.value_or("").empty()) rule.id = "er_" + encode_id_text(ids.next_value());
  }
}

/// As it is shown: without the secret.
EntrancePlan shown(EntrancePlan plan) {
  plan.external.has_secret = plan.external.secret && !plan.external.secret->empty();
  plan.external.secret.reset();
  return plan;
}

}  // namespace

PlanPtr Entrance::Impl::find(TenantId tenant) const {
  const std::shared_lock lock(plans_mutex);
  const auto it = plans.find(tenant);
  return it == plans.end() ? nullptr : it->second;
}

void Entrance::Impl::put(TenantId tenant, PlanPtr plan) {
  const std::unique_lock lock(plans_mutex);
  PlanPtr& kept = plans[tenant];
  if (!kept || kept->plan.version < plan->plan.version) kept = std::move(plan);
}

std::string Entrance::Impl::purpose(TenantId tenant) const { return "entrance.external " + to_string(tenant); }

PlanPtr Entrance::Impl::in_force(TenantId tenant, const EntrancePlan& stored) const {
  auto out = std::make_shared<PlanInForce>();
  out->plan = stored;
  out->plan.rules = comparable(stored.rules);
  out->wanted = wanted_by(stored.rules);
  out->active = stored.external.enabled || std::ranges::any_of(stored.rules, &EntranceRule::enabled) ||
                std::ranges::any_of(stored.menus, [](const Menu& menu) { return routes(menu.items); });
  if (const auto& sealed = stored.external.secret; sealed && !sealed->empty()) {
    auto opened = box.open(*sealed, purpose(tenant));
    // Without its key file the program is asked unsigned, and refuses: the rules' word stands.
    if (opened)
      out->secret = *std::move(opened);
    else
      log::error("entrance.secret_unreadable", opened.error());
  }
  return out;
}

Status Entrance::Impl::reload(TenantId tenant) {
  YD_TRY(const auto stored, database.read_for<std::optional<EntrancePlan>>(
                                [&](storage::Transaction& tx) { return store::newest_plan(tx, tenant); }));
  if (stored) put(tenant, in_force(tenant, *stored));
  return {};
}

Result<Company> Entrance::Impl::company(storage::Transaction& tx, const org::Actor& actor) const {
  YD_TRY(const auto teams, org.list_teams(tx, actor));
  YD_TRY(const auto agents, routing.agents(tx, actor));
  std::set<TeamId> known, staffed;
  for (const org::Team& team : teams) known.insert(team.id);
  for (const routing::AgentStatus& agent : agents) staffed.insert(agent.team_ids.begin(), agent.team_ids.end());
  Company company;
  company.has_team = [known = std::move(known)](TeamId team) { return known.contains(team); };
  company.has_agents = [staffed = std::move(staffed)](TeamId team) { return staffed.contains(team); };
  company.has_widget = [exists = options.widget_exists, tenant = actor.tenant](WidgetId widget) {
    return !exists || exists(tenant, widget);
  };
  return company;
}

Result<EntrancePlan> Entrance::plan(storage::Transaction& tx, const org::Actor& actor) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(auto stored, store::newest_plan(tx, actor.tenant));
  if (!stored) return EntrancePlan{};
  YD_TRY(const auto company, impl_->company(tx, actor));
  EntrancePlan out = shown(*std::move(stored));
  out.warnings = warnings_about(out, company);
  return out;
}

Result<EntrancePlan> Entrance::save(storage::Transaction& tx, const org::Actor& actor, const EntrancePlan& plan) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  Impl& impl = *impl_;
  const TenantId tenant = actor.tenant;
  YD_TRY(const auto company, impl.company(tx, actor));
  if (auto wrong = check_plan(plan, company); !wrong.empty()) return fail_fields(std::move(wrong));
  YD_TRY(const auto before, store::newest_plan(tx, tenant));
  const std::int64_t version = before ? before->version : 0;
  const auto overtaken = [] { return fail(Code::conflict, "entrance.version_conflict"); };
  if (plan.version != version) return overtaken();

  EntrancePlan next = plan;
  next.version = version + 1;
  next.warnings.clear();
  next.external.has_secret.reset();
  complete(next);
  name_rules(next, impl.ids);
  if (!plan.external.secret)
    next.external.secret = before ? before->external.secret : std::nullopt;
  else if (plan.external.secret->empty())
    next.external.secret.reset();
  else
    next.external.secret = impl.box.seal(*plan.external.secret, impl.purpose(tenant));

  YD_TRY(const bool saved, store::insert_plan(tx, tenant, next, impl.clock.now(), actor.user));
  if (!saved) return overtaken();
  YD_CHECK(impl.org.audit(tx, actor, "entrance.saved", std::to_string(next.version),
                          before ? store::encode_plan_for_audit(*before) : "", store::encode_plan_for_audit(next)));
  tx.emit({tenant, "settings.changed", store::encode_settings_changed(next.version)});
  tx.on_commit([impl = impl_, tenant, loaded = impl.in_force(tenant, next)] { impl->put(tenant, loaded); });
  EntrancePlan out = shown(std::move(next));
  out.warnings = warnings_about(out, company);
  return out;
}

}  // namespace yingda::entrance
