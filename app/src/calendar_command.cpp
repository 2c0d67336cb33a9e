// `yingda calendar`: the public holidays a server goes by, and how they are brought up to date without a new build.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "commands.hpp"
#include "holidays.hpp"
#include "yingda/base/log.hpp"
#include "yingda/net/client.hpp"

namespace yingda::app {
namespace {

namespace fs = std::filesystem;
using calendar::ChineseDays;

constexpr std::uintmax_t kBytesMax = 4UL * 1024 * 1024;

fs::path table_path(const std::string& data) { return fs::path(data) / "chinese_days.txt"; }

Result<std::string> read_small(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return fail(Code::not_found, "app.no_such_file", path.string());
  if (size > kBytesMax) return fail(Code::limit_exceeded, "request.json_too_large", path.string());
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Result<std::string> fetch(const std::string& source) {
  if (!source.starts_with("https://") && !source.starts_with("http://")) return read_small(source);
  net::HttpClient http;
  net::ClientRequest request;
  request.url = source;
  request.deadline = seconds(60);
  request.guard = net::AddressGuard::any;  // whoever runs this command may already reach what he names
  YD_TRY(auto answer, http.send_and_wait(std::move(request)));
  if (answer.status != 200) return fail(Code::unavailable, "net.unreachable", fmt::format("status {}", answer.status));
  return std::move(answer.body);
}

Result<ChineseDays> decode_either(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') return ChineseDays::decode_json(text);
  return ChineseDays::decode(text);
}

Status update(const std::string& data, const std::string& source) {
  YD_TRY(const auto text, fetch(source));
  YD_TRY(const auto newer, decode_either(text));
  const auto& known = ChineseDays::current();
  if (newer.known_until() < known.known_until() || newer.size() == 0)
    return fail(Code::conflict, "calendar.older_days",
                fmt::format("{} days, the server knows {}", newer.size(), known.size()));
  const ChineseDays table = known.updated_by(newer);
  std::error_code error;
  fs::create_directories(data, error);
  const fs::path path = table_path(data), fresh = path.string() + ".new";
  {
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out << "# Public holidays (off) and working weekends (work) of mainland China, from " << source << "\n"
        << table.encode();
    out.flush();
    if (!out) return fail(Code::unavailable, "app.data_unwritable", fresh.string());
  }
  fs::rename(fresh, path, error);
  if (error) return fail(Code::unavailable, "app.data_unwritable", error.message());
  fmt::print("{} days written to {}; a running server goes by them after its next start.\n", table.size(),
             path.string());
  return {};
}

}  // namespace

void install_holidays(const std::string& data) {
  if (!fs::exists(table_path(data))) return;
  auto text = read_small(table_path(data));
  auto table = text ? ChineseDays::decode(*text) : Result<ChineseDays>(std::unexpected(text.error()));
  if (!table) return log::error("app.holidays_unreadable", table.error());
  // A newer program may know more than a file from long ago.
  if (table->known_until() >= ChineseDays::built_in().known_until()) ChineseDays::install(*std::move(table));
}

void add_calendar_commands(CLI::App& program, Action& chosen) {
  struct Given {
    ServeOptions options;
    std::string source;
  };
  const auto given = std::make_shared<Given>();
  auto* calendar = program.add_subcommand("calendar", "Public holidays and working weekends (节假日, 调休)");
  calendar->require_subcommand(1);
  auto* bring = calendar->add_subcommand("update", "Take a newer table of holidays into the data folder");
  bring->add_option("--data", given->options.data, "Folder of store and uploads")->capture_default_str();
  bring
      ->add_option("source", given->source,
                   "File or http(s) address: dist/chinese-days.json of the npm package chinese-days, or lines "
                   "\"2027-01-01 off NAME NAME\"")
      ->required();
  bring->callback([given, &chosen] {
    chosen = [given] {
      install_holidays(given->options.data);
      const Status done = update(given->options.data, given->source);
      return done ? 0 : complain(done.error());
    };
  });
}

}  // namespace yingda::app
