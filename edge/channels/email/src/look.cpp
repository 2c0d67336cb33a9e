// One look at a thread: is there an answer that nobody read, since when, and is the customer here?
#include <algorithm>

#include "impl.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/text.hpp"

namespace yingda::email {
namespace {

constexpr std::size_t kMessageIdRandomBytes = 9;

/// RFC 5322 wants Message-IDs unique over the world: our id, chance, and the sender's domain.
std::string make_message_id(MailId id, std::string_view from_address) {
  return to_string(id) + "." + crypto::random_token(kMessageIdRandomBytes) + "@" +
         std::string(from_address.substr(from_address.rfind('@') + 1));
}

}  // namespace

bool can_be_mailed(const customer::Customer& customer) {
  return text::is_mail_address(customer.email) && net::check_smtp_address(customer.email);
}

Status Mail::Impl::look(storage::Transaction& tx, TenantId tenant, ConversationId id) {
  YD_TRY(const auto stored, store::load_thread(tx, tenant, id));
  if (stored && stored->phase == Phase::mailing) return {};  // its end looks again
  YD_TRY(const auto conversation, conversations.load(tx, tenant, id));
  MailThread thread = stored.value_or(MailThread{tenant, id, conversation.customer.id, Phase::idle, {}, 0, {}});

  const auto account = account_of(tenant);
  if (!account || !account->settings.enabled) return settle_thread(tx, thread, Phase::idle);
  const std::int64_t behind = std::max(conversation.receipts.customer_read_seq, thread.mailed_seq);
  if (conversation.last_seq <= behind) return settle_thread(tx, thread, Phase::idle);
  YD_TRY(const auto answers, answers_after(tx, tenant, id, behind));
  if (answers.empty()) return settle_thread(tx, thread, Phase::idle);
  YD_TRY(const auto customer, customers.load(tx, tenant, thread.customer));
  if (!can_be_mailed(customer)) return settle_thread(tx, thread, Phase::idle);

  const UtcTime due =
      std::max(answers.front().created_at_ms + milliseconds(account->settings.away_after_ms), thread.not_before);
  if (clock.now() < due) return sleep_until(tx, thread, due);
  if (!ports.connected(tenant, thread.customer)) return enqueue(tx, thread, answers, customer.email);
  YD_CHECK(settle_thread(tx, thread, Phase::present));
  // He may have gone between the question and the commit: then nobody would have told us.
  tx.on_commit([weak = weak_from_this(), tenant, customer = thread.customer] {
    const auto self = weak.lock();
    if (self && !self->ports.connected(tenant, customer)) self->customer_left(tenant, customer);
  });
  return {};
}

Result<std::vector<conversation::Message>> Mail::Impl::answers_after(storage::Transaction& tx, TenantId tenant,
                                                                     ConversationId id, std::int64_t seq) {
  const UtcTime now = clock.now();
  for (;;) {
    YD_TRY(auto page, conversations.messages_after(tx, org::Org::system_actor(tenant), id, seq, kMessagesRead));
    const bool last = page.size() < static_cast<std::size_t>(kMessagesRead);
    if (!page.empty()) seq = page.back().seq;
    std::erase_if(page, [&](const auto& m) { return !is_answer(m) || now - m.created_at_ms > kAnswerAgeMax; });
    if (page.size() > static_cast<std::size_t>(kAnswersMax)) page.resize(kAnswersMax);
    if (last || !page.empty()) return page;
  }
}

Status Mail::Impl::sleep_until(storage::Transaction& tx, MailThread& thread, UtcTime due) {
  YD_CHECK(timers.schedule(
      tx, {thread.tenant, std::string(kLookTimer), std::to_string(thread.conversation.value), due, "{}"}));
  return settle_thread(tx, thread, Phase::timed);
}

Status Mail::Impl::settle_thread(storage::Transaction& tx, MailThread& thread, Phase phase) {
  thread.phase = phase;
  if (phase == Phase::idle) thread.not_before = {};
  YD_CHECK(store::save_thread(tx, thread));
  tx.on_commit(
      [weak = weak_from_this(), person = Person{thread.tenant, thread.customer}, id = thread.conversation, phase] {
        const auto self = weak.lock();
        if (!self) return;
        const std::scoped_lock lock(self->mutex);
        if (phase == Phase::present)
          self->awaited[person] = id;
        else
          self->awaited.erase(person);
      });
  return {};
}

Status Mail::Impl::enqueue(storage::Transaction& tx, MailThread& thread,
                           const std::vector<conversation::Message>& answers, const std::string& to) {
  const UtcTime now = clock.now();
  const auto account = account_of(thread.tenant);
  if (!account) return {};
  StoredMail mail;
  mail.tenant = thread.tenant;
  mail.status.id = ids.next<MailId>();
  mail.status.conversation_id = thread.conversation;
  mail.status.customer_id = thread.customer;
  mail.status.to = to;
  mail.status.from_seq = answers.front().seq;
  mail.status.upto_seq = answers.back().seq;
  mail.status.answers = static_cast<std::int64_t>(answers.size());
  mail.status.created_at_ms = now;
  mail.status.next_at_ms = now;
  mail.message_id = make_message_id(mail.status.id, account->settings.from_address);
  YD_CHECK(store::forget_mails(tx, thread.tenant, now - kEndedKept));
  YD_CHECK(store::insert_mail(tx, mail));
  YD_CHECK(wake_at(tx, mail, now));
  return settle_thread(tx, thread, Phase::mailing);
}

}  // namespace yingda::email
