#include "world.hpp"

#include <algorithm>

namespace yingda::routing {
namespace {

constexpr double kFlowShare = 0.2;           // of the newest interval in the smoothed one: about the last ten count
constexpr std::size_t kClosedKept = 10'000;  // far more than can be under way at once

}  // namespace

bool World::accept_version(ConversationId id, std::int64_t version) {
  auto [it, fresh] = versions.try_emplace(id, version);
  if (fresh) return true;
  if (version < it->second) return false;
  it->second = version;
  return true;
}

void World::exclude(ConversationId id, EpisodeId episode, const std::vector<UserId>& agents) {
  if (agents.empty())
    excluded.erase(id);
  else
    excluded[id] = {episode, agents};
  board.set_excluded(id, episode, agents);
}

void World::note_closed(ConversationId id) {
  owner_since.erase(id);
  by_hand.erase(id);
  entered.erase(id);
  excluded.erase(id);
  closed.push_back(id);
  if (closed.size() <= kClosedKept) return;
  const ConversationId oldest = closed.front();
  closed.pop_front();
  if (!board.is_waiting(oldest) && !board.owner(oldest)) versions.erase(oldest);
}

std::optional<std::int64_t> World::estimate_ms(TeamId team, std::int64_t place) const {
  const auto it = flows.find(team);
  if (it == flows.end() || it->second.interval_ms <= 0 || place <= 0) return std::nullopt;
  return static_cast<std::int64_t>(it->second.interval_ms * static_cast<double>(place));
}

std::optional<std::int64_t> World::estimate_ms(const WorkItem& item, UtcTime now) const {
  const auto it = flows.find(item.team);
  if (it == flows.end() || it->second.interval_ms <= 0) return std::nullopt;
  // He was there all this time and nobody was served: the pace of before is no promise any more.
  const auto still = static_cast<double>((now - std::max(it->second.last, item.arrived)).ms);
  return static_cast<std::int64_t>(std::max(it->second.interval_ms, still) *
                                   static_cast<double>(board.position(item.id)));
}

void World::forget_waiting(ConversationId id) {
  unplaced.erase(id);
  entering.erase(id);
  preferred.erase(id);
  overflowed.erase(id);
  stuck.erase(id);
  refusals.erase(id);
}

void World::count_flow(ConversationId id, TeamId team, UtcTime now) {
  const WorkItem* item = board.item(id);
  Flow& flow = flows[team];
  if (item && flow.last.ms > 0 && item->arrived <= flow.last && flow.last < now) {
    const auto interval = static_cast<double>((now - flow.last).ms);
    flow.interval_ms = flow.interval_ms <= 0 ? interval : (1 - kFlowShare) * flow.interval_ms + kFlowShare * interval;
  }
  flow.last = now;
}

void World::start_ring(ConversationId item, Ringing ring) {
  board.put_ring(item, ring.agents);
  rings.insert_or_assign(item, std::move(ring));
}

bool World::end_offer(const OfferEnded& ended) {
  const ConversationId id = ended.conversation_id;
  if (ended.kind == OfferKind::transfer) {
    const auto it = transfers.find(id);
    if (it == transfers.end() || it->second.id != ended.id) return false;
    transfers.erase(it);
    return true;
  }
  const auto it = rings.find(id);
  if (it == rings.end() || it->second.id != ended.id) return false;
  for (const UserId agent : ended.agent_ids) {
    std::erase(it->second.agents, agent);
    board.leave_ring(id, agent);
  }
  // One of several declined: it goes on ringing for the others.
  if (ended.outcome == OfferOutcome::declined && !it->second.agents.empty()) return true;
  rings.erase(it);
  board.end_ring(id);
  return true;
}

void World::reserve(const Assignment& assignment, UtcTime now) {
  if (!assignment.ring.empty()) {
    own_offers.insert(assignment.offer);
    start_ring(assignment.item, {assignment.offer, assignment.team, assignment.ring});
    unplaced.erase(assignment.item);
    return;
  }
  count_flow(assignment.item, assignment.team, now);
  board.apply_assignment(assignment, now);
  reserved[assignment.item] = 0;
  owner_since[assignment.item] = now;
  unplaced.erase(assignment.item);
}

}  // namespace yingda::routing
