// Looks at open conversations when their timers say so: the law of timers, wake-ups of what waits, promises.
#include <algorithm>

#include "impl.hpp"
#include "words.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {
namespace {

using conversation::AuthorKind;
using conversation::Conversation;
using conversation::MessageKind;
using conversation::State;

constexpr std::size_t kArmedAtOnce = 500;  // timers one job writes
constexpr int kLastWordsRead = 20;         // notes, system events and our own reminders stand between

bool waits(const Conversation& c) { return c.state == State::queued || c.state == State::promised; }

/// A refusal that says that the conversation has moved on: the next look sees it.
bool moved_on(const Error& error) { return error.code == Code::conflict; }

}  // namespace

Status Routing::Impl::arm(storage::Transaction& tx, TenantId tenant, ConversationId id, UtcTime at) {
  return timers.schedule(tx, {tenant, std::string(kWatchTimer), to_string(id), at, "{}"});
}

void Routing::Impl::arm_later(const std::shared_ptr<World>& world, ConversationId id, UtcTime at) {
  {
    const std::scoped_lock lock(world->mutex);
    if (!world->armed.try_emplace(id, at).second) return;
  }
  ++in_flight;
  database.write_async(
      world->tenant, [this, world, id, at](storage::Transaction& tx) { return arm(tx, world->tenant, id, at); },
      [this, world, id](const Status& status) {
        if (!status) {
          log::error("routing.watch_failed", status.error());
          mend_later(world->tenant);
          const std::scoped_lock lock(world->mutex);
          world->armed.erase(id);
        }
        --in_flight;
      });
}

void Routing::Impl::arm_everything(const std::shared_ptr<World>& world) {
  std::vector<std::pair<ConversationId, UtcTime>> open;
  {
    const std::scoped_lock lock(world->mutex);
    for (const auto& [id, team] : world->board.all_items()) {
      UtcTime at = first_look(*world, team);
      if (const auto next = world->board.next_change(id, clock.now())) at = std::min(at, *next);
      if (world->armed.try_emplace(id, at).second) open.emplace_back(id, at);
    }
  }
  for (std::size_t begin = 0; begin < open.size(); begin += kArmedAtOnce) {
    const std::size_t end = std::min(open.size(), begin + kArmedAtOnce);
    std::vector<std::pair<ConversationId, UtcTime>> part(open.begin() + static_cast<std::ptrdiff_t>(begin),
                                                         open.begin() + static_cast<std::ptrdiff_t>(end));
    ++in_flight;
    database.write_async(
        world->tenant,
        [this, world, part = std::move(part)](storage::Transaction& tx) -> Status {
          for (const auto& [id, at] : part) YD_CHECK(arm(tx, world->tenant, id, at));
          return {};
        },
        [this, world](const Status& status) {
          if (!status) {
            log::error("routing.watch_failed", status.error());
            mend_later(world->tenant);
          }
          --in_flight;
        });
  }
}

Status Routing::Impl::on_watch(storage::Transaction& tx, const runtime::Timer& timer) {
  YD_TRY(const auto id, parse_id<ConversationId>(timer.key));
  YD_TRY(const auto world, ensure(tx, timer.tenant));
  const auto forget = [&]() -> Status {
    tx.on_commit([world, id] {
      const std::scoped_lock lock(world->mutex);
      world->armed.erase(id);
    });
    return delete_watch(tx, world->tenant, id);
  };
  const auto found = conversations.load(tx, timer.tenant, id);
  if (!found && found.error().code == Code::not_found) return forget();
  if (!found) return std::unexpected(found.error());
  if (found->state == State::closed) return forget();
  return look(tx, world, *found);
}

Result<UtcTime> Routing::Impl::quiet_since(storage::Transaction& tx, const Conversation& c, TenantId tenant) {
  if (c.waiting_since_ms) return UtcTime{};
  YD_TRY(const auto last, conversations.messages(tx, org::Org::system_actor(tenant), c.id, 0, kLastWordsRead));
  UtcTime oldest = c.created_at_ms;
  for (const auto& message : last) {
    if (conversation::is_internal(message.kind) || message.kind == MessageKind::system || message.automatic) continue;
    oldest = message.created_at_ms;  // rising: the newest stays
  }
  return oldest;
}

namespace {

/// Not offline, or a person gave him the conversation while he was (a grab, a transfer): then the law of timers
/// decides, until he goes offline once more. World's mutex held.
bool still_there(const World& world, ConversationId id, UserId agent) {
  if (world.board.reachable(agent)) return true;
  const auto taken = world.by_hand.find(id);
  return taken != world.by_hand.end() && taken->second == agent;
}

}  // namespace

