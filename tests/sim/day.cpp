#include "day.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace yingda::sim {

using conversation::State;
using routing::AgentState;
using routing::AgentStatus;
using routing::must;
using routing::Strategy;

namespace {

constexpr std::size_t kDiary = 40;
constexpr int kCustomers = 25;
constexpr int kAgents = 6;
constexpr int kStill = 4;  // milliseconds without another due timer: all have been handed over

bool waits(const conversation::Conversation& c) { return c.state == State::queued || c.state == State::promised; }

}  // namespace

Day::Day(std::uint64_t seed, Pace pace)
    : random_(seed),
      pace_(pace),
      office_(
          [this](std::unique_ptr<storage::Database> inner) -> std::unique_ptr<storage::Database> {
            if (pace_ == Pace::racy) return inner;
            auto step = std::make_unique<StepDatabase>(std::move(inner));
            store_ = step.get();
            return step;
          },
          [this](routing::Process& p) {
            must(p.database->migrate(rating::migrations()));
            auto joined =
                std::make_shared<rating::Ratings>(*p.database, p.dispatcher, p.clock, p.ids, p.org, p.conversations);
            joined->start();
            ratings_ = joined.get();
            return joined;
          }),
      ledger_(pace) {
  teams_ = {office_.care, office_.sales};
  for (int i = 0; i < kAgents; ++i) {
    std::vector<TeamId> teams;
    for (const TeamId team : teams_)
      if (pick(0, 2) > 0) teams.push_back(team);
    if (teams.empty()) teams.push_back(teams_.front());
    const std::int64_t capacity = pick(1, 4);
    agents_.push_back(office_.make_agent("agent" + std::to_string(i), teams, capacity));
    ledger_.capacity[agents_.back().user] = capacity;
  }
  for (int i = 0; i < kCustomers; ++i) customers_.push_back(office_.make_customer(pick(0, 4) == 0 ? "gold" : ""));
  for (const TeamId team : teams_) ledger_.policies[team] = office_.policy(team);
  const auto teams = teams_;
  office_.routing().set_entrance({.asks = {}, .decide = {}, .default_team = [teams](TenantId, WidgetId widget) {
                                    return teams[static_cast<std::size_t>(widget.value) % teams.size()];
                                  }});
  come_to_rest();
}

std::int64_t Day::pick(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
}

void Day::note(std::string what) {
  diary_.push_back(fmt::format("{} {}", office_.clock.now().ms, what));
  if (diary_.size() > kDiary) diary_.erase(diary_.begin());
}

void Day::step() {
  ledger_.begin_step();
  const std::int64_t at_once = pace_ == Pace::calm ? 1 : pick(1, 6);
  if (pace_ == Pace::late) store_->lag(random_());
  for (std::int64_t i = 0; i < at_once; ++i) {
    act();
    ++events_;
    if (pace_ == Pace::late) finish_act();
  }
  come_to_rest();
  check();
}

void Day::act() {
  const std::int64_t dice = pick(0, 999);
  if (dice < 240) return customer_speaks();
  if (dice < 260) return customer_rates();
  if (dice < 430) return agent_answers();
  if (dice < 510) return agent_closes();
  if (dice < 530) return agent_moves();
  if (dice < 540) return agent_asks();
  if (dice < 570) return agent_grabs();
  if (dice < 590) return supervisor_moves();
  if (dice < 690) return change_state();
  if (dice < 740) return change_socket();
  if (dice < 750) return change_policy();
  if (dice < 760) return change_capacity();
  if (dice < 800) return offer_is_answered();
  if (dice < 990) return time_passes();
  if (dice < 994) return restart();
  wrap_up_changes();
}

const conversation::Conversation* Day::random_open(State state) {
  std::vector<const Conversation*> found;
  for (const auto& [id, c] : ledger_.all())
    if (c.state == state) found.push_back(&c);
  return found.empty() ? nullptr : one_of(found);
}

