// Frames of agents' sockets and payload reading: no input may crash or be read twice differently.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "audience.hpp"
#include "frames.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  (void)yingda::realtime::decode_agent_frame(text);
  (void)yingda::realtime::decode_frame_list(text, 50);
  for (const auto* type : {"message.accepted", "receipts.moved", "customer.changed"}) {
    const auto audience = yingda::realtime::read_audience(type, text);
    if (audience.subject == yingda::realtime::Subject::none && audience.participants.size() > size) std::abort();
  }
  return 0;
}
