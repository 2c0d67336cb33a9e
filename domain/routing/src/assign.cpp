// Decisions and how they reach the store: reserve in memory, one guarded write, put right when the race was lost.
#include <algorithm>

#include "impl.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {

TeamId Routing::Impl::entrance(World& world, const conversation::Conversation& conversation) const {
  TeamId team = team_of_widget ? team_of_widget(world.tenant, conversation.widget_id) : TeamId{};
  return team ? team : world.first_team;
}

void Routing::Impl::serve_item(const std::shared_ptr<World>& world, ConversationId id) {
  std::optional<Assignment> decision;
  TeamId queue_only;
  {
    const std::scoped_lock lock(world->mutex);
    const UtcTime now = clock.now();
    decision = world->board.decide_for_item(id, now);
    if (decision) {
      world->reserve(*decision, now);
    } else if (world->unplaced.erase(id) > 0) {
      const WorkItem* item = world->board.item(id);
      if (item) queue_only = item->team;
    }
  }
  if (decision) return commit(world, *decision);
  if (queue_only) commit_place(world, id, queue_only);
}

void Routing::Impl::serve_agent(const std::shared_ptr<World>& world, UserId agent) {
  for (;;) {
    std::optional<Assignment> decision;
    {
      const std::scoped_lock lock(world->mutex);
      const UtcTime now = clock.now();
      decision = world->board.decide_for_agent(agent, now);
      if (!decision) return;
      world->reserve(*decision, now);
    }
    commit(world, *decision);
  }
}

void Routing::Impl::serve_everything(const std::shared_ptr<World>& world) {
  std::vector<UserId> agents;
  std::vector<std::pair<ConversationId, TeamId>> unplaced;
  {
    const std::scoped_lock lock(world->mutex);
    for (const auto& [id, person] : world->people) agents.push_back(id);
  }
  std::ranges::sort(agents);
  // In turn, one item an agent and round, so that a restart does not fill the first agent to the brim.
  bool any = true;
  while (any) {
    any = false;
    for (const UserId agent : agents) {
      std::optional<Assignment> offered;
      {
        const std::scoped_lock lock(world->mutex);
        const UtcTime now = clock.now();
        offered = world->board.decide_for_agent(agent, now);
        if (!offered) continue;
        // The item's own choice among all agents goes before the agent's claim.
        if (auto better = world->board.decide_for_item(offered->item, now)) offered = better;
        world->reserve(*offered, now);
      }
      commit(world, *offered);
      any = true;
    }
  }
  {
    const std::scoped_lock lock(world->mutex);
    for (const ConversationId id : world->unplaced) {
      if (const WorkItem* item = world->board.item(id)) unplaced.emplace_back(id, item->team);
    }
    world->unplaced.clear();
  }
  for (const auto& [id, team] : unplaced) commit_place(world, id, team);
}

void Routing::Impl::commit_place(const std::shared_ptr<World>& world, ConversationId id, TeamId team) {
  if (!team) return;  // a company without any team: the first team that is made brings a reload
  ++in_flight;
  database.write_async(
      world->tenant,
      [this, world, id, team](storage::Transaction& tx) -> Status {
        auto placed = conversations.assign(
            tx, world->tenant, id,
            {.agent = {}, .team = team, .reason = "routing.queued", .note = {}, .expected_version = {}});
        if (!placed && placed.error().code != Code::conflict) return std::unexpected(std::move(placed).error());
        return {};
      },
      [this, world, id](const Status& status) {
        if (!status) {
          log::error("routing.queue_failed", status.error());
          refresh(world, id);
        }
        --in_flight;
      });
}

void Routing::Impl::commit(const std::shared_ptr<World>& world, const Assignment& assignment) {
  ++in_flight;
  auto version = std::make_shared<std::int64_t>(0);
  database.write_async(
      world->tenant,
      [this, world, assignment, version](storage::Transaction& tx) -> Status {
        YD_TRY(const auto before, conversations.load(tx, world->tenant, assignment.item));
        // Moved to another queue since the decision: its agents are others.
        if (before.team_id && before.team_id != assignment.team) return fail(Code::conflict, "routing.moved");
        YD_TRY(const auto conversation, conversations.assign(tx, world->tenant, assignment.item,
                                                             {.agent = assignment.agent,
                                                              .team = assignment.team,
                                                              .reason = assignment.why.rule,
                                                              .note = {},
                                                              .expected_version = {}}));
        *version = conversation.version;
        return store_assignment(
            tx, world->tenant, ids.next_value(),
            {assignment.item, conversation.episode_id, assignment.agent, assignment.team, clock.now(), assignment.why});
      },
      [this, world, assignment, version](const Status& status) {
        {
          const std::scoped_lock lock(world->mutex);
          world->reserved.erase(assignment.item);
          // Older events that are still under way must not put it back into the queue.
          if (status) world->accept_version(assignment.item, *version);
        }
        if (!status) {
          // Somebody was faster (grab, transfer, close) or the store is down: what the store says is the truth.
          if (status.error().code != Code::conflict) log::error("routing.assign_failed", status.error());
          refresh(world, assignment.item);
        }
        --in_flight;
      });
}

}  // namespace yingda::routing