void Day::customer_speaks() {
  conversation::InboundMessage inbound;
  inbound.tenant = office_.tenant;
  const auto number = pick(0, kCustomers - 1);
  inbound.customer = customers_[static_cast<std::size_t>(number)];
  inbound.widget = WidgetId{number + 1};
  inbound.client_msg_id = "sim-" + std::to_string(++keys_);
  inbound.text = "hello";
  note(fmt::format("{} speaks", to_string(inbound.customer)));
  auto& p = office_.process();
  must(p.write(office_.tenant, [&](auto& tx) { return p.conversations.accept(tx, inbound); }));
}

/// Who was asked says something, or changes it.
void Day::customer_rates() {
  const Conversation* c = random_open(State::closed);
  if (!c) return;
  const bool solved = pick(0, 2) > 0;
  const std::int64_t score = pick(0, 5);
  auto& p = office_.process();
  const auto asked = must(p.read([&](auto& tx) { return ratings_->current(tx, office_.tenant, c->customer.id); }));
  if (!asked) return;
  rating::Answer answer{.episode_id = asked->episode_id, .solved = solved};
  if (solved && score > 0) answer.score = score;
  note(fmt::format("{} rates {}: {}", to_string(c->customer.id), to_string(c->id), solved ? score : -1));
  const auto said =
      p.write(office_.tenant, [&](auto& tx) { return ratings_->answer(tx, office_.tenant, c->customer.id, answer); });
  // On racy days he has begun something new meanwhile.
  if (!said && (pace_ != Pace::racy || said.error().code != Code::conflict)) must(said);
}

void Day::agent_answers() {
  const Conversation* c = random_open(State::assigned);
  if (!c) return;
  const auto actor = std::ranges::find(agents_, c->agent->id, &org::Actor::user);
  conversation::OutboundMessage outbound;
  outbound.client_msg_id = "sim-" + std::to_string(++keys_);
  outbound.text = "hi";
  note(fmt::format("{} answers {}", to_string(actor->user), to_string(c->id)));
  auto& p = office_.process();
  static_cast<void>(
      p.write(office_.tenant, [&](auto& tx) { return p.conversations.send(tx, *actor, c->id, outbound); }));
}

void Day::agent_closes() {
  const Conversation* c = random_open(State::assigned);
  if (!c) return;
  const auto actor = std::ranges::find(agents_, c->agent->id, &org::Actor::user);
  note(fmt::format("{} closes {}", to_string(actor->user), to_string(c->id)));
  static_cast<void>(office_.close(*actor, c->id));
}

void Day::agent_moves() {
  const Conversation* c = random_open(State::assigned);
  if (!c) return;
  const auto actor = std::ranges::find(agents_, c->agent->id, &org::Actor::user);
  conversation::Handover to;
  if (pick(0, 1) == 0)
    to.team = one_of(teams_);
  else
    to.agent = one_of(agents_).user;
  note(fmt::format("{} transfers {} to {}{}", to_string(actor->user), to_string(c->id), to_string(to.team),
                   to_string(to.agent)));
  static_cast<void>(office_.transfer(*actor, c->id, to));
}

void Day::agent_grabs() {
  const Conversation* c = random_open(State::queued);
  if (!c) return;
  const auto& actor = one_of(agents_);
  note(fmt::format("{} grabs {}", to_string(actor.user), to_string(c->id)));
  static_cast<void>(office_.grab(actor, c->id));
}

void Day::agent_asks() {
  const Conversation* c = random_open(State::assigned);
  if (!c) return;
  const auto actor = std::ranges::find(agents_, c->agent->id, &org::Actor::user);
  const UserId colleague = one_of(agents_).user;
  note(fmt::format("{} asks {} to take {}", to_string(actor->user), to_string(colleague), to_string(c->id)));
  auto& p = office_.process();
  static_cast<void>(p.write(office_.tenant, [&](auto& tx) {
    return p.routing->offer_transfer(
        tx, *actor, c->id, {.agent = colleague, .team = {}, .reason = {}, .note = {}, .expected_version = {}});
  }));
}

