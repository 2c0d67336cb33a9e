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

void Ledger::take(const storage::CommittedEvent& event) {
  if (event.seq != last_seq_ + 1) throw Violation("the log is not dense at " + std::to_string(event.seq));
  last_seq_ = event.seq;
  hash(digest_, event.type);
  hash(digest_, event.payload);
  if (event.type.starts_with("message.")) {
    const auto told = decoded<conversation::MessageEvent>(event);
    now_[told.conversation.id] = told.conversation;
    return;
  }
  if (event.type == "agent.state_changed") {
    const auto status = decoded<routing::AgentStatus>(event);
    if (status.state == routing::AgentState::offline)
      std::erase_if(by_hand_, [&](const auto& taken) { return taken.second == status.user_id; });
  }
  if (!event.type.starts_with("conversation.")) return;
  const auto told = decoded<conversation::ConversationEvent>(event);
  const auto& c = told.conversation;
  const auto before = now_.find(c.id);
  if (event.type == "conversation.opened") silent_.erase(c.id);
  if (event.type == "conversation.assigned" && told.by_id.empty()) check_assigned(told);
  if (event.type == "conversation.closed" && told.reason == "customer_quiet") {
    ++closed_quiet;
    if (before != now_.end() && before->second.waiting_since_ms)
      throw Violation("closed while the customer spoke last: " + to_string(c.id));
  }
  if (event.type == "conversation.queued" && told.reason.starts_with("routing.rule.agent_")) {
    ++passed_on;
    if (told.reason == "routing.rule.agent_silent" && told.previous_agent_id)
      silent_[c.id].insert(*told.previous_agent_id);
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

void Ledger::check_assigned(const conversation::ConversationEvent& event) {
  const auto& c = event.conversation;
  const auto before = now_.find(c.id);
  if (!c.agent) throw Violation("assigned to nobody: " + to_string(c.id));
  ++assigned;
  if (before != now_.end() && before->second.state == State::assigned)
    throw Violation("assigned twice: " + to_string(c.id));
  if (load(c.agent->id) + 1 > capacity[c.agent->id])
    throw Violation("more than he can take: " + to_string(c.agent->id) + " of " + to_string(c.id));
  if (pace_ == Pace::calm) check_order(before == now_.end() ? c : before->second);
}

/// Nobody of the same queue and the same priority who came earlier may be passed over.
void Ledger::check_order(const conversation::Conversation& c) {
  if (!c.queued_at_ms) return;
  const auto policy = policies.find(c.team_id);
  const bool friends = policy != policies.end() && policy->second.last_agent_wait_ms > 0;
  for (const auto& [id, other] : now_) {
    if (friends && (c.episode_number > 1 || other.episode_number > 1)) continue;  // who returns waits for his agent
    // What comes from another queue keeps its time, and cannot be first before it is here.
    const auto entered = entered_.find(id);
    if (entered == entered_.end() || entered->second.second == step_) continue;
    if (id == c.id || !waits(other) || other.team_id != c.team_id || !c.team_id || !other.queued_at_ms) continue;
    if (!silent(id).empty() || !silent(c.id).empty()) continue;  // some agents are not for them
    if (other.priority != c.priority || other.customer.level.empty() != c.customer.level.empty()) continue;
    if (*other.queued_at_ms < *c.queued_at_ms)
      throw Violation(to_string(c.id) + " went before " + to_string(id) + ", who came earlier");
  }
}

}  // namespace yingda::sim
