// What supervisors see of routing: a copy of its memory.
#include <algorithm>
#include <unordered_map>

#include "impl.hpp"
#include "record.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {
namespace {

LiveQueue live_queue(const World& world, TeamId team) {
  const QueuePolicy& policy = world.board.policy(team);
  LiveQueue queue;
  queue.team_id = team;
  queue.strategy = policy.strategy;
  queue.estimated_wait_ms = world.estimate_ms(team, world.board.queue_length(team) + 1);
  queue.alarm_wait_ms = policy.alarm_wait_ms;
  queue.silence_alarm_ms = policy.silence.value_or(SilenceRules{}).alarm_ms;
  for (const ChannelSilence& own : policy.channel_silence)
    queue.silence_alarm_of.emplace_back(own.channel, own.rules.alarm_ms);
  return queue;
}

}  // namespace

std::int64_t Routing::Impl::target_of(TenantId tenant, TeamId team) const {
  const auto world = find(tenant);
  if (!world) return QueuePolicy{}.alarm_wait_ms;
  const std::scoped_lock lock(world->mutex);
  return world->board.policy(team).alarm_wait_ms;
}

Result<Live> Routing::live(TenantId tenant, std::span<const TeamId> teams) {
  std::shared_ptr<World> world = impl_->find(tenant);
  if (!world) {
    YD_TRY(world, impl_->database.read_for<std::shared_ptr<World>>(
                      [&](storage::Transaction& tx) { return impl_->ensure(tx, tenant); }));
  }
  YD_TRY(const DayCounts today, impl_->recorder->today(tenant));
  Live out;
  {
    const std::scoped_lock lock(world->mutex);
    for (const TeamId team : teams) out.queues.push_back(live_queue(*world, team));
    out.agents.reserve(world->people.size());
    for (const auto& [user, person] : world->people) out.agents.push_back({impl_->status_of(*world, user), {}});
  }
  std::ranges::sort(out.agents, {}, [](const LiveAgent& agent) { return agent.status.user_id; });
  for (LiveQueue& queue : out.queues) queue.today = today.queue(queue.team_id);
  for (LiveAgent& agent : out.agents) agent.today = today.agent(agent.status.user_id);
  return out;
}

}  // namespace yingda::routing
