#include "response.hpp"

#include <algorithm>
#include <charconv>

#include "http_text.hpp"

namespace yingda::net {
namespace {

/// Thousandths, 0..1000; nothing when malformed.
std::optional<int> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int value = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int weight = 100;
  for (std::size_t i = 2; i < text.size(); ++i, weight /= 10) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value += (text[i] - '0') * weight;
  }
  return std::min(value, 1000);
}

std::string_view strip_weak(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  return etag;
}

/// Header text cannot end a line: a value made from customer data must not add headers.
void append_safe(std::string& out, std::string_view text) {
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? ' ' : c;
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
  append_safe(head, name);
  head += ": ";
  append_safe(head, value);
  head += "\r\n";
}

bool is_framing(std::string_view name) {
  for (const std::string_view own : {"content-length", "transfer-encoding", "connection", "keep-alive", "x-request-id"})
    if (equals_ignoring_case(name, own)) return true;
  return false;
}

bool has_header(const HttpResponse& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [&](const Header& h) { return equals_ignoring_case(h.name, name); });
}

struct Draft {
  PreparedResponse out;
  std::string headers;
  std::int64_t length = 0;
};

void draft_asset(const AssetView& asset, const HttpResponse& response, const RequestFacts& request, Draft& draft) {
  const Encoding encoding = choose_encoding(request.accept_encoding, !asset.gzip.empty(), !asset.brotli.empty());
  // One ETag for each encoding: caches must not mix their bytes.
  std::string etag(asset.etag);
  if (!etag.starts_with('"') && !etag.starts_with("W/")) etag = '"' + etag + '"';
  if (encoding != Encoding::identity && etag.ends_with('"'))
    etag.insert(etag.size() - 1, encoding == Encoding::brotli ? "-br" : "-gz");
  append_header(draft.headers, "etag", etag);
  append_header(draft.headers, "vary", "accept-encoding");
  if (!has_header(response, "cache-control"))
    append_header(draft.headers, "cache-control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (response.status == 200 && etag_matches(request.if_none_match, etag)) {
    draft.out.status = 304;
    return;
  }
  if (!has_header(response, "content-type")) append_header(draft.headers, "content-type", asset.content_type);
  if (encoding != Encoding::identity)
    append_header(draft.headers, "content-encoding", encoding == Encoding::brotli ? "br" : "gzip");
  draft.out.body = encoding == Encoding::brotli ? asset.brotli
                   : encoding == Encoding::gzip ? asset.gzip
                                                : asset.identity;
  draft.length = static_cast<std::int64_t>(draft.out.body.size());
}

void draft_file(const FileFacts& file, const HttpResponse& response, const RequestFacts& request, Draft& draft) {
  const std::string etag = '"' + std::to_string(file.bytes) + '-' + std::to_string(file.changed_at_ns) + '"';
  append_header(draft.headers, "accept-ranges", "bytes");
  if (!has_header(response, "etag")) append_header(draft.headers, "etag", etag);
  draft.length = file.bytes;
  if (response.status != 200) {
    draft.out.file_bytes = file.bytes;
    return;
  }
  if (etag_matches(request.if_none_match, etag)) {
    draft.out.status = 304;
    draft.length = 0;
    return;
  }
  ByteRange range{0, file.bytes};
  const bool wanted = request.method == Method::get && (request.if_range.empty() || request.if_range == etag);
  switch (wanted ? parse_range(request.range, file.bytes, range) : RangeKind::none) {
    case RangeKind::none: break;
    case RangeKind::partial:
      draft.out.status = 206;
      append_header(draft.headers, "content-range",
                    "bytes " + std::to_string(range.first) + '-' + std::to_string(range.first + range.count - 1) + '/' +
                        std::to_string(file.bytes));
      break;
    case RangeKind::unsatisfiable:
      draft.out.status = 416;
      append_header(draft.headers, "content-range", "bytes */" + std::to_string(file.bytes));
      range = {0, 0};
      break;
  }
  draft.out.file_offset = range.first;
  draft.out.file_bytes = draft.length = range.count;
}

}  // namespace

