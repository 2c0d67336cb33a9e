#include "ledger.hpp"

#include <algorithm>

#include "yingda/base/json.hpp"

namespace yingda::sim {

using conversation::State;

namespace {

void hash(std::uint64_t& digest, std::string_view text) {  // FNV-1a
  for (const char c : text) digest = (digest ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
}

bool waits(const conversation::Conversation& c) { return c.state == State::queued || c.state == State::promised; }

template <class T>
T decoded(const storage::CommittedEvent& event) {
  auto value = json::decode<T>(event.payload);
  if (!value) throw Violation("unreadable " + event.type);
  return *std::move(value);
}

}  // namespace

std::int64_t Ledger::load(UserId agent) const {
  return std::ranges::count_if(now_, [&](const auto& entry) {
    const auto& c = entry.second;
    return c.state == State::assigned && c.agent && c.agent->id == agent;
  });
}

const std::set<UserId>& Ledger::silent(ConversationId id) const {
  static const std::set<UserId> nobody;
  const auto it = silent_.find(id);
  return it == silent_.end() ? nobody : it->second;
}

const std::set<UserId>& Ledger::silent_since_close(ConversationId id) const {
  static const std::set<UserId> nobody;
  const auto it = silent_since_close_.find(id);
  return it == silent_since_close_.end() ? nobody : it->second;
}

void Ledger::take(const storage::CommittedEvent& event) {
  if (event.seq != last_seq_ + 1) throw Violation("the log is not dense at " + std::to_string(event.seq));
  last_seq_ = event.seq;
  hash(digest_, event.type);
  hash(digest_, event.payload);
  if (event.type.starts_with("message.")) {
    const auto told = decoded<conversation::MessageEvent>(event);
    now_[told.conversation.id] = told.conversation;
    if (event.type == "message.accepted") note_speaker(told);
    return;
  }
  if (event.type == "rating.invited") return check_asked(decoded<rating::RatingEvent>(event));
  if (event.type == "rating.answered") return check_answered(decoded<rating::RatingEvent>(event));
  if (event.type == "agent.state_changed") take_state(decoded<routing::AgentStatus>(event));
  if (event.type == "routing.offered") take_offer(event);
  if (event.type == "routing.offer_ended") take_offer_end(event);
  if (!event.type.starts_with("conversation.")) return;
  const auto told = decoded<conversation::ConversationEvent>(event);
  const auto& c = told.conversation;
  const auto before = now_.find(c.id);
  if (event.type == "conversation.opened") {
    silent_.erase(c.id);
    silent_since_close_.erase(c.id);
    service_[c.id] = {.episode = c.episode_id};
  }
  if (event.type == "conversation.reopened" && waits(c)) service_[c.id].came_back = true;
  if (event.type == "conversation.closed") silent_since_close_.erase(c.id);
  service_[c.id].closed_by_person = event.type == "conversation.closed" && !told.by_id.empty();
  if (event.type == "conversation.assigned" && told.by_id.empty()) check_assigned(told);
  if (event.type == "conversation.closed" && told.reason == "customer_quiet") {
    ++closed_quiet;
    if (before != now_.end() && before->second.waiting_since_ms)
      throw Violation("closed while the customer spoke last: " + to_string(c.id));
  }
  if (event.type == "conversation.queued" && told.reason.starts_with("routing.rule.agent_")) {
    ++passed_on;
    if (told.reason == "routing.rule.agent_silent" && told.previous_agent_id) {
      silent_[c.id].insert(*told.previous_agent_id);
      silent_since_close_[c.id].insert(*told.previous_agent_id);
    }
  }
  promised += c.state == State::promised && (before == now_.end() || before->second.state != State::promised);
  if (event.type != "conversation.changed") {
    if (c.state == State::assigned && c.agent && !told.by_id.empty())
      by_hand_[c.id] = c.agent->id;
    else
      by_hand_.erase(c.id);
  }
  if (!waits(c))
    entered_.erase(c.id);
  else if (const auto at = entered_.find(c.id); at == entered_.end() || at->second.first != c.team_id)
    entered_[c.id] = {c.team_id, step_};
  now_[c.id] = c;
}

void Ledger::take_state(const routing::AgentStatus& status) {
  wrapped_up += status.state == routing::AgentState::wrap_up;
  if (status.state == routing::AgentState::wrap_up && !status.until_at_ms)
    throw Violation("a wrap-up without an end: " + to_string(status.user_id));
  states_[status.user_id] = status.state;
  if (status.state == routing::AgentState::offline)
    std::erase_if(by_hand_, [&](const auto& taken) { return taken.second == status.user_id; });
}

std::int64_t Ledger::rings_for(UserId agent) const {
  return std::ranges::count_if(rings_, [&](const auto& ring) {
    const auto& agents = offers_.at(ring.second).agent_ids;
    return std::ranges::find(agents, agent) != agents.end();
  });
}

bool Ledger::refused(ConversationId id, UserId agent, UtcTime now) const {
  const auto it = refused_.find({id, agent});
  return it != refused_.end() && now < it->second;
}

void Ledger::take_offer(const storage::CommittedEvent& event) {
  auto offer = decoded<routing::Offer>(event);
  const ConversationId id = offer.conversation.id;
  const auto& c = now_[id];
  if (offer.agent_ids.empty()) throw Violation("an offer to nobody: " + to_string(id));
  if (offer.kind == routing::OfferKind::ring) {
    ++rung;
    if (!waits(c)) throw Violation("rings though it does not wait: " + to_string(id));
    if (!rings_.emplace(id, offer.id).second) throw Violation("rings twice: " + to_string(id));
  } else if (c.state != State::assigned || !c.agent || c.agent->id != offer.from_id) {
    throw Violation("offered by who does not have it: " + to_string(id));
  }
  if (ended_.contains(offer.id) || !offers_.emplace(offer.id, offer).second)
    throw Violation("offered twice: " + to_string(offer.id));
}

void Ledger::take_offer_end(const storage::CommittedEvent& event) {
  const auto ended = decoded<routing::OfferEnded>(event);
  const auto it = offers_.find(ended.id);
  if (it == offers_.end()) throw Violation("an offer ended twice: " + to_string(ended.id));
  routing::Offer& offer = it->second;
  using routing::OfferOutcome;
  if (ended.outcome == OfferOutcome::declined || ended.outcome == OfferOutcome::expired) {
    for (const UserId agent : ended.agent_ids) {
      UtcTime& until = refused_[{ended.conversation_id, agent}];
      until = std::max(until, event.at + minutes(1));  // the clock may have been turned back
    }
    ever_refused_.insert(ended.conversation_id);
  }
  for (const UserId agent : ended.agent_ids)
    if (std::erase(offer.agent_ids, agent) == 0) throw Violation("ended for whom it did not ring: " + to_string(agent));
  if (ended.outcome == OfferOutcome::accepted) {
    ++accepted;
    const auto& c = now_[ended.conversation_id];
    if (c.state != State::assigned || !c.agent || c.agent->id != ended.by_id)
      throw Violation("accepted, and not his: " + to_string(ended.conversation_id));
  }
  if (!offer.agent_ids.empty()) {
    if (ended.outcome != OfferOutcome::declined) throw Violation("rings on after its end: " + to_string(ended.id));
    return;
  }
  if (offer.kind == routing::OfferKind::ring) rings_.erase(ended.conversation_id);
  ended_.insert(ended.id);
  offers_.erase(it);
}

void Ledger::note_speaker(const conversation::MessageEvent& told) {
  const auto& message = told.message;
  Service& service = service_[told.conversation.id];
  if (message.automatic || message.system || message.kind == conversation::MessageKind::note) return;
  service.customer_last = message.author.kind == conversation::AuthorKind::customer;
  service.answered = service.answered || message.author.kind == conversation::AuthorKind::agent;
}

/// Once an episode, at a close by a person, of somebody who was answered and does not wait.
void Ledger::check_asked(const rating::RatingEvent& event) {
  const auto& c = event.conversation;
  const Service& service = service_[c.id];
  const std::string name = to_string(c.id);
  ++asked;
  if (!asked_.insert(event.invitation.episode_id).second) throw Violation(name + " was asked twice in an episode");
  if (event.invitation.episode_id != service.episode) throw Violation(name + " was asked about an earlier episode");
  if (now_[c.id].state != State::closed) throw Violation(name + " was asked while it goes on");
  if (!service.closed_by_person) throw Violation(name + " was asked after an automatic close");
  if (service.customer_last) throw Violation(name + " was asked while the customer waits");
  if (!service.answered) throw Violation(name + " was asked though no agent answered");
}

void Ledger::check_answered(const rating::RatingEvent& event) {
  const auto& c = event.conversation;
  if (!asked_.contains(event.invitation.episode_id)) throw Violation(to_string(c.id) + " answered without a question");
  if (event.invitation.state != rating::InvitationState::unsolved) return;
  ++not_solved;
  if (c.episode_id == event.invitation.episode_id && now_[c.id].state == State::closed)
    throw Violation(to_string(c.id) + " is not solved and stays closed");
}

void Ledger::check_assigned(const conversation::ConversationEvent& event) {
  const auto& c = event.conversation;
  const auto before = now_.find(c.id);
  if (!c.agent) throw Violation("assigned to nobody: " + to_string(c.id));
  ++assigned;
  if (before != now_.end() && before->second.state == State::assigned)
    throw Violation("assigned twice: " + to_string(c.id));
  if (load(c.agent->id) + 1 > capacity[c.agent->id])
    throw Violation("more than he can take: " + to_string(c.agent->id) + " of " + to_string(c.id));
  if (event.reason == "routing.rule.accepted") return;  // the agents' own order and state
  if (pace_ == Pace::calm && states_[c.agent->id] != routing::AgentState::online)
    throw Violation("given to who takes nothing: " + to_string(c.agent->id) + " of " + to_string(c.id));
  if (pace_ == Pace::calm) check_order(before == now_.end() ? c : before->second);
}

/// Nobody of the same queue and the same priority who came earlier may be passed over.
void Ledger::check_order(const conversation::Conversation& c) {
  if (!c.queued_at_ms) return;
  const auto policy = policies.find(c.team_id);
  const bool friends = policy != policies.end() && policy->second.last_agent_wait_ms > 0;
  for (const auto& [id, other] : now_) {
    if (friends && (returns(c) || returns(other))) continue;  // who returns waits for his agent
    // What comes from another queue keeps its time, and cannot be first before it is here.
    const auto entered = entered_.find(id);
    if (entered == entered_.end() || entered->second.second == step_) continue;
    if (id == c.id || !waits(other) || other.team_id != c.team_id || !c.team_id || !other.queued_at_ms) continue;
    if (!silent(id).empty() || !silent(c.id).empty()) continue;  // some agents are not for them
    if (rings_.contains(id) || ever_refused_.contains(id)) continue;
    if (other.priority != c.priority || other.customer.level.empty() != c.customer.level.empty()) continue;
    if (*other.queued_at_ms < *c.queued_at_ms)
      throw Violation(to_string(c.id) + " went before " + to_string(id) + ", who came earlier");
  }
}

}  // namespace yingda::sim
