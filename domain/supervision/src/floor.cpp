#include "floor.hpp"

#include <algorithm>
#include <utility>

namespace yingda::supervision {

using conversation::Conversation;
using conversation::State;
using routing::AgentState;

namespace {

/// How long the customer of an assigned conversation may wait for a word before it is at risk; 0: for ever.
std::int64_t silence_threshold(const routing::LiveQueue& queue, conversation::Channel channel) {
  for (const auto& [own, ms] : queue.silence_alarm_of)
    if (own == channel) return ms;
  return queue.silence_alarm_ms;
}

BoardAgent board_agent(const routing::LiveAgent& agent) {
  const routing::AgentStatus& s = agent.status;
  BoardAgent out;
  out.user_id = s.user_id;
  out.name = s.name;
  out.display_name = s.display_name;
  out.state = s.state;
  out.reason = s.reason;
  out.since_at_ms = s.since_at_ms;
  out.until_at_ms = s.until_at_ms;
  out.load = s.load;
  out.capacity = s.capacity;
  out.connected = s.connected;
  out.team_ids = s.team_ids;
  out.today = agent.today;
  return out;
}

void count_agent(BoardQueue& queue, const routing::AgentStatus& status) {
  switch (status.state) {
    case AgentState::offline: return;
    case AgentState::busy: ++queue.agents_busy; return;
    case AgentState::away: ++queue.agents_away; return;
    case AgentState::wrap_up: ++queue.agents_wrap_up; return;
    case AgentState::online: break;
  }
  ++queue.agents_online;
  if (status.load < status.capacity) ++queue.agents_free;
}

/// A risk before its conversation is copied: of many only the worst are shown.
struct Found {
  const Conversation* conversation = nullptr;
  std::int64_t waited_ms = 0, threshold_ms = 0;
  RiskKind kind = RiskKind::queue;
};

/// The worst, the worst first.
std::vector<Risk> worst_of(std::vector<Found>& found) {
  const auto worse = [](const Found& a, const Found& b) {
    return std::pair(b.waited_ms - b.threshold_ms, a.conversation->id) <
           std::pair(a.waited_ms - a.threshold_ms, b.conversation->id);
  };
  const std::size_t kept = std::min(found.size(), kRisksMax);
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(kept), worse);
  found.resize(kept);
  std::vector<Risk> risks;
  risks.reserve(kept);
  for (const Found& one : found) risks.push_back({*one.conversation, one.waited_ms, one.threshold_ms, one.kind});
  return risks;
}

}  // namespace

bool Structure::below(UnitId unit, UnitId top) const {
  // A tree: the walk up ends at the root, whose parent is none.
  while (unit) {
    if (unit == top) return true;
    const auto found = parent_of.find(unit);
    if (found == parent_of.end()) return false;
    unit = found->second;
  }
  return false;
}

Scope scope_of(const org::Actor& actor, const Structure& structure, UnitId unit) {
  Scope scope;
  const bool tenant = actor.scope == org::DataScope::tenant;
  if (tenant && !unit) {
    scope.whole = true;
    return scope;
  }
  const std::set<TeamId> reached(actor.scope_teams.begin(), actor.scope_teams.end());
  for (const org::Team& team : structure.teams) {
    if (!tenant && !reached.contains(team.id)) continue;
    if (!unit || structure.below(team.unit_id, unit)) scope.teams.insert(team.id);
  }
  return scope;
}

void Floor::load(std::int64_t seq, std::vector<Conversation> open, std::vector<Alarm> alarms) {
  const std::scoped_lock lock(mutex_);
  seq_ = seq;
  open_.clear();
  alarms_.clear();
  for (Conversation& c : open) open_.insert_or_assign(c.id, std::move(c));
  alarmed_.clear();
  for (Alarm& alarm : alarms) keep(std::move(alarm));
}

void Floor::keep(Alarm alarm) {
  const auto [place, fresh] = alarms_.insert_or_assign(alarm.id, std::move(alarm));
  if (fresh && place->second.conversation_id) ++alarmed_[*place->second.conversation_id];
}

void Floor::set_structure(std::shared_ptr<const Structure> structure) {
  const std::scoped_lock lock(mutex_);
  structure_ = std::move(structure);
}

std::shared_ptr<const Structure> Floor::structure() const {
  const std::scoped_lock lock(mutex_);
  return structure_;
}

bool Floor::advance(std::int64_t seq) {
  const std::scoped_lock lock(mutex_);
  if (seq <= seq_) return false;
  seq_ = seq;
  return true;
}

void Floor::put(const Conversation& conversation) {
  const std::scoped_lock lock(mutex_);
  if (conversation.state == State::closed) {
    open_.erase(conversation.id);
    return;
  }
  const auto [known, fresh] = open_.try_emplace(conversation.id, conversation);
  if (!fresh && conversation.version > known->second.version) known->second = conversation;
}