Encoding choose_encoding(std::string_view accept_encoding, bool has_gzip, bool has_brotli) {
  int brotli = -1, gzip = -1, any = -1, identity = -1;
  for (const auto element : list_elements(accept_encoding)) {
    const std::size_t semicolon = element.find(';');
    const auto name = trim_blanks(element.substr(0, semicolon));
    int quality = 1000;
    if (semicolon != std::string_view::npos) {
      auto parameter = trim_blanks(element.substr(semicolon + 1));
      if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
      quality = parse_quality(parameter.substr(2)).value_or(0);
    }
    if (equals_ignoring_case(name, "br")) brotli = quality;
    if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip")) gzip = quality;
    if (equals_ignoring_case(name, "identity")) identity = quality;
    if (name == "*") any = quality;
  }
  brotli = has_brotli ? (brotli >= 0 ? brotli : std::max(any, 0)) : 0;
  gzip = has_gzip ? (gzip >= 0 ? gzip : std::max(any, 0)) : 0;
  // Unnamed identity is always acceptable, but the last choice.
  if (identity > std::max(brotli, gzip)) return Encoding::identity;
  if (brotli > 0 && brotli >= gzip) return Encoding::brotli;
  return gzip > 0 ? Encoding::gzip : Encoding::identity;
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  if (trim_blanks(if_none_match) == "*") return true;
  return std::ranges::any_of(list_elements(if_none_match),
                             [&](std::string_view one) { return strip_weak(one) == strip_weak(etag); });
}

RangeKind parse_range(std::string_view range, std::int64_t size, ByteRange& out) {
  constexpr std::string_view kUnit = "bytes=";
  if (range.size() < kUnit.size() || !equals_ignoring_case(range.substr(0, kUnit.size()), kUnit))
    return RangeKind::none;
  range = trim_blanks(range.substr(kUnit.size()));
  const std::size_t dash = range.find('-');
  if (range.find(',') != std::string_view::npos || dash == std::string_view::npos) return RangeKind::none;
  const auto first_text = trim_blanks(range.substr(0, dash));
  const auto last_text = trim_blanks(range.substr(dash + 1));
  const auto first = parse_decimal(first_text);
  const auto last = parse_decimal(last_text);
  if ((!first && !first_text.empty()) || (!last && !last_text.empty()) || (!first && !last)) return RangeKind::none;
  if (!first) {
    if (*last == 0 || size == 0) return RangeKind::unsatisfiable;
    out.count = std::min(*last, size);
    out.first = size - out.count;
    return RangeKind::partial;
  }
  if (last && *last < *first) return RangeKind::none;
  if (*first >= size) return RangeKind::unsatisfiable;
  out.first = *first;
  out.count = std::min(last.value_or(size - 1), size - 1) - *first + 1;
  return RangeKind::partial;
}

PreparedResponse prepare_response(const HttpResponse& response, const RequestFacts& request,
                                  const std::optional<FileFacts>& file, std::string_view date) {
  Draft draft;
  PreparedResponse& out = draft.out;
  out.status = response.status;
  if (response.asset) {
    draft_asset(*response.asset, response, request, draft);
  } else if (file) {
    draft_file(*file, response, request, draft);
  } else {
    out.body = response.shared_body ? std::string_view(*response.shared_body) : std::string_view(response.body);
    draft.length = static_cast<std::int64_t>(out.body.size());
  }
  std::string& head = out.head;
  head.reserve(256 + draft.headers.size() + response.headers.size() * 48);
  head += "HTTP/1.1 ";
  head += std::to_string(out.status);
  head += ' ';
  head += status_phrase(out.status);
  head += "\r\n";
  append_header(head, "date", date);
  append_header(head, "x-request-id", request.request_id);
  const bool bodiless = out.status == 204 || out.status == 304;
  for (const auto& header : response.headers) {
    if (is_framing(header.name)) continue;
    if (out.status == 304 && equals_ignoring_case(header.name, "content-type")) continue;
    append_header(head, header.name, header.value);
  }
  head += draft.headers;
  if (!bodiless) append_header(head, "content-length", std::to_string(draft.length));
  if (!request.keep_alive)
    append_header(head, "connection", "close");
  else if (!request.http11)
    append_header(head, "connection", "keep-alive");
  head += "\r\n";
  if (bodiless || request.method == Method::head) {
    out.body = {};
    out.file_bytes = 0;
  }
  return out;
}

}  // namespace yingda::net
