// Time as the product knows it: int64 milliseconds UTC, injected clocks. Does not own: calendars, time zones.
#pragma once

#include <compare>
#include <cstdint>

namespace yingda {

/// A moment: milliseconds since 1970-01-01T00:00:00Z. Columns are named `*_at_ms`.
struct UtcTime {
  std::int64_t ms = 0;
  auto operator<=>(const UtcTime&) const = default;
};

/// A span in milliseconds; may be negative.
struct DurationMs {
  std::int64_t ms = 0;
  auto operator<=>(const DurationMs&) const = default;
};

constexpr DurationMs milliseconds(std::int64_t n) { return {n}; }
constexpr DurationMs seconds(std::int64_t n) { return {n * 1000}; }
constexpr DurationMs minutes(std::int64_t n) { return {n * 60'000}; }
constexpr DurationMs hours(std::int64_t n) { return {n * 3'600'000}; }
constexpr DurationMs days(std::int64_t n) { return {n * 86'400'000}; }

constexpr UtcTime operator+(UtcTime t, DurationMs d) { return {t.ms + d.ms}; }
constexpr UtcTime operator-(UtcTime t, DurationMs d) { return {t.ms - d.ms}; }
constexpr DurationMs operator-(UtcTime a, UtcTime b) { return {a.ms - b.ms}; }

/// Source of wall-clock time. Thread-safe. Never used to order messages (`seq` does that).
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  UtcTime now() const override;
};

}  // namespace yingda
