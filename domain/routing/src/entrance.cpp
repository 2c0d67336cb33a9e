// How conversations enter: a waiting one has no place on the board before its entrance was asked where it goes and what
// it needs there. Asking is a write job, so that the answer is kept with the episode; without rules nothing is asked.
#include <algorithm>

#include "impl.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {
namespace {

constexpr std::size_t kAskedAtOnce = 200;  // conversations a write job asks about; keeps jobs short after a restart

/// Another try may succeed.
bool passing(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::timeout || error.code == Code::cancelled ||
         error.code == Code::conflict;
}

}  // namespace

TeamId Routing::Impl::default_team(const World& world, WidgetId widget) const {
  const TeamId team = entrance.default_team ? entrance.default_team(world.tenant, widget) : TeamId{};
  return world.teams.contains(team) ? team : world.first_team;
}

bool Routing::Impl::admit(World& world, const conversation::Conversation& c, WorkItem& item) const {
  TeamId named;
  if (entrance.decide && (!entrance.asks || entrance.asks(world.tenant))) {
    const auto known = world.entered.find(c.id);
    if (known == world.entered.end() || known->second.episode != c.episode_id) {
      world.entering.insert(c.id);
      return false;
    }
    const EntranceDecision& decision = known->second.decision;
    if (world.teams.contains(decision.team_id)) named = decision.team_id;
    item.language = decision.language;
    item.held = decision.held;
    // What the rule asked of its team may be unknown where a person or an overflow sent it since.
    if (!named || !item.team || item.team == named) item.skills = decision.skills;
  }
  // Nobody waits for a team that is gone.
  if (!world.teams.contains(item.team)) {
    item.team = named ? named : default_team(world, c.widget_id);
    world.unplaced.insert(c.id);
  }
  return true;
}

void Routing::Impl::enter(const std::shared_ptr<World>& world, std::vector<ConversationId> items) {
  {
    const std::scoped_lock lock(world->mutex);
    std::erase_if(items, [&](ConversationId id) { return world->entering.erase(id) == 0; });
  }
  for (std::size_t begin = 0; begin < items.size(); begin += kAskedAtOnce) {
    const std::size_t count = std::min(kAskedAtOnce, items.size() - begin);
    const auto first = items.begin() + static_cast<std::ptrdiff_t>(begin);
    using Answers = std::vector<std::pair<conversation::Conversation, EntranceDecision>>;
    auto answers = std::make_shared<Answers>();
    ++in_flight;
    database.write_async(
        world->tenant,
        [this, world, answers, asked = std::vector<ConversationId>(first, first + static_cast<std::ptrdiff_t>(count))](
            storage::Transaction& tx) -> Status {
          answers->clear();
          for (const ConversationId id : asked) {
            auto c = conversations.load(tx, world->tenant, id);
            if (!c && c.error().code == Code::not_found) continue;
            if (!c) return std::unexpected(std::move(c).error());
            const bool waits = c->state == conversation::State::queued || c->state == conversation::State::promised;
            auto decision = waits ? entrance.decide(tx, world->tenant, *c) : EntranceDecision{};
            if (!decision) {
              if (passing(decision.error())) return std::unexpected(std::move(decision).error());
              // Nobody is dropped for what cannot be decided: he waits where his entrance leads.
              log::error("routing.entrance_undecided", decision.error());
              decision.emplace();
            }
            answers->emplace_back(*std::move(c), *std::move(decision));
          }
          return {};
        },
        [this, world, answers](const Status& status) {
          if (status) {
            for (auto& [conversation, decision] : *answers) entered(world, conversation, std::move(decision));
          } else {
            log::error("routing.entrance_failed", status.error());
            mend_later(world->tenant);  // they are on no board: everything open is read again
          }
          --in_flight;
        });
  }
}

void Routing::Impl::entered(const std::shared_ptr<World>& world, const conversation::Conversation& c,
                            EntranceDecision decision) {
  UserId freed;
  std::optional<UtcTime> look_at;
  {
    const std::scoped_lock lock(world->mutex);
    World::Entered& known = world->entered[c.id];
    // What was read while it was held may arrive behind the news that it is not any more.
    const bool stale = known.episode == c.episode_id && !known.decision.held && decision.held;
    if (!stale) known = {c.episode_id, std::move(decision)};
    if (!world->reserved.contains(c.id)) freed = place(*world, c);
    // Who is placed or given away by us is armed with that.
    const WorkItem* item = world->board.item(c.id);
    if (item && !world->unplaced.contains(c.id) && !world->armed.contains(c.id))
      look_at = first_look(*world, item->team);
  }
  if (look_at) arm_later(world, c.id, *look_at);
  if (freed) serve_agent(world, freed);
  serve_item(world, c.id);
}

Status Routing::Impl::on_entrance_decided(const std::shared_ptr<World>& world, const storage::CommittedEvent& event) {
  YD_TRY(auto decided, decode_entrance_event(event.payload));
  {
    const std::scoped_lock lock(world->mutex);
    if (event.seq <= world->seq) return {};
    world->seq = event.seq;
  }
  entered(world, decided.conversation, std::move(decided.decision));
  return {};
}

TeamId Routing::default_team(TenantId tenant, WidgetId widget) const {
  const auto world = impl_->find(tenant);
  if (!world) return impl_->entrance.default_team ? impl_->entrance.default_team(tenant, widget) : TeamId{};
  const std::scoped_lock lock(world->mutex);
  return impl_->default_team(*world, widget);
}

bool Routing::is_open(TenantId tenant, TeamId team) const {
  const auto world = impl_->find(tenant);
  if (!world) return true;
  const std::scoped_lock lock(world->mutex);
  const auto hours = world->hours.find(team);
  return hours == world->hours.end() || hours->second.is_open(impl_->clock.now());
}

}  // namespace yingda::routing
