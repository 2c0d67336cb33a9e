// JSON Schema (2020-12, as OpenAPI 3.1 uses it) of described structs, from the same description as json.hpp. For the
// emitter of the OpenAPI document; costs compile time, include in .cpp files only.
//
// optional -> not required; everything else is required (vectors, maps too: an answer always has them); enum -> string
// with its list; Id<Tag> -> string with a pattern; UtcTime -> integer, format "unix-ms"; DurationMs -> integer, format
// "duration-ms"; JsonText -> any value (and not required); described struct -> $ref to a component.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "yingda/base/json.hpp"

namespace yingda::json {

/// Component name of a described struct where the C++ name will not do:
/// `template <> inline constexpr std::string_view yd_type_name<rest::detail::Page> = "MessagePage";`
template <class T>
inline constexpr std::string_view yd_type_name{};

namespace detail {

template <class T>
constexpr std::string_view qualified_name() {
  constexpr std::string_view text = __PRETTY_FUNCTION__;  // "… [T = yingda::org::Team]"
  constexpr std::size_t begin = text.find("T = ") + 4;
  return text.substr(begin, text.size() - begin - 1);
}

/// "yingda::rest::Page<yingda::org::Team>" -> "PageTeam" with depth 1, "RestPageOrgTeam" with depth 2.
std::string component_name(std::string_view qualified, int depth);

std::string integer_schema(std::string_view format);
std::string id_schema(std::string_view prefix);

}  // namespace detail

/// Collects the components (`#/components/schemas/…`) that the schemas refer to. Not thread-safe.
class Schemas {
 public:
  /// The schema of T as JSON text; described structs are added to components() and referred to.
  template <class T>
  std::string of();

  /// Component name -> schema text.
  const std::map<std::string, std::string>& components() const { return components_; }

 private:
  template <class T>
  std::string object();
  /// Two structs of one name in different namespaces get the namespace in front of the later one.
  std::string claim_name(std::string_view wanted, std::string_view qualified, bool& fresh);

  std::map<std::string, std::string> components_;
  std::map<std::string, std::string, std::less<>> name_by_type_;
};

/// One schema on its own; components are added to `components`.
template <class T>
std::string schema_of(Schemas& components) {
  return components.of<T>();
}

template <class T>
std::string Schemas::of() {
  using namespace detail;
  if constexpr (kIsOptional<T>) {
    return of<typename T::value_type>();
  } else if constexpr (std::same_as<T, std::string>) {
    return R"({"type":"string"})";
  } else if constexpr (std::same_as<T, bool>) {
    return R"({"type":"boolean"})";
  } else if constexpr (std::same_as<T, double>) {
    return R"({"type":"number","format":"double"})";
  } else if constexpr (std::same_as<T, std::int32_t>) {
    return integer_schema("int32");
  } else if constexpr (std::same_as<T, std::int64_t>) {
    return integer_schema("int64");
  } else if constexpr (std::same_as<T, UtcTime>) {
    return integer_schema("unix-ms");
  } else if constexpr (std::same_as<T, DurationMs>) {
    return integer_schema("duration-ms");
  } else if constexpr (std::same_as<T, JsonText>) {
    return "{}";
  } else if constexpr (kIsVector<T>) {
    return R"({"type":"array","items":)" + of<typename T::value_type>() + "}";
  } else if constexpr (kIsMap<T>) {
    return R"({"type":"object","additionalProperties":)" + of<typename T::mapped_type>() + "}";
  } else if constexpr (kIsId<T>) {
    return []<class Tag>(std::type_identity<Id<Tag>>) { return id_schema(Tag::kPrefix); }(std::type_identity<T>{});
  } else if constexpr (DescribedEnum<T>) {
    std::string out = R"({"type":"string","enum":[)";
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) {
      if (!out.ends_with('[')) out.push_back(',');
      append_string(out, outside_name(d.name));
    });
    return out + "]}";
  } else if constexpr (DescribedStruct<T>) {
    bool fresh = false;
    const std::string name = claim_name(yd_type_name<T>, qualified_name<T>(), fresh);
    // Claimed before its members are visited, so that a struct may refer to itself.
    if (fresh) components_[name] = object<T>();
    return R"({"$ref":"#/components/schemas/)" + name + "\"}";
  } else {
    static_assert(kAlwaysFalse<T>, "no JSON mapping for this type; see json.hpp");
  }
}

template <class T>
std::string Schemas::object() {
  using namespace detail;
  std::string properties, required;
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) {
    using Member = std::remove_cvref_t<decltype(std::declval<T&>().*d.pointer)>;
    if (!properties.empty()) properties.push_back(',');
    append_string(properties, outside_name(d.name));
    properties.push_back(':');
    properties.append(of<Member>());
    if constexpr (!kIsOptional<Member> && !std::same_as<Member, JsonText>) {
      if (!required.empty()) required.push_back(',');
      append_string(required, outside_name(d.name));
    }
  });
  std::string out = R"({"type":"object","properties":{)" + properties + "}";
  if (!required.empty()) out.append(R"(,"required":[)").append(required).append("]");
  return out + "}";
}

}  // namespace yingda::json
