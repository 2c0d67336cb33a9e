#include "schema.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "storage_migrations.gen.hpp"
#include "yingda/storage/migrations.hpp"

namespace yingda::storage {

std::span<const Migration> migrations() { return kMigrations; }

namespace {

Status add_step(SchemaPlan& plan, const Migration& step) {
  auto found = std::ranges::find(plan, step.module, &ModulePlan::module);
  if (found == plan.end()) found = plan.insert(plan.end(), ModulePlan{step.module, {}});
  for (const Migration* known : found->steps) {
    if (known->version != step.version) continue;
    if (known->common == step.common && known->postgres == step.postgres) return {};  // listed twice
    return fail(Code::invalid_argument, "storage.migrations",
                fmt::format("{} {} stands twice with different texts", step.module, step.version));
  }
  found->steps.push_back(&step);
  return {};
}

int version_of(const SchemaVersions& versions, std::string_view module) {
  const auto found = versions.find(module);
  return found == versions.end() ? 0 : found->second;
}

template <class Work>
Status in_transaction(SchemaSession& session, Work work) {
  YD_CHECK(session.begin());
  auto done = work();
  if (done) done = session.commit();
  if (!done) session.rollback();
  return done;
}

Status migrate_module(SchemaSession& session, const ModulePlan& plan) {
  // Read again inside the transaction: another process may have migrated meanwhile.
  YD_TRY(const auto versions, session.versions());
  const int from = version_of(versions, plan.module);
  return apply_module(session, plan, from, static_cast<int>(plan.steps.size()));
}

}  // namespace

Result<SchemaPlan> plan_schema(std::span<const Migration> listed) {
  SchemaPlan plan;
  for (const auto& step : kMigrations) YD_CHECK(add_step(plan, step));
  for (const auto& step : listed) YD_CHECK(add_step(plan, step));
  for (auto& module : plan) {
    std::ranges::sort(module.steps, {}, &Migration::version);
    for (std::size_t i = 0; i < module.steps.size(); ++i) {
      if (module.steps[i]->version == static_cast<int>(i) + 1) continue;
      return fail(Code::invalid_argument, "storage.migrations",
                  fmt::format("{} has no version {}", module.module, i + 1));
    }
  }
  return plan;
}

Status check_not_newer(const SchemaPlan& plan, const SchemaVersions& versions) {
  for (const auto& module : plan) {
    const int stored = version_of(versions, module.module);
    if (stored > static_cast<int>(module.steps.size()))
      return fail(Code::conflict, "storage.schema_newer",
                  fmt::format("{} stands at {}, this program knows {}", module.module, stored, module.steps.size()));
  }
  return {};
}

Status apply_module(SchemaSession& session, const ModulePlan& plan, int from, int to) {
  for (int version = from + 1; version <= to; ++version) {
    const Migration& step = *plan.steps[static_cast<std::size_t>(version) - 1];
    const bool variant = session.engine() == Engine::postgres && !step.postgres.empty();
    if (auto done = session.script(variant ? step.postgres : step.common); !done) {
      done.error().detail = fmt::format("migration {} {}: {}", step.module, version, done.error().detail);
      return done;
    }
    YD_CHECK(session.record(step.module, version));
  }
  return {};
}

Status migrate_all(SchemaSession& session, std::span<const Migration> listed) {
  YD_TRY(const auto plan, plan_schema(listed));
  YD_CHECK(in_transaction(session, [&] { return session.create_registry(); }));
  YD_TRY(const auto versions, session.versions());
  YD_CHECK(check_not_newer(plan, versions));
  for (const auto& module : plan) {
    if (version_of(versions, module.module) == static_cast<int>(module.steps.size())) continue;
    YD_CHECK(in_transaction(session, [&] { return migrate_module(session, module); }));
  }
  return {};
}

}  // namespace yingda::storage
