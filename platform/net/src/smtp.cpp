// libcurl speaks SMTP; here its codes become a verdict.
#include "yingda/net/smtp.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>

#include "yingda/base/text.hpp"

namespace yingda::net {
namespace {

constexpr long kConnectTimeoutMs = 10'000;
constexpr std::size_t kReplyBytesMax = 8'192;  // of the server's replies that are kept; the newest count

/// What one transfer reads and writes while it runs.
struct Transfer {
  const std::string& bytes;
  std::size_t sent = 0;
  std::string reply;  // the lines of the newest reply
  std::stop_token stop;
};

std::size_t give_bytes(char* buffer, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t n = std::min(size * count, transfer.bytes.size() - transfer.sent);
  std::memcpy(buffer, transfer.bytes.data() + transfer.sent, n);
  transfer.sent += n;
  return n;
}

/// A reply is lines "250-…", the last one "250 …"; a line behind a last one begins the next reply.
std::size_t take_reply(char* data, std::size_t size, std::size_t count, void* self) {
  auto& reply = static_cast<Transfer*>(self)->reply;
  const std::string_view line(data, size * count);
  if (line.starts_with("221")) return line.size();  // the good-bye behind every session explains nothing
  const auto last_line = reply.rfind('\n', reply.empty() ? 0 : reply.size() - 2);
  const std::size_t begin = last_line == std::string::npos ? 0 : last_line + 1;
  if (reply.size() > begin + 3 && reply[begin + 3] != '-') reply.clear();
  if (reply.size() + line.size() <= kReplyBytesMax) reply.append(line);
  return line.size();
}

int look_around(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(self)->stop.stop_requested() ? 1 : 0;
}

/// One line of valid UTF-8.
std::string one_line(std::string_view words) {
  std::string ascii;
  for (const char c : words) ascii.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c);
  if (!text::is_valid_utf8(ascii))
    std::ranges::replace_if(ascii, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  std::string out = text::preview(ascii, kSmtpWordsBytesMax / 4);
  return out;
}

SmtpVerdict verdict_of(CURLcode code, long reply) {
  // 530, 534, 535, 538 speak of the account or of missing encryption (RFC 4954), never of this mail.
  const bool about_login = reply == 530 || reply == 534 || reply == 535 || reply == 538;
  switch (code) {
    case CURLE_OK: return SmtpVerdict::accepted;
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR: return reply >= 400 && reply < 500 ? SmtpVerdict::not_now : SmtpVerdict::login_refused;
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM: return SmtpVerdict::tls_failed;
    case CURLE_OPERATION_TIMEDOUT: return SmtpVerdict::timed_out;
    case CURLE_ABORTED_BY_CALLBACK: return SmtpVerdict::cancelled;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR: return SmtpVerdict::unreachable;
    default:
      if (about_login) return SmtpVerdict::login_refused;
      if (reply >= 500 && reply < 600) return SmtpVerdict::refused;
      if (reply >= 400 && reply < 500) return SmtpVerdict::not_now;
      return code == CURLE_SEND_ERROR ? SmtpVerdict::unreachable : SmtpVerdict::not_now;
  }
}

struct CurlFree {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

void set_server(CURL* easy, const SmtpServer& server) {
  const bool tls = server.security == SmtpSecurity::tls;
  const std::string url = (tls ? "smtps://" : "smtp://") + server.host + ":" + std::to_string(server.port);
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // the environment's web proxies do not carry mail
  curl_easy_setopt(easy, CURLOPT_USE_SSL,
                   static_cast<long>(server.security == SmtpSecurity::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!server.ca_pem.empty()) {
    curl_blob pem{};
    pem.data = const_cast<char*>(server.ca_pem.data());
    pem.len = server.ca_pem.size();
    pem.flags = CURL_BLOB_COPY;
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &pem);
  }
  if (!server.user.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, server.password.c_str());
  }
}

}  // namespace

bool check_smtp_host(std::string_view host) noexcept {
  if (host.empty() || host.size() > 253) return false;
  const bool bracketed = host.size() > 4 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  return std::ranges::all_of(host, [&](char c) {
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (bracketed) return hex || c == ':' || c == '.';
    return hex || (c >= 'g' && c <= 'z') || (c >= 'G' && c <= 'Z') || c == '-' || c == '.';
  });
}

bool check_smtp_address(std::string_view address) noexcept {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == address.size() || address.size() > 254) return false;
  return text::is_valid_utf8(address) && std::ranges::none_of(address, [](char c) {
           return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '<' || c == '>';
         });
}

SmtpOutcome send_smtp(const SmtpServer& server, const SmtpMail& mail, DurationMs deadline, std::stop_token stop) {
  if (!check_smtp_host(server.host)) return {SmtpVerdict::refused, 0, "the mail server's name is not valid"};
  for (const auto& address : mail.to)
    if (!check_smtp_address(address)) return {SmtpVerdict::refused, 0, "the address is not valid"};
  if (!check_smtp_address(mail.from) || mail.to.empty()) return {SmtpVerdict::refused, 0, "the address is not valid"};

  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, CurlFree> easy(curl_easy_init());
  if (!easy) return {SmtpVerdict::unreachable, 0, "out of memory"};
  set_server(easy.get(), server);

  const std::string from = "<" + mail.from + ">";
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_FROM, from.c_str());
  std::unique_ptr<curl_slist, CurlFree> to;
  for (const auto& address : mail.to) {
    const std::string bracketed = "<" + address + ">";
    to.reset(curl_slist_append(to.release(), bracketed.c_str()));
  }
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_RCPT, to.get());

  Transfer transfer{mail.bytes, 0, {}, std::move(stop)};
  curl_easy_setopt(easy.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_READFUNCTION, give_bytes);
  curl_easy_setopt(easy.get(), CURLOPT_READDATA, &transfer);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, take_reply);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy.get(), CURLOPT_XFERINFOFUNCTION, look_around);
  curl_easy_setopt(easy.get(), CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(easy.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(deadline.ms));
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT_MS, std::min(kConnectTimeoutMs, static_cast<long>(deadline.ms)));
  char trouble[CURL_ERROR_SIZE] = {};
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, trouble);

  const CURLcode code = curl_easy_perform(easy.get());
  long reply = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &reply);
  SmtpOutcome out;
  out.verdict = verdict_of(code, reply);
  out.code = static_cast<int>(reply);
  // A reply that says yes explains no failure: then libcurl's own words do.
  const bool server_said_no = reply >= 400 && !transfer.reply.empty();
  const bool by_server = out.verdict == SmtpVerdict::accepted || server_said_no;
  out.words = one_line(by_server ? std::string_view(transfer.reply)
                                 : std::string_view(trouble[0] != 0 ? trouble : curl_easy_strerror(code)));
  return out;
}

}  // namespace yingda::net
