// Described structs: one macro gives JSON, OpenAPI schema and row mapping. The only place that includes
// Boost.Describe for the floors that must not see Boost.
#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

/// After a struct: `YD_DESCRIBE(Team, (id, name, unit_id))`. Members appear in JSON under their own names.
#define YD_DESCRIBE(Type, Members) YD_DESCRIBE_UNPACK(Type, YD_DESCRIBE_ARGS Members)
#define YD_DESCRIBE_ARGS(...) __VA_ARGS__
#define YD_DESCRIBE_UNPACK(Type, ...) BOOST_DESCRIBE_STRUCT(Type, (), (__VA_ARGS__))

/// After an enum class: `YD_DESCRIBE_ENUM(Channel, webchat, email)`. In JSON an enumerator is its name as a string.
#define YD_DESCRIBE_ENUM(Type, ...) BOOST_DESCRIBE_ENUM(Type, __VA_ARGS__)
