// Ownership: who has the conversation, who waits for it, who takes part. Each verb checks its guard on the row it holds
// and writes under the row's version, so of two racing verbs one wins.
#include <algorithm>

#include "decide.hpp"
#include "people.hpp"
#include "store.hpp"
#include "tell.hpp"
#include "yingda/base/text.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::conversation {
namespace {

std::unexpected<Error> already_taken() { return fail(Code::conflict, "conversation.already_taken"); }
std::unexpected<Error> is_closed() { return fail(Code::conflict, "conversation.closed"); }
std::unexpected<Error> not_owner() { return fail(Code::permission_denied, "conversation.not_owner"); }

Status check_open(const Conversation& conversation) {
  if (conversation.state == State::closed) return is_closed();
  return {};
}

Status check_version(const Conversation& conversation, const std::optional<std::int64_t>& expected) {
  if (expected && *expected != conversation.version) return version_conflict();
  return {};
}

Status check_handover(const Handover& handover) {
  if (!handover.agent && !handover.team) return fail(Code::invalid_argument, "conversation.no_target");
  if (handover.reason.size() > static_cast<std::size_t>(kReasonBytesMax) || !text::is_valid_utf8(handover.reason))
    return fail(Code::invalid_argument, "conversation.invalid_reason");
  return check_text(handover.note, TextNeed::optional);
}

Transition transition_from(const Conversation& before, std::string_view event, Author by) {
  Transition transition;
  transition.event = event;
  transition.by = std::move(by);
  if (before.agent) transition.previous_agent_id = before.agent->id;
  if (before.team_id) transition.previous_team_id = before.team_id;
  return transition;
}

SystemEvent told(std::string key, std::map<std::string, std::string> args, bool internal = false) {
  return {std::move(key), std::move(args), internal};
}

/// Gives the thread to a colleague; who took part before owns it now.
Status give_to(storage::Transaction& tx, TenantId tenant, Thread& thread, const Colleague& colleague, TeamId team,
               std::string_view reason, UtcTime now) {
  if (drop_participant(thread, colleague.summary.id))
    YD_CHECK(store::delete_participant(tx, tenant, thread.view.id, colleague.summary.id));
  assign_to(thread, colleague.summary, team_for(colleague, team, thread.view.team_id), reason, now);
  return {};
}

}  // namespace

Result<Conversation> Conversations::grab(storage::Transaction& tx, const org::Actor& actor, ConversationId id) {
  YD_TRY(Thread thread, lock_reached(tx, actor, id));
  YD_CHECK(org::check_may(actor, org::Permission::conversation_handle));
  if (!actor.user) return fail(Code::permission_denied, "auth.permission_denied");
  Conversation& view = thread.view;
  const Reach reach = reach_of(view, actor);
  YD_CHECK(check_open(view));
  if (view.state == State::assigned && reach.owner) return std::move(view);
  if (!waits(view)) return already_taken();
  if (!reach.member && !reach.supervisor) return not_owner();

  const UtcTime now = clock_.now();
  const std::int64_t version_before = view.version;
  Transition transition = transition_from(view, "conversation.assigned", author_of(actor));
  transition.reason = "conversation.grabbed";
  const Colleague self{{actor.user, actor.name}, actor.teams};
  YD_CHECK(give_to(tx, actor.tenant, thread, self, {}, transition.reason, now));
  transition.told = told("conversation.assigned", {{"agent", actor.name}});
  auto taken = Teller(tx, ids_, actor.tenant, now).finish(thread, transition, version_before);
  if (!taken && taken.error().reason == "conversation.version_conflict") return already_taken();
  return taken;
}

