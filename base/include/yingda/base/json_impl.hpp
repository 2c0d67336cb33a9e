// Templates behind json.hpp; include that instead. Boost.JSON itself stays in json.cpp.
#pragma once

#include <array>
#include <boost/describe/members.hpp>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/base/json.hpp"
#include "yingda/base/time.hpp"

namespace yingda::json::detail {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T, std::less<>>> = true;
template <class T>
inline constexpr bool kIsId = false;
template <class Tag>
inline constexpr bool kIsId<Id<Tag>> = true;
template <class T>
concept DescribedStruct = boost::describe::has_describe_members<T>::value;
template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;
template <class T>
concept Integer = std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t>;
template <class T>
concept Milliseconds = std::same_as<T, UtcTime> || std::same_as<T, DurationMs>;
template <class T>
inline constexpr bool kAlwaysFalse = false;

template <class T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public>;

/// `"name":` of a described member, made at compile time.
template <class D>
struct KeyText {
  static constexpr std::string_view kName = outside_name(D::name);
  static constexpr auto kBytes = [] {
    std::array<char, kName.size() + 3> bytes{};
    bytes[0] = '"';
    for (std::size_t i = 0; i < kName.size(); ++i) bytes[i + 1] = kName[i];
    bytes[kName.size() + 1] = '"';
    bytes[kName.size() + 2] = ':';
    return bytes;
  }();
};

/// Members that are left out when they hold nothing.
template <class T>
bool is_absent(const T& value) {
  if constexpr (kIsOptional<T>) {
    return !value.has_value();
  } else if constexpr (std::same_as<T, JsonText>) {
    return value.text.empty();
  } else {
    return false;
  }
}

template <class T>
void write_struct(std::string& out, const T& value) {
  out.push_back('{');
  bool first = true;
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) {
    const auto& member = value.*d.pointer;
    if (is_absent(member)) return;
    if (!first) out.push_back(',');
    first = false;
    constexpr auto& key = KeyText<decltype(d)>::kBytes;
    out.append(key.data(), key.size());
    json::append(out, member);
  });
  out.push_back('}');
}

template <class Range>
void write_array(std::string& out, const Range& range) {
  out.push_back('[');
  bool first = true;
  for (const auto& item : range) {
    if (!first) out.push_back(',');
    first = false;
    json::append(out, item);
  }
  out.push_back(']');
}

template <class Map>
void write_map(std::string& out, const Map& map) {
  out.push_back('{');
  bool first = true;
  for (const auto& [key, value] : map) {
    if (!first) out.push_back(',');
    first = false;
    append_string(out, key);
    out.push_back(':');
    json::append(out, value);
  }
  out.push_back('}');
}

enum class Kind { null, boolean, integer, big_unsigned, real, string, array, object };

/// A look at one parsed value; empty when a member is absent. Valid while its Document lives.
class Node {
 public:
  Node() = default;
  explicit Node(const void* value) : value_(value) {}
  explicit operator bool() const { return value_ != nullptr; }
  Kind kind() const;
  bool boolean() const;
  std::int64_t integer() const;
  double real() const;  ///< of any number
  std::string_view string() const;
  std::size_t size() const;        ///< of an array or object
  Node item(std::size_t i) const;  ///< of an array
  std::string_view key(std::size_t i) const;
  Node member(std::size_t i) const;
  Node find(std::string_view key) const;  ///< of an object
  void append_text(std::string& out) const;

 private:
  const void* value_ = nullptr;
};

class Document {
 public:
  static Result<Document> parse(std::string_view text);
  Document(Document&&) noexcept;
  ~Document();
  Node root() const;

 private:
  struct Impl;
  explicit Document(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Where the reader stands; becomes text only when something is wrong.
struct Place {
  const Place* up = nullptr;
  std::string_view name;
  std::size_t index = 0;
};

struct Reader {
  Unknown unknown = Unknown::ignore;
  std::vector<FieldError> errors;

  void reject(const Place* place, std::string_view reason);
  void read_string(Node node, std::string& out, const Place* place);
  void read_integer(Node node, std::int64_t min, std::int64_t max, std::int64_t& out, const Place* place);
  void read_double(Node node, double& out, const Place* place);
  void read_bool(Node node, bool& out, const Place* place);
};

template <class T>
void read(Reader& reader, Node node, T& out, const Place* place);

template <class T>
void read_struct(Reader& reader, Node node, T& out, const Place* place) {
  if (node.kind() != Kind::object) return reader.reject(place, "request.wrong_type");
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) {
    using Member = std::remove_reference_t<decltype(out.*d.pointer)>;
    constexpr std::string_view name = KeyText<decltype(d)>::kName;
    const Place here{place, name};
    if (const Node member = node.find(name)) return read(reader, member, out.*d.pointer, &here);
    constexpr bool may_miss =
        kIsOptional<Member> || kIsVector<Member> || kIsMap<Member> || std::same_as<Member, JsonText>;
    if constexpr (!may_miss) {
      if (!kIsId<Member> || reader.unknown == Unknown::reject) reader.reject(&here, "request.required");
    }
  });
  if (reader.unknown == Unknown::ignore) return;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string_view key = node.key(i);
    bool known = false;
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) { known = known || KeyText<decltype(d)>::kName == key; });
    const Place here{place, key};
    if (!known) reader.reject(&here, "request.unknown_field");
  }
}

