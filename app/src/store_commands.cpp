// `yingda backup`, `restore`, `migrate`, `openapi`.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <filesystem>

#include "commands.hpp"
#include "lock.hpp"

namespace yingda::app {
namespace {

namespace fs = std::filesystem;

const SystemClock& system_clock() {
  static const SystemClock clock;
  return clock;
}

storage::DatabaseOptions store_options(const ServeOptions& options) {
  storage::DatabaseOptions out;
  out.url = database_url(options);
  out.readers = 1;
  return out;
}

/// Uploads never change once written: those of every row in the store's copy are there when they are copied after it.
Status copy_files(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::exists(from)) return {};
  fs::create_directories(to, error);
  for (auto at = fs::recursive_directory_iterator(from, error); !error && at != fs::recursive_directory_iterator();
       at.increment(error)) {
    const fs::path target = to / fs::relative(at->path(), from);
    if (at->is_directory()) {
      fs::create_directories(target, error);
    } else if (at->is_regular_file() && at->path().extension() != ".tmp") {
      fs::copy_file(at->path(), target, fs::copy_options::skip_existing, error);
    }
    if (error) break;
  }
  if (error) return fail(Code::unavailable, "app.copy_failed", error.message());
  return {};
}

Status backup(const ServeOptions& options, const std::string& file) {
  if (fs::exists(file)) return fail(Code::conflict, "app.file_exists", file);
  YD_TRY(auto database, storage::open_database(store_options(options), system_clock()));
  YD_CHECK(database->backup(file));
  return copy_files(fs::path(options.data) / "files", file + ".files");
}

Status restore(const ServeOptions& options, const std::string& file) {
  if (!fs::exists(file)) return fail(Code::not_found, "app.no_such_file", file);
  YD_TRY(const auto lock, DataLock::take(options.data));
  const auto migrations = all_migrations();
  YD_CHECK(storage::restore_database(store_options(options), system_clock(), migrations, file));
  return copy_files(file + ".files", fs::path(options.data) / "files");
}

Status migrate(const ServeOptions& options) {
  YD_TRY(const auto lock, DataLock::take(options.data));
  YD_TRY(auto database, storage::open_database(store_options(options), system_clock()));
  return database->migrate(all_migrations());
}

int finish(const Status& status, const char* done) {
  if (!status) return complain(status.error());
  std::puts(done);
  return 0;
}

}  // namespace

void add_store_commands(CLI::App& program, Action& chosen) {
  struct Given {
    ServeOptions options;
    std::string file;
  };
  const auto given = std::make_shared<Given>();

  auto* save = program.add_subcommand(
      "backup", "Copy the whole store into FILE and the uploads into FILE.files, while the server runs");
  add_store_options(*save, given->options);
  save->add_option("file", given->file, "File to write; must not exist")->required();
  save->callback([given, &chosen] {
    chosen = [given] { return finish(backup(given->options, given->file), "Backup written."); };
  });

  auto* load = program.add_subcommand("restore", "Fill an empty store from a backup; the server must not run");
  add_store_options(*load, given->options);
  load->add_option("file", given->file, "Backup to read (with FILE.files beside it)")->required();
  load->callback(
      [given, &chosen] { chosen = [given] { return finish(restore(given->options, given->file), "Restored."); }; });

  auto* tables =
      program.add_subcommand("migrate", "Bring the store's tables to this version and exit (serve does it too)");
  add_store_options(*tables, given->options);
  tables->callback(
      [given, &chosen] { chosen = [given] { return finish(migrate(given->options), "The store is up to date."); }; });

  program.add_subcommand("openapi", "Print the OpenAPI document of the REST API")->callback([&chosen] {
    chosen = [] {
      const auto document = Server::openapi();
      if (!document) return complain(document.error());
      std::puts(document->c_str());
      return 0;
    };
  });
}

}  // namespace yingda::app
