// Service episodes (服务单元): how they end, how they go on, and their record.
#include <algorithm>

#include "decide.hpp"
#include "store.hpp"
#include "tell.hpp"
#include "yingda/base/text.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::conversation {

Transition reopen_for(Thread& thread, const org::Actor& actor, UtcTime now) {
  const Conversation& view = thread.view;
  Transition transition;
  transition.event = "conversation.reopened";
  transition.by = author_of(actor);
  transition.reason = "conversation.reopened";
  if (view.agent) transition.previous_agent_id = view.agent->id;
  if (view.team_id) transition.previous_team_id = view.team_id;
  std::map<std::string, std::string> args;
  if (actor.user && actor.may(org::Permission::conversation_handle)) {
    const bool in_own_team = view.team_id && contains(actor.teams, view.team_id);
    const TeamId team = in_own_team || actor.teams.empty() ? view.team_id : actor.teams.front();
    drop_participant(thread, actor.user);
    assign_to(thread, {actor.user, actor.name}, team, transition.reason, now);
    args["agent"] = actor.name;
  } else {
    queue_in(thread, view.team_id, transition.reason, now);
  }
  transition.told = SystemEvent{"conversation.reopened", std::move(args), false};
  return transition;
}

Status resume_episode(storage::Transaction& tx, TenantId tenant, const Thread& thread) {
  for (const Participant& participant : thread.view.participants)
    YD_CHECK(store::insert_participant(tx, tenant, thread.view.id, participant.id));
  return store::save_episode(tx, tenant, thread, "");
}

Result<Conversation> Conversations::close(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                          std::string_view reason, bool automatic) {
  if (reason.size() > static_cast<std::size_t>(kReasonBytesMax) || !text::is_valid_utf8(reason))
    return fail(Code::invalid_argument, "conversation.invalid_reason");
  YD_TRY(Thread thread, lock_reached(tx, actor, id));
  Conversation& view = thread.view;
  const Reach reach = reach_of(view, actor);
  const bool handles = waits(view) && reach.member && actor.may(org::Permission::conversation_handle);
  if (!reach.owner && !reach.supervisor && !handles) return fail(Code::permission_denied, "conversation.not_owner");
  if (view.state == State::closed) return fail(Code::conflict, "conversation.closed");
  if (automatic && view.waiting_since_ms) return fail(Code::conflict, "conversation.customer_waiting");

  const UtcTime now = clock_.now();
  const std::int64_t version_before = view.version;
  Transition transition;
  transition.event = "conversation.closed";
  transition.by = author_of(actor);
  if (view.agent) transition.previous_agent_id = view.agent->id;
  if (view.team_id) transition.previous_team_id = view.team_id;
  transition.reason = reason.empty() ? "agent" : std::string(reason);
  close_episode(thread, now);
  YD_CHECK(store::save_episode(tx, actor.tenant, thread, transition.reason));
  for (const Participant& participant : view.participants)
    YD_CHECK(store::delete_participant(tx, actor.tenant, id, participant.id));
  transition.told =
      SystemEvent{"conversation.closed", {{"agent", transition.by.name}, {"reason", transition.reason}}, false};
  return Teller(tx, ids_, actor.tenant, now).finish(thread, transition, version_before);
}

Result<Conversation> Conversations::reopen(storage::Transaction& tx, const org::Actor& actor, ConversationId id) {
  YD_TRY(Thread thread, lock_reached(tx, actor, id));
  const Reach reach = reach_of(thread.view, actor);
  if (!reach.takes_part() && !reach.supervisor && !actor.may(org::Permission::conversation_handle))
    return fail(Code::permission_denied, "conversation.not_owner");
  if (thread.view.state != State::closed) return fail(Code::conflict, "conversation.not_closed");
  const UtcTime now = clock_.now();
  const std::int64_t version_before = thread.view.version;
  const Transition transition = reopen_for(thread, actor, now);
  YD_CHECK(resume_episode(tx, actor.tenant, thread));
  return Teller(tx, ids_, actor.tenant, now).finish(thread, transition, version_before);
}

Result<Conversation> Conversations::resume(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                           EpisodeId episode, std::string_view reason, std::string_view note) {
  YD_CHECK(check_text(note, TextNeed::optional));
  YD_TRY(Thread thread, lock_thread(tx, tenant, id));
  Conversation& view = thread.view;
  if (view.state != State::closed || view.episode_id != episode) return std::move(view);
  const UtcTime now = clock_.now();
  const std::int64_t version_before = view.version;
  Transition transition = reopen_for(thread, org::Org::system_actor(tenant), now);
  transition.by = Author{};  // the customer's wish, nobody's deed
  transition.reason = view.assign_reason = reason;
  transition.note = note;
  view.waiting_since_ms = now;
  YD_CHECK(resume_episode(tx, tenant, thread));
  return Teller(tx, ids_, tenant, now).finish(thread, transition, version_before);
}

Result<EpisodeWork> Conversations::work_of(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                           EpisodeId episode) {
  YD_TRY(const auto thread, store::find_thread(tx, tenant, id, store::Lock::none));
  YD_TRY(auto found, store::find_episode(tx, tenant, id, episode));
  if (!thread || !found) return not_found();
  EpisodeWork work{.episode = *std::move(found)};
  const std::int64_t after = thread->view.last_seq - kEpisodeMessagesMax;
  YD_TRY(work.answers, store::count_answers(tx, tenant, id, episode, after));
  YD_TRY(const auto last, store::last_speaker(tx, tenant, id, episode, after));
  work.customer_spoke_last = last == AuthorKind::customer;
  return work;
}

Result<std::vector<Episode>> Conversations::episodes(storage::Transaction& tx, const org::Actor& actor,
                                                     ConversationId id) {
  YD_TRY(const auto thread, store::find_thread(tx, actor.tenant, id, store::Lock::none));
  if (!thread || !reach_of(thread->view, actor).any()) return not_found();
  YD_TRY(auto episodes, store::list_episodes(tx, actor.tenant, id, kEpisodesMax));
  // The current one's progress stands on the thread until it closes.
  for (Episode& episode : episodes) {
    if (episode.id != thread->view.episode_id || thread->view.state == State::closed) continue;
    const EpisodeProgress& progress = thread->episode;
    episode.first_assigned_at_ms = progress.first_assigned_at_ms;
    episode.first_reply_at_ms = progress.first_reply_at_ms;
    episode.customer_messages = progress.customer_messages;
    episode.agent_messages = progress.agent_messages;
    episode.agents = progress.agents;
  }
  return episodes;
}

}  // namespace yingda::conversation
