#include "yingda/storage/testing.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "postgres/test_schema.hpp"

namespace yingda::storage {
namespace {

std::string environment_url() {
  const char* value = std::getenv("YINGDA_TEST_DATABASE");
  return value && *value ? value : "sqlite";
}

void check(const Status& status) {
  if (!status) throw std::runtime_error("test store: " + describe(status.error()));
}

std::string make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "yingda-test-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("test store: no temporary folder");
  return name;
}

/// A Database that owns the store below it.
class SelfCleaningDatabase final : public Database {
 public:
  SelfCleaningDatabase(const Clock& clock, DatabaseOptions options) : inner_(store_.open(clock, std::move(options))) {}

  Engine engine() const override { return inner_->engine(); }
  Status migrate(std::span<const Migration> migrations) override { return inner_->migrate(migrations); }
  void write_async(TenantId tenant, Job job, Done done) override {
    inner_->write_async(tenant, std::move(job), std::move(done));
  }
  Status read(const Job& job) override { return inner_->read(job); }
  void set_event_listener(std::function<void(std::span<const CommittedEvent>)> listener) override {
    inner_->set_event_listener(std::move(listener));
  }
  Result<std::vector<CommittedEvent>> read_events(TenantId tenant, std::int64_t after, int limit) override {
    return inner_->read_events(tenant, after, limit);
  }
  Result<std::int64_t> last_seq(TenantId tenant) override { return inner_->last_seq(tenant); }
  Result<std::vector<TenantId>> tenants_with_events() override { return inner_->tenants_with_events(); }
  Result<std::int64_t> last_seq(Transaction& tx, TenantId tenant) override { return inner_->last_seq(tx, tenant); }
  Result<std::int64_t> trim_events(UtcTime before, int limit) override { return inner_->trim_events(before, limit); }
  Status backup(const std::string& file) override { return inner_->backup(file); }
  DatabaseStats stats() const override { return inner_->stats(); }

 private:
  TestStore store_;
  std::unique_ptr<Database> inner_;
};

}  // namespace

struct TestStore::Impl {
  Engine engine;
  std::string folder;
  std::string url;
  std::string schema;  // PostgreSQL only
};

Engine test_engine() { return environment_url() == "sqlite" ? Engine::sqlite : Engine::postgres; }

TestStore::TestStore() : TestStore(test_engine()) {}

TestStore::TestStore(Engine engine)
    : impl_(std::make_unique<Impl>(engine, make_folder(), std::string(), std::string())) {
  if (engine == Engine::sqlite) {
    impl_->url = "sqlite:" + impl_->folder + "/store.db";
    return;
  }
  if (test_engine() != Engine::postgres) throw std::runtime_error("test store: YINGDA_TEST_DATABASE has no server");
  static std::atomic<int> number{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  impl_->schema = "yd_" + std::to_string(::getpid()) + "_" + std::to_string(now) + "_" + std::to_string(++number);
  auto url = postgres::create_test_schema(environment_url(), impl_->schema);
  if (!url) check(std::unexpected(url.error()));
  impl_->url = *url;
}

TestStore::~TestStore() {
  if (!impl_->schema.empty()) (void)postgres::drop_test_schema(environment_url(), impl_->schema);
  std::error_code ignored;
  std::filesystem::remove_all(impl_->folder, ignored);
}

Engine TestStore::engine() const { return impl_->engine; }
const std::string& TestStore::url() const { return impl_->url; }
const std::string& TestStore::folder() const { return impl_->folder; }

std::unique_ptr<Database> TestStore::open(const Clock& clock, DatabaseOptions options) const {
  options.url = impl_->url;
  auto database = open_database(options, clock);
  if (!database) check(std::unexpected(database.error()));
  return *std::move(database);
}

std::unique_ptr<Database> open_test_database(const Clock& clock, std::span<const Migration> migrations,
                                             DatabaseOptions options) {
  auto database = std::make_unique<SelfCleaningDatabase>(clock, std::move(options));
  check(database->migrate(migrations));
  return database;
}

}  // namespace yingda::storage
