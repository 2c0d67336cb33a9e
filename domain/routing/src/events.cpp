// What routing hears: conversation events, changes of people and teams.
#include "impl.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {

Status Routing::Impl::on_event(const storage::CommittedEvent& event) {
  if (stopping) return fail(Code::cancelled, "routing.stopping");
  auto world = find(event.tenant);
  if (!world) {
    YD_TRY(world, database.read_for<std::shared_ptr<World>>(
                      [&](storage::Transaction& tx) { return ensure(tx, event.tenant); }));
    serve_everything(world);
    return {};
  }
  if (event.type == "settings.changed") {
    YD_TRY(const auto area, decode_settings_area(event.payload));
    if (area == "users" || area == "teams" || area == "roles" || area == "routing") return reload_people(event.tenant);
    return {};
  }
  return on_conversation(*world, event);
}

Status Routing::Impl::reload_people(TenantId tenant) {
  const auto world = find(tenant);
  YD_CHECK(database.read([&](storage::Transaction& tx) { return load_people(tx, *world); }));
  serve_everything(world);
  return {};
}

Status Routing::Impl::on_conversation(World& world_ref, const storage::CommittedEvent& event) {
  const auto world = find(world_ref.tenant);
  YD_TRY(const auto change, decode_conversation_event(event.payload));
  const conversation::Conversation& c = change.conversation;
  UserId freed;
  TeamId wanted_team;
  {
    const std::scoped_lock lock(world->mutex);
    if (event.seq <= world->seq) return {};
    world->seq = event.seq;
    // Our own reservation is ahead of the log: the assignment on its way will answer with an event of its own.
    if (c.state == conversation::State::queued && world->board.owner(c.id) && world->reserved.contains(c.id)) return {};
    freed = place(*world, c);
    if (c.state == conversation::State::queued && !c.team_id) wanted_team = entrance(*world, c);
  }
  if (wanted_team) {
    // First a place in a queue in memory, then one write that names team and, when somebody is free, agent.
    conversation::Conversation placed = c;
    placed.team_id = wanted_team;
    {
      const std::scoped_lock lock(world->mutex);
      place(*world, placed);
      world->unplaced.insert(c.id);
    }
  }
  if (c.state == conversation::State::queued || c.state == conversation::State::promised) serve_item(world, c.id);
  if (freed) serve_agent(world, freed);
  return {};
}

void Routing::Impl::refresh(TenantId tenant, ConversationId id) {
  ++in_flight;
  auto loaded = std::make_shared<conversation::Conversation>();
  database.write_async(
      tenant,
      [this, tenant, id, loaded](storage::Transaction& tx) -> Status {
        YD_TRY(*loaded, conversations.load(tx, tenant, id));
        return {};
      },
      [this, tenant, id, loaded](Status status) {
        if (const auto world = find(tenant)) {
          UserId freed;
          {
            const std::scoped_lock lock(world->mutex);
            if (status)
              freed = place(*world, *loaded);
            else
              world->board.remove_item(id);
          }
          if (freed) serve_agent(world, freed);
        }
        --in_flight;
      });
}

}  // namespace yingda::routing
