#include "letter.hpp"

#include <algorithm>

#include "yingda/base/text.hpp"
#include "yingda/email/limits.hpp"

namespace yingda::email {
namespace {

using conversation::AuthorKind;
using conversation::Message;
using conversation::MessageKind;
using messages::Language;

/// What a mail says beside people's words.
struct Words {
  std::string_view tag;  // of the HTML's language
  std::string_view subject, subject_without_question;
  std::string_view hello, hello_named_begin, hello_named_end;
  std::string_view intro_begin, intro_end;
  std::string_view your_words;
  std::string_view link;
  std::string_view no_link;
  std::string_view not_read, read;
  std::string_view image, video, voice, file;
  std::string_view bracket_open, bracket_close;
  std::string_view test_subject, test_text;
};

constexpr Words kZh{"zh-CN",
                    "回复您的咨询：",
                    "您收到一条新回复",
                    "您好：",
                    "",
                    "，您好：",
                    "您在「",
                    "」的咨询有了回复：",
                    "您的留言：",
                    "回到原来的对话继续咨询：",
                    "回到您当时咨询的网页，打开对话窗口即可继续。",
                    "这封邮件由系统代为转达，直接回复邮件不会被看到，请回到网页上的对话窗口继续。",
                    "您也可以直接回复这封邮件。",
                    "图片",
                    "视频",
                    "语音",
                    "文件",
                    "［",
                    "］",
                    "邮件设置测试",
                    "如果您看到这封邮件，说明邮件服务器设置正确。"};
constexpr Words kEn{"en",
                    "Reply to your question: ",
                    "You have a new reply",
                    "Hello,",
                    "Hello ",
                    ",",
                    "Your question to ",
                    " has been answered:",
                    "You wrote:",
                    "Go on with this conversation:",
                    "To go on, return to the page where you asked and open the chat.",
                    "This mail was sent by the system and replies to it are not read. Please go on in the chat.",
                    "You may also simply reply to this mail.",
                    "Image",
                    "Video",
                    "Voice message",
                    "File",
                    "[",
                    "]",
                    "Test of the mail settings",
                    "If you can read this, the mail server is set up well."};

const Words& words_in(Language language) { return language == Language::zh_CN ? kZh : kEn; }

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      case '\n': out += "<br>\n"; break;
      case '\r': break;
      default: out += c;
    }
  }
  return out;
}

/// Every line behind "> ".
std::string quoted(std::string_view text) {
  std::string out;
  while (true) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.append("> ").append(line).append("\n");
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::string greeting(const Letter& letter, const Words& words) {
  if (letter.customer_name.empty()) return std::string(words.hello);
  return std::string(words.hello_named_begin) + letter.customer_name + std::string(words.hello_named_end);
}

std::string plain_text(const Letter& letter, const Words& words) {
  std::string out = greeting(letter, words) + "\n\n";
  out.append(words.intro_begin).append(letter.company).append(words.intro_end).append("\n\n");
  for (const auto& answer : letter.answers) {
    if (!answer.author.empty()) out.append(answer.author).append(letter.language == Language::zh_CN ? "：\n" : ":\n");
    out.append(answer.words).append("\n\n");
  }
  if (!letter.questions.empty()) {
    out.append(words.your_words).append("\n");
    for (const auto& question : letter.questions) out += quoted(question);
    out += "\n";
  }
  if (letter.link.empty())
    out.append(words.no_link).append("\n");
  else
    out.append(words.link).append("\n").append(letter.link).append("\n");
  out.append("\n-- \n").append(letter.company).append("\n");
  out.append(letter.replies_are_read ? words.read : words.not_read).append("\n");
  return out;
}

// Mail programs know no style sheets: styles stand at their elements, colours read well on light and dark.
std::string html_text(const Letter& letter, const Words& words) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"";
  out.append(words.tag).append(
      "\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n<meta "
      "name=\"color-scheme\" content=\"light dark\"><title>");
  out.append(escape(letter.company));
  out +=
      "</title></head>\n<body style=\"margin:0;padding:24px;font-family:-apple-system,'Segoe UI','PingFang SC',"
      "'Microsoft YaHei',sans-serif;font-size:15px;line-height:1.6\">\n<div style=\"max-width:600px\">\n<p>";
  out.append(escape(greeting(letter, words))).append("</p>\n<p>");
  out.append(escape(words.intro_begin)).append(escape(letter.company)).append(escape(words.intro_end)).append("</p>\n");
  for (const auto& answer : letter.answers) {
    out += "<div style=\"margin:0 0 16px;padding:0 0 0 12px;border-left:3px solid #1677ff\">";
    if (!answer.author.empty()) out.append("<strong>").append(escape(answer.author)).append("</strong><br>\n");
    out.append(escape(answer.words)).append("</div>\n");
  }
  if (!letter.questions.empty()) {
    out.append("<p style=\"margin:24px 0 4px;color:#767676\">").append(escape(words.your_words)).append("</p>\n");
    for (const auto& question : letter.questions)
      out.append("<blockquote style=\"margin:0 0 8px;padding:0 0 0 12px;border-left:3px solid #ccc;color:#767676\">")
          .append(escape(question))
          .append("</blockquote>\n");
  }
  if (letter.link.empty()) {
    out.append("<p>").append(escape(words.no_link)).append("</p>\n");
  } else {
    out.append("<p>").append(escape(words.link)).append("<br>\n<a href=\"").append(escape(letter.link)).append("\">");
    out.append(escape(letter.link)).append("</a></p>\n");
  }
  out.append("<p style=\"margin-top:24px;font-size:13px;color:#767676\">")
      .append(escape(letter.company))
      .append("<br>\n");
  out.append(escape(letter.replies_are_read ? words.read : words.not_read)).append("</p>\n</div>\n</body>\n</html>\n");
  return out;
}

}  // namespace

