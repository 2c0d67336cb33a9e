// What routing hears: conversation events, agents' states from other processes, changes of people and teams.
#include <algorithm>

#include "impl.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {

Status Routing::Impl::on_events(std::span<const storage::CommittedEvent> events) {
  for (const storage::CommittedEvent& event : events) YD_CHECK(on_event(event));
  return {};
}

Status Routing::Impl::on_event(const storage::CommittedEvent& event) {
  if (stopping) return fail(Code::cancelled, "routing.stopping");
  const auto world = find(event.tenant);
  if (!world) {  // a new tenant: what it has now includes this event
    std::shared_ptr<World> loaded;
    YD_TRY(loaded, database.read_for<std::shared_ptr<World>>(
                       [&](storage::Transaction& tx) { return ensure(tx, event.tenant); }));
    serve_everything(loaded);
    watch_queues(loaded);
    return {};
  }
  if (event.type == "settings.changed") {
    YD_TRY(const auto area, decode_settings_area(event.payload));
    if (area == "users" || area == "teams" || area == "roles" || area == "routing") return reload_people(world);
    return {};
  }
  if (event.type == "agent.state_changed") return on_agent_state(world, event);
  if (event.type == "routing.offered" || event.type == "routing.offer_ended") return on_offer_event(world, event);
  if (event.type == "entrance.decided") return on_entrance_decided(world, event);
  return on_conversation(world, event);
}

Status Routing::Impl::reload_people(const std::shared_ptr<World>& world) {
  YD_CHECK(database.read([&](storage::Transaction& tx) { return load_people(tx, *world); }));
  serve_everything(world);
  leave_unreachable(world);
  // Shorter times may end a wait before anybody would have looked.
  std::vector<std::pair<ConversationId, TeamId>> items;
  {
    const std::scoped_lock lock(world->mutex);
    items = world->board.all_items();
  }
  for (const auto& [id, team] : items) {
    if (!team) continue;
    bool gone = false;
    {
      const std::scoped_lock lock(world->mutex);
      gone = !world->teams.contains(team);
    }
    if (gone)
      refresh(world, id);
    else
      look_sooner(world, id);
  }
  watch_queues(world);
  return {};
}

Status Routing::Impl::on_agent_state(const std::shared_ptr<World>& world, const storage::CommittedEvent& event) {
  YD_TRY(const AgentStatus status, decode_agent_status(event.payload));
  bool news = false, let_go = false;
  {
    const std::scoped_lock lock(world->mutex);
    if (event.seq <= world->seq) return {};
    world->seq = event.seq;
    // Our own changes were applied when they were committed; only what another process did is news.
    const auto own = world->own_changes.find(StateChange{status.user_id, status.state, status.since_at_ms});
    news = own == world->own_changes.end() && world->people.contains(status.user_id);
    if (own != world->own_changes.end()) world->own_changes.erase(own);
    // In the order of the log: what he takes after this is his again.
    let_go = status.state == AgentState::offline &&
             std::erase_if(world->by_hand, [&](const auto& taken) { return taken.second == status.user_id; }) > 0;
  }
  if (news) apply_state(world, status);
  if (let_go) leave_unreachable(world);
  return {};
}

Status Routing::Impl::on_conversation(const std::shared_ptr<World>& world, const storage::CommittedEvent& event) {
  YD_TRY(const auto change, decode_conversation_event(event.payload));
  const conversation::Conversation& c = change.conversation;
  const bool waits = c.state == conversation::State::queued || c.state == conversation::State::promised;
  // 熟客优先: who returns is served by whom he knows.
  UserId known;
  const bool returns =
      event.type == "conversation.opened" ? c.episode_number > 1 : event.type == "conversation.reopened";
  if (returns && waits) {
    YD_TRY(known,
           database.read_for<UserId>([&](storage::Transaction& tx) { return last_agent(tx, event.tenant, c.id); }));
  }
  UserId freed;
  std::optional<UtcTime> look_at;
  bool left = false;
  {
    const std::scoped_lock lock(world->mutex);
    if (event.seq <= world->seq) return {};
    world->seq = event.seq;
    // Our own reservation is ahead of the log; what it overtook is looked at when the store has answered.
    if (const auto mine = world->reserved.find(c.id); waits && mine != world->reserved.end()) {
      mine->second = c.version;
      return {};
    }
    if (known) world->preferred[c.id] = known;
    freed = place(*world, c);
    // What comes back into a queue that it has already is nobody's to place.
    const bool comes_back = waits && c.team_id && event.type == "conversation.reopened";
    if ((c.state == conversation::State::assigned || comes_back) && !world->armed.contains(c.id)) {
      look_at = first_look(*world, c.team_id);
      // Whom it waits for it does not wait for ever.
      if (const auto next = world->board.next_change(c.id, clock.now())) look_at = std::min(*look_at, *next);
    }
    if (event.type != "conversation.changed") {
      const bool chosen = c.state == conversation::State::assigned && c.agent && !change.by_id.empty();
      if (chosen)
        world->by_hand[c.id] = c.agent->id;
      else
        world->by_hand.erase(c.id);
    }
    if (world->orphans.erase(c.id) > 0) --orphans;
    left = c.state == conversation::State::assigned && c.agent && !world->board.reachable(c.agent->id);
  }
  if (c.state == conversation::State::assigned && c.agent && !change.by_id.empty() &&
      event.type != "conversation.changed")
    record_by_hand(world, change, event.at);
  if (event.type == "conversation.closed") begin_wrap_up(world, change);
  withdraw_offers(world, c);
  // Who lost it serves his queue first: it must not overtake those who came before it.
  if (freed) serve_agent(world, freed);
  if (waits) serve_item(world, c.id);
  if (look_at) arm_later(world, c.id, *look_at);
  if (left) leave(world, c.id);
  watch_queue(world, c.team_id);
  if (change.previous_team_id && *change.previous_team_id != c.team_id) watch_queue(world, *change.previous_team_id);
  return {};
}

void Routing::Impl::refresh(const std::shared_ptr<World>& world, ConversationId id, std::vector<UserId> kept) {
  ++in_flight;
  auto loaded = std::make_shared<std::optional<conversation::Conversation>>();
  database.write_async(
      world->tenant,
      [this, world, id, loaded](storage::Transaction& tx) -> Status {
        loaded->reset();
        auto found = conversations.load(tx, world->tenant, id);
        if (!found && found.error().code != Code::not_found) return std::unexpected(std::move(found).error());
        if (found) *loaded = *std::move(found);
        return {};
      },
      [this, world, id, loaded, kept = std::move(kept)](const Status& status) {
        if (!status) {
          mend_later(world->tenant);
        } else {
          UserId freed;
          {
            const std::scoped_lock lock(world->mutex);
            const UserId owner = world->board.owner(id);
            if (!*loaded) {
              world->board.remove_item(id);
              freed = owner;
            } else if (!world->reserved.contains(id)) {
              freed = place(*world, **loaded);
            }
          }
          if (freed) serve_agent(world, freed);
          serve_item(world, id);
          for (const UserId agent : kept) serve_agent(world, agent);
        }
        --in_flight;
      });
}

}  // namespace yingda::routing
