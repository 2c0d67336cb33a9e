#include "yingda/storage/migrations.hpp"

#include "runtime_migrations.gen.hpp"
#include "yingda/runtime/runtime.hpp"

namespace yingda::runtime {

std::span<const storage::Migration> migrations() {
  static const std::vector<storage::Migration> all = [] {
    const auto store = storage::migrations();
    std::vector<storage::Migration> both(store.begin(), store.end());
    both.insert(both.end(), kMigrations.begin(), kMigrations.end());
    return both;
  }();
  return all;
}

}  // namespace yingda::runtime
