#include "restore.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "yingda/base/log.hpp"

namespace yingda::storage {
namespace {

int version_of(const SchemaVersions& versions, std::string_view module) {
  const auto found = versions.find(module);
  return found == versions.end() ? 0 : found->second;
}

Status load_tables(BackupReader& backup, RestoreTarget& target) {
  YD_TRY(const auto tables, target.tables());
  for (const auto& table : tables) {
    if (table == "storage_migration") continue;
    YD_TRY(const auto columns, backup.columns(table));
    if (columns.empty()) {
      // A table that only this engine has is derived from others by its own module.
      log::warn("storage.restore_without_table", {{"table", std::string_view(table)}});
      continue;
    }
    YD_CHECK(target.load(backup, table, columns));
  }
  return {};
}

Status fill(BackupReader& backup, RestoreTarget& target, const SchemaPlan& plan, const SchemaVersions& versions) {
  auto& session = target.session();
  YD_TRY(const auto present, target.tables());
  if (!present.empty()) return fail(Code::conflict, "storage.not_empty", fmt::format("there is {}", present.front()));
  YD_CHECK(session.create_registry());
  for (const auto& module : plan) YD_CHECK(apply_module(session, module, 0, version_of(versions, module.module)));
  YD_CHECK(target.begin_load());
  YD_CHECK(load_tables(backup, target));
  YD_CHECK(target.end_load());
  for (const auto& module : plan)
    YD_CHECK(apply_module(session, module, version_of(versions, module.module), static_cast<int>(module.steps.size())));
  return {};
}

}  // namespace

Status check_backup(const SchemaPlan& plan, const SchemaVersions& versions) {
  YD_CHECK(check_not_newer(plan, versions));
  for (const auto& [module, version] : versions) {
    if (std::ranges::find(plan, std::string_view(module), &ModulePlan::module) == plan.end())
      return fail(Code::conflict, "storage.schema_newer", fmt::format("module {} is not known here", module));
  }
  return {};
}

Status fill_from_backup(BackupReader& backup, RestoreTarget& target, const SchemaPlan& plan) {
  YD_TRY(const auto versions, backup.versions());
  YD_CHECK(check_backup(plan, versions));
  auto& session = target.session();
  YD_CHECK(session.begin());
  auto done = fill(backup, target, plan, versions);
  if (done) done = session.commit();
  if (!done) session.rollback();
  return done;
}

}  // namespace yingda::storage
