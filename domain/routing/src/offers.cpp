// Offers: several agents are rung for one waiting conversation, a colleague is asked to take one over. Each stands in
// the store with a timer, so that it rings on after a restart; the conversation stays where it is until one accepts.
#include <algorithm>

#include "impl.hpp"
#include "yingda/base/log.hpp"
#include "yingda/base/text.hpp"

namespace yingda::routing {
namespace {

using conversation::Conversation;
using conversation::State;

constexpr std::size_t kDeclineWordsMax = 200;  // code points

bool waits(const Conversation& c) { return c.state == State::queued || c.state == State::promised; }

std::unexpected<Error> gone() { return fail(Code::conflict, "routing.offer_gone"); }

runtime::Timer timer_of(TenantId tenant, const StoredOffer& offer) {
  return {tenant, std::string(kOfferTimer), to_string(offer.id), offer.until, "{}"};
}

/// What was refused because somebody was faster.
bool lost_race(const Error& error) { return error.code == Code::conflict; }

}  // namespace

// --- making

void Routing::Impl::reserve(World& world, Assignment& decision, UtcTime now) {
  if (!decision.ring.empty()) decision.offer = ids.next<OfferId>();
  world.reserve(decision, now);
}

void Routing::Impl::commit_ring(const std::shared_ptr<World>& world, const Assignment& decision) {
  std::optional<UtcTime> look_at;
  StoredOffer offer;
  offer.id = decision.offer;
  offer.conversation = decision.item;
  offer.kind = OfferKind::ring;
  offer.team = decision.team;
  offer.rings = decision.ring;
  offer.why = decision.why;
  {
    const std::scoped_lock lock(world->mutex);
    offer.made_at = clock.now();
    offer.until = offer.made_at + milliseconds(world->board.policy(decision.team).offer_ms);
    if (!world->armed.contains(decision.item)) {
      look_at = first_look(*world, decision.team);
      world->armed[decision.item] = *look_at;
    }
  }
  ++in_flight;
  database.write_async(
      world->tenant,
      [this, world, offer, look_at](storage::Transaction& tx) -> Status {
        YD_TRY(auto c, conversations.load(tx, world->tenant, offer.conversation));
        if (!waits(c) || (c.team_id && c.team_id != offer.team)) return fail(Code::conflict, "routing.moved");
        if (!c.team_id) {
          YD_TRY(
              c,
              conversations.assign(
                  tx, world->tenant, c.id,
                  {.agent = {}, .team = offer.team, .reason = "routing.queued", .note = {}, .expected_version = {}}));
        }
        StoredOffer row = offer;
        row.episode = c.episode_id;
        YD_TRY(const bool first, insert_offer(tx, world->tenant, row));
        if (!first) return fail(Code::conflict, "routing.already_offered");
        YD_CHECK(timers.schedule(tx, timer_of(world->tenant, row)));
        if (look_at) YD_CHECK(arm(tx, world->tenant, c.id, *look_at));
        emit_offered(tx, world->tenant, offer_with(row, std::move(c)));
        return {};
      },
      [this, world, offer, look_at](const Status& status) {
        if (!status) {
          if (!lost_race(status.error())) log::error("routing.offer_failed", status.error());
          {
            const std::scoped_lock lock(world->mutex);
            world->own_offers.erase(offer.id);
            if (look_at) world->armed.erase(offer.conversation);
            world->end_offer(ended_for(offer, offer.rings, OfferOutcome::withdrawn));
          }
          refresh(world, offer.conversation, offer.rings);
        }
        --in_flight;
      });
}

Result<Conversation> Routing::offer_transfer(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                                             const conversation::Handover& handover) {
  if (!handover.agent || handover.team) return fail_fields({{"agent_id", "request.required"}});
  YD_CHECK(text::check_length("note", handover.note, 0, conversation::kTextCodePointsMax));
  YD_TRY(auto c, impl_->conversations.access_conversation(tx, actor, id));
  if (c.state == State::closed) return fail(Code::conflict, "conversation.closed");
  if (c.state != State::assigned || !actor.user || c.agent->id != actor.user)
    return fail(Code::permission_denied, "conversation.not_owner");
  if (handover.agent == actor.user) return fail(Code::invalid_argument, "conversation.same_owner");
  if (handover.expected_version && *handover.expected_version != c.version)
    return fail(Code::conflict, "conversation.version_conflict");
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  auto colleague = impl_->known_agent(tx, world, handover.agent);
  if (!colleague && colleague.error().code == Code::not_found)
    return fail(Code::not_found, "conversation.agent_not_found");
  YD_CHECK(colleague);
  if (colleague->state == AgentState::offline) return fail(Code::conflict, "routing.agent_not_here");
  StoredOffer offer;
  offer.id = impl_->ids.next<OfferId>();
  offer.conversation = c.id;
  offer.episode = c.episode_id;
  offer.kind = OfferKind::transfer;
  offer.rings = {handover.agent};
  offer.from = actor.user;
  offer.from_name = actor.name;
  offer.note = handover.note;
  offer.made_at = impl_->clock.now();
  {
    const std::scoped_lock lock(world->mutex);
    offer.until = offer.made_at + milliseconds(world->board.policy(c.team_id).offer_ms);
  }
  YD_TRY(const bool first, insert_offer(tx, actor.tenant, offer));
  if (!first) return fail(Code::conflict, "routing.already_offered");
  YD_CHECK(impl_->timers.schedule(tx, timer_of(actor.tenant, offer)));
  emit_offered(tx, actor.tenant, offer_with(offer, c));
  // Known before it is committed: what happens to the conversation right after it must find it.
  const std::scoped_lock lock(world->mutex);
  world->own_offers.insert(offer.id);
  world->transfers[offer.conversation] = {offer.id, offer.from, handover.agent};
  return c;
}

// --- answering

Result<std::vector<Offer>> Routing::offers(storage::Transaction& tx, const org::Actor& actor, bool sent) {
  std::vector<Offer> out;
  if (!actor.user) return out;
  YD_TRY(const auto open, load_open_offers(tx, actor.tenant));
  for (const StoredOffer& offer : open) {
    if (sent ? offer.from != actor.user : !offer.rings_for(actor.user)) continue;
    YD_TRY(auto c, impl_->conversations.load(tx, actor.tenant, offer.conversation));
    out.push_back(offer_with(offer, std::move(c)));
  }
  return out;
}

Result<StoredOffer> Routing::Impl::open_offer(storage::Transaction& tx, TenantId tenant, OfferId id) {
  YD_TRY(auto offer, load_offer(tx, tenant, id));
  if (!offer) return fail(Code::not_found, "routing.offer_not_found");
  return *std::move(offer);
}

namespace {

/// For whom it never rang, it does not exist.
Status check_rings_for(const StoredOffer& offer, UserId agent) {
  if (offer.rings_for(agent)) {
    if (!offer.open) return gone();
    return {};
  }
  if (std::ranges::find(offer.declined, agent) != offer.declined.end()) return gone();
  return fail(Code::not_found, "routing.offer_not_found");
}

}  // namespace

Result<Conversation> Routing::accept_offer(storage::Transaction& tx, const org::Actor& actor, OfferId id) {
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  YD_TRY(const StoredOffer offer, impl_->open_offer(tx, actor.tenant, id));
  YD_CHECK(check_rings_for(offer, actor.user));
  auto taken = offer.kind == OfferKind::ring ? impl_->accept_ring(tx, world, actor, offer)
                                             : impl_->accept_transfer(tx, actor, offer);
  if (!taken) return taken;
  OfferEnded ended = ended_for(offer, offer.rings, OfferOutcome::accepted);
  ended.by_id = actor.user;
  // The conversation first: whoever loses the room he kept must not be offered it again.
  tx.on_commit([impl = impl_.get(), world, c = *taken, offer, agent = actor.user] {
    UserId freed;
    {
      const std::scoped_lock lock(world->mutex);
      if (offer.kind == OfferKind::ring && world->board.is_waiting(c.id)) {
        const UtcTime now = impl->clock.now();
        world->count_flow(c.id, offer.team, now);
        world->board.apply_assignment({c.id, agent, offer.team, c.version, offer.why, {}, {}}, now);
        world->owner_since[c.id] = now;
      }
      freed = impl->place(*world, c);
    }
    // The event will find nothing new here, so the giver's room is given away now.
    if (freed) impl->serve_agent(world, freed);
  });
  YD_CHECK(impl_->end(tx, world, offer, std::move(ended)));
  return taken;
}

Result<Conversation> Routing::Impl::accept_ring(storage::Transaction& tx, const std::shared_ptr<World>& world,
                                                const org::Actor& actor, const StoredOffer& offer) {
  YD_TRY(const auto before, conversations.load(tx, world->tenant, offer.conversation));
  if (!waits(before) || before.team_id != offer.team || before.episode_id != offer.episode) return gone();
  YD_TRY(const AgentStatus agent, known_agent(tx, world, actor.user));
  YD_TRY(const auto load, conversations.load_of(tx, world->tenant, actor.user));
  if (load >= agent.capacity) return fail(Code::conflict, "routing.agent_full");
  auto taken = conversations.assign(
      tx, world->tenant, offer.conversation,
      {.agent = actor.user, .team = offer.team, .reason = "routing.rule.accepted", .note = {}, .expected_version = {}});
  if (!taken && lost_race(taken.error())) return gone();
  if (!taken) return taken;
  const UtcTime now = clock.now();
  AssignmentRecord record{offer.conversation, taken->episode_id, actor.user, offer.team, now, offer.why};
  record.why.rule = "routing.rule.accepted";
  record.why.waited_ms = std::max<std::int64_t>((now - before.queued_at_ms.value_or(now)).ms, 0);
  record.why.load_before = load;
  record.why.capacity = agent.capacity;
  if (record.why.runner_up == to_string(actor.user)) record.why.runner_up.clear();
  YD_CHECK(store_assignment(tx, world->tenant, ids.next_value(), record));
  return taken;
}

Result<Conversation> Routing::Impl::accept_transfer(storage::Transaction& tx, const org::Actor& actor,
                                                    const StoredOffer& offer) {
  YD_TRY(const auto before, conversations.load(tx, actor.tenant, offer.conversation));
  if (before.state != State::assigned || before.episode_id != offer.episode || before.agent->id != offer.from)
    return gone();
  // It is his hand-over: colleagues and the history read who gave it.
  org::Actor giver = org::Org::system_actor(actor.tenant);
  giver.user = offer.from;
  giver.name = offer.from_name;
  auto taken = conversations.transfer(tx, giver, offer.conversation,
                                      {.agent = actor.user,
                                       .team = {},
                                       .reason = "routing.rule.transfer",
                                       .note = offer.note,
                                       .expected_version = before.version});
  if (!taken && lost_race(taken.error())) return gone();
  return taken;
}

Status Routing::decline_offer(storage::Transaction& tx, const org::Actor& actor, OfferId id, std::string_view reason) {
  YD_TRY(const auto words, text::check_length("reason", reason, 0, kDeclineWordsMax));
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  YD_TRY(StoredOffer offer, impl_->open_offer(tx, actor.tenant, id));
  YD_CHECK(check_rings_for(offer, actor.user));
  return impl_->ring_no_more(tx, world, std::move(offer), actor.user, words);
}

Status Routing::Impl::ring_no_more(storage::Transaction& tx, const std::shared_ptr<World>& world, StoredOffer offer,
                                   UserId agent, const std::string& words) {
  OfferEnded ended = ended_for(offer, {agent}, OfferOutcome::declined);
  ended.by_id = agent;
  ended.reason = words;
  std::erase(offer.rings, agent);
  offer.declined.push_back(agent);
  YD_CHECK(store_offer_agents(tx, world->tenant, offer));
  if (offer.rings.empty()) return end(tx, world, offer, std::move(ended));
  emit_offer_ended(tx, world->tenant, ended);
  tx.on_commit([this, world, ended] { offer_ended(world, ended); });
  return {};
}

void Routing::Impl::leave_offers(const std::shared_ptr<World>& world, UserId agent) {
  std::vector<OfferId> his;
  {
    const std::scoped_lock lock(world->mutex);
    for (const auto& [id, ring] : world->rings)
      if (std::ranges::find(ring.agents, agent) != ring.agents.end()) his.push_back(ring.id);
    for (const auto& [id, transfer] : world->transfers)
      if (transfer.to == agent) his.push_back(transfer.id);
  }
  std::ranges::sort(his);
  for (const OfferId id : his) {
    ++in_flight;
    database.write_async(
        world->tenant,
        [this, world, id, agent](storage::Transaction& tx) -> Status {
          YD_TRY(const auto offer, load_offer(tx, world->tenant, id));
          if (!offer || !offer->open || !offer->rings_for(agent)) return {};
          return ring_no_more(tx, world, *offer, agent, "");
        },
        [this](const Status& status) {
          // It rings until its time is over.
          if (!status) log::error("routing.leave_offer_failed", status.error());
          --in_flight;
        });
  }
}

Status Routing::withdraw_offer(storage::Transaction& tx, const org::Actor& actor, OfferId id) {
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  YD_TRY(const StoredOffer offer, impl_->open_offer(tx, actor.tenant, id));
  if (!actor.user || offer.from != actor.user) return fail(Code::not_found, "routing.offer_not_found");
  OfferEnded ended = ended_for(offer, offer.rings, OfferOutcome::withdrawn);
  ended.by_id = actor.user;
  return impl_->end(tx, world, offer, std::move(ended));
}

// --- ending

Status Routing::Impl::end(storage::Transaction& tx, const std::shared_ptr<World>& world, const StoredOffer& offer,
                          OfferEnded ended) {
  YD_TRY(const bool first,
         end_offer(tx, world->tenant, offer.id, ended.outcome, ended.by_id.value_or(UserId{}), clock.now()));
  if (!first) return gone();
  YD_CHECK(timers.cancel(tx, world->tenant, kOfferTimer, to_string(offer.id)));
  emit_offer_ended(tx, world->tenant, ended);
  tx.on_commit([this, world, ended = std::move(ended)] { offer_ended(world, ended); });
  return {};
}

void Routing::Impl::offer_ended(const std::shared_ptr<World>& world, const OfferEnded& ended) {
  const ConversationId id = ended.conversation_id;
  std::vector<UserId> freed;
  {
    const std::scoped_lock lock(world->mutex);
    if (const auto ring = world->rings.find(id); ring != world->rings.end() && ring->second.id == ended.id)
      freed = ended.outcome == OfferOutcome::declined ? ended.agent_ids : ring->second.agents;
    if (!world->end_offer(ended) || ended.kind == OfferKind::transfer) return;
    const UtcTime now = clock.now();
    if (ended.outcome == OfferOutcome::declined || ended.outcome == OfferOutcome::expired) {
      std::vector<Refusal>& refusals = world->refusals[id];
      std::erase_if(refusals, [&](const Refusal& old) { return old.until <= now; });
      for (const UserId agent : ended.agent_ids) refusals.push_back({agent, now + kRefusalLasts});
    }
    if (const auto no = world->refusals.find(id); no != world->refusals.end())
      world->board.set_refusals(id, no->second);
  }
  // It has kept its place: it comes before what these agents could have had instead.
  serve_item(world, id);
  for (const UserId agent : freed) serve_agent(world, agent);
}

Status Routing::Impl::on_offer_over(storage::Transaction& tx, const runtime::Timer& timer) {
  YD_TRY(const auto id, parse_id<OfferId>(timer.key));
  YD_TRY(const auto world, ensure(tx, timer.tenant));
  YD_TRY(const auto offer, load_offer(tx, timer.tenant, id));
  if (!offer || !offer->open) return {};
  return end(tx, world, *offer, ended_for(*offer, offer->rings, OfferOutcome::expired));
}

void Routing::Impl::withdraw_offers(const std::shared_ptr<World>& world, const Conversation& c) {
  std::vector<OfferId> over;
  {
    const std::scoped_lock lock(world->mutex);
    if (const auto ring = world->rings.find(c.id);
        ring != world->rings.end() && (!waits(c) || (c.team_id && c.team_id != ring->second.team)))
      over.push_back(ring->second.id);
    if (const auto transfer = world->transfers.find(c.id);
        transfer != world->transfers.end() &&
        (c.state != State::assigned || !c.agent || c.agent->id != transfer->second.from))
      over.push_back(transfer->second.id);
  }
  for (const OfferId id : over) {
    ++in_flight;
    database.write_async(
        world->tenant,
        [this, world, id](storage::Transaction& tx) -> Status {
          YD_TRY(const auto offer, load_offer(tx, world->tenant, id));
          if (offer && offer->open)
            return end(tx, world, *offer, ended_for(*offer, offer->rings, OfferOutcome::withdrawn));
          const std::scoped_lock lock(world->mutex);  // its making failed
          std::erase_if(world->transfers, [&](const auto& open) { return open.second.id == id; });
          return {};
        },
        [this](const Status& status) {
          // Its timer is still there: it ends later.
          if (!status) log::error("routing.withdraw_failed", status.error());
          --in_flight;
        });
  }
}

Status Routing::Impl::on_offer_event(const std::shared_ptr<World>& world, const storage::CommittedEvent& event) {
  if (event.type == "routing.offer_ended") {
    YD_TRY(const auto ended, decode_offer_ended(event.payload));
    {
      const std::scoped_lock lock(world->mutex);
      if (event.seq <= world->seq) return {};
      world->seq = event.seq;
    }
    offer_ended(world, ended);  // of another process; of this one memory has followed already
    return {};
  }
  YD_TRY(const auto offer, decode_offer(event.payload));
  const std::scoped_lock lock(world->mutex);
  if (event.seq <= world->seq) return {};
  world->seq = event.seq;
  if (world->own_offers.erase(offer.id) > 0) return {};
  const ConversationId id = offer.conversation.id;
  if (offer.kind == OfferKind::ring && !world->rings.contains(id))
    world->start_ring(id, {offer.id, offer.team_id.value_or(TeamId{}), offer.agent_ids});
  if (offer.kind == OfferKind::transfer)
    world->transfers[id] = {offer.id, offer.from_id.value_or(UserId{}),
                            offer.agent_ids.empty() ? UserId{} : offer.agent_ids.front()};
  return {};
}

}  // namespace yingda::routing
