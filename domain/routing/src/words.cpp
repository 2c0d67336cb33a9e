#include "words.hpp"

#include <fmt/format.h>

namespace yingda::routing {

std::string word(Phrase phrase, org::Locale locale, const std::string& agent, std::int64_t minutes) {
  const bool zh = locale == org::Locale::zh_CN;
  switch (phrase) {
    case Phrase::left_silent_agent:
      return zh ? fmt::format("客户已等待 {} 分钟未得到 {} 的回复，系统已重新分配。请先查看以上记录。", minutes, agent)
                : fmt::format(
                      "The customer waited {} min without an answer from {} and was passed on. "
                      "Please read what was said above first.",
                      minutes, agent);
    case Phrase::left_offline_agent:
      return zh ? fmt::format("{} 已离线，客户仍在等待，系统已重新分配。请先查看以上记录。", agent)
                : fmt::format(
                      "{} went offline while the customer was waiting, so he was passed on. "
                      "Please read what was said above first.",
                      agent);
    case Phrase::reminder:
      return zh ? "您好，请问还有什么可以帮您？如需继续，请直接回复。"
                : "Is there anything else we can help you with? Just reply here to go on.";
    case Phrase::farewell:
      return zh ? "由于一段时间没有收到您的消息，本次服务先到这里。您随时可以在此继续留言，我们会接着为您服务。"
                : "As we have not heard from you for a while, we close this for now. Write here at any time and we "
                  "will go on.";
  }
  return {};
}

}  // namespace yingda::routing
