// Frames, session bodies and tokens from visitors' browsers: no input may crash; what is accepted keeps its bounds.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "decode.hpp"
#include "encode.hpp"
#include "tokens.hpp"
#include "yingda/webchat/limits.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace yingda::webchat;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto frame = decode_frame(text)) {
    if (const auto* send = std::get_if<SendFrame>(&*frame);
        send && (send->client_msg_id.empty() || send->client_msg_id.size() > 64))
      std::abort();
    if (const auto* page = std::get_if<PageFrame>(&*frame); page && page->page.url.size() > kUrlBytesMax) std::abort();
  }
  (void)decode_session(text);
  (void)decode_poll(text);
  (void)read_visitor(text);
  (void)read_file(text);
  const FileToken token = [](yingda::FileId) { return std::string("t"); };
  (void)encode_message(text, token);
  (void)encode_conversation(text, [](yingda::ConversationId) { return yingda::realtime::QueuePlace{1, 60'000}; });
  return 0;
}
