#include "yingda/base/time.hpp"

#include <chrono>

namespace yingda {

UtcTime SystemClock::now() const {
  using namespace std::chrono;
  return {duration_cast<std::chrono::milliseconds>(system_clock::now().time_since_epoch()).count()};
}

}  // namespace yingda
