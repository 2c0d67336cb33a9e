#include "yingda/supervision/supervision.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "codec.hpp"
#include "impl.hpp"
#include "supervision_migrations.gen.hpp"

namespace yingda::supervision {
namespace {

constexpr int kOpenMax = 100'000;       // waiting conversations of one tenant, as routing bounds them
constexpr int kAlarmsLookedAt = 5'000;  // rows that one call of alarms() looks through

bool in_scope(const org::Actor& actor, const Alarm& alarm) {
  if (actor.scope == org::DataScope::tenant) return true;
  return alarm.team_id && std::ranges::find(actor.scope_teams, *alarm.team_id) != actor.scope_teams.end();
}

}  // namespace

Supervision::Supervision(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::Timers& timers,
                         const Clock& clock, IdSource& ids, org::Org& org, conversation::Conversations& conversations,
                         routing::Routing& routing, Options options)
    : impl_(std::make_shared<Impl>(database, dispatcher, timers, clock, ids, org, conversations, routing,
                                   std::move(options))) {}

Supervision::~Supervision() { stop(); }

Status Supervision::start() {
  impl_->timers.on(
      std::string(kDeliverTimer),
      [impl = impl_.get()](storage::Transaction& tx, const runtime::Timer& timer) { return impl->on_due(tx, timer); });
  impl_->dispatcher.on_batch(
      "supervision",
      {"conversation.opened", "conversation.queued", "conversation.assigned", "conversation.transferred",
       "conversation.closed", "conversation.reopened", "conversation.changed", "message.accepted", "message.recalled",
       "agent.state_changed", "settings.changed", "routing.alarm_raised", "routing.queue_alarm_raised",
       "routing.queue_alarm_ended", "alarm.raised", "alarm.changed", "alarm.ended"},
      [impl = impl_.get()](std::span<const storage::CommittedEvent> events) { return impl->on_events(events); });
  return {};
}

void Supervision::stop() { impl_->stopping = true; }

void Supervision::on_change(std::function<void(TenantId)> listener) { impl_->listeners.push_back(std::move(listener)); }

// --- floors

Result<std::shared_ptr<const Structure>> Supervision::Impl::load_structure(storage::Transaction& tx, TenantId tenant) {
  const org::Actor system = org::Org::system_actor(tenant);
  auto shape = std::make_shared<Structure>();
  YD_TRY(shape->teams, org.list_teams(tx, system));
  std::ranges::sort(shape->teams, {}, [](const org::Team& team) { return std::pair(team.name, team.id); });
  YD_TRY(const auto units, org.list_units(tx, system));
  for (const org::Unit& unit : units) shape->parent_of.emplace(unit.id, unit.parent_id);
  std::string after;
  do {
    YD_TRY(const auto page, org.list_users(tx, system, "", after, org::kPageMax));
    for (const org::User& user : page.items) shape->unit_of.emplace(user.id, user.unit_id);
    after = page.next;
  } while (!after.empty());
  return std::shared_ptr<const Structure>(std::move(shape));
}

Result<std::shared_ptr<Floor>> Supervision::Impl::floor_of(TenantId tenant) {
  {
    const std::scoped_lock lock(mutex);
    const auto known = floors.find(tenant);
    if (known != floors.end()) return known->second;
  }
  auto floor = std::make_shared<Floor>();
  YD_CHECK(database.read([&](storage::Transaction& tx) -> Status {
    YD_TRY(const auto seq, database.last_seq(tx, tenant));
    YD_TRY(auto open, conversations.waiting(tx, tenant, kOpenMax));
    conversation::ListFilter owned;
    owned.box = conversation::Box::all;
    owned.state = conversation::State::assigned;
    std::string after;
    do {
      YD_TRY(auto page,
             conversations.list(tx, org::Org::system_actor(tenant), owned, after, conversation::kConversationPageMax));
      for (auto& c : page.items) open.push_back(std::move(c));
      after = page.next;
    } while (!after.empty());
    YD_TRY(auto alarms, store::open_alarms(tx, tenant));
    YD_TRY(auto shape, load_structure(tx, tenant));
    floor->load(seq, std::move(open), std::move(alarms));
    floor->set_structure(std::move(shape));
    return {};
  }));
  const std::scoped_lock lock(mutex);
  return floors.try_emplace(tenant, std::move(floor)).first->second;
}

Status Supervision::Impl::reload_structure(TenantId tenant, Floor& floor) {
  YD_TRY(auto shape, database.read_for<std::shared_ptr<const Structure>>(
                         [&](storage::Transaction& tx) { return load_structure(tx, tenant); }));
  floor.set_structure(std::move(shape));
  return {};
}

// --- the board

Result<Board> Supervision::board(const org::Actor& actor, UnitId unit) {
  YD_CHECK(org::check_may(actor, org::Permission::conversation_supervise));
  YD_TRY(const auto floor, impl_->floor_of(actor.tenant));
  const auto shape = floor->structure();
  if (unit && !shape->has_unit(unit)) return fail(Code::not_found, "org.unit_not_found");
  const Scope scope = scope_of(actor, *shape, unit);
  std::vector<TeamId> teams;
  for (const org::Team& team : shape->teams)
    if (scope.holds(team.id)) teams.push_back(team.id);
  YD_TRY(const routing::Live live, impl_->routing.live(actor.tenant, teams));
  return floor->board(scope, live, impl_->clock.now());
}

Result<std::string> Supervision::board_json(const org::Actor& actor, UnitId unit) {
  YD_TRY(const Board board, this->board(actor, unit));
  return encode_board(board);
}

std::string Supervision::scope_key(const org::Actor& actor, UnitId unit) {
  std::string key = to_string(unit) + "|";
  if (!actor.may(org::Permission::conversation_supervise)) return key + "-";
  if (actor.scope == org::DataScope::tenant) return key + "*";
  std::vector<TeamId> teams = actor.scope_teams;
  std::ranges::sort(teams);
  for (const TeamId team : teams) key += to_string(team) + ",";
  return key;
}

// --- alarms

Result<org::Page<Alarm>> Supervision::alarms(storage::Transaction& tx, const org::Actor& actor, bool only_open,
                                             std::string_view after, int limit) {
  YD_CHECK(org::check_may(actor, org::Permission::conversation_supervise));
  YD_TRY(std::int64_t before, org::decode_cursor(after, std::numeric_limits<std::int64_t>::max()));
  const int wanted = org::page_limit(limit);
  const auto which = only_open ? store::Which::open : store::Which::all;
  std::vector<Alarm> found;
  org::Page<Alarm> page;
  int looked_at = 0;
  for (bool more = true; more && static_cast<int>(found.size()) <= wanted;) {
    YD_TRY(auto rows, store::alarms_before(tx, actor.tenant, which, before, org::kPageMax));
    more = rows.size() == static_cast<std::size_t>(org::kPageMax);
    looked_at += static_cast<int>(rows.size());
    for (Alarm& alarm : rows) {
      before = alarm.id.value;
      if (in_scope(actor, alarm) && static_cast<int>(found.size()) <= wanted) found.push_back(std::move(alarm));
    }
    if (more && looked_at >= kAlarmsLookedAt && static_cast<int>(found.size()) <= wanted) {
      page.next = org::encode_cursor(before);
      page.items = std::move(found);
      return page;
    }
  }
  return org::cut_page(std::move(found), wanted);
}

Result<Alarm> Supervision::acknowledge(storage::Transaction& tx, const org::Actor& actor, AlarmId id) {
  YD_CHECK(org::check_may(actor, org::Permission::conversation_supervise));
  YD_TRY(auto found, store::find_alarm(tx, actor.tenant, id));
  if (!found || !in_scope(actor, *found)) return fail(Code::not_found, "supervision.alarm_not_found");
  Alarm alarm = *std::move(found);
  if (alarm.acknowledged_at_ms || alarm.ended_at_ms) return alarm;
  if (actor.user) alarm.acknowledged_by_id = actor.user;
  alarm.acknowledged_by_name = actor.name;
  alarm.acknowledged_at_ms = impl_->clock.now();
  YD_CHECK(store::store_alarm(tx, actor.tenant, alarm));
  tx.emit({actor.tenant, "alarm.changed", encode_alarm(alarm)});
  return alarm;
}

Status Supervision::note_watch(storage::Transaction& tx, const org::Actor& actor, ConversationId id) {
  YD_CHECK(org::check_may(actor, org::Permission::conversation_supervise));
  YD_CHECK(impl_->conversations.access_conversation(tx, actor, id));
  return impl_->org.audit(tx, actor, "conversation.watched", to_string(id), "", "");
}

std::span<const storage::Migration> migrations() { return kMigrations; }

}  // namespace yingda::supervision
