// Alarms of queues: looked at whenever something happens in a queue, and when time alone may change what it deserves.
#include <algorithm>

#include "impl.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {

QueueScene Routing::Impl::queue_scene(World& world, TeamId team, UtcTime now) const {
  QueueScene scene;
  scene.waiting = world.board.queue_length(team);
  scene.oldest = world.board.oldest_arrival(team);
  scene.anyone_here = world.board.anyone_here(team);
  scene.has_agents = world.board.has_agents(team);
  const auto hours = world.hours.find(team);
  if (hours == world.hours.end()) return scene;
  World::Opening& opening = world.openings[team];
  if (!opening.turn || *opening.turn <= now) {
    opening.open = hours->second.is_open(now);
    opening.turn = opening.open ? std::optional(hours->second.next_close(now)) : hours->second.next_open(now);
  }
  scene.within_hours = opening.open;
  scene.hours_turn = opening.turn;
  return scene;
}

void Routing::Impl::watch_queue(const std::shared_ptr<World>& world, TeamId team) {
  if (!team || stopping) return;
  std::vector<QueueAttentionEvent> raised, ended;
  std::set<std::string, std::less<>> before;
  std::optional<UtcTime> look_at;
  {
    const std::scoped_lock lock(world->mutex);
    const UtcTime now = clock.now();
    const QueueScene scene = queue_scene(*world, team, now);
    auto& open = world->queue_alarms[team];
    const QueueVerdict verdict = decide_queue_alarms(scene, world->board.policy(team), open, now);
    const auto event = [&](std::string_view kind) {
      return QueueAttentionEvent{team, std::string(kind),
                                 scene.oldest ? std::max<std::int64_t>((now - *scene.oldest).ms, 0) : 0, scene.waiting,
                                 now};
    };
    for (const std::string& kind : verdict.kinds)
      if (!open.contains(kind)) raised.push_back(event(kind));
    for (const std::string& kind : open)
      if (!verdict.kinds.contains(kind)) ended.push_back(event(kind));
    before = std::exchange(open, verdict.kinds);
    const auto armed = world->queue_looks.find(team);
    if (verdict.look_at && (armed == world->queue_looks.end() || *verdict.look_at < armed->second)) {
      look_at = verdict.look_at;
      world->queue_looks[team] = *look_at;
    }
  }
  if (look_at) look_at_queue(world, team, *look_at);
  if (raised.empty() && ended.empty()) return;
  ++in_flight;
  database.write_async(
      world->tenant,
      [world, raised, ended](storage::Transaction& tx) -> Status {
        for (const QueueAttentionEvent& event : raised) YD_CHECK(raise_queue_alarm(tx, world->tenant, event));
        for (const QueueAttentionEvent& event : ended) YD_CHECK(end_queue_alarm(tx, world->tenant, event));
        return {};
      },
      [this, world, team, before](const Status& status) {
        if (!status) {
          log::error("routing.queue_alarm_failed", status.error());
          const std::scoped_lock lock(world->mutex);
          world->queue_alarms[team] = before;  // the next event of the queue tries again
        }
        --in_flight;
      });
}

void Routing::Impl::watch_queues(const std::shared_ptr<World>& world) {
  std::vector<TeamId> teams;
  {
    const std::scoped_lock lock(world->mutex);
    teams = world->board.teams();
    for (const auto& [team, kinds] : world->queue_alarms)
      if (std::ranges::find(teams, team) == teams.end()) teams.push_back(team);
  }
  for (const TeamId team : teams) watch_queue(world, team);
}

void Routing::Impl::look_at_queue(const std::shared_ptr<World>& world, TeamId team, UtcTime at) {
  ++in_flight;
  database.write_async(
      world->tenant,
      [this, world, team, at](storage::Transaction& tx) {
        return timers.schedule(tx, {world->tenant, std::string(kQueueTimer), to_string(team), at, "{}"});
      },
      [this, world, team](const Status& status) {
        if (!status) {
          log::error("routing.queue_look_failed", status.error());
          const std::scoped_lock lock(world->mutex);
          world->queue_looks.erase(team);
        }
        --in_flight;
      });
}

Status Routing::Impl::on_queue_look(storage::Transaction& tx, const runtime::Timer& timer) {
  YD_TRY(const auto team, parse_id<TeamId>(timer.key));
  YD_TRY(const auto world, ensure(tx, timer.tenant));
  tx.on_commit([this, world, team] {
    {
      const std::scoped_lock lock(world->mutex);
      world->queue_looks.erase(team);
    }
    watch_queue(world, team);
  });
  return {};
}

}  // namespace yingda::routing