Result<Conversation> Conversations::transfer(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                             const Handover& handover) {
  YD_CHECK(check_handover(handover));
  YD_TRY(Thread thread, lock_reached(tx, actor, id));
  Conversation& view = thread.view;
  const Reach reach = reach_of(view, actor);
  if (!reach.owner && !reach.supervisor) return not_owner();
  YD_CHECK(check_open(view));
  YD_CHECK(check_version(view, handover.expected_version));
  if (!reach.owner && handover.agent != actor.user)
    YD_CHECK(org_.audit(tx, actor, "conversation.reassigned", to_string(id), "", ""));

  const UtcTime now = clock_.now();
  const std::int64_t version_before = view.version;
  Transition transition = transition_from(view, "conversation.transferred", author_of(actor));
  transition.reason = handover.reason.empty() ? "conversation.transferred" : handover.reason;
  transition.note = handover.note;
  if (handover.agent) {
    if (view.agent && view.agent->id == handover.agent) return fail(Code::invalid_argument, "conversation.same_owner");
    YD_TRY(const Colleague colleague, load_colleague(tx, org_, actor.tenant, handover.agent));
    if (handover.team) YD_CHECK(load_team_name(tx, org_, actor.tenant, handover.team));
    YD_CHECK(give_to(tx, actor.tenant, thread, colleague, handover.team, transition.reason, now));
    transition.told = told("conversation.transferred", {{"agent", colleague.summary.name}});
  } else {
    YD_TRY(const std::string name, load_team_name(tx, org_, actor.tenant, handover.team));
    queue_in(thread, handover.team, transition.reason, now);
    transition.told = told("conversation.transferred", {{"team", name}});
  }
  return Teller(tx, ids_, actor.tenant, now).finish(thread, transition, version_before);
}

Result<Conversation> Conversations::take_over(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                              std::string_view note) {
  YD_TRY(const Thread thread, lock_reached(tx, actor, id));
  const Reach reach = reach_of(thread.view, actor);
  if (!reach.supervisor || !actor.user || !actor.may(org::Permission::conversation_handle))
    return fail(Code::permission_denied, "auth.permission_denied");
  if (thread.view.state == State::assigned && reach.owner) return thread.view;
  YD_CHECK(org_.audit(tx, actor, "conversation.taken_over", to_string(id), "", ""));
  return transfer(tx, actor, id,
                  {.agent = actor.user,
                   .team = thread.view.team_id,
                   .reason = "conversation.taken_over",
                   .note = std::string(note),
                   .expected_version = thread.view.version});
}

Result<Conversation> Conversations::assign(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                           const Handover& handover) {
  YD_CHECK(check_handover(handover));
  YD_TRY(Thread thread, lock_thread(tx, tenant, id));
  Conversation& view = thread.view;
  YD_CHECK(check_open(view));
  YD_CHECK(check_version(view, handover.expected_version));
  // Without a version only what waits can be given away: an owner is not taken by surprise.
  if (!handover.expected_version && !waits(view)) return already_taken();
  if (!handover.agent && view.state == State::queued && view.team_id == handover.team) return std::move(view);

  const UtcTime now = clock_.now();
  const std::int64_t version_before = view.version;
  Transition transition =
      transition_from(view, handover.agent ? "conversation.assigned" : "conversation.queued", Author{});
  transition.reason = handover.reason;
  transition.note = handover.note;
  if (handover.agent) {
    YD_TRY(const Colleague colleague, load_colleague(tx, org_, tenant, handover.agent));
    YD_CHECK(give_to(tx, tenant, thread, colleague, handover.team, handover.reason, now));
    transition.told = told("conversation.assigned", {{"agent", colleague.summary.name}});
  } else {
    YD_TRY(const std::string name, load_team_name(tx, org_, tenant, handover.team));
    queue_in(thread, handover.team, handover.reason, now);
    transition.told = told("conversation.queued", {{"team", name}});
  }
  return Teller(tx, ids_, tenant, now).finish(thread, transition, version_before);
}

Result<Conversation> Conversations::promise(storage::Transaction& tx, TenantId tenant, ConversationId id, TeamId team,
                                            std::optional<UtcTime> back_at, std::string_view reason) {
  YD_TRY(Thread thread, lock_thread(tx, tenant, id));
  Conversation& view = thread.view;
  YD_CHECK(check_open(view));
  if (!waits(view)) return already_taken();
  if (!team) team = view.team_id;
  if (view.state == State::promised && view.team_id == team && view.promised_at_ms == back_at) return std::move(view);

  const UtcTime now = clock_.now();
  const std::int64_t version_before = view.version;
  Transition transition = transition_from(view, "conversation.queued", Author{});
  transition.reason = reason;
  std::map<std::string, std::string> args;
  if (team) {
    YD_TRY(args["team"], load_team_name(tx, org_, tenant, team));
  }
  if (back_at) args["back_at_ms"] = std::to_string(back_at->ms);
  promise_in(thread, team, back_at, reason, now);
  transition.told = told("conversation.promised", std::move(args));
  return Teller(tx, ids_, tenant, now).finish(thread, transition, version_before);
}

