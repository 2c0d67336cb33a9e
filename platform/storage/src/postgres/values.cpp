#include "postgres/values.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "yingda/base/assert.hpp"

namespace yingda::storage::postgres {
namespace {

// From the server's catalogue pg_type; these numbers never change.
enum : Oid {
  kBool = 16,
  kBytea = 17,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kText = 25,
  kFloat4 = 700,
  kFloat8 = 701,
  kNumeric = 1700,
  kJsonb = 3802,
};

template <class T>
T big_endian(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return std::byteswap(value);
}

template <class T>
void append(std::string& out, T value) {
  value = std::byteswap(value);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// NUMERIC: counts of base-10000 digits, weight of the first, sign, scale, digits; SUM(bigint) comes so.
double decode_numeric(std::string_view bytes) {
  YD_ASSERT(bytes.size() >= 8);
  const auto digits = big_endian<std::int16_t>(bytes.data());
  const auto weight = big_endian<std::int16_t>(bytes.data() + 2);
  const auto sign = big_endian<std::uint16_t>(bytes.data() + 4);
  double value = 0;
  for (int i = 0; i < digits; ++i)
    value += big_endian<std::int16_t>(bytes.data() + 8 + 2 * i) * std::pow(10'000.0, weight - i);
  return sign == 0x4000 ? -value : value;
}

std::int64_t decode_integral_numeric(std::string_view bytes) {
  YD_ASSERT(bytes.size() >= 8);
  const auto digits = big_endian<std::int16_t>(bytes.data());
  const auto weight = big_endian<std::int16_t>(bytes.data() + 2);
  const auto sign = big_endian<std::uint16_t>(bytes.data() + 4);
  YD_ASSERT(digits <= weight + 1 && weight <= 4);  // no fraction, fits int64
  std::int64_t value = 0;
  for (int i = 0; i <= weight; ++i)
    value = value * 10'000 + (i < digits ? big_endian<std::int16_t>(bytes.data() + 8 + 2 * i) : 0);
  return sign == 0x4000 ? -value : value;
}

void append_array_head(std::string& out, Oid element, std::size_t count) {
  append<std::int32_t>(out, count == 0 ? 0 : 1);  // dimensions
  append<std::int32_t>(out, 0);                   // no NULLs
  append<std::uint32_t>(out, element);
  if (count == 0) return;
  append<std::int32_t>(out, static_cast<std::int32_t>(count));
  append<std::int32_t>(out, 1);  // lower bound
}

}  // namespace

Status Parameters::set(std::span<const Value> values) {
  constexpr std::size_t kDirect = static_cast<std::size_t>(-1);
  texts_.clear();
  offsets_.assign(values.size(), kDirect);
  pointers_.assign(values.size(), nullptr);
  lengths_.assign(values.size(), 0);
  formats_.assign(values.size(), 0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    char digits[40];
    std::string_view text;
    if (const auto* integer = std::get_if<std::int64_t>(&values[i])) {
      text = {digits, std::to_chars(digits, digits + sizeof digits, *integer).ptr};
    } else if (const auto* real = std::get_if<double>(&values[i])) {
      text = {digits, std::to_chars(digits, digits + sizeof digits, *real).ptr};
    } else if (const auto* view = std::get_if<std::string_view>(&values[i])) {
      text = *view;
      if (text.find('\0') != std::string_view::npos)
        return fail(Code::invalid_argument, "storage.query", "a text holds NUL");
    } else if (const auto* blob = std::get_if<std::reference_wrapper<const Blob>>(&values[i])) {
      pointers_[i] = blob->get().bytes.data();
      lengths_[i] = static_cast<int>(blob->get().bytes.size());
      formats_[i] = 1;
      continue;
    } else {
      continue;
    }
    offsets_[i] = texts_.size();
    texts_.append(text);
    texts_.push_back('\0');
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    if (offsets_[i] != kDirect) pointers_[i] = texts_.data() + offsets_[i];
  return {};
}

std::string_view PostgresRow::bytes(int column) const {
  YD_ASSERT(column >= 0 && column < PQnfields(result_));
  return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

bool PostgresRow::is_null(int column) const {
  YD_ASSERT(column >= 0 && column < PQnfields(result_));
  return PQgetisnull(result_, row_, column) != 0;
}

std::int64_t PostgresRow::int64(int column) const {
  if (is_null(column)) return 0;
  const auto value = bytes(column);
  switch (PQftype(result_, column)) {
    case kInt8: return big_endian<std::int64_t>(value.data());
    case kInt4: return big_endian<std::int32_t>(value.data());
    case kInt2: return big_endian<std::int16_t>(value.data());
    case kBool: return value[0] != 0 ? 1 : 0;
    case kNumeric: return decode_integral_numeric(value);
    default: YD_ASSERT(!"the column is not an integer"); return 0;
  }
}

double PostgresRow::real(int column) const {
  if (is_null(column)) return 0;
  const auto value = bytes(column);
  switch (PQftype(result_, column)) {
    case kFloat8: return std::bit_cast<double>(big_endian<std::uint64_t>(value.data()));
    case kFloat4: return std::bit_cast<float>(big_endian<std::uint32_t>(value.data()));
    case kNumeric: return decode_numeric(value);
    default: return static_cast<double>(int64(column));
  }
}

std::string_view PostgresRow::text(int column) const {
  if (is_null(column)) return {};
  switch (PQftype(result_, column)) {
    case kBool:
    case kBytea:
    case kInt8:
    case kInt4:
    case kInt2:
    case kFloat4:
    case kFloat8:
    case kNumeric: YD_ASSERT(!"the column is not a text"); return {};
    case kJsonb: return bytes(column).substr(1);  // behind the format's version
    default: return bytes(column);
  }
}

std::string_view PostgresRow::blob(int column) const {
  if (is_null(column)) return {};
  YD_ASSERT(PQftype(result_, column) == kBytea);
  return bytes(column);
}

std::string encode_array(std::span<const std::int64_t> values) {
  std::string out;
  out.reserve(20 + values.size() * 12);
  append_array_head(out, kInt8, values.size());
  for (const auto value : values) {
    append<std::int32_t>(out, 8);
    append<std::int64_t>(out, value);
  }
  return out;
}

std::string encode_array(std::span<const std::string_view> values) {
  std::size_t size = 20;
  for (const auto value : values) size += 4 + value.size();
  std::string out;
  out.reserve(size);
  append_array_head(out, kText, values.size());
  for (const auto value : values) {
    append<std::int32_t>(out, static_cast<std::int32_t>(value.size()));
    out.append(value);
  }
  return out;
}

}  // namespace yingda::storage::postgres
