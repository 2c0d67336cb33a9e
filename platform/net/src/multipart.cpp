// multipart/form-data (RFC 7578), pure: every part is a view into the body.
#include <algorithm>
#include <optional>

#include "http_text.hpp"
#include "yingda/base/text.hpp"
#include "yingda/net/http.hpp"

namespace yingda::net {
namespace {

constexpr std::size_t kPartHeadBytesMax = 8 * 1024;
constexpr std::size_t kBoundaryBytesMax = 70;  // RFC 2046
constexpr std::string_view kLineEnd = "\r\n";

std::unexpected<Error> refuse(const char* why) {
  return fail(Code::invalid_argument, "request.invalid_multipart", why);
}

/// Reads `name=value` or `name="value"` behind a semicolon; takes it from `rest`. Nothing when malformed.
struct Parameter {
  std::string_view name;
  std::string value;
};
std::optional<Parameter> take_parameter(std::string_view& rest) {
  rest = trim_blanks(rest);
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  Parameter parameter{trim_blanks(rest.substr(0, equals)), {}};
  rest = trim_blanks(rest.substr(equals + 1));
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    parameter.value = trim_blanks(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return parameter;
  }
  std::size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    // Browsers write a quote as %22 and leave backslashes alone; older programs write \".
    if (rest[i] == '\\' && i + 1 < rest.size() && rest[i + 1] == '"') ++i;
    parameter.value += rest[i];
  }
  if (i >= rest.size()) return std::nullopt;
  rest = trim_blanks(rest.substr(i + 1));
  if (!rest.empty() && rest.front() != ';') return std::nullopt;
  rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
  return parameter;
}

std::string unescape_quotes(std::string value) {
  for (std::size_t at = 0; (at = value.find("%22", at)) != std::string::npos; ++at) value.replace(at, 3, "\"");
  return value;
}

bool is_clean_text(std::string_view text) {
  return text::is_valid_utf8(text) &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::optional<std::string> boundary_of(std::string_view content_type) {
  const std::size_t semicolon = content_type.find(';');
  if (semicolon == std::string_view::npos ||
      !equals_ignoring_case(trim_blanks(content_type.substr(0, semicolon)), "multipart/form-data"))
    return std::nullopt;
  std::string_view rest = content_type.substr(semicolon + 1);
  while (!trim_blanks(rest).empty()) {
    auto parameter = take_parameter(rest);
    if (!parameter) return std::nullopt;
    if (!equals_ignoring_case(parameter->name, "boundary")) continue;
    if (parameter->value.empty() || parameter->value.size() > kBoundaryBytesMax) return std::nullopt;
    return std::move(parameter->value);
  }
  return std::nullopt;
}

Status read_disposition(std::string_view value, Part& part, bool& named) {
  const std::size_t semicolon = std::min(value.find(';'), value.size());
  if (!equals_ignoring_case(trim_blanks(value.substr(0, semicolon)), "form-data")) return refuse("disposition");
  std::string_view rest = value.substr(std::min(semicolon + 1, value.size()));
  while (!trim_blanks(rest).empty()) {
    auto parameter = take_parameter(rest);
    if (!parameter) return refuse("disposition");
    const bool is_name = equals_ignoring_case(parameter->name, "name");
    const bool is_file = equals_ignoring_case(parameter->name, "filename");
    if (!is_name && !is_file) continue;  // RFC 7578 forbids filename*
    std::string text = unescape_quotes(std::move(parameter->value));
    if (!is_clean_text(text)) return refuse("name");
    if (is_name) {
      part.name = std::move(text);
      named = true;
    } else {
      // A name, never a path.
      const std::size_t slash = text.find_last_of("/\\");
      part.file_name = slash == std::string::npos ? std::move(text) : text.substr(slash + 1);
    }
  }
  return {};
}

Status read_part_head(std::string_view head, Part& part) {
  bool named = false;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find(kLineEnd), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + kLineEnd.size(), head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return refuse("header");
    const std::string_view name = line.substr(0, colon), value = trim_blanks(line.substr(colon + 1));
    if (equals_ignoring_case(name, "content-disposition")) YD_CHECK(read_disposition(value, part, named));
    if (equals_ignoring_case(name, "content-type")) {
      if (!is_clean_text(value)) return refuse("content type");
      part.content_type = value;
    }
    if (equals_ignoring_case(name, "content-transfer-encoding") && !equals_ignoring_case(value, "binary") &&
        !equals_ignoring_case(value, "8bit") && !equals_ignoring_case(value, "7bit"))
      return refuse("transfer encoding");
  }
  if (!named) return refuse("part without a name");
  return {};
}

}  // namespace

Result<std::vector<Part>> decode_multipart(std::string_view content_type, std::string_view body, int parts_max) {
  const auto boundary = boundary_of(content_type);
  if (!boundary) return refuse("boundary");
  const std::string delimiter = "\r\n--" + *boundary;
  std::vector<Part> parts;
  std::string_view rest = body;
  // The first delimiter may open the body, without its line break; text before it is a preamble to be ignored.
  if (rest.starts_with(std::string_view(delimiter).substr(2))) {
    rest.remove_prefix(delimiter.size() - 2);
  } else {
    const std::size_t first = rest.find(delimiter);
    if (first == std::string_view::npos) return refuse("no part");
    rest.remove_prefix(first + delimiter.size());
  }
  while (!rest.starts_with("--")) {
    while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);
    if (!rest.starts_with(kLineEnd)) return refuse("delimiter line");
    if (parts.size() >= static_cast<std::size_t>(std::max(parts_max, 0)))
      return fail(Code::limit_exceeded, "request.too_many_parts");
    rest.remove_prefix(kLineEnd.size());
    const std::size_t head_end = rest.substr(0, kPartHeadBytesMax).find("\r\n\r\n");
    if (head_end == std::string_view::npos) return refuse("part header");
    Part part;
    YD_CHECK(read_part_head(rest.substr(0, head_end), part));
    // The delimiter's line break may be the one that ends an empty content's header.
    rest.remove_prefix(head_end + 2);
    const std::size_t end = rest.find(delimiter);
    if (end == std::string_view::npos) return refuse("unfinished part");
    part.content = end < 2 ? std::string_view() : rest.substr(2, end - 2);
    parts.push_back(std::move(part));
    rest.remove_prefix(end + delimiter.size());
  }
  return parts;
}

}  // namespace yingda::net
