// Attempts: what the mail says is read in the transaction that marks it as on its way; it is written and sent on a
// worker; the outcome is one more transaction. The mail's timer is its lease meanwhile: when no outcome is known by
// then (a crash, a lost store) it is tried again under the same Message-ID. So a crash between the server's yes and the
// outcome's commit may send a mail twice; nothing makes one vanish.
#include <algorithm>

#include "impl.hpp"
#include "mime.hpp"
#include "yingda/base/log.hpp"

namespace yingda::email {
namespace {

using conversation::Message;
using messages::Language;

Language language_of(const customer::Customer& customer, const org::Tenant& tenant) {
  return messages::language_of(customer.locale, tenant.locale == org::Locale::zh_CN ? Language::zh_CN : Language::en);
}

/// The customer's words right before the first answer: what it answers. Words of ours in between end them, what the
/// system says does not.
std::vector<std::string> questions_before(const std::vector<Message>& messages, std::int64_t first_answer,
                                          Language language) {
  std::vector<std::string> out;
  for (auto m = messages.rbegin(); m != messages.rend() && out.size() < static_cast<std::size_t>(kQuestionsMax); ++m) {
    if (m->seq >= first_answer || m->recalled_at_ms) continue;
    if (is_question(*m))
      out.push_back(words_of(*m, language));
    else if (is_answer(*m) && !out.empty())
      break;
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace

Result<std::optional<Outgoing>> Mail::Impl::prepare(storage::Transaction& tx, const Account& account,
                                                    const StoredMail& mail) {
  const TenantId tenant = mail.tenant;
  const MailStatus& status = mail.status;
  YD_TRY(const auto conversation, conversations.load(tx, tenant, status.conversation_id));
  const std::int64_t read = conversation.receipts.customer_read_seq;
  if (!account.settings.enabled || read >= status.upto_seq) return std::nullopt;
  YD_TRY(const auto customer, customers.load(tx, tenant, status.customer_id));
  if (!can_be_mailed(customer)) return std::nullopt;
  YD_TRY(const auto company, org.load_tenant(tx, tenant));
  YD_TRY(const auto messages,
         conversations.messages_for_customer(tx, tenant, status.customer_id, status.upto_seq + 1, kMessagesRead));

  Outgoing out{mail, account, {}, customer.name, {}};
  Letter& letter = out.letter;
  letter.language = language_of(customer, company);
  letter.company = account.settings.from_name.empty() ? company.name : account.settings.from_name;
  letter.customer_name = customer.name;
  letter.replies_are_read = !account.settings.reply_to.empty();
  std::int64_t first = 0;
  for (const Message& m : messages) {
    if (m.seq < status.from_seq || m.seq <= read || !is_answer(m)) continue;
    if (first == 0) first = m.seq;
    letter.answers.push_back({m.author.name, words_of(m, letter.language)});
  }
  if (letter.answers.empty()) return std::nullopt;
  letter.questions = questions_before(messages, first, letter.language);
  letter.link = account.settings.link_base_url;
  YD_TRY(const auto pages, customers.pages(tx, tenant, status.customer_id, 1));
  if (!pages.empty() && is_web_address(pages.front().url) &&
      ports.page_allowed(tenant, conversation.widget_id, pages.front().url))
    letter.link = pages.front().url;
  YD_TRY(const auto thread, store::load_thread(tx, tenant, status.conversation_id));
  if (thread) out.in_reply_to = thread->last_message_id;
  out.mail.status.to = customer.email;
  out.mail.status.answers = static_cast<std::int64_t>(letter.answers.size());
  return out;
}

Status Mail::Impl::attempt(storage::Transaction& tx, TenantId tenant, MailId id) {
  YD_TRY(auto mail, store::load_mail(tx, tenant, id));
  if (!mail || mail->status.ended_at_ms) return {};
  const UtcTime now = clock.now();
  {
    const std::scoped_lock lock(mutex);
    if (on_the_way >= kOnTheWayMax) return wake_at(tx, *mail, now + kRoomAgain);
  }
  if (mail->status.state == MailState::sending)
    log::warn("email.attempt_without_outcome", {{"mail", std::string_view(to_string(id))}});
  const auto account = account_of(tenant);
  std::optional<Outgoing> outgoing;
  if (account) {
    YD_TRY(outgoing, prepare(tx, *account, *mail));
  }
  if (!outgoing) return end(tx, *mail, MailState::cancelled);
  MailStatus& status = outgoing->mail.status;
  status.state = MailState::sending;
  status.attempts += 1;
  status.next_at_ms = now + kLease;
  YD_CHECK(store::update_mail(tx, outgoing->mail));
  YD_CHECK(wake_at(tx, outgoing->mail, now + kLease));
  tx.on_commit([weak = weak_from_this(), shared = std::make_shared<const Outgoing>(*std::move(outgoing))] {
    const auto self = weak.lock();
    if (!self) return;
    {
      const std::scoped_lock lock(self->mutex);
      ++self->on_the_way;
    }
    const Status posted = self->senders.post_self_bounded([self, shared] { self->send(shared); });
    if (posted) return;
    const std::scoped_lock lock(self->mutex);  // stopping: its lease brings it back
    --self->on_the_way;
    self->settled.notify_all();
  });
  return {};
}

Status Mail::Impl::wake_at(storage::Transaction& tx, const StoredMail& mail, UtcTime due) {
  return timers.schedule(tx, {mail.tenant, std::string(kSendTimer), std::to_string(mail.status.id.value), due, "{}"});
}

net::SmtpServer Mail::Impl::server_of(const Account& account) const {
  const MailSettings& s = account.settings;
  net::SmtpServer out;
  out.host = s.server;
  out.port = static_cast<std::uint16_t>(s.port);
  out.security = s.security == Security::tls        ? net::SmtpSecurity::tls
                 : s.security == Security::starttls ? net::SmtpSecurity::starttls
                                                    : net::SmtpSecurity::none;
  out.user = s.user;
  out.ca_pem = s.ca_pem;
  if (!account.sealed_password.empty()) {
    auto password = box.open(account.sealed_password, "email.password " + to_string(account.tenant));
    if (password)
      out.password = *std::move(password);
    else
      log::error("email.password_unreadable", password.error());
  }
  return out;
}

void Mail::Impl::send(const std::shared_ptr<const Outgoing>& outgoing) {
  {
    const std::scoped_lock lock(mutex);
    const bool late = clock.now() + kSendDeadline > outgoing->mail.status.next_at_ms;
    if (closing || late) {  // its lease brings it back
      --on_the_way;
      settled.notify_all();
      return;
    }
    ++on_the_line;
  }
  const auto& [mail, account, letter, customer_name, in_reply_to] = *outgoing;
  Headers headers;
  headers.from_name = letter.company;
  headers.from_address = account.settings.from_address;
  headers.to_name = customer_name;
  headers.to = mail.status.to;
  headers.reply_to = account.settings.reply_to;
  headers.message_id = mail.message_id;
  headers.in_reply_to = in_reply_to;
  headers.date = mail.status.created_at_ms;
  net::SmtpMail bytes{account.settings.from_address, {mail.status.to}, write_mime(headers, compose_letter(letter))};
  const auto outcome = ports.send(server_of(account), bytes, kSendDeadline, stopping.get_token());
  // When we are stopping the mail stays as it is until its lease ends.
  if (outcome.verdict != net::SmtpVerdict::cancelled) {
    const Status done =
        database.write(mail.tenant, [&](storage::Transaction& tx) { return conclude(tx, outgoing->mail, outcome); });
    if (!done) log::error("email.outcome_lost", done.error());
  }
  const std::scoped_lock lock(mutex);
  --on_the_line;
  --on_the_way;
  settled.notify_all();
}

Status Mail::Impl::conclude(storage::Transaction& tx, const StoredMail& sent, const net::SmtpOutcome& outcome) {
  YD_TRY(auto mail, store::load_mail(tx, sent.tenant, sent.status.id));
  if (!mail || mail->status.state != MailState::sending) return {};
  mail->status.words = outcome.words;
  if (outcome.verdict == net::SmtpVerdict::accepted) return end(tx, *mail, MailState::sent);
  if (outcome.verdict == net::SmtpVerdict::refused) return end(tx, *mail, MailState::failed);
  const UtcTime now = clock.now(), next = now + retry_pause(mail->status.attempts);
  if (next - mail->status.created_at_ms > kGiveUpAfter) return end(tx, *mail, MailState::given_up);
  mail->status.state = MailState::queued;
  mail->status.next_at_ms = next;
  YD_CHECK(store::update_mail(tx, *mail));
  return wake_at(tx, *mail, next);
}

Status Mail::Impl::end(storage::Transaction& tx, StoredMail& mail, MailState state) {
  MailStatus& status = mail.status;
  status.state = state;
  status.next_at_ms.reset();
  status.ended_at_ms = clock.now();
  YD_CHECK(store::update_mail(tx, mail));
  YD_CHECK(timers.cancel(tx, mail.tenant, kSendTimer, std::to_string(status.id.value)));
  const auto tell = [&](const char* key) -> Status {
    YD_CHECK(conversations.tell_agents(tx, mail.tenant, status.conversation_id, key,
                                       {{"to", status.to}, {"words", status.words}}));
    return {};
  };
  if (state == MailState::sent) YD_CHECK(tell("mail.sent"));
  if (state == MailState::failed) YD_CHECK(tell("mail.refused"));
  if (state == MailState::given_up) YD_CHECK(tell("mail.given_up"));

  YD_TRY(auto thread, store::load_thread(tx, mail.tenant, status.conversation_id));
  if (!thread) return {};
  // What was refused or given up is told to the agent and not tried again with the next answer.
  if (state != MailState::cancelled) thread->mailed_seq = std::max(thread->mailed_seq, status.upto_seq);
  if (state == MailState::sent) thread->last_message_id = mail.message_id;
  YD_CHECK(settle_thread(tx, *thread, Phase::idle));
  return look(tx, mail.tenant, status.conversation_id);
}

}  // namespace yingda::email
