#include "yingda/storage/database.hpp"

#include <condition_variable>
#include <mutex>

#include "lane.hpp"
#include "postgres/postgres_database.hpp"
#include "sqlite/sqlite_database.hpp"
#include "yingda/base/assert.hpp"

namespace yingda::storage {

Status Database::write(TenantId tenant, Job job) {
  YD_ASSERT(!on_store_thread());
  std::mutex mutex;
  std::condition_variable finished;
  std::optional<Status> outcome;
  write_async(tenant, std::move(job), [&](Status status) {
    const std::lock_guard lock(mutex);
    outcome = std::move(status);
    finished.notify_one();  // under the lock: the waiter's stack may be gone right after it
  });
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return outcome.has_value(); });
  YD_ASSERT(outcome.has_value());
  return *std::move(outcome);
}

namespace {

constexpr std::string_view kSqlite = "sqlite:";

bool is_postgres(std::string_view url) { return url.starts_with("postgres://") || url.starts_with("postgresql://"); }

std::unexpected<Error> unknown_url() {
  return fail(Code::invalid_argument, "storage.invalid_url", "sqlite:/path/file.db or postgres://…");
}

}  // namespace

Result<std::unique_ptr<Database>> open_database(const DatabaseOptions& options, const Clock& clock) {
  const std::string_view url = options.url;
  if (url.starts_with(kSqlite)) return sqlite::open(options, url.substr(kSqlite.size()), clock);
  if (is_postgres(url)) return postgres::open(options, clock);
  return unknown_url();
}

Status restore_database(const DatabaseOptions& options, const Clock&, std::span<const Migration> migrations,
                        const std::string& file) {
  const std::string_view url = options.url;
  if (url.starts_with(kSqlite)) return sqlite::restore(options, url.substr(kSqlite.size()), migrations, file);
  if (is_postgres(url)) return postgres::restore(options, migrations, file);
  return unknown_url();
}

}  // namespace yingda::storage
