// The face: start, events, going customers.
#include <chrono>
#include <map>

#include "email_migrations.gen.hpp"
#include "impl.hpp"
#include "yingda/base/json.hpp"
#include "yingda/base/log.hpp"
#include "yingda/conversation/events.hpp"
#include "yingda/email/email.hpp"

namespace yingda::email {
namespace {

constexpr DurationMs kFinishLimit = seconds(3);  // for attempts to end by themselves …
constexpr DurationMs kStopLimit = seconds(5);    // … and, cut, to notice it

struct Changed {
  std::string area;
};
YD_DESCRIBE(Changed, (area))

template <class I>
Result<I> key_of(const runtime::Timer& timer) {
  I id;
  for (const char c : timer.key) {
    if (c < '0' || c > '9') return fail(Code::corrupt, "email.invalid_timer", timer.key);
    id.value = id.value * 10 + (c - '0');
  }
  return id;
}

}  // namespace

Mail::Impl::Impl(storage::Database& given_database, runtime::Timers& given_timers,
                 runtime::Dispatcher& given_dispatcher, const Clock& given_clock, IdSource& given_ids,
                 org::Org& given_org, customer::Customers& given_customers,
                 conversation::Conversations& given_conversations, SecretBox given_box, Ports given_ports)
    : database(given_database),
      timers(given_timers),
      dispatcher(given_dispatcher),
      clock(given_clock),
      ids(given_ids),
      org(given_org),
      customers(given_customers),
      conversations(given_conversations),
      box(given_box),
      ports(std::move(given_ports)),
      senders(kSendThreads, kOnTheWayMax) {}

Mail::Mail(storage::Database& database, runtime::Timers& timers, runtime::Dispatcher& dispatcher, const Clock& clock,
           IdSource& ids, org::Org& org, customer::Customers& customers, conversation::Conversations& conversations,
           SecretBox box, Ports ports)
    : impl_(std::make_shared<Impl>(database, timers, dispatcher, clock, ids, org, customers, conversations, box,
                                   std::move(ports))) {}

Mail::~Mail() { stop(); }

Status Mail::start() {
  auto& timers = impl_->timers;
  timers.on(std::string(kLookTimer),
            [weak = std::weak_ptr(impl_)](storage::Transaction& tx, const runtime::Timer& timer) -> Status {
              const auto self = weak.lock();
              if (!self) return fail(Code::cancelled, "email.stopping");
              YD_TRY(const auto id, key_of<ConversationId>(timer));
              return self->look(tx, timer.tenant, id);
            });
  timers.on(std::string(kSendTimer),
            [weak = std::weak_ptr(impl_)](storage::Transaction& tx, const runtime::Timer& timer) -> Status {
              const auto self = weak.lock();
              if (!self) return fail(Code::cancelled, "email.stopping");
              YD_TRY(const auto id, key_of<MailId>(timer));
              return self->attempt(tx, timer.tenant, id);
            });
  impl_->dispatcher.on_batch("email", {"message.accepted", "customer.changed", "settings.changed"},
                             [weak = std::weak_ptr(impl_)](std::span<const storage::CommittedEvent> events) -> Status {
                               const auto self = weak.lock();
                               return self ? self->on_events(events) : fail(Code::cancelled, "email.stopping");
                             });
  return impl_->load();
}

void Mail::stop() {
  {
    // A mail cut behind its last byte would come twice: who is on the line may finish, nobody new begins.
    std::unique_lock lock(impl_->mutex);
    impl_->closing = true;
    impl_->settled.wait_for(lock, std::chrono::milliseconds(kFinishLimit.ms), [&] { return impl_->on_the_line == 0; });
  }
  impl_->stopping.request_stop();
  impl_->senders.stop(kStopLimit);
}

void Mail::settle() {
  std::unique_lock lock(impl_->mutex);
  impl_->settled.wait(lock, [&] { return impl_->on_the_way == 0; });
}

void Mail::on_customer_left(TenantId tenant, CustomerId customer) { impl_->customer_left(tenant, customer); }

Status Mail::Impl::load() {
  std::map<TenantId, std::vector<MailThread>> found;
  YD_CHECK(database.read([&](storage::Transaction& tx) -> Status {
    YD_TRY(auto all, store::all_settings(tx));
    for (auto& account : all) keep(std::move(account));
    YD_TRY(auto threads, store::threads_at_work(tx));
    for (auto& thread : threads) found[thread.tenant].push_back(std::move(thread));
    return {};
  }));
  for (const auto& [tenant, threads] : found) {
    YD_CHECK(database.write(tenant, [&](storage::Transaction& tx) { return take_up(tx, tenant, threads); }));
  }
  return {};
}

Status Mail::Impl::take_up(storage::Transaction& tx, TenantId tenant, const std::vector<MailThread>& threads) {
  const auto account = account_of(tenant);
  const DurationMs away = account ? milliseconds(account->settings.away_after_ms) : kAwayAfterDefault;
  for (MailThread thread : threads) {
    if (thread.phase != Phase::present) continue;
    // Nobody is connected to a server that begins; who was here gets his time to come back.
    thread.not_before = clock.now() + away;
    YD_CHECK(sleep_until(tx, thread, thread.not_before));
  }
  return {};
}

Status Mail::Impl::on_events(std::span<const storage::CommittedEvent> events) {
  for (const auto& event : events) YD_CHECK(on_event(event));
  return {};
}

Status Mail::Impl::on_event(const storage::CommittedEvent& event) {
  if (event.type == "settings.changed") {
    YD_TRY(const auto changed, json::decode<Changed>(event.payload));
    if (changed.area != "mail") return {};
    // On this node it is known already; another one may have changed it.
    YD_TRY(auto account, database.read_for<std::optional<Account>>(
                             [&](storage::Transaction& tx) { return store::load_settings(tx, event.tenant); }));
    if (account) keep(*std::move(account));
    return {};
  }
  const auto account = account_of(event.tenant);
  if (!account || !account->settings.enabled || clock.now() - event.at > kAnswerAgeMax) return {};
  if (event.type == "customer.changed") {
    YD_TRY(const auto customer, json::decode<customer::Customer>(event.payload));
    if (!can_be_mailed(customer)) return {};
    YD_TRY(const auto thread,
           database.read_for<std::optional<conversation::Conversation>>(
               [&](storage::Transaction& tx) { return conversations.thread_of(tx, event.tenant, customer.id); }));
    if (!thread || thread->receipts.customer_read_seq >= thread->last_seq) return {};
    return notice(event.tenant, thread->id, customer.id);
  }
  YD_TRY(const auto accepted, json::decode<conversation::MessageEvent>(event.payload));
  const auto& conversation = accepted.conversation;
  if (!is_answer(accepted.message) || accepted.message.seq <= conversation.receipts.customer_read_seq) return {};
  return notice(event.tenant, conversation.id, conversation.customer.id);
}

Status Mail::Impl::notice(TenantId tenant, ConversationId conversation, CustomerId customer) {
  // Most customers have no address, and a look that is still to come sees this answer, too: then nothing is written.
  // The store is asked, not the memory, because that look may be in the same commit.
  YD_TRY(const bool wanted, database.read_for<bool>([&](storage::Transaction& tx) -> Result<bool> {
    YD_TRY(const auto thread, store::load_thread(tx, tenant, conversation));
    if (thread && thread->phase != Phase::idle) return false;
    YD_TRY(const auto person, customers.load(tx, tenant, customer));
    return can_be_mailed(person);
  }));
  if (!wanted) return {};
  return database.write(tenant, [&](storage::Transaction& tx) { return look(tx, tenant, conversation); });
}

void Mail::Impl::customer_left(TenantId tenant, CustomerId customer) {
  ConversationId conversation;
  {
    const std::scoped_lock lock(mutex);
    const auto found = awaited.find({tenant, customer});
    if (found == awaited.end()) return;
    conversation = found->second;
  }
  const auto gone = [weak = weak_from_this(), tenant, conversation](storage::Transaction& tx) -> Status {
    const auto self = weak.lock();
    if (!self) return {};
    YD_TRY(auto thread, store::load_thread(tx, tenant, conversation));
    if (!thread || thread->phase != Phase::present) return {};
    const auto account = self->account_of(tenant);
    thread->not_before = self->clock.now() + (account ? milliseconds(account->settings.away_after_ms) : DurationMs{});
    return self->sleep_until(tx, *thread, thread->not_before);
  };
  database.write_async(tenant, gone, [](const Status& status) {
    if (!status) log::error("email.leaving_not_noted", status.error());
  });
}

std::span<const storage::Migration> migrations() { return kMigrations; }

}  // namespace yingda::email
