#include "world.hpp"

namespace yingda::routing {
namespace {

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
  excluded.erase(id);
  closed.push_back(id);
  if (closed.size() <= kClosedKept) return;
  const ConversationId oldest = closed.front();
  closed.pop_front();
  if (!board.is_waiting(oldest) && !board.owner(oldest)) versions.erase(oldest);
}

void World::reserve(const Assignment& assignment, UtcTime now) {
  board.apply_assignment(assignment, now);
  reserved[assignment.item] = 0;
  owner_since[assignment.item] = now;
  unplaced.erase(assignment.item);
}

}  // namespace yingda::routing
