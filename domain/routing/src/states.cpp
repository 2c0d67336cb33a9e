// States that people choose, with their reasons; wrap-up, which the engine begins and ends.
#include <algorithm>

#include "impl.hpp"
#include "yingda/base/log.hpp"
#include "yingda/base/text.hpp"

namespace yingda::routing {
namespace {

constexpr std::size_t kReasonMax = 40;     // code points of a reason beside codes
constexpr std::size_t kCodeBytesMax = 32;  // of a reason code
constexpr std::size_t kCodeWordsMax = 40;  // code points of its words
constexpr std::int64_t kExtendMsMin = 1'000;

const std::vector<ReasonCode>& built_in_codes() {
  static const std::vector<ReasonCode> kCodes = {
      {"break", AgentState::away, "小休", "Break"},
      {"meal", AgentState::away, "用餐", "Meal"},
      {"training", AgentState::away, "培训", "Training"},
      {"meeting", AgentState::away, "会议", "Meeting"},
      {"technical", AgentState::busy, "技术故障", "Technical problem"},
  };
  return kCodes;
}

bool well_formed(std::string_view code) {
  return !code.empty() && code.size() <= kCodeBytesMax &&
         std::ranges::all_of(code, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool has_reasons(AgentState state) { return state == AgentState::busy || state == AgentState::away; }

std::vector<FieldError> check_codes(const std::vector<ReasonCode>& codes) {
  std::vector<FieldError> wrong;
  if (codes.size() > kReasonCodesMax) wrong.push_back({"items", "request.too_many"});
  for (std::size_t i = 0; i < codes.size() && i < kReasonCodesMax; ++i) {
    const std::string at = "items[" + std::to_string(i) + "].";
    const ReasonCode& code = codes[i];
    if (!well_formed(code.code)) wrong.push_back({at + "code", "routing.malformed_reason_code"});
    if (std::ranges::find(codes.begin(), codes.begin() + static_cast<std::ptrdiff_t>(i), code.code,
                          &ReasonCode::code) != codes.begin() + static_cast<std::ptrdiff_t>(i))
      wrong.push_back({at + "code", "routing.reason_code_twice"});
    if (!has_reasons(code.state)) wrong.push_back({at + "state", "request.unknown_value"});
    if (!text::check_length("zh_CN", code.zh_CN, 1, kCodeWordsMax))
      wrong.push_back({at + "zh_CN", "request.out_of_range"});
    if (!text::check_length("en", code.en, 1, kCodeWordsMax)) wrong.push_back({at + "en", "request.out_of_range"});
  }
  return wrong;
}

bool shares_team(const org::Actor& actor, const std::vector<TeamId>& teams) {
  return std::ranges::any_of(
      teams, [&](TeamId team) { return std::ranges::find(actor.scope_teams, team) != actor.scope_teams.end(); });
}

}  // namespace

bool in_scope(const org::Actor& actor, const AgentStatus& agent) {
  return actor.scope == org::DataScope::tenant || shares_team(actor, agent.team_ids);
}

Result<AgentStatus> Routing::Impl::known_agent(storage::Transaction& tx, const std::shared_ptr<World>& world,
                                               UserId user) {
  const auto look = [&]() -> std::optional<AgentStatus> {
    const std::scoped_lock lock(world->mutex);
    if (!world->people.contains(user)) return std::nullopt;
    return status_of(*world, user);
  };
  if (auto status = look()) return *std::move(status);
  // Hired a moment ago: the store knows him before the event has come by.
  YD_CHECK(load_people(tx, *world));
  if (auto status = look()) return *std::move(status);
  return fail(Code::not_found, "routing.no_such_agent");
}

Status Routing::Impl::check_reason(storage::Transaction& tx, TenantId tenant, AgentState state,
                                   std::string_view reason) {
  if (state == AgentState::wrap_up) return fail_fields({{"state", "routing.wrap_up_only_after_work"}});
  YD_CHECK(text::check_length("reason", reason, 0, kReasonMax));
  if (reason.empty() || !has_reasons(state)) return {};
  YD_TRY(const auto saved, load_reason_codes(tx, tenant));
  const auto& codes = saved ? *saved : built_in_codes();
  const bool known = std::ranges::any_of(
      codes, [&](const ReasonCode& code) { return code.code == reason && code.state == state && code.enabled; });
  if (!known) return fail_fields({{"reason", "routing.unknown_reason_code"}});
  return {};
}

Result<AgentStatus> Routing::set_state(storage::Transaction& tx, const org::Actor& actor, AgentState state,
                                       std::string_view reason) {
  if (!actor.user || !actor.may(org::Permission::conversation_handle))
    return fail(Code::permission_denied, "routing.not_an_agent");
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  YD_CHECK(impl_->check_reason(tx, actor.tenant, state, reason));
  auto known = impl_->known_agent(tx, world, actor.user);
  if (!known && known.error().code == Code::not_found) return fail(Code::permission_denied, "routing.not_an_agent");
  YD_TRY(AgentStatus status, std::move(known));
  status.state = state;
  status.reason = reason;
  status.since_at_ms = impl_->clock.now();
  status.until_at_ms.reset();
  YD_CHECK(impl_->change_state(tx, world, status));
  return status;
}

Result<AgentStatus> Routing::force_state(storage::Transaction& tx, const org::Actor& actor, UserId user,
                                         AgentState state, std::string_view reason) {
  YD_CHECK(org::check_may(actor, org::Permission::conversation_supervise));
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  YD_TRY(AgentStatus status, impl_->known_agent(tx, world, user));
  if (!in_scope(actor, status)) return fail(Code::permission_denied, "org.out_of_scope");
  YD_CHECK(impl_->check_reason(tx, actor.tenant, state, reason));
  if (status.state == AgentState::offline && state != AgentState::offline)
    return fail(Code::conflict, "routing.agent_not_here");
  const std::string before = encode_state(status.state, status.reason);
  status.state = state;
  status.reason = reason;
  status.since_at_ms = impl_->clock.now();
  status.until_at_ms.reset();
  YD_CHECK(impl_->change_state(tx, world, status));
  YD_CHECK(impl_->org.audit(tx, actor, "agent.state_forced", to_string(user), before, encode_state(state, reason)));
  return status;
}

// --- reason codes

Result<std::vector<ReasonCode>> Routing::reason_codes(storage::Transaction& tx, const org::Actor& actor) {
  YD_TRY(auto saved, load_reason_codes(tx, actor.tenant));
  return saved ? *std::move(saved) : built_in_codes();
}

Result<std::vector<ReasonCode>> Routing::save_reason_codes(storage::Transaction& tx, const org::Actor& actor,
                                                           const std::vector<ReasonCode>& codes) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  if (auto wrong = check_codes(codes); !wrong.empty()) return fail_fields(std::move(wrong));
  YD_TRY(const auto before, reason_codes(tx, actor));
  if (before == codes) return codes;
  YD_CHECK(store_reason_codes(tx, actor.tenant, codes, impl_->clock.now()));
  YD_CHECK(impl_->org.audit(tx, actor, "routing.reason_codes_changed", "", encode_codes(before), encode_codes(codes)));
  tx.emit({actor.tenant, "settings.changed", encode_settings_changed("routing", "")});
  return codes;
}

// --- wrap-up

void Routing::Impl::begin_wrap_up(const std::shared_ptr<World>& world, const conversation::ConversationEvent& change) {
  const conversation::Conversation& c = change.conversation;
  if (!c.agent || (!change.by_id.empty() && change.by_id != to_string(c.agent->id))) return;
  const UserId agent = c.agent->id;
  const UtcTime now = clock.now();
  UtcTime until, extend_until;
  AgentStatus before;
  {
    const std::scoped_lock lock(world->mutex);
    const QueuePolicy& policy = world->board.policy(c.team_id);
    const AgentView* view = world->board.agent(agent);
    if (policy.wrap_up_ms <= 0 || !view) return;
    if (view->state != AgentState::online && view->state != AgentState::wrap_up) return;  // takes nothing new anyway
    until = now + milliseconds(policy.wrap_up_ms);
    extend_until = now + milliseconds(std::max(policy.wrap_up_ms, policy.wrap_up_max_ms));
    before = status_of(*world, agent);
    AgentView resting = *view;
    resting.state = AgentState::wrap_up;  // at once: nothing new may come while the store is being told
    world->board.put_agent(std::move(resting));
    Person& person = world->people[agent];
    if (before.state == AgentState::online) person.since = now;
    person.until = std::max(person.until.value_or(until), until);
  }
  ++in_flight;
  database.write_async(
      world->tenant,
      [this, world, agent, until, extend_until](storage::Transaction& tx) {
        return store_wrap_up(tx, world, agent, until, extend_until);
      },
      [this, world, before = std::move(before)](const Status& status) {
        if (!status) {
          log::error("routing.wrap_up_failed", status.error());
          apply_state(world, before);
        }
        --in_flight;
      });
}

Status Routing::Impl::store_wrap_up(storage::Transaction& tx, const std::shared_ptr<World>& world, UserId agent,
                                    UtcTime until, UtcTime extend_until) {
  YD_TRY(const auto stored, load_state(tx, world->tenant, agent));
  // He chose another state meanwhile, and memory has it already.
  if (!stored || (stored->state != AgentState::online && stored->state != AgentState::wrap_up)) return {};
  const bool goes_on = stored->state == AgentState::wrap_up;
  AgentStatus status;
  {
    const std::scoped_lock lock(world->mutex);
    status = status_of(*world, agent);
  }
  status.state = AgentState::wrap_up;
  status.reason.clear();
  status.since_at_ms = goes_on ? stored->since : clock.now();
  status.until_at_ms = goes_on ? std::max(stored->until.value_or(until), until) : until;
  if (goes_on) extend_until = std::max(stored->extend_until.value_or(extend_until), extend_until);
  YD_CHECK(
      timers.schedule(tx, {world->tenant, std::string(kWrapUpTimer), to_string(agent), *status.until_at_ms, "{}"}));
  return change_state(tx, world, std::move(status), extend_until, goes_on ? Timeline::same : Timeline::next);
}

Status Routing::Impl::on_wrap_up_over(storage::Transaction& tx, const runtime::Timer& timer) {
  YD_TRY(const auto user, parse_id<UserId>(timer.key));
  YD_TRY(const auto world, ensure(tx, timer.tenant));
  YD_TRY(const auto stored, load_state(tx, timer.tenant, user));
  if (!stored || stored->state != AgentState::wrap_up || clock.now() < stored->until.value_or(UtcTime{})) return {};
  AgentStatus status;
  {
    const std::scoped_lock lock(world->mutex);
    status = status_of(*world, user);
  }
  status.user_id = user;
  status.state = AgentState::online;
  status.reason.clear();
  status.since_at_ms = clock.now();
  status.until_at_ms.reset();
  return change_state(tx, world, std::move(status));
}

Result<AgentStatus> Routing::change_wrap_up(storage::Transaction& tx, const org::Actor& actor,
                                            const WrapUpChange& change) {
  const bool ends = change.end.value_or(false);
  if (ends == change.extend_ms.has_value()) return fail_fields({{"extend_ms", "request.required"}});
  if (change.extend_ms && (*change.extend_ms < kExtendMsMin || *change.extend_ms > kWrapUpMsMax))
    return fail_fields({{"extend_ms", "request.out_of_range"}});
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  YD_TRY(const auto stored, load_state(tx, actor.tenant, actor.user));
  if (!stored || stored->state != AgentState::wrap_up) return fail(Code::conflict, "routing.not_in_wrap_up");
  if (ends) return set_state(tx, actor, AgentState::online, "");
  YD_TRY(AgentStatus status, impl_->known_agent(tx, world, actor.user));
  const UtcTime until = stored->until.value_or(stored->since), limit = stored->extend_until.value_or(until);
  if (until >= limit) return fail(Code::conflict, "routing.wrap_up_limit");
  status.state = AgentState::wrap_up;
  status.since_at_ms = stored->since;
  status.until_at_ms = std::min(until + milliseconds(*change.extend_ms), limit);
  YD_CHECK(impl_->timers.schedule(
      tx, {actor.tenant, std::string(kWrapUpTimer), to_string(actor.user), *status.until_at_ms, "{}"}));
  YD_CHECK(impl_->change_state(tx, world, status, limit, Impl::Timeline::same));
  return status;
}

}  // namespace yingda::routing
