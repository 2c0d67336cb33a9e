#include "check.hpp"

#include <algorithm>
#include <vector>

#include "letter.hpp"
#include "yingda/base/text.hpp"
#include "yingda/email/limits.hpp"
#include "yingda/net/smtp.hpp"

namespace yingda::email {
namespace {

bool has_control(std::string_view value) {
  return std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

class Checker {
 public:
  void refuse(std::string field, std::string reason) { errors_.push_back({std::move(field), std::move(reason)}); }
  /// Trimmed, without control characters, at most `max` code points.
  std::string line(const char* field, std::string_view value, std::size_t max) {
    auto checked = text::check_length(field, value, 0, max);
    if (!checked) {
      for (auto& error : checked.error().fields) errors_.push_back(std::move(error));
      return {};
    }
    if (has_control(*checked)) refuse(field, "request.invalid_characters");
    return *std::move(checked);
  }
  std::string address(const char* field, std::string_view value) {
    std::string out = line(field, value, kUserCodePointsMax);
    if (!out.empty() && !(text::is_mail_address(out) && net::check_smtp_address(out)))
      refuse(field, "request.invalid_mail_address");
    return out;
  }
  std::vector<FieldError> take() { return std::move(errors_); }

 private:
  std::vector<FieldError> errors_;
};

bool same_account(const MailSettings& a, const MailSettings& b) {
  return a.server == b.server && a.port == b.port && a.security == b.security && a.user == b.user &&
         a.ca_pem == b.ca_pem;
}

void check_account(Checker& check, const MailSettings& out) {
  if (!out.server.empty() && !net::check_smtp_host(out.server)) check.refuse("server", "mail.invalid_host");
  if (out.enabled && out.server.empty()) check.refuse("server", "request.too_short");
  if (out.enabled && out.from_address.empty()) check.refuse("from_address", "request.too_short");
  if (out.port < 1 || out.port > 65'535) check.refuse("port", "request.out_of_range");
  if (out.security == Security::none && !out.user.empty() && !is_this_machine(out.server))
    check.refuse("security", "mail.password_in_clear");
  const bool pem = out.ca_pem.empty() || out.ca_pem.find("-----BEGIN CERTIFICATE-----") != std::string::npos;
  if (!pem || out.ca_pem.size() > kCertificateBytesMax) check.refuse("ca_pem", "net.invalid_certificate");
}

}  // namespace

Result<MailSettings> check_settings(const MailSettings& before, const MailSettingsChange& change) {
  Checker check;
  MailSettings out;
  out.enabled = change.enabled;
  out.server = text::lower_ascii(text::trim(change.server));
  out.port = change.port;
  out.security = change.security;
  out.user = check.line("user", change.user, kUserCodePointsMax);
  out.ca_pem = std::string(text::trim(change.ca_pem));
  out.from_address = check.address("from_address", change.from_address);
  out.from_name = check.line("from_name", change.from_name, kNameCodePointsMax);
  out.reply_to = check.address("reply_to", change.reply_to);
  out.away_after_ms = change.away_after_ms;
  out.link_base_url = std::string(text::trim(change.link_base_url));
  check_account(check, out);
  if (out.away_after_ms < kAwayAfterMin.ms || out.away_after_ms > kAwayAfterMax.ms)
    check.refuse("away_after_ms", "request.out_of_range");
  if (!out.link_base_url.empty() && !is_web_address(out.link_base_url))
    check.refuse("link_base_url", "request.invalid_url");
  if (change.password) {
    if (!text::is_valid_utf8(*change.password) || has_control(*change.password))
      check.refuse("password", "request.invalid_characters");
    else if (text::count_code_points(*change.password) > kPasswordCodePointsMax)
      check.refuse("password", "request.too_long");
    out.has_password = !change.password->empty();
  } else {
    out.has_password = before.has_password;
    // Else whoever may change settings could have the stored password told to a server of his own.
    if (before.has_password && !same_account(before, out)) check.refuse("password", "mail.password_wanted");
  }
  auto errors = check.take();
  if (!errors.empty()) return fail_fields(std::move(errors));
  return out;
}

}  // namespace yingda::email
