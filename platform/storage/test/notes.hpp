// A small schema and its queries, shared by the contract tests.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/manual_clock.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::storage::notes {

std::span<const Migration> schema();

inline constexpr Query kInsert{"note.insert", "INSERT INTO note_line (body, tenant_id, id) VALUES ($3, $1, $2)", ""};
inline constexpr Query kInsertReturning{
    "note.insert_returning", "INSERT INTO note_line (tenant_id, id, body) VALUES ($1, $2, $3) RETURNING id", ""};
inline constexpr Query kBodies{"note.bodies", "SELECT body FROM note_line WHERE tenant_id = $1 ORDER BY id LIMIT 99999",
                               ""};
inline constexpr Query kIds{"note.ids", "SELECT id FROM note_line WHERE tenant_id = $1 ORDER BY id LIMIT 99999", ""};
inline constexpr Query kCount{"note.count", "SELECT COUNT(*) FROM note_line WHERE tenant_id = $1", ""};
inline constexpr Query kDelete{"note.delete", "DELETE FROM note_line WHERE tenant_id = $1", ""};
inline constexpr Query kTag{"note.tag", "INSERT INTO note_tag (tenant_id, line_id, tag) VALUES ($1, $2, $3)", ""};
inline constexpr Query kTags{"note.tags", "SELECT tag FROM note_tag WHERE tenant_id = $1 ORDER BY tag LIMIT 99999", ""};
inline constexpr Query kInsertValue{
    "note.insert_value", "INSERT INTO note_value (id, whole, part, words, bytes) VALUES ($1, $2, $3, $4, $5)", ""};
inline constexpr Query kValue{"note.value", "SELECT whole, part, words, bytes FROM note_value WHERE id = $1", ""};

/// A job that writes one line and emits one event about it.
Database::Job add_line(TenantId tenant, std::int64_t id, std::string body = "line");
std::vector<std::string> bodies(Database& database, TenantId tenant);
std::int64_t count(Database& database, TenantId tenant);
/// Every event of a tenant.
std::vector<CommittedEvent> events(Database& database, TenantId tenant);
/// The seqs are 1, 2, 3 … without gap.
bool is_dense(const std::vector<CommittedEvent>& events);

/// Collects what `done` says about many jobs.
class Outcomes {
 public:
  Database::Done slot(std::size_t index);
  /// Blocks until `count` jobs are done.
  std::vector<Status> wait(std::size_t count);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::optional<Status>> outcomes_;
  std::size_t done_ = 0;
};

/// Keeps a lane busy until release(), so that the jobs queued meanwhile share one batch.
class Gate {
 public:
  /// Queues the blocking job and waits until it runs.
  Gate(Database& database, TenantId tenant);
  ~Gate() { release(); }
  void release();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace yingda::storage::notes