Result<Scene> Routing::Impl::scene_of(storage::Transaction& tx, const std::shared_ptr<World>& world,
                                      const Conversation& c, const Watch& watch) {
  Scene scene;
  scene.episode = c.episode_id;
  scene.waiting_since = c.waiting_since_ms;
  YD_TRY(scene.quiet_since, quiet_since(tx, c, world->tenant));
  scene.queued_since = c.queued_at_ms.value_or(c.created_at_ms);
  if (c.state == State::promised && c.promised_at_ms) scene.queued_since = *c.promised_at_ms;
  const std::scoped_lock lock(world->mutex);
  if (c.state == State::assigned && c.agent) {
    scene.owner = c.agent->id;
    const auto since = world->owner_since.find(c.id);
    // Unknown after a restart: what was seen then counts, or he begins now.
    scene.owner_since = since != world->owner_since.end() ? since->second
                        : watch.owner == scene.owner      ? watch.anchor
                                                          : clock.now();
    world->owner_since.try_emplace(c.id, scene.owner_since);
    scene.owner_reachable = still_there(*world, c.id, scene.owner);
    std::vector<UserId> out = watch.episode == c.episode_id ? watch.excluded : std::vector<UserId>{};
    out.push_back(scene.owner);
    scene.others_online = world->board.others_online(c.team_id, out);
  }
  return scene;
}

Status Routing::Impl::look(storage::Transaction& tx, const std::shared_ptr<World>& world, Conversation c) {
  const UtcTime now = clock.now();
  YD_TRY(const auto stored, load_watch(tx, world->tenant, c.id));
  const Watch before = stored.value_or(Watch{});
  YD_TRY(const Scene scene, scene_of(tx, world, c, before));
  QueuePolicy policy;
  {
    const std::scoped_lock lock(world->mutex);
    policy = world->board.policy(c.team_id);
  }
  Verdict verdict = decide_silence(scene, before, rules_of(policy, c.channel), now);
  YD_CHECK(apply_step(tx, *world, c, verdict, now));
  if (c.state == State::closed) {
    tx.on_commit([world, id = c.id] {
      const std::scoped_lock lock(world->mutex);
      world->armed.erase(id);
    });
    return delete_watch(tx, world->tenant, c.id);
  }
  if (waits(c)) {
    const std::scoped_lock lock(world->mutex);
    if (const auto next = world->board.next_change(c.id, now)) verdict.look_at = std::min(verdict.look_at, *next);
  }
  if (verdict.after != before && (stored || verdict.after.stage > 0 || verdict.after.hops > 0))
    YD_CHECK(store_watch(tx, world->tenant, c.id, verdict.after));
  YD_CHECK(arm(tx, world->tenant, c.id, verdict.look_at));
  tx.on_commit([this, world, id = c.id, episode = c.episode_id, excluded = verdict.after.excluded, waiting = waits(c),
                look_at = verdict.look_at] {
    {
      const std::scoped_lock lock(world->mutex);
      world->armed[id] = look_at;
      world->exclude(id, episode, excluded);
    }
    if (waiting) serve_item(world, id);
  });
  return {};
}

Status Routing::Impl::apply_step(storage::Transaction& tx, World& world, Conversation& c, Verdict& verdict,
                                 UtcTime now) {
  const auto tell = [&](std::string_view type, std::string kind) {
    AttentionEvent event{c, c.agent ? std::optional(c.agent->id) : std::nullopt, std::move(kind), verdict.waited_ms,
                         now};
    if (c.state != State::assigned) event.agent_id.reset();
    emit_attention(tx, world.tenant, type, event);
  };
  const auto skip = [&](Error error) -> Status {
    if (!moved_on(error)) return std::unexpected(std::move(error));
    return {};
  };
  const org::Actor system = org::Org::system_actor(world.tenant);
  switch (verdict.step) {
    case Step::none: return {};
    case Step::warn: tell("routing.agent_warned", "agent_silent"); return {};
    case Step::alarm:
      tell("routing.alarm_raised", c.state == State::assigned ? "agent_silent" : "waiting_long");
      return {};
    case Step::give_up: {
      tell("routing.alarm_raised", "redispatch_limit");
      auto raised = conversations.set_priority(tx, system, c.id, std::min(c.priority + 1, conversation::kPriorityMax));
      if (!raised) return skip(std::move(raised).error());
      c = *std::move(raised);
      return {};
    }
    case Step::redispatch:
    case Step::leave_offline_agent: return put_back(tx, world, c, verdict);
    case Step::remind: {
      YD_TRY(const auto language, language_of(tx, world.tenant, c.widget_id));
      YD_TRY(auto sent, say(tx, system, c.id, word(Phrase::reminder, language)));
      c = std::move(sent);
      return {};
    }
    case Step::close: {
      YD_TRY(const auto language, language_of(tx, world.tenant, c.widget_id));
      YD_CHECK(say(tx, system, c.id, word(Phrase::farewell, language)));
      auto closed = conversations.close(tx, system, c.id, "customer_quiet", true);
      if (!closed) return skip(std::move(closed).error());
      c = *std::move(closed);
      return {};
    }
  }
  return {};
}