Result<Conversation> Conversations::set_priority(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                                 std::int64_t priority) {
  if (priority < 0 || priority > kPriorityMax) return fail(Code::invalid_argument, "conversation.invalid_priority");
  YD_TRY(Thread thread, lock_reached(tx, actor, id));
  Conversation& view = thread.view;
  const Reach reach = reach_of(view, actor);
  const bool handles = reach.member && actor.may(org::Permission::conversation_handle);
  if (!reach.takes_part() && !reach.supervisor && !handles) return not_owner();
  if (view.priority == priority) return std::move(view);
  const std::int64_t version_before = view.version;
  view.priority = priority;
  Transition transition = transition_from(view, "conversation.changed", author_of(actor));
  transition.previous_agent_id.reset();
  transition.previous_team_id.reset();
  transition.reason = "conversation.priority_set";
  return Teller(tx, ids_, actor.tenant, clock_.now()).finish(thread, transition, version_before);
}

Result<Conversation> Conversations::set_topic(storage::Transaction& tx, TenantId tenant, ConversationId id,
                                              std::string_view topic) {
  YD_CHECK(check_topic(topic));
  YD_TRY(Thread thread, lock_thread(tx, tenant, id));
  Conversation& view = thread.view;
  if (view.topic.value_or("") == topic) return std::move(view);
  const std::int64_t version_before = view.version;
  if (topic.empty())
    view.topic.reset();
  else
    view.topic = topic;
  Transition transition;
  transition.event = "conversation.changed";
  transition.reason = "conversation.topic_set";
  return Teller(tx, ids_, tenant, clock_.now()).finish(thread, transition, version_before);
}

Result<Conversation> Conversations::set_participant(storage::Transaction& tx, const org::Actor& actor,
                                                    ConversationId id, UserId colleague, bool takes_part,
                                                    ParticipantRole role) {
  YD_TRY(Thread thread, lock_reached(tx, actor, id));
  Conversation& view = thread.view;
  const Reach reach = reach_of(view, actor);
  const bool leaves_himself = !takes_part && colleague == actor.user;
  if (!reach.owner && !reach.supervisor && !leaves_himself) return not_owner();
  YD_CHECK(check_open(view));
  const auto present = std::ranges::find(view.participants, colleague, &Participant::id);
  const bool is_there = present != view.participants.end();
  const bool same_role = is_there && present->consulted() == (role == ParticipantRole::consult);
  if (is_there == takes_part && (!takes_part || same_role)) return std::move(view);
  if (takes_part && colleague == actor.user)
    YD_CHECK(org_.audit(tx, actor, "conversation.joined", to_string(id), "", ""));

  const std::int64_t version_before = view.version;
  Transition transition;
  transition.event = "conversation.changed";
  transition.by = author_of(actor);
  transition.reason = takes_part ? "conversation.participant_joined" : "conversation.participant_left";
  std::map<std::string, std::string> args;
  if (takes_part) args["role"] = enum_name(role);
  if (takes_part && is_there) {
    present->role = role;
    args["agent"] = present->name;
  } else if (takes_part) {
    if (view.agent && view.agent->id == colleague) return fail(Code::invalid_argument, "conversation.same_owner");
    if (view.participants.size() >= static_cast<std::size_t>(kParticipantsMax))
      return fail(Code::limit_exceeded, "conversation.too_many_participants");
    YD_TRY(const Colleague person, load_colleague(tx, org_, actor.tenant, colleague));
    args["agent"] = person.summary.name;
    view.participants.push_back({person.summary.id, person.summary.name, role});
    YD_CHECK(store::insert_participant(tx, actor.tenant, id, colleague));
  } else {
    args["agent"] = present->name;
    transition.previous_agent_id = colleague;  // so that he hears of it, too
    drop_participant(thread, colleague);
    YD_CHECK(store::delete_participant(tx, actor.tenant, id, colleague));
  }
  transition.told = told(transition.reason, std::move(args), true);
  return Teller(tx, ids_, actor.tenant, clock_.now()).finish(thread, transition, version_before);
}

Result<std::vector<std::pair<UserId, std::int64_t>>> Conversations::loads(storage::Transaction& tx, TenantId tenant) {
  return store::count_loads(tx, tenant);
}

Result<std::int64_t> Conversations::load_of(storage::Transaction& tx, TenantId tenant, UserId agent) {
  return store::count_load(tx, tenant, agent);
}

}  // namespace yingda::conversation