void Floor::note_reply(UserId agent, UtcTime at) {
  const std::scoped_lock lock(mutex_);
  UtcTime& newest = replies_[agent];
  newest = std::max(newest, at);
}

void Floor::put(const Alarm& alarm) {
  const std::scoped_lock lock(mutex_);
  if (!alarm.ended_at_ms) return keep(alarm);
  if (alarms_.erase(alarm.id) == 0 || !alarm.conversation_id) return;
  const auto count = alarmed_.find(*alarm.conversation_id);
  if (count != alarmed_.end() && --count->second == 0) alarmed_.erase(count);
}

bool Floor::has_alarm(ConversationId conversation) const {
  const std::scoped_lock lock(mutex_);
  return alarmed_.contains(conversation);
}

Board Floor::board(const Scope& scope, const routing::Live& live, UtcTime now) const {
  Board board;
  board.at_ms = now;
  const std::scoped_lock lock(mutex_);
  std::unordered_map<TeamId, std::size_t> place_of;  // in board.queues
  std::unordered_map<TeamId, const routing::LiveQueue*> live_of;
  for (const routing::LiveQueue& queue : live.queues) live_of.emplace(queue.team_id, &queue);
  for (const org::Team& team : structure_->teams) {
    const auto known = live_of.find(team.id);
    if (!scope.holds(team.id) || known == live_of.end()) continue;
    place_of.emplace(team.id, board.queues.size());
    BoardQueue& queue = board.queues.emplace_back();
    queue.team_id = team.id;
    queue.team_name = team.name;
    queue.unit_id = team.unit_id;
    queue.strategy = known->second->strategy;
    queue.estimated_wait_ms = known->second->estimated_wait_ms;
    queue.alarm_wait_ms = known->second->alarm_wait_ms;
    queue.today = known->second->today;
  }

  std::unordered_map<UserId, Silence> silences;
  std::vector<Found> found;
  for (const auto& [id, c] : open_) {
    const std::int64_t silent = c.waiting_since_ms ? std::max<std::int64_t>(0, (now - *c.waiting_since_ms).ms) : 0;
    if (c.state == State::assigned && c.agent && c.waiting_since_ms) {
      Silence& silence = silences[c.agent->id];
      silence.longest_ms = std::max(silence.longest_ms, silent);
      ++silence.count;
    }
    const auto place = place_of.find(c.team_id);
    if (place == place_of.end()) continue;
    BoardQueue& queue = board.queues[place->second];
    if (c.state == State::promised) ++queue.promised;
    if (c.state == State::assigned) {
      ++queue.in_service;
      const std::int64_t threshold = silence_threshold(*live_of.at(c.team_id), c.channel);
      if (threshold > 0 && silent >= threshold) found.push_back({&c, silent, threshold, RiskKind::agent});
    }
    if (c.state == State::queued) {
      const std::int64_t waited = c.queued_at_ms ? std::max<std::int64_t>(0, (now - *c.queued_at_ms).ms) : 0;
      ++queue.waiting;
      queue.longest_wait_ms = std::max(queue.longest_wait_ms, waited);
      if (queue.alarm_wait_ms > 0 && waited >= queue.alarm_wait_ms)
        found.push_back({&c, waited, queue.alarm_wait_ms, RiskKind::queue});
    }
  }
  board.risks = worst_of(found);

  for (const routing::LiveAgent& agent : live.agents) {
    bool here = scope.whole;
    for (const TeamId team : agent.status.team_ids) {
      const auto place = place_of.find(team);
      if (place == place_of.end()) continue;
      here = true;
      count_agent(board.queues[place->second], agent.status);
    }
    if (!here) continue;
    BoardAgent& out = board.agents.emplace_back(board_agent(agent));
    if (const auto unit = structure_->unit_of.find(out.user_id); unit != structure_->unit_of.end())
      out.unit_id = unit->second;
    if (const auto said = replies_.find(out.user_id); said != replies_.end()) out.last_reply_at_ms = said->second;
    if (const auto silence = silences.find(out.user_id); silence != silences.end()) {
      out.longest_silent_ms = silence->second.longest_ms;
      out.waiting_count = silence->second.count;
    }
  }

  for (const auto& [id, alarm] : alarms_)
    if (alarm.team_id ? scope.holds(*alarm.team_id) : scope.whole) board.alarms.push_back(alarm);
  std::ranges::sort(board.alarms, std::ranges::greater{}, &Alarm::id);
  if (board.alarms.size() > kBoardAlarmsMax) board.alarms.resize(kBoardAlarmsMax);
  return board;
}

}  // namespace yingda::supervision
