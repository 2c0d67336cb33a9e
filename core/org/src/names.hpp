// Names of enumerators as the store holds them (the same as in the API).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "yingda/org/types.hpp"

namespace yingda::org {

inline constexpr std::array<std::string_view, 2> kLocaleNames{"zh_CN", "en"};
inline constexpr std::array<std::string_view, 5> kUnitKindNames{"headquarters", "region", "province", "city", "centre"};
inline constexpr std::array<std::string_view, 4> kScopeNames{"own", "team", "unit", "tenant"};

template <class E, std::size_t N>
constexpr std::string_view name_of(E value, const std::array<std::string_view, N>& names) {
  return names[static_cast<std::size_t>(value)];
}

/// The enumerator of a name; `otherwise` for names of a newer program.
template <class E, std::size_t N>
constexpr E value_of(std::string_view name, const std::array<std::string_view, N>& names, E otherwise) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<E>(i);
  }
  return otherwise;
}

inline std::string_view name_of(Locale v) { return name_of(v, kLocaleNames); }
inline std::string_view name_of(UnitKind v) { return name_of(v, kUnitKindNames); }
inline std::string_view name_of(DataScope v) { return name_of(v, kScopeNames); }

}  // namespace yingda::org
