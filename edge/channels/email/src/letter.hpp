// What stands in a mail, as text and as simple HTML, in the customer's language. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/messages.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/types.hpp"

namespace yingda::email {

/// An answer of a person or a robot that a customer may see: no notes, nothing internal, nothing automatic, nothing
/// recalled.
bool is_answer(const conversation::Message& message);
/// A customer's own words, not recalled.
bool is_question(const conversation::Message& message);
/// A message in words: its text, a file's name.
std::string words_of(const conversation::Message& message, messages::Language language);

struct Letter {
  messages::Language language = messages::Language::zh_CN;
  std::string company;
  std::string customer_name;           // "" for anonymous visitors
  std::vector<std::string> questions;  // the customer's words before the answers, oldest first
  struct Answer {
    std::string author;
    std::string words;
  };
  std::vector<Answer> answers;
  std::string link;               // "" for none
  bool replies_are_read = false;  // somebody reads what is written to Reply-To
};

/// subject and text are UTF-8 with "\n" line ends; every word of a person is escaped in the HTML.
struct Composed {
  std::string subject, text, html;
};
Composed compose_letter(const Letter& letter);
Composed compose_test(std::string_view company, messages::Language language);

/// "http(s)://…" without spaces, quotes, angle brackets and control characters, at most kUrlBytesMax.
bool is_web_address(std::string_view url) noexcept;

/// The pause before the attempt behind the `attempts`-th (1 …).
DurationMs retry_pause(std::int64_t attempts) noexcept;

}  // namespace yingda::email
