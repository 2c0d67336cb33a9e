#include "log_line.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <iterator>

#include "yingda/base/json_append.hpp"
#include "yingda/base/text.hpp"

namespace yingda::log {
namespace {

void append_text(std::string& out, std::string_view value) {
  if (text::is_valid_utf8(value)) return json::append_string(out, value);
  std::string ascii(value);
  for (char& c : ascii) {
    if (static_cast<unsigned char>(c) >= 0x80U || c == '\0') c = '?';
  }
  json::append_string(out, ascii);
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
  }
  return "error";
}

struct AppendValue {
  std::string& out;
  void operator()(std::int64_t v) const { json::append_int(out, v); }
  void operator()(double v) const { json::append_double(out, v); }
  void operator()(bool v) const { out.append(v ? "true" : "false"); }
  void operator()(std::string_view v) const { append_text(out, v); }
};

}  // namespace

std::string format_line(UtcTime at, Level level, std::string_view key, std::string_view request_id,
                        std::span<const Field> fields) {
  std::string out;
  out.reserve(256);
  const std::time_t whole = at.ms / 1000;
  fmt::format_to(std::back_inserter(out), R"({{"at":"{:%Y-%m-%dT%H:%M:%S}.{:03}Z","level":"{}","key":)",
                 fmt::gmtime(whole), at.ms % 1000, name_of(level));
  append_text(out, key);
  if (!request_id.empty()) {
    out.append(",\"request_id\":");
    append_text(out, request_id);
  }
  for (const Field& field : fields) {
    out.push_back(',');
    append_text(out, field.key);
    out.push_back(':');
    std::visit(AppendValue{out}, field.value);
  }
  out.push_back('}');
  return out;
}

}  // namespace yingda::log
