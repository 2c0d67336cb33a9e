// Pages and searches of every list over the API: opaque keyset cursors over ids, substring search. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yingda/base/result.hpp"

namespace yingda::org {

inline constexpr int kPageMax = 200;
inline constexpr int kSearchCodePointsMax = 100;

/// A page of a list: `next` is an opaque cursor, empty at the end.
template <class T>
struct Page {
  std::vector<T> items;
  std::string next;
};

/// What a caller asked for, brought into 1..kPageMax.
constexpr int page_limit(int asked) { return std::clamp(asked, 1, kPageMax); }

/// Cursor behind the row with this id.
std::string encode_cursor(std::int64_t last_id);
/// The id in a cursor, or `start` for the empty cursor; invalid_argument `request.invalid_cursor` otherwise.
Result<std::int64_t> decode_cursor(std::string_view cursor, std::int64_t start);

/// Page of `limit` items out of rows that were read with limit + 1; items carry a member `id`.
template <class T>
Page<T> cut_page(std::vector<T> rows, int limit) {
  Page<T> page;
  const bool more = rows.size() > static_cast<std::size_t>(limit);
  if (more) rows.erase(rows.begin() + limit, rows.end());
  if (more) page.next = encode_cursor(rows.back().id.value);
  page.items = std::move(rows);
  return page;
}

/// Pattern for `search_text LIKE $n ESCAPE '!'` over a column made with fold_search: a substring, wherever it stands;
/// everything for an empty search. invalid_argument `request.invalid_utf8` / `request.too_long` for field `search`.
Result<std::string> like_pattern(std::string_view search);
/// What lists are searched by: the fields with ASCII letters lower, one a line. Folded here and not by the store,
/// because SQLite and PostgreSQL disagree about the case of other letters.
std::string fold_search(std::initializer_list<std::string_view> fields);

}  // namespace yingda::org