template <class T>
void read_vector(Reader& reader, Node node, std::vector<T>& out, const Place* place) {
  if (node.kind() != Kind::array) return reader.reject(place, "request.wrong_type");
  out.clear();
  out.reserve(node.size());
  for (std::size_t i = 0; i < node.size(); ++i) {
    const Place here{place, {}, i};
    T item{};
    read(reader, node.item(i), item, &here);
    out.push_back(std::move(item));
  }
}

template <class Map>
void read_map(Reader& reader, Node node, Map& out, const Place* place) {
  if (node.kind() != Kind::object) return reader.reject(place, "request.wrong_type");
  out.clear();
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string_view key = node.key(i);
    const Place here{place, key};
    if (key.find('\0') != std::string_view::npos) return reader.reject(place, "request.invalid_utf8");
    read(reader, node.member(i), out[std::string(key)], &here);
  }
}

template <class Tag>
void read_id(Reader& reader, Node node, Id<Tag>& out, const Place* place) {
  out = {};
  if (node.kind() == Kind::null) {
    if (reader.unknown == Unknown::reject) reader.reject(place, "request.required");
    return;
  }
  if (node.kind() != Kind::string) return reader.reject(place, "request.wrong_type");
  if (auto id = parse_id<Id<Tag>>(node.string())) {
    out = *id;
  } else {
    reader.reject(place, "request.invalid_id");
  }
}

template <class T>
void read_enum(Reader& reader, Node node, T& out, const Place* place) {
  if (node.kind() != Kind::string) return reader.reject(place, "request.wrong_type");
  if (const auto value = parse_enum<T>(node.string())) {
    out = *value;
  } else {
    reader.reject(place, "request.unknown_value");
  }
}

template <class T>
void read(Reader& reader, Node node, T& out, const Place* place) {
  if constexpr (kIsOptional<T>) {
    out.reset();
    if (node.kind() != Kind::null) read(reader, node, out.emplace(), place);
  } else if constexpr (std::same_as<T, std::string>) {
    reader.read_string(node, out, place);
  } else if constexpr (std::same_as<T, bool>) {
    reader.read_bool(node, out, place);
  } else if constexpr (std::same_as<T, double>) {
    reader.read_double(node, out, place);
  } else if constexpr (Integer<T>) {
    std::int64_t value = 0;
    reader.read_integer(node, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), value, place);
    out = static_cast<T>(value);
  } else if constexpr (Milliseconds<T>) {
    reader.read_integer(node, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                        out.ms, place);
  } else if constexpr (std::same_as<T, JsonText>) {
    out.text.clear();
    if (node.kind() != Kind::null) node.append_text(out.text);
  } else if constexpr (kIsVector<T>) {
    read_vector(reader, node, out, place);
  } else if constexpr (kIsMap<T>) {
    read_map(reader, node, out, place);
  } else if constexpr (kIsId<T>) {
    read_id(reader, node, out, place);
  } else if constexpr (DescribedEnum<T>) {
    read_enum(reader, node, out, place);
  } else if constexpr (DescribedStruct<T>) {
    read_struct(reader, node, out, place);
  } else {
    static_assert(kAlwaysFalse<T>, "no JSON mapping for this type; see json.hpp");
  }
}

}  // namespace yingda::json::detail

namespace yingda::json {

template <class T>
void append(std::string& out, const T& value) {
  using namespace detail;
  if constexpr (kIsOptional<T>) {
    if (value) {
      append(out, *value);
    } else {
      out.append("null");
    }
  } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
    append_string(out, value);
  } else if constexpr (std::same_as<T, bool>) {
    out.append(value ? "true" : "false");
  } else if constexpr (std::same_as<T, double>) {
    append_double(out, value);
  } else if constexpr (Integer<T>) {
    append_int(out, value);
  } else if constexpr (Milliseconds<T>) {
    append_int(out, value.ms);
  } else if constexpr (std::same_as<T, JsonText>) {
    out.append(value.text.empty() ? std::string_view("null") : std::string_view(value.text));
  } else if constexpr (kIsVector<T>) {
    write_array(out, value);
  } else if constexpr (kIsMap<T>) {
    write_map(out, value);
  } else if constexpr (kIsId<T>) {
    if (!value) {
      out.append("null");
      return;
    }
    out.push_back('"');
    out.append(to_string(value));
    out.push_back('"');
  } else if constexpr (DescribedEnum<T>) {
    append_string(out, enum_name(value));
  } else if constexpr (DescribedStruct<T>) {
    write_struct(out, value);
  } else {
    static_assert(kAlwaysFalse<T>, "no JSON mapping for this type; see json.hpp");
  }
}

template <class T>
std::string encode(const T& value) {
  std::string out;
  out.reserve(512);
  append(out, value);
  return out;
}

template <class T>
Result<T> decode(std::string_view text, Unknown unknown) {
  auto document = detail::Document::parse(text);
  if (!document) return std::unexpected(std::move(document).error());
  detail::Reader reader{unknown, {}};
  T value{};
  detail::read(reader, document->root(), value, nullptr);
  if (!reader.errors.empty()) return fail_fields(std::move(reader.errors));
  return value;
}

}  // namespace yingda::json
