// The parts of json.hpp that need no template: text pieces, parsing by Boost.JSON, leaf values.
#include "yingda/base/json.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>

#include "yingda/base/assert.hpp"

namespace yingda::json {
namespace {

constexpr auto kMustEscape = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 32; ++c) table[c] = true;
  table['"'] = table['\\'] = true;
  return table;
}();

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out.append("\\\""); return;
    case '\\': out.append("\\\\"); return;
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '\t': out.append("\\t"); return;
    default: break;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  const char text[] = {'\\', 'u', '0', '0', digits[byte >> 4U], digits[byte & 15U]};
  out.append(text, sizeof text);
}

void append_value(std::string& out, const boost::json::value& value) {
  using boost::json::kind;
  switch (value.kind()) {
    case kind::null: out.append("null"); return;
    case kind::bool_: out.append(value.get_bool() ? "true" : "false"); return;
    case kind::int64: append_int(out, value.get_int64()); return;
    case kind::uint64: out.append(std::to_string(value.get_uint64())); return;
    case kind::double_: append_double(out, value.get_double()); return;
    case kind::string: append_string(out, std::string_view(value.get_string())); return;
    case kind::array: {
      char before = '[';
      for (const auto& item : value.get_array()) {
        out.push_back(before);
        append_value(out, item);
        before = ',';
      }
      out.append(before == '[' ? "[]" : "]");
      return;
    }
    case kind::object: {
      char before = '{';
      for (const auto& member : value.get_object()) {
        out.push_back(before);
        append_string(out, std::string_view(member.key()));
        out.push_back(':');
        append_value(out, member.value());
        before = ',';
      }
      out.append(before == '{' ? "{}" : "}");
      return;
    }
  }
}

/// Builds the value from the parser's events. Boost.JSON's own handler would do, but its reals are not correctly
/// rounded, so a value could change a little with every trip through JSON.
struct Builder {
  static constexpr std::size_t max_object_size = boost::json::object::max_size();
  static constexpr std::size_t max_array_size = boost::json::array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();
  using View = boost::json::string_view;
  using Problem = boost::json::error_code;

  Builder(unsigned char* scratch, std::size_t size) : stack(boost::json::storage_ptr(), scratch, size) {}

  boost::json::value_stack stack;

  bool on_document_begin(Problem&) { return true; }
  bool on_document_end(Problem&) { return true; }
  bool on_object_begin(Problem&) { return true; }
  bool on_object_end(std::size_t n, Problem&) { return stack.push_object(n), true; }
  bool on_array_begin(Problem&) { return true; }
  bool on_array_end(std::size_t n, Problem&) { return stack.push_array(n), true; }
  bool on_key_part(View s, std::size_t, Problem&) { return stack.push_chars(s), true; }
  bool on_key(View s, std::size_t, Problem&) { return stack.push_key(s), true; }
  bool on_string_part(View s, std::size_t, Problem&) { return stack.push_chars(s), true; }
  bool on_string(View s, std::size_t, Problem&) { return stack.push_string(s), true; }
  bool on_number_part(View, Problem&) { return true; }
  bool on_int64(std::int64_t value, View, Problem&) { return stack.push_int64(value), true; }
  bool on_uint64(std::uint64_t value, View, Problem&) { return stack.push_uint64(value), true; }
  bool on_double(double rough, View s, Problem& problem) {
    double value = 0;
    const auto parsed = std::from_chars(s.data(), s.data() + s.size(), value);
    if (parsed.ec == std::errc::result_out_of_range) {
      if (std::abs(rough) > 1) {
        problem = boost::json::error::exponent_overflow;
        return false;
      }
      value = 0;
    }
    return stack.push_double(value), true;
  }
  bool on_bool(bool value, Problem&) { return stack.push_bool(value), true; }
  bool on_null(Problem&) { return stack.push_null(), true; }
  bool on_comment_part(View, Problem&) { return true; }
  bool on_comment(View, Problem&) { return true; }
};

const boost::json::value& as_value(const void* value) { return *static_cast<const boost::json::value*>(value); }

void append_place(std::string& out, const detail::Place* place) {
  if (place == nullptr) return;
  append_place(out, place->up);
  if (place->name.data() == nullptr) {
    out.append("[").append(std::to_string(place->index)).append("]");
    return;
  }
  if (!out.empty()) out.push_back('.');
  out.append(place->name);
}

}  // namespace

void append_string(std::string& out, std::string_view utf8) {
  out.push_back('"');
  std::size_t done = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    if (!kMustEscape[static_cast<unsigned char>(utf8[i])]) continue;
    out.append(utf8, done, i - done);
    append_escaped(out, utf8[i]);
    done = i + 1;
  }
  out.append(utf8, done);
  out.push_back('"');
}

