#include "mime.hpp"

#include <gmime/gmime.h>

#include <memory>
#include <mutex>

namespace yingda::email {
namespace {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
  void operator()(char* text) const { g_free(text); }
  void operator()(GDateTime* date) const { g_date_time_unref(date); }
  void operator()(GMimeFormatOptions* options) const { g_mime_format_options_free(options); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

void add_mailbox(GMimeMessage* message, GMimeAddressType type, const std::string& name, const std::string& address) {
  InternetAddressList* list = g_mime_message_get_addresses(message, type);
  const Owned<InternetAddress> mailbox(
      internet_address_mailbox_new(name.empty() ? nullptr : name.c_str(), address.c_str()));
  internet_address_set_charset(mailbox.get(), "UTF-8");
  internet_address_list_add(list, mailbox.get());
}

void add_text(GMimeMultipart* parts, const char* subtype, const std::string& text) {
  const Owned<GMimeTextPart> part(g_mime_text_part_new_with_subtype(subtype));
  g_mime_text_part_set_charset(part.get(), "utf-8");
  g_mime_text_part_set_text(part.get(), text.c_str());
  // Base64 whatever the words are: no line of people's text is then seen by a server that breaks long ones.
  g_mime_part_set_content_encoding(GMIME_PART(part.get()), GMIME_CONTENT_ENCODING_BASE64);
  g_mime_multipart_add(parts, GMIME_OBJECT(part.get()));
}

}  // namespace

std::string write_mime(const Headers& headers, const Composed& content) {
  // One at a time: GMime promises nothing about the tables its objects share, and a mail takes well under a
  // millisecond.
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  const Owned<GMimeMessage> message(g_mime_message_new(TRUE));
  GMimeObject* object = GMIME_OBJECT(message.get());
  add_mailbox(message.get(), GMIME_ADDRESS_TYPE_FROM, headers.from_name, headers.from_address);
  add_mailbox(message.get(), GMIME_ADDRESS_TYPE_TO, headers.to_name, headers.to);
  if (!headers.reply_to.empty()) add_mailbox(message.get(), GMIME_ADDRESS_TYPE_REPLY_TO, {}, headers.reply_to);
  g_mime_message_set_subject(message.get(), content.subject.c_str(), "UTF-8");
  const Owned<GDateTime> date(g_date_time_new_from_unix_utc(headers.date.ms / 1000));
  g_mime_message_set_date(message.get(), date.get());
  g_mime_message_set_message_id(message.get(), headers.message_id.c_str());
  if (!headers.in_reply_to.empty()) {
    const std::string bracketed = "<" + headers.in_reply_to + ">";
    g_mime_object_set_header(object, "In-Reply-To", bracketed.c_str(), "UTF-8");
    g_mime_object_set_header(object, "References", bracketed.c_str(), "UTF-8");
  }
  // RFC 3834: no machine shall answer this; Exchange reads a header of its own.
  g_mime_object_set_header(object, "Auto-Submitted", "auto-generated", "UTF-8");
  g_mime_object_set_header(object, "X-Auto-Response-Suppress", "All", "UTF-8");

  const Owned<GMimeMultipart> parts(g_mime_multipart_new_with_subtype("alternative"));
  add_text(parts.get(), "plain", content.text);
  add_text(parts.get(), "html", content.html);
  g_mime_message_set_mime_part(message.get(), GMIME_OBJECT(parts.get()));

  const Owned<GMimeFormatOptions> options(g_mime_format_options_new());
  g_mime_format_options_set_newline_format(options.get(), GMIME_NEWLINE_FORMAT_DOS);
  const Owned<char> bytes(g_mime_object_to_string(object, options.get()));
  return bytes.get();
}

}  // namespace yingda::email
