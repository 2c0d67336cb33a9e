// The customer's side, and settings.
#include "yingda/rating/ratings.hpp"

#include "decide.hpp"
#include "impl.hpp"
#include "rating_migrations.gen.hpp"
#include "words.hpp"

namespace yingda::rating {

Ratings::Ratings(storage::Database& database, runtime::Dispatcher& dispatcher, const Clock& clock, IdSource& ids,
                 org::Org& org, conversation::Conversations& conversations)
    : impl_(std::make_unique<Impl>(database, dispatcher, clock, ids, org, conversations)) {}

Ratings::~Ratings() = default;

void Ratings::start() {
  impl_->dispatcher.on("rating", {"conversation.opened", "conversation.closed"},
                       [impl = impl_.get()](const storage::CommittedEvent& event) { return impl->on_event(event); });
}

Result<std::optional<Invitation>> Ratings::current(storage::Transaction& tx, TenantId tenant, CustomerId customer) {
  YD_TRY(const auto thread, impl_->conversations.thread_of(tx, tenant, customer));
  if (!thread) return std::optional<Invitation>{};
  YD_TRY(auto asked, store::find_episode(tx, tenant, thread->episode_id, store::Lock::none));
  if (!asked || !asked->invitation) return std::optional<Invitation>{};
  Invitation& invitation = *asked->invitation;
  const UtcTime now = impl_->clock.now();
  const bool closed = thread->state == conversation::State::closed;
  const bool shown = invitation.answered_at_ms
                         ? now < *invitation.editable_until_ms
                         : closed && decide_state(invitation, true, now) == InvitationState::asked;
  if (!shown) return std::optional<Invitation>{};
  return std::optional(std::move(invitation));
}

Result<Invitation> Ratings::answer(storage::Transaction& tx, TenantId tenant, CustomerId customer,
                                   const Answer& answer) {
  YD_TRY(const auto thread, impl_->conversations.thread_of(tx, tenant, customer));
  YD_TRY(const auto asked, store::find_episode(tx, tenant, answer.episode_id, store::Lock::write));
  if (!thread || !asked || !asked->invitation || asked->conversation != thread->id)
    return fail(Code::not_found, "rating.not_invited");
  const bool present = thread->episode_id == answer.episode_id;
  YD_TRY(auto outcome, decide_answer(*asked->invitation, answer, asked->editable, present, impl_->clock.now()));
  if (!outcome.changed) return std::move(outcome.after);
  YD_CHECK(store::save_answer(tx, tenant, outcome.after));
  conversation::Conversation now = *thread;
  if (outcome.goes_on && present) {
    YD_TRY(const auto company, impl_->org.load_tenant(tx, tenant));
    YD_TRY(now, impl_->conversations.resume(tx, tenant, thread->id, answer.episode_id, "rating.not_solved",
                                            unsolved_note(company.locale, outcome.after.words)));
  }
  YD_CHECK(impl_->follow_up(tx, tenant, *asked, outcome.after, outcome.complains));
  store::emit_rating(tx, tenant, "rating.answered", {std::move(now), outcome.after});
  return std::move(outcome.after);
}

Result<Settings> Ratings::Impl::settings(storage::Transaction& tx, TenantId tenant) {
  YD_TRY(const auto saved, store::load_settings(tx, tenant));
  return complete_settings(saved.value_or(Settings{}));
}

Result<Settings> Ratings::settings(storage::Transaction& tx, TenantId tenant) { return impl_->settings(tx, tenant); }

Result<Settings> Ratings::save_settings(storage::Transaction& tx, const org::Actor& actor, const Settings& settings) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  if (auto wrong = check_settings(settings); !wrong.empty()) return fail_fields(std::move(wrong));
  if (settings.follow_up_team_id && !impl_->org.load_team(tx, actor.tenant, *settings.follow_up_team_id))
    return fail_fields({{"follow_up_team_id", "org.team_not_found"}});
  YD_TRY(const Settings before, impl_->settings(tx, actor.tenant));
  Settings after = complete_settings(settings);
  YD_CHECK(store::save_settings(tx, actor.tenant, after, impl_->clock.now()));
  YD_CHECK(
      impl_->org.audit(tx, actor, "rating.settings_changed", "rating", store::to_json(before), store::to_json(after)));
  store::emit_settings_changed(tx, actor.tenant);
  return after;
}

std::span<const storage::Migration> migrations() { return kMigrations; }

}  // namespace yingda::rating
