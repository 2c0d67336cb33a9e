#include "office.hpp"

namespace yingda::routing {

std::vector<storage::Migration> office_migrations() {
  std::vector<storage::Migration> all;
  for (const auto& room :
       {runtime::migrations(), org::migrations(), customer::migrations(), conversation::migrations(), migrations()})
    all.insert(all.end(), room.begin(), room.end());
  return all;
}

Process::Process(const storage::TestStore& store, ManualClock& shared_clock, int node, const Wrap& wrap, Join join)
    : clock(shared_clock),
      ids(clock, node),
      database(wrap ? wrap(store.open(clock)) : store.open(clock)),
      dispatcher(*database, workers, clock),
      timers(*database, clock),
      org(clock, ids),
      customers(clock, ids),
      conversations(clock, ids, org, customers),
      routing(std::make_unique<Routing>(*database, dispatcher, timers, clock, ids, org, conversations)),
      join_(std::move(join)) {
  must(database->migrate(office_migrations()));
}

Process::~Process() {
  routing->stop();
  dispatcher.stop();
  timers.stop();
  workers.stop(seconds(10));
  routing.reset();
}

void Process::start() {
  if (join_) joined_ = join_(*this);
  must(routing->start());
  must(timers.start(runtime::Firing::by_hand));
  must(dispatcher.start());
}

void Process::settle() {
  const auto rest = [&] {
    if (!routing->settle(seconds(30))) throw std::runtime_error("routing does not come to rest");
  };
  rest();
  timers.run_due();
  rest();
}

Office::Office(Process::Wrap wrap, Process::Join join) : wrap_(std::move(wrap)), join_(std::move(join)) {
  process_ = another_process();
  Process& p = *process_;
  tenant = must(p.write(TenantId{1}, [&](auto& tx) { return p.org.create_tenant(tx, {.name = "shop"}); })).id;
  boss = org::Org::system_actor(tenant);
  for (const auto& unit : must(p.read([&](auto& tx) { return p.org.list_units(tx, boss); })))
    if (unit.parent_id) centre = unit.id;
  for (const auto& role : must(p.read([&](auto& tx) { return p.org.list_roles(tx, boss); })))
    if (role.key == "agent") agent_role = role.id;
  care = must(p.read([&](auto& tx) { return p.org.list_teams(tx, boss); })).front().id;
  sales = must(p.write(tenant, [&](auto& tx) { return p.org.create_team(tx, boss, centre, "Sales"); })).id;
  p.start();
}

void Office::restart() {
  process_.reset();
  process_ = another_process();
  process_->start();
}

std::unique_ptr<Process> Office::another_process() {
  return std::make_unique<Process>(store, clock, ++processes_, wrap_, join_);
}

org::Actor Office::make_agent(const std::string& login, std::vector<TeamId> teams, std::int64_t capacity) {
  Process& p = *process_;
  const auto user = must(p.write(tenant, [&](auto& tx) {
    return p.org.create_user(tx, boss,
                             {.login = login,
                              .name = login,
                              .display_name = login,
                              .password_hash = {},
                              .role_id = agent_role,
                              .unit_id = {},
                              .team_ids = teams,
                              .capacity = capacity});
  }));
  org::Actor actor;
  actor.tenant = tenant;
  actor.user = user.id;
  actor.name = login;
  actor.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_handle);
  actor.teams = actor.scope_teams = std::move(teams);
  settle();
  return actor;
}

CustomerId Office::make_customer(const std::string& level) {
  Process& p = *process_;
  if (level.empty())
    return must(p.write(tenant, [&](auto& tx) { return p.customers.create_anonymous(tx, tenant, "zh-CN"); })).id;
  customer::Identity identity;
  identity.external_id = "customer-" + std::to_string(++keys_);
  identity.level = level;
  return must(p.write(tenant, [&](auto& tx) { return p.customers.identify(tx, tenant, identity, {}); })).id;
}

conversation::Conversation Office::say(CustomerId customer, const std::string& text) {
  conversation::InboundMessage inbound;
  inbound.tenant = tenant;
  inbound.customer = customer;
  inbound.client_msg_id = "key-" + std::to_string(++keys_);
  inbound.text = text;
  return must(process_->write(tenant, [&](auto& tx) { return process_->conversations.accept(tx, inbound); }))
      .conversation;
}

conversation::Conversation Office::answer(const org::Actor& agent, ConversationId id, const std::string& text) {
  conversation::OutboundMessage outbound;
  outbound.client_msg_id = "key-" + std::to_string(++keys_);
  outbound.text = text;
  return must(process_->write(tenant, [&](auto& tx) { return process_->conversations.send(tx, agent, id, outbound); }))
      .conversation;
}

Status Office::try_state(const org::Actor& agent, AgentState state, const std::string& reason) {
  return process_->database->write(tenant, [&](storage::Transaction& tx) -> Status {
    YD_CHECK(process_->routing->set_state(tx, agent, state, reason));
    return {};
  });
}

Result<conversation::Conversation> Office::grab(const org::Actor& agent, ConversationId id) {
  return process_->write(tenant, [&](auto& tx) { return process_->conversations.grab(tx, agent, id); });
}

Result<conversation::Conversation> Office::transfer(const org::Actor& actor, ConversationId id,
                                                    const conversation::Handover& to) {
  return process_->write(tenant, [&](auto& tx) { return process_->conversations.transfer(tx, actor, id, to); });
}

Result<conversation::Conversation> Office::close(const org::Actor& actor, ConversationId id) {
  return process_->write(tenant,
                         [&](auto& tx) { return process_->conversations.close(tx, actor, id, "agent", false); });
}

conversation::Conversation Office::load(ConversationId id) {
  return must(process_->read([&](auto& tx) { return process_->conversations.load(tx, tenant, id); }));
}

std::vector<conversation::Message> Office::messages(ConversationId id) {
  return must(process_->read([&](auto& tx) { return process_->conversations.messages(tx, boss, id, 0, 200); }));
}

QueuePolicy Office::policy(TeamId team) {
  for (const auto& one : must(process_->read([&](auto& tx) { return process_->routing->policies(tx, boss); })))
    if (one.team_id == team) return one;
  throw std::runtime_error("no such team");
}

void Office::save(const QueuePolicy& policy) {
  must(process_->write(tenant, [&](auto& tx) { return process_->routing->save_policy(tx, boss, policy); }));
  settle();
}

std::vector<AssignmentRecord> Office::why(ConversationId id) {
  return must(process_->read([&](auto& tx) { return process_->routing->assignments(tx, boss, id); }));
}

AgentStatus Office::status(const org::Actor& agent) {
  return must(process_->read([&](auto& tx) { return process_->routing->status(tx, tenant, agent.user); }));
}

std::int64_t Office::load_of(const org::Actor& agent) { return status(agent).load; }

void Office::pass(DurationMs by) {
  settle();
  clock.advance(by);
  settle();
}

std::vector<storage::CommittedEvent> Office::events(std::int64_t after) {
  std::vector<storage::CommittedEvent> all;
  for (;;) {
    auto page = must(process_->database->read_events(tenant, after, 1'000));
    if (page.empty()) return all;
    after = page.back().seq;
    for (auto& event : page) all.push_back(std::move(event));
  }
}

std::int64_t Office::count_events(const std::string& type) {
  std::int64_t count = 0;
  for (const auto& event : events()) count += event.type == type;
  return count;
}

}  // namespace yingda::routing
