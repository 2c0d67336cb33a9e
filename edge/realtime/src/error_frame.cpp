#include "yingda/realtime/error_frame.hpp"

#include "yingda/base/json_append.hpp"

namespace yingda::realtime {

std::string error_members(const Error& error, messages::Language language) {
  std::string out = R"("code":")";
  out.append(to_string(error.code)).append(R"(","reason":)");
  json::append_string(out, error.reason);
  out.append(R"(,"message":)");
  json::append_string(out, messages::text(error, language));
  return out;
}

std::string error_frame(const Error& error, messages::Language language) {
  return R"({"t":"error",)" + error_members(error, language) + "}";
}

}  // namespace yingda::realtime
