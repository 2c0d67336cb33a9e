// Described structs: one macro gives JSON, OpenAPI schema and row mapping. The only place that includes
// Boost.Describe for the floors that must not see Boost.
#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>
#include <optional>
#include <string_view>

/// After a struct: `YD_DESCRIBE(Team, (id, name, unit_id))`. Members appear in JSON under their own names.
#define YD_DESCRIBE(Type, Members) YD_DESCRIBE_UNPACK(Type, YD_DESCRIBE_ARGS Members)
#define YD_DESCRIBE_ARGS(...) __VA_ARGS__
#define YD_DESCRIBE_UNPACK(Type, ...) BOOST_DESCRIBE_STRUCT(Type, (), (__VA_ARGS__))

/// After an enum class: `YD_DESCRIBE_ENUM(Channel, webchat, email)`. In JSON an enumerator is its name as a string.
#define YD_DESCRIBE_ENUM(Type, ...) BOOST_DESCRIBE_ENUM(Type, __VA_ARGS__)

namespace yingda {

/// The name outside C++ of a described member or enumerator: `default_` is spelt `default`, because the bare word is
/// a C++ keyword.
constexpr std::string_view outside_name(std::string_view name) {
  if (name.size() > 1 && name.ends_with('_')) name.remove_suffix(1);
  return name;
}

/// The name of a described enumerator, as in JSON and in the store; "" for a value without a name.
template <class E>
constexpr std::string_view enum_name(E value) {
  std::string_view name;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (d.value == value) name = outside_name(d.name);
  });
  return name;
}

/// The enumerator of that name, or nothing.
template <class E>
constexpr std::optional<E> parse_enum(std::string_view name) {
  std::optional<E> value;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (outside_name(d.name) == name) value = d.value;
  });
  return value;
}

}  // namespace yingda
