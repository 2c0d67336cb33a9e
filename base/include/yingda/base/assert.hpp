// Assertions that stay on in release builds: a broken invariant stops the process before it writes nonsense.
#pragma once

#include <source_location>

namespace yingda {
[[noreturn]] void assert_failed(const char* condition, std::source_location where) noexcept;
}

#define YD_ASSERT(condition) \
  ((condition) ? void() : ::yingda::assert_failed(#condition, std::source_location::current()))
