#include "words.hpp"

namespace yingda::rating {

std::string unsolved_note(org::Locale locale, const std::string& words) {
  if (locale == org::Locale::zh_CN) {
    const std::string note = "客户表示问题还没有解决，会话已继续，并已登记回访。请先查看以上记录。";
    return words.empty() ? note : note + "\n客户留言：" + words;
  }
  const std::string note =
      "The customer says that it is not solved. The conversation goes on and a follow-up was opened. "
      "Please read what was said above first.";
  return words.empty() ? note : note + "\nIn the customer's words: " + words;
}

}  // namespace yingda::rating