Status Routing::Impl::put_back(storage::Transaction& tx, World& world, Conversation& c, const Verdict& verdict) {
  const bool offline = verdict.step == Step::leave_offline_agent;
  YD_TRY(const auto tenant, org.load_tenant(tx, world.tenant));
  const std::string note = word(offline ? Phrase::left_offline_agent : Phrase::left_silent_agent, tenant.locale,
                                c.agent ? c.agent->name : "", verdict.waited_ms / 60'000);
  // Before the event comes back, the exclusion must stand: he must not get it again at once.
  {
    const std::scoped_lock lock(world.mutex);
    world.exclude(c.id, c.episode_id, verdict.after.excluded);
  }
  YD_TRY(c, conversations.assign(tx, world.tenant, c.id,
                                 {.agent = {},
                                  .team = c.team_id,
                                  .reason = offline ? "routing.rule.agent_offline" : "routing.rule.agent_silent",
                                  .note = note,
                                  .expected_version = c.version}));
  return {};
}

Result<Conversation> Routing::Impl::say(storage::Transaction& tx, const org::Actor& system, ConversationId id,
                                        std::string text) {
  conversation::OutboundMessage message;
  message.client_msg_id = "routing-" + std::to_string(ids.next_value());
  message.text = std::move(text);
  message.automatic = true;
  YD_TRY(auto sent, conversations.send(tx, system, id, message));
  return std::move(sent.conversation);
}

Result<org::Locale> Routing::Impl::language_of(storage::Transaction& tx, TenantId tenant, WidgetId widget) {
  if (language_of_widget) {
    if (const auto known = language_of_widget(tenant, widget)) return *known;
  }
  YD_TRY(const auto found, org.load_tenant(tx, tenant));
  return found.locale;
}

// --- agents who are gone

void Routing::Impl::leave(const std::shared_ptr<World>& world, ConversationId id) {
  ++in_flight;
  database.write_async(
      world->tenant,
      [this, world, id](storage::Transaction& tx) -> Status {
        YD_TRY(auto c, conversations.load(tx, world->tenant, id));
        if (c.state != State::assigned || !c.agent) return {};
        {
          const std::scoped_lock lock(world->mutex);
          if (still_there(*world, id, c.agent->id)) return {};
          // Nobody waits: it stays his until the customer speaks, who is then put back at once (on_tap).
          if (!c.waiting_since_ms) {
            if (world->orphans.emplace(id, c.agent->id).second) ++orphans;
            return {};
          }
        }
        return look(tx, world, std::move(c));
      },
      [this, world](const Status& status) {
        if (!status && status.error().code != Code::not_found) {
          log::error("routing.leave_failed", status.error());
          mend_later(world->tenant);
        }
        --in_flight;
      });
}

void Routing::Impl::leave_unreachable(const std::shared_ptr<World>& world) {
  std::vector<ConversationId> left;
  {
    const std::scoped_lock lock(world->mutex);
    left = world->board.owned_by_unreachable();
  }
  for (const ConversationId id : left) leave(world, id);
}

void Routing::Impl::on_tap(std::span<const storage::CommittedEvent> events) {
  if (orphans.load(std::memory_order_relaxed) == 0 || stopping) return;
  for (const storage::CommittedEvent& event : events) {
    if (event.type != "message.accepted") continue;
    const auto world = find(event.tenant);
    const auto id = peek_conversation(event.payload);
    if (!world || !id) continue;
    {
      const std::scoped_lock lock(world->mutex);
      if (!world->orphans.contains(*id)) continue;
      world->orphans.erase(*id);
      --orphans;
    }
    leave(world, *id);
  }
}

}  // namespace yingda::routing
