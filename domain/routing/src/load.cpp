// Loading a tenant's world from the store.
#include <algorithm>

#include "impl.hpp"
#include "offer_store.hpp"

namespace yingda::routing {
namespace {

constexpr int kPage = 100;
constexpr int kWaitingMax = 100'000;  // bound of one tenant's queues

WorkItem item_of(const conversation::Conversation& c) {
  WorkItem item;
  item.id = c.id;
  item.episode = c.episode_id;
  item.team = c.team_id;
  item.arrived = c.queued_at_ms.value_or(c.waiting_since_ms.value_or(c.created_at_ms));
  item.priority = c.priority;
  item.vip = !c.customer.level.empty();
  item.version = c.version;
  if (c.state == conversation::State::promised) item.promised = c.promised_at_ms.value_or(UtcTime{});
  return item;
}

}  // namespace

std::shared_ptr<World> Routing::Impl::find(TenantId tenant) const {
  const std::scoped_lock lock(worlds_mutex);
  const auto it = worlds.find(tenant);
  return it == worlds.end() ? nullptr : it->second;
}

Result<std::shared_ptr<World>> Routing::Impl::ensure(storage::Transaction& tx, TenantId tenant) {
  if (auto world = find(tenant)) return world;
  auto world = std::make_shared<World>();
  world->tenant = tenant;
  YD_TRY(world->seq, database.last_seq(tx, tenant));
  YD_CHECK(load_people(tx, *world));
  YD_TRY(const auto watches, load_watches(tx, tenant));
  for (const auto& [id, watch] : watches) world->exclude(id, watch.episode, watch.excluded);
  YD_TRY(const auto open, load_open(tx, tenant));
  for (const auto& c : open) {
    if (c.state == conversation::State::assigned || c.episode_number < 2) continue;
    YD_TRY(world->preferred[c.id], last_agent(tx, tenant, c.id));
  }
  YD_TRY(const auto refused, load_refusals(tx, tenant, clock.now() - kRefusalLasts));
  for (const StoredRefusal& one : refused)
    world->refusals[one.conversation].push_back({one.agent, one.at + kRefusalLasts});
  put_items(*world, open);
  YD_TRY(world->queue_alarms, load_queue_alarms(tx, tenant));
  YD_TRY(const auto offers, load_open_offers(tx, tenant));
  for (const StoredOffer& offer : offers) {
    if (offer.kind == OfferKind::ring)
      world->start_ring(offer.conversation, {offer.id, offer.team, offer.rings});
    else
      world->transfers[offer.conversation] = {offer.id, offer.from,
                                              offer.rings.empty() ? UserId{} : offer.rings.front()};
  }
  // Since when their owners have them is not stored: they get their full time from now on.
  world->owner_since.clear();
  const std::scoped_lock lock(worlds_mutex);
  return worlds.try_emplace(tenant, std::move(world)).first->second;
}

Status Routing::Impl::load_people(storage::Transaction& tx, World& world) {
  const org::Actor system = org::Org::system_actor(world.tenant);
  std::unordered_map<RoleId, bool> handles;
  YD_TRY(const auto roles, org.list_roles(tx, system));
  for (const org::Role& role : roles) {
    handles[role.id] =
        std::ranges::find(role.permissions, org::Permission::conversation_handle) != role.permissions.end();
  }
  YD_TRY(const auto states, load_states(tx, world.tenant));
  std::unordered_map<UserId, StoredState> state_of;
  for (const StoredState& state : states) state_of.emplace(state.user, state);
  YD_TRY(const auto policies, load_policies(tx, world.tenant));
  YD_TRY(const auto profiles, load_profiles(tx, world.tenant));
  std::unordered_map<UserId, const AgentProfile*> profile_of;
  for (const AgentProfile& profile : profiles) profile_of.emplace(profile.user_id, &profile);
  YD_TRY(const auto teams, org.list_teams(tx, system));

  std::vector<org::User> users;
  std::string after;
  do {
    YD_TRY(auto page, org.list_users(tx, system, "", after, org::kPageMax));
    after = page.next;
    for (org::User& user : page.items) users.push_back(std::move(user));
  } while (!after.empty());

  const std::scoped_lock lock(world.mutex);
  world.first_team = teams.empty() ? TeamId{} : teams.front().id;
  world.teams.clear();
  for (const org::Team& team : teams) world.teams.insert(team.id);
  for (const org::Team& team : teams) {
    QueuePolicy policy;
    policy.team_id = team.id;
    for (const QueuePolicy& saved : policies) {
      if (saved.team_id == team.id) policy = saved;
    }
    world.hours.erase(team.id);
    world.openings.erase(team.id);
    if (policy.hours) {
      // What was good when it was saved may not be any more: a zone that went, a last special day.
      if (auto made = calendar::Calendar::make(*policy.hours)) world.hours.emplace(team.id, *std::move(made));
    }
    world.board.put_policy(policy);
  }
  for (const org::User& user : users) {
    if (user.disabled || !handles[user.role_id]) {
      world.board.remove_agent(user.id);
      world.people.erase(user.id);
      continue;
    }
    const bool fresh = !world.people.contains(user.id);
    Person& person = world.people[user.id];
    person.name = user.name;
    person.display_name = user.display_name.empty() ? user.name : user.display_name;
    AgentView view;
    if (const AgentView* old = world.board.agent(user.id)) view = *old;
    view.id = user.id;
    view.capacity = user.capacity;
    view.teams = user.team_ids;
    if (const auto known = profile_of.find(user.id); known != profile_of.end()) {
      view.skills = known->second->skills;
      view.languages = known->second->languages;
      view.weight = known->second->weight;
    }
    // This reading may be older than what was applied meanwhile.
    const auto it = state_of.find(user.id);
    if (it != state_of.end() && (fresh || it->second.since > person.since)) {
      view.state = it->second.state;
      person.reason = it->second.reason;
      person.since = it->second.since;
      person.until = it->second.until;
      if (view.idle_since.ms == 0) view.idle_since = it->second.since;
    }
    world.board.put_agent(std::move(view));
  }
  return {};
}

Result<std::vector<conversation::Conversation>> Routing::Impl::load_open(storage::Transaction& tx, TenantId tenant) {
  YD_TRY(auto open, conversations.waiting(tx, tenant, kWaitingMax));
  const org::Actor system = org::Org::system_actor(tenant);
  conversation::ListFilter owned;
  owned.box = conversation::Box::all;
  owned.state = conversation::State::assigned;
  std::string after;
  do {
    YD_TRY(auto page, conversations.list(tx, system, owned, after, kPage));
    for (auto& conversation : page.items) open.push_back(std::move(conversation));
    after = page.next;
  } while (!after.empty());
  return open;
}

void Routing::Impl::put_items(World& world, const std::vector<conversation::Conversation>& open) const {
  const std::scoped_lock lock(world.mutex);
  world.mending = false;
  std::unordered_set<ConversationId> stays;
  for (const auto& conversation : open) stays.insert(conversation.id);
  const auto known = [&](ConversationId id) { return world.touched.contains(id) || world.reserved.contains(id); };
  for (const auto& [id, team] : world.board.all_items()) {
    if (!stays.contains(id) && !known(id)) world.board.remove_item(id);
  }
  for (const auto& conversation : open) {
    if (!known(conversation.id)) place(world, conversation);
  }
  world.touched.clear();
}

UserId Routing::Impl::place(World& world, const conversation::Conversation& c) const {
  using conversation::State;
  if (!world.accept_version(c.id, c.version)) return {};
  if (world.mending) world.touched.insert(c.id);
  const UserId before = world.board.owner(c.id);
  switch (c.state) {
    case State::queued:
    case State::promised: {
      WorkItem item = item_of(c);
      if (!admit(world, c, item)) {
        world.board.remove_item(c.id);
        break;
      }
      if (const auto out = world.excluded.find(c.id);
          out != world.excluded.end() && out->second.episode == c.episode_id)
        item.excluded = out->second.agents;
      const QueuePolicy& policy = world.board.policy(item.team);
      item.weight = weight_of(policy, c.channel);
      item.skills.insert(item.skills.begin(), policy.skills.begin(), policy.skills.end());
      if (const auto known = world.preferred.find(c.id); known != world.preferred.end()) item.preferred = known->second;
      if (const auto no = world.refusals.find(c.id); no != world.refusals.end()) item.refusals = no->second;
      const WorkItem* old = world.board.item(c.id);
      item.estimated_wait_ms = old && old->team == item.team
                                   ? old->estimated_wait_ms
                                   : world.estimate_ms(item.team, world.board.queue_length(item.team) + 1);
      world.board.put_waiting(item);
      break;
    }
    case State::assigned:
      if (c.agent) {
        if (before != c.agent->id) world.owner_since[c.id] = c.updated_at_ms;
        world.board.put_owned(c.id, c.agent->id, weight_of(world.board.policy(c.team_id), c.channel));
      }
      world.forget_waiting(c.id);
      break;
    case State::closed:
      world.board.remove_item(c.id);
      world.forget_waiting(c.id);
      world.note_closed(c.id);
      break;
  }
  const UserId now = world.board.owner(c.id);
  return before && before != now ? before : UserId{};
}

}  // namespace yingda::routing
