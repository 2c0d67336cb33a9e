// Answers of external programs: no bytes may crash; what is accepted keeps its bounds.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "external.hpp"
#include "yingda/conversation/conversation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace yingda;
  if (size == 0) return 0;
  net::ClientResponse response;
  response.status = 180 + bytes[0];
  response.body.assign(reinterpret_cast<const char*>(bytes + 1), size - 1);
  const auto answer = entrance::decode_answer(response);
  if (!answer) {
    if (!answer.error().reason.starts_with("entrance.external_")) std::abort();
    return 0;
  }
  if (response.status < 200 || response.status > 299) std::abort();
  if (answer->priority && (*answer->priority < 0 || *answer->priority > conversation::kPriorityMax)) std::abort();
  if (answer->topic && answer->topic->size() > conversation::kTopicBytesMax) std::abort();
  if (answer->language && answer->language->size() > entrance::kLanguageBytesMax) std::abort();
  if (answer->skills && answer->skills->size() > entrance::kSkillsMax) std::abort();
  return 0;
}