bool is_answer(const Message& message) {
  const bool by_us = message.author.kind == AuthorKind::agent || message.author.kind == AuthorKind::bot;
  if (!by_us || message.automatic || message.recalled_at_ms) return false;
  switch (message.kind) {
    case MessageKind::text:
    case MessageKind::image:
    case MessageKind::file:
    case MessageKind::video:
    case MessageKind::voice: return true;
    default:  // notes, whispers and whatever else is among agents
      return false;
  }
}

bool is_question(const Message& message) {
  return message.author.kind == AuthorKind::customer && !message.recalled_at_ms;
}

std::string words_of(const Message& message, Language language) {
  if (!message.file) return message.text;
  const Words& words = words_in(language);
  std::string_view what = words.file;
  if (message.kind == MessageKind::image) what = words.image;
  if (message.kind == MessageKind::video) what = words.video;
  if (message.kind == MessageKind::voice) what = words.voice;
  std::string out = std::string(words.bracket_open) + std::string(what) + std::string(words.bracket_close);
  if (!message.file->name.empty()) out += " " + message.file->name;
  if (!message.text.empty()) out += "\n" + message.text;
  return out;
}

Composed compose_letter(const Letter& letter) {
  const Words& words = words_in(letter.language);
  Composed out;
  const std::string topic =
      letter.questions.empty() ? std::string() : text::preview(letter.questions.back(), kSubjectCodePoints);
  out.subject = topic.empty() ? std::string(words.subject_without_question) : std::string(words.subject) + topic;
  out.text = plain_text(letter, words);
  out.html = html_text(letter, words);
  return out;
}

Composed compose_test(std::string_view company, Language language) {
  const Words& words = words_in(language);
  Composed out;
  out.subject = std::string(words.test_subject) + " - " + text::preview(company, kNameCodePointsMax);
  out.text = std::string(words.test_text) + "\n";
  out.html = "<!DOCTYPE html>\n<html lang=\"" + std::string(words.tag) + "\">\n<body><p>" + escape(words.test_text) +
             "</p></body>\n</html>\n";
  return out;
}

bool is_web_address(std::string_view url) noexcept {
  const std::string_view http = "http://", https = "https://";
  const std::size_t scheme = url.starts_with(https) ? https.size() : url.starts_with(http) ? http.size() : 0;
  if (scheme == 0 || url.size() <= scheme || url.size() > kUrlBytesMax) return false;
  return std::ranges::none_of(url, [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '"' || c == '\'' || c == '<' || c == '>' ||
           c == '\\';
  });
}

DurationMs retry_pause(std::int64_t attempts) noexcept {
  const auto doublings = std::clamp<std::int64_t>(attempts - 1, 0, 30);
  return {std::min(kRetryLongest.ms, kRetryFirst.ms << doublings)};
}

}  // namespace yingda::email
