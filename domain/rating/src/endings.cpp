// What happens when an episode ends: it is counted, its people get their shares, and the customer is asked.
#include <algorithm>

#include "decide.hpp"
#include "impl.hpp"
#include "yingda/calendar/days.hpp"

namespace yingda::rating {

using conversation::Conversation;
using conversation::State;

Status Ratings::Impl::on_event(const storage::CommittedEvent& event) {
  YD_TRY(const auto change, store::decode_conversation_event(event.payload));
  const Conversation& c = change.conversation;
  const bool opened = event.type == "conversation.opened";
  if (opened && c.episode_number <= 1) return {};
  return database.write(event.tenant, [&](storage::Transaction& tx) {
    return opened ? store::expire(tx, event.tenant, c.id, c.episode_id) : count(tx, event.tenant, change, event.at);
  });
}

Status Ratings::Impl::count(storage::Transaction& tx, TenantId tenant, const conversation::ConversationEvent& event,
                            UtcTime at) {
  const Conversation& ended = event.conversation;
  auto work = conversations.work_of(tx, tenant, ended.id, ended.episode_id);
  if (!work && work.error().code == Code::not_found) return {};
  if (!work) return std::unexpected(std::move(work).error());
  YD_TRY(const auto rules, settings(tx, tenant));
  YD_TRY(const auto company, org.load_tenant(tx, tenant));

  store::EpisodeFact fact{.episode = ended.episode_id,
                          .conversation = ended.id,
                          .customer_name = ended.customer.name.empty() ? ended.customer.label : ended.customer.name,
                          .channel = ended.channel,
                          .team = ended.team_id,
                          .agent = ended.agent ? ended.agent->id : UserId{},
                          .closed_at = ended.closed_at_ms.value_or(at),
                          .day = {},
                          .close_reason = event.reason};
  if (!fact.agent && !work->episode.agents.empty()) fact.agent = work->episode.agents.back();
  YD_TRY(fact.day, calendar::local_date(company.time_zone, fact.closed_at));
  YD_TRY(const auto before, store::find_episode(tx, tenant, fact.episode, store::Lock::write));
  YD_CHECK(
      store::save_fact(tx, tenant, fact, decide_shares(rules.share, fact.agent, work->episode.agents, work->answers)));

  YD_TRY(const auto present, conversations.load(tx, tenant, ended.id));
  Ending ending{.by_person = !event.by_id.empty(),
                .still_closed = present.state == State::closed && present.episode_id == ended.episode_id,
                .asked_before = before && before->invitation,
                .customer_spoke_last = work->customer_spoke_last,
                .agent_answers = 0,
                .closed_at = fact.closed_at};
  for (const auto& [agent, count] : work->answers) ending.agent_answers += count;
  const auto channel = std::ranges::find(rules.channels, ended.channel, &ChannelSettings::channel);
  if (channel == rules.channels.end() || !decide_asked(ending, *channel, clock.now())) return {};
  return invite(tx, tenant, present, *channel, ended.episode_id);
}

Status Ratings::Impl::invite(storage::Transaction& tx, TenantId tenant, const Conversation& present,
                             const ChannelSettings& settings, EpisodeId episode) {
  Invitation invitation;
  invitation.episode_id = episode;
  invitation.conversation_id = present.id;
  invitation.scale = settings.scale;
  invitation.reasons = settings.reasons;
  invitation.ask_words = settings.ask_words;
  invitation.low_score_max = settings.low_score_max;
  invitation.invited_at_ms = clock.now();
  YD_TRY(const bool first, store::save_invitation(tx, tenant, invitation, milliseconds(settings.editable_ms)));
  if (first) store::emit_rating(tx, tenant, "rating.invited", {present, invitation});
  return {};
}

}  // namespace yingda::rating
