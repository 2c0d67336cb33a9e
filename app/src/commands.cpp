#include "commands.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>

#include "yingda/base/messages.hpp"

namespace yingda::app {

void add_store_options(CLI::App& command, ServeOptions& options) {
  command.add_option("--data", options.data, "Folder of store and uploads")->capture_default_str();
  command.add_option("--database", options.database, "postgres://USER:PASSWORD@HOST:PORT/NAME instead of SQLite")
      ->envname("YINGDA_DATABASE");
}

int complain(const Error& error) {
  std::fprintf(stderr, "yingda: %s / %s\n", std::string(messages::text(error, messages::Language::en)).c_str(),
               std::string(messages::text(error, messages::Language::zh_CN)).c_str());
  std::fprintf(stderr, "  %s%s%s\n", error.reason.c_str(), error.detail.empty() ? "" : ": ", error.detail.c_str());
  for (const auto& field : error.fields)
    std::fprintf(stderr, "  %s: %s\n", field.field.c_str(),
                 std::string(messages::text(field.reason, messages::Language::en)).c_str());
  return 1;
}

}  // namespace yingda::app