void Day::offer_is_answered() {
  if (ledger_.offers().empty()) return;
  const auto at = pick(0, static_cast<std::int64_t>(ledger_.offers().size()) - 1);
  const auto& offer = std::next(ledger_.offers().begin(), at)->second;
  // Mostly by who is rung, sometimes by who is not.
  const auto& actor =
      pick(0, 9) == 0 ? one_of(agents_) : *std::ranges::find(agents_, one_of(offer.agent_ids), &org::Actor::user);
  const bool accepts = pick(0, 2) > 0;
  note(fmt::format("{} {} {}", to_string(actor.user), accepts ? "accepts" : "declines", to_string(offer.id)));
  auto& p = office_.process();
  const auto id = offer.id;
  if (accepts) {
    static_cast<void>(p.write(office_.tenant, [&](auto& tx) { return p.routing->accept_offer(tx, actor, id); }));
  } else {
    static_cast<void>(p.write(office_.tenant, [&](storage::Transaction& tx) -> Status {
      return p.routing->decline_offer(tx, actor, id, "");
    }));
  }
}

void Day::wrap_up_changes() {
  const auto& actor = one_of(agents_);
  routing::WrapUpChange change;
  if (pick(0, 1) == 0)
    change.end = true;
  else
    change.extend_ms = seconds(pick(1, 60)).ms;
  note(fmt::format("{} {} his wrap-up", to_string(actor.user), change.end ? "ends" : "extends"));
  auto& p = office_.process();
  static_cast<void>(p.write(office_.tenant, [&](auto& tx) { return p.routing->change_wrap_up(tx, actor, change); }));
}

void Day::supervisor_moves() {
  const Conversation* c = random_open(pick(0, 1) == 0 ? State::queued : State::promised);
  if (!c) return;
  auto& p = office_.process();
  if (pick(0, 1) == 0) {
    const std::int64_t priority = pick(0, 3);
    note(fmt::format("priority of {} is {}", to_string(c->id), priority));
    static_cast<void>(p.write(
        office_.tenant, [&](auto& tx) { return p.conversations.set_priority(tx, office_.boss, c->id, priority); }));
  } else {
    note(fmt::format("{} moved to another queue", to_string(c->id)));
    static_cast<void>(
        office_.transfer(office_.boss, c->id, {.agent = {}, .team = one_of(teams_), .reason = {}, .note = {}}));
  }
}

void Day::change_state() {
  const auto& actor = one_of(agents_);
  static constexpr AgentState kStates[] = {AgentState::online, AgentState::online, AgentState::online,
                                           AgentState::busy,   AgentState::away,   AgentState::offline};
  const AgentState state = kStates[pick(0, 5)];
  note(fmt::format("{} is {}", to_string(actor.user), enum_name(state)));
  must(office_.try_state(actor, state));
}

void Day::change_socket() {
  const auto& actor = one_of(agents_);
  const bool comes = pick(0, 2) > 0;
  note(fmt::format("socket of {} {}", to_string(actor.user), comes ? "comes" : "goes"));
  if (comes)
    office_.routing().agent_connected(office_.tenant, actor.user);
  else
    office_.routing().agent_disconnected(office_.tenant, actor.user);
}

