// Values to libpq parameters, and binary results to Row. Parameter types are inferred by the server.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "yingda/storage/database.hpp"

namespace yingda::storage::postgres {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

/// Reused from call to call, so that its buffers stay.
class Parameters {
 public:
  /// invalid_argument `storage.query` when a text holds a NUL, which PostgreSQL cannot store.
  Status set(std::span<const Value> values);
  int count() const { return static_cast<int>(pointers_.size()); }
  const char* const* values() const { return pointers_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  std::string texts_;  // NUL-terminated, one behind the other
  std::vector<std::size_t> offsets_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

/// A row of a result fetched in binary format.
class PostgresRow final : public Row {
 public:
  explicit PostgresRow(const PGresult* result) : result_(result) {}
  void move_to(int row) { row_ = row; }

  bool is_null(int column) const override;
  std::int64_t int64(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override;
  std::string_view blob(int column) const override;

 private:
  std::string_view bytes(int column) const;

  const PGresult* const result_;
  int row_ = 0;
};

/// Binary arrays for unnest().
std::string encode_array(std::span<const std::int64_t> values);
std::string encode_array(std::span<const std::string_view> values);

}  // namespace yingda::storage::postgres
