#include "notes.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace yingda::storage::notes {
namespace {

constexpr Migration kSchema[] = {{"note", 1, R"(
  CREATE TABLE note_line (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    body TEXT, -- may be; empty
    PRIMARY KEY (tenant_id, id)
  );
  CREATE TABLE note_tag (
    tenant_id BIGINT NOT NULL,
    line_id BIGINT NOT NULL,
    tag TEXT NOT NULL,
    FOREIGN KEY (tenant_id, line_id) REFERENCES note_line (tenant_id, id)
  );
  CREATE TABLE note_value (id BIGINT NOT NULL PRIMARY KEY, whole BIGINT, part REAL, words TEXT, bytes BLOB);
)",
                                  R"(
  CREATE TABLE note_line (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    body TEXT, -- may be; empty
    PRIMARY KEY (tenant_id, id)
  );
  CREATE TABLE note_tag (
    tenant_id BIGINT NOT NULL,
    line_id BIGINT NOT NULL,
    tag TEXT NOT NULL,
    FOREIGN KEY (tenant_id, line_id) REFERENCES note_line (tenant_id, id)
  );
  CREATE TABLE note_value (id BIGINT NOT NULL PRIMARY KEY, whole BIGINT, part DOUBLE PRECISION, words TEXT,
                           bytes BYTEA);
)"}};

}  // namespace

std::span<const Migration> schema() { return kSchema; }

Database::Job add_line(TenantId tenant, std::int64_t id, std::string body) {
  return [=](Transaction& tx) -> Status {
    YD_CHECK(tx.exec(kInsert, tenant, id, body));
    tx.emit({tenant, "note.added", "{\"id\":" + std::to_string(id) + "}"});
    return {};
  };
}

std::vector<std::string> bodies(Database& database, TenantId tenant) {
  auto found = database.read_for<std::vector<std::string>>(
      [&](Transaction& tx) { return tx.all(kBodies, [](const Row& row) { return row.string(0); }, tenant); });
  EXPECT_TRUE(found) << describe(found.error());
  return found ? *found : std::vector<std::string>();
}

std::int64_t count(Database& database, TenantId tenant) {
  auto found = database.read_for<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
    YD_TRY(const auto n, tx.one(kCount, [](const Row& row) { return row.int64(0); }, tenant));
    return n.value_or(-1);
  });
  EXPECT_TRUE(found) << describe(found.error());
  return found.value_or(-1);
}

std::vector<CommittedEvent> events(Database& database, TenantId tenant) {
  auto found = database.read_events(tenant, 0, std::numeric_limits<int>::max());
  EXPECT_TRUE(found) << describe(found.error());
  return found ? *found : std::vector<CommittedEvent>();
}

bool is_dense(const std::vector<CommittedEvent>& events) {
  for (std::size_t i = 0; i < events.size(); ++i)
    if (events[i].seq != static_cast<std::int64_t>(i) + 1) return false;
  return true;
}

Database::Done Outcomes::slot(std::size_t index) {
  return [this, index](Status status) {
    const std::lock_guard lock(mutex_);
    if (outcomes_.size() <= index) outcomes_.resize(index + 1);
    EXPECT_FALSE(outcomes_[index]) << "done was called twice";
    outcomes_[index] = std::move(status);
    ++done_;
    changed_.notify_all();
  };
}

std::vector<Status> Outcomes::wait(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return done_ >= count; });
  std::vector<Status> all;
  for (auto& outcome : outcomes_) all.push_back(outcome ? *outcome : fail(Code::internal, "test.never_done"));
  return all;
}

struct Gate::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool running = false, open = false;
};

Gate::Gate(Database& database, TenantId tenant) : state_(std::make_shared<State>()) {
  database.write_async(
      tenant,
      [state = state_](Transaction&) -> Status {
        std::unique_lock lock(state->mutex);
        state->running = true;
        state->changed.notify_all();
        state->changed.wait(lock, [&] { return state->open; });
        return {};
      },
      [](const Status&) {});
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->running; });
}

void Gate::release() {
  const std::lock_guard lock(state_->mutex);
  state_->open = true;
  state_->changed.notify_all();
}

}  // namespace yingda::storage::notes
