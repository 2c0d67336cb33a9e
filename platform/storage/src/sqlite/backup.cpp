#include "sqlite/backup.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "file_sync.hpp"

namespace yingda::storage::sqlite {
namespace {

constexpr int kPagesPerStep = 1024;  // 4 MiB

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};

Status copy_pages(Connection& source, const std::string& file) {
  sqlite3* raw = nullptr;
  const int opened =
      sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, CloseDatabase> target(raw);
  if (opened != SQLITE_OK) return fail(Code::unavailable, "storage.down", fmt::format("{}: cannot be created", file));
  // The source holds one read transaction, so that later writes do not make the copy begin again.
  YD_CHECK(source.script("BEGIN; SELECT COUNT(*) FROM sqlite_schema"));
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", source.handle(), "main");
  int code = backup ? SQLITE_OK : sqlite3_errcode(target.get());
  while (code == SQLITE_OK) code = sqlite3_backup_step(backup, kPagesPerStep);
  sqlite3_backup_finish(backup);
  source.rollback();
  // One file that stands alone: no log beside it.
  if (code == SQLITE_DONE) code = sqlite3_exec(target.get(), "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  return fail(Code::unavailable, (code & 0xff) == SQLITE_FULL ? "storage.full" : "storage.down",
              fmt::format("{}: {}", file, sqlite3_errstr(code)));
}

}  // namespace

Status write_backup(const ConnectionOptions& source, const std::string& file) {
  auto options = source;
  options.read_only = true;
  YD_TRY(const auto connection, Connection::open(options));
  const std::string temporary = fmt::format("{}.{}.part", file, ::getpid());
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  auto done = copy_pages(*connection, temporary);
  if (done) done = publish_file(temporary, file);
  if (!done) std::filesystem::remove(temporary, ignored);
  return done;
}

}  // namespace yingda::storage::sqlite
