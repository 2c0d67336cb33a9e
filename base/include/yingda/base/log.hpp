// Structured logs: one JSON object a line on standard error, asynchronous, bounded (oldest dropped and counted).
// Never pass secrets, message texts or customer data as fields.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "yingda/base/result.hpp"

namespace yingda::log {

enum class Level { debug, info, warn, error };

struct Field {
  std::string_view key;
  std::variant<std::int64_t, double, bool, std::string_view> value;
};

/// `key` is a dotted, stable key (`net.listening`). Thread-safe, never blocks, never throws.
void write(Level level, std::string_view key, std::initializer_list<Field> fields = {}) noexcept;
inline void debug(std::string_view key, std::initializer_list<Field> f = {}) noexcept { write(Level::debug, key, f); }
inline void info(std::string_view key, std::initializer_list<Field> f = {}) noexcept { write(Level::info, key, f); }
inline void warn(std::string_view key, std::initializer_list<Field> f = {}) noexcept { write(Level::warn, key, f); }
inline void error(std::string_view key, std::initializer_list<Field> f = {}) noexcept { write(Level::error, key, f); }
/// Logs code, reason, detail and origin of an Error under `key`.
void error(std::string_view key, const Error& error, std::initializer_list<Field> fields = {}) noexcept;

void set_level(Level level) noexcept;
/// Writes out what is pending; called once at the end of main.
void flush() noexcept;

/// While alive, every line of this thread carries `request_id`.
class RequestScope {
 public:
  explicit RequestScope(std::string request_id);
  ~RequestScope();
  RequestScope(const RequestScope&) = delete;
  RequestScope& operator=(const RequestScope&) = delete;

 private:
  std::string previous_;
};

}  // namespace yingda::log
