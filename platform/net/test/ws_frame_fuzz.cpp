// Any bytes as a WebSocket stream, whole and cut into pieces: the same messages and the same verdict, within the limit.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ws_deflate.hpp"
#include "ws_frame.hpp"
#include "yingda/base/assert.hpp"

namespace {

using namespace yingda::net;
constexpr std::size_t kLimit = 500;

class Recorder final : public ws::Sink {
 public:
  std::vector<std::string> heard;
  bool on_text(std::string_view payload, bool compressed) override {
    YD_ASSERT(payload.size() <= kLimit);
    YD_ASSERT(compressed || ws::is_valid_text(payload));
    std::string_view inflated;
    if (compressed && deflate_.inflate(payload, kLimit, inflated) == WsDeflate::Inflated::ok)
      YD_ASSERT(inflated.size() <= kLimit);
    heard.push_back("text " + std::string(payload));
    return true;
  }
  bool on_control(ws::Opcode opcode, std::string_view payload) override {
    YD_ASSERT(payload.size() <= 125);
    heard.push_back(std::to_string(opcode) + " " + std::string(payload));
    return opcode != ws::kClose;
  }

 private:
  WsDeflate deflate_;
};

int run(std::string bytes, std::size_t step, ws::Role role, Recorder& recorder) {
  ws::Decoder decoder(role, kLimit, true);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const std::size_t count = std::min(step, bytes.size() - at);
    if (const int code = decoder.feed({bytes.data() + at, count}, recorder); code != 0) return code;
    if (!recorder.heard.empty() && recorder.heard.back().starts_with("8 ")) return 0;
  }
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 1) return 0;
  const auto role = (bytes[0] & 1) != 0 ? ws::Role::client : ws::Role::server;
  const std::size_t step = 1 + bytes[0] / 8;
  const std::string stream(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  Recorder whole, pieces;
  const int verdict = run(stream, std::max<std::size_t>(stream.size(), 1), role, whole);
  const int verdict_in_pieces = run(stream, step, role, pieces);
  YD_ASSERT(verdict == verdict_in_pieces);
  YD_ASSERT(whole.heard == pieces.heard);
  return 0;
}