void append_int(std::string& out, std::int64_t value) {
  std::array<char, 24> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out.append("null");
    return;
  }
  std::array<char, 32> buffer;  // the shortest form of a double needs at most 24
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

Status check(std::string_view text) {
  auto document = detail::Document::parse(text);
  if (!document) return std::unexpected(std::move(document).error());
  return {};
}

namespace detail {

Kind Node::kind() const {
  using boost::json::kind;
  switch (as_value(value_).kind()) {
    case kind::null: return Kind::null;
    case kind::bool_: return Kind::boolean;
    case kind::int64: return Kind::integer;
    case kind::uint64: return Kind::big_unsigned;  // the parser uses it only above the range of int64
    case kind::double_: return Kind::real;
    case kind::string: return Kind::string;
    case kind::array: return Kind::array;
    case kind::object: return Kind::object;
  }
  return Kind::null;
}

bool Node::boolean() const { return as_value(value_).get_bool(); }
std::int64_t Node::integer() const { return as_value(value_).get_int64(); }
double Node::real() const { return as_value(value_).to_number<double>(); }
std::string_view Node::string() const { return as_value(value_).get_string(); }

std::size_t Node::size() const {
  const auto& value = as_value(value_);
  return value.is_array() ? value.get_array().size() : value.get_object().size();
}

Node Node::item(std::size_t i) const { return Node(&as_value(value_).get_array()[i]); }
std::string_view Node::key(std::size_t i) const { return (as_value(value_).get_object().begin() + i)->key(); }
Node Node::member(std::size_t i) const { return Node(&(as_value(value_).get_object().begin() + i)->value()); }
Node Node::find(std::string_view key) const { return Node(as_value(value_).get_object().if_contains(key)); }
void Node::append_text(std::string& out) const { append_value(out, as_value(value_)); }

struct Document::Impl {
  std::array<unsigned char, 4096> first_block;  // holds most requests and events without another allocation
  boost::json::monotonic_resource memory{first_block.data(), first_block.size()};
  boost::json::value value = boost::json::value(boost::json::storage_ptr(&memory));
};

Document::Document(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Document::Document(Document&&) noexcept = default;
Document::~Document() = default;
Node Document::root() const { return Node(&impl_->value); }

Result<Document> Document::parse(std::string_view text) {
  if (text.size() > kMaxBytes) return fail(Code::limit_exceeded, "request.json_too_large");
  auto impl = std::make_unique<Impl>();
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  std::array<unsigned char, 2048> scratch;
  boost::json::basic_parser<Builder> parser(options, scratch.data(), scratch.size());
  parser.handler().stack.reset(&impl->memory);
  boost::json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (error == boost::json::error::too_deep) return fail(Code::invalid_argument, "request.json_too_deep");
  if (error) return fail(Code::invalid_argument, "request.invalid_json", error.message());
  if (read < text.size()) return fail(Code::invalid_argument, "request.invalid_json", "text after the value");
  // Both live in the same memory, so this moves and does not copy.
  impl->value = parser.handler().stack.release();
  return Document(std::move(impl));
}

void Reader::reject(const Place* place, std::string_view reason) {
  if (errors.size() >= kMaxFieldErrors) return;
  FieldError error{{}, std::string(reason)};
  append_place(error.field, place);
  errors.push_back(std::move(error));
}

void Reader::read_string(Node node, std::string& out, const Place* place) {
  if (node.kind() != Kind::string) return reject(place, "request.wrong_type");
  const std::string_view text = node.string();
  if (text.find('\0') != std::string_view::npos) return reject(place, "request.invalid_utf8");
  out = text;
}

void Reader::read_integer(Node node, std::int64_t min, std::int64_t max, std::int64_t& out, const Place* place) {
  switch (node.kind()) {
    case Kind::integer: out = node.integer(); break;
    case Kind::big_unsigned: return reject(place, "request.out_of_range");
    case Kind::real: {
      const double value = node.real();
      if (value != std::trunc(value)) return reject(place, "request.wrong_type");
      if (std::abs(value) > 9007199254740992.0) return reject(place, "request.out_of_range");  // 2^53: exact below
      out = static_cast<std::int64_t>(value);
      break;
    }
    default: return reject(place, "request.wrong_type");
  }
  if (out < min || out > max) reject(place, "request.out_of_range");
}

void Reader::read_double(Node node, double& out, const Place* place) {
  switch (node.kind()) {
    case Kind::integer:
    case Kind::big_unsigned:
    case Kind::real: out = node.real(); break;
    default: return reject(place, "request.wrong_type");
  }
  if (!std::isfinite(out)) reject(place, "request.out_of_range");
}

void Reader::read_bool(Node node, bool& out, const Place* place) {
  if (node.kind() != Kind::boolean) return reject(place, "request.wrong_type");
  out = node.boolean();
}

}  // namespace detail
}  // namespace yingda::json