void Day::change_policy() {
  static constexpr Strategy kStrategies[] = {
      Strategy::least_loaded, Strategy::longest_idle,       Strategy::round_robin, Strategy::weighted,
      Strategy::pull,         Strategy::occupancy_balanced, Strategy::ring_several};
  auto policy = ledger_.policies[one_of(teams_)];
  policy.strategy = kStrategies[pick(0, 6)];
  policy.ring_count = pick(1, 4);
  policy.offer_ms = seconds(pick(5, 60)).ms;
  policy.wrap_up_ms = pick(0, 1) == 0 ? seconds(pick(1, 60)).ms : 0;
  policy.wrap_up_max_ms = seconds(pick(1, 120)).ms;
  policy.alarm_length = pick(0, 5);
  policy.silence = routing::SilenceRules{seconds(pick(10, 90)).ms,  seconds(pick(30, 200)).ms,
                                         seconds(pick(60, 400)).ms, pick(0, 4),
                                         seconds(pick(60, 700)).ms, seconds(pick(100, 2'000)).ms};
  policy.last_agent_wait_ms = pick(0, 2) == 0 ? seconds(pick(5, 200)).ms : 0;
  policy.length_max = pick(0, 2) == 0 ? pick(1, 6) : 0;
  policy.wait_ms_max = pick(0, 2) == 0 ? seconds(pick(20, 600)).ms : 0;
  policy.overflow_team_ids.clear();
  if (pick(0, 1) == 0) policy.overflow_team_ids = teams_;
  policy.hours.reset();
  if (pick(0, 1) == 0) {
    calendar::Schedule hours;
    for (std::int64_t day = 1; day <= 7; ++day) hours.week.push_back({day, {{pick(0, 600), pick(700, 1'900)}}});
    std::erase_if(hours.week, [](const auto& day) {
      return day.spans.front().until_minute - day.spans.front().from_minute > calendar::kMinutesPerDay;
    });
    if (!hours.week.empty()) policy.hours = hours;
  }
  note(fmt::format("policy of {}: {}", to_string(policy.team_id), enum_name(policy.strategy)));
  auto& p = office_.process();
  must(p.write(office_.tenant, [&](auto& tx) { return p.routing->save_policy(tx, office_.boss, policy); }));
  ledger_.policies[policy.team_id] = policy;
}

void Day::change_capacity() {
  const auto& actor = one_of(agents_);
  const std::int64_t capacity = pick(0, 5);
  note(fmt::format("capacity of {} is {}", to_string(actor.user), capacity));
  come_to_rest();  // what was decided before counts by the old one
  auto& p = office_.process();
  must(p.write(office_.tenant,
               [&](auto& tx) { return p.org.change_user(tx, office_.boss, actor.user, {.capacity = capacity}); }));
  ledger_.capacity[actor.user] = capacity;
  come_to_rest();
}

void Day::time_passes() {
  const std::int64_t dice = pick(0, 99);
  if (dice < 80)
    office_.clock.advance(milliseconds(pick(1, 40'000)));
  else if (dice < 96)
    office_.clock.advance(seconds(pick(40, 900)));
  else if (dice < 98)
    office_.clock.advance(hours(pick(1, 30)));
  else {
    turned_back_ = office_.clock.now() + minutes(10);
    office_.clock.set(office_.clock.now() - seconds(pick(1, 300)));
  }
  note("time passes");
}

void Day::restart() {
  note("restart");
  office_.restart();
  const auto teams = teams_;
  office_.routing().set_entrance({.asks = {}, .decide = {}, .default_team = [teams](TenantId, WidgetId widget) {
                                    return teams[static_cast<std::size_t>(widget.value) % teams.size()];
                                  }});
  if (pace_ == Pace::late) come_to_rest();  // a process that starts reads the log in its own time
}

void Day::come_to_rest() {
  if (pace_ == Pace::racy) {
    office_.settle();
  } else {
    if (pace_ == Pace::late) store_->catch_up();
    rest_step_by_step();
  }
  for (const auto& event : office_.events(ledger_.last_seq())) ledger_.take(event);
}

/// Due timers are handed over together before the first one runs; then one thing at a time.
void Day::rest_step_by_step() {
  auto& p = office_.process();
  store_->set_dispatcher(&p.dispatcher);
  const auto rest = [&] {
    if (!p.routing->settle(seconds(30))) throw std::runtime_error("routing does not come to rest");
  };
  rest();
  store_->hold();
  std::atomic<bool> fired = false;
  std::thread firing([&] {
    p.timers.run_due();
    fired = true;
  });
  int still = 0;
  for (std::size_t before = 0; !fired && still < kStill;) {
    const std::size_t now = store_->waiting();
    still = now == before ? still + 1 : 0;
    before = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  store_->release();
  firing.join();
  rest();
}

void Day::finish_act() {
  store_->set_dispatcher(&office_.process().dispatcher);
  if (!office_.process().routing->settle(seconds(30))) throw std::runtime_error("routing does not come to rest");
  store_->wait_idle();
}

void Day::check() {
  auto& p = office_.process();
  std::map<UserId, AgentStatus> agents;
  for (auto& status : must(p.read([&](auto& tx) { return p.routing->agents(tx, office_.boss); })))
    agents.emplace(status.user_id, std::move(status));
  for (const auto& [id, status] : agents) {
    if (status.load != ledger_.load(id))
      throw Violation(
          fmt::format("{} has {} by the board and {} by the log", to_string(id), status.load, ledger_.load(id)));
  }
  std::size_t open = 0;
  std::map<TeamId, std::set<std::int64_t>> places;
  for (const auto& [id, c] : ledger_.all()) {
    if (c.state == State::closed) continue;
    ++open;
    check_open(c, agents);
    if (waits(c)) {
      check_idle(c, agents);
      const auto position = p.routing->queue_position(office_.tenant, id);
      if (position <= 0 || !places[c.team_id].insert(position).second)
        throw Violation(fmt::format("{} has place {}", to_string(id), position));
    }
  }
  check_offers();
  if (p.timers.open() < open) throw Violation(fmt::format("{} open conversations, {} timers", open, p.timers.open()));
}

void Day::check_open(const Conversation& c, const std::map<UserId, AgentStatus>& agents) {
  const std::string name = to_string(c.id);
  switch (c.state) {
    case State::assigned: {
      if (!c.agent) throw Violation(name + " is assigned to nobody");
      const auto owner = agents.find(c.agent->id);
      // Whom a person chose keeps it by the law of timers, whatever his state says.
      const bool here = owner != agents.end() && (owner->second.state != AgentState::offline || ledger_.by_hand(c.id));
      if (!here && c.waiting_since_ms) throw Violation(name + " waits for " + to_string(c.agent->id) + ", who is gone");
      return;
    }
    case State::queued:
      if (!c.team_id || !c.queued_at_ms) throw Violation(name + " waits nowhere");
      return;
    case State::promised:
      if (!c.team_id || !c.promised_at_ms) throw Violation(name + " was promised nothing");
      return;
    case State::closed: return;
  }
}

/// What rings waits and rings until a time to come; a transfer is offered by its owner.
void Day::check_offers() {
  for (const auto& [id, offer] : ledger_.offers()) {
    const auto& c = ledger_.all().at(offer.conversation.id);
    const std::string name = to_string(id) + " of " + to_string(c.id);
    if (offer.kind == routing::OfferKind::ring && (!waits(c) || c.team_id != offer.team_id))
      throw Violation(name + " rings though it does not wait there");
    if (offer.kind == routing::OfferKind::transfer && (c.state != State::assigned || c.agent->id != offer.from_id))
      throw Violation(name + " is offered by who has it no longer");
    if (offer.until_at_ms < office_.clock.now()) throw Violation(name + " rings on after its time");
  }
}

/// Nobody waits while somebody who may take him has room.
void Day::check_idle(const Conversation& c, const std::map<UserId, AgentStatus>& agents) {
  const auto& policy = ledger_.policies[c.team_id];
  if (policy.strategy == Strategy::pull || ledger_.rings(c.id)) return;
  const bool waits_for_friend = policy.last_agent_wait_ms > 0 && ledger_.returns(c);
  const bool may_wait = (office_.clock.now() - *c.queued_at_ms).ms < policy.last_agent_wait_ms;
  if (waits_for_friend && (may_wait || office_.clock.now() < turned_back_)) return;
  const auto& silent = ledger_.silent(c.id);
  const auto serves = [&](const AgentStatus& agent) {
    return agent.state == AgentState::online && std::ranges::find(agent.team_ids, c.team_id) != agent.team_ids.end();
  };
  const auto& out = ledger_.silent_since_close(c.id);
  const bool others = std::ranges::any_of(
      agents, [&](const auto& entry) { return serves(entry.second) && !out.contains(entry.first); });
  for (const auto& [id, agent] : agents) {
    if (!serves(agent) || agent.load + ledger_.rings_for(id) >= agent.capacity || (others && silent.contains(id)))
      continue;
    if (ledger_.refused(c.id, id, office_.clock.now())) continue;
    throw Violation(fmt::format("{} waits since {} though {} has room: load {} of {}, {} ring, {}", to_string(c.id),
                                c.queued_at_ms->ms, to_string(id), agent.load, agent.capacity, ledger_.rings_for(id),
                                enum_name(policy.strategy)));
  }
}

}  // namespace yingda::sim
