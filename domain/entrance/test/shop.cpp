#include "shop.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace yingda::entrance {
namespace {

std::vector<storage::Migration> all_migrations() {
  std::vector<storage::Migration> all;
  for (const auto& room : {runtime::migrations(), org::migrations(), customer::migrations(), conversation::migrations(),
                           routing::migrations(), migrations()})
    all.insert(all.end(), room.begin(), room.end());
  return all;
}

}  // namespace

Process::Process(const storage::TestStore& store, ManualClock& clock, int node)
    : ids(clock, node),
      database(store.open(clock)),
      dispatcher(*database, workers, clock),
      timers(*database, clock),
      org(clock, ids),
      customers(clock, ids),
      conversations(clock, ids, org, customers),
      routing(std::make_unique<routing::Routing>(*database, dispatcher, timers, clock, ids, org, conversations)),
      entrance(std::make_unique<Entrance>(*database, dispatcher, timers, clock, ids, org, customers, conversations,
                                          *routing, SecretBox({}),
                                          Options{.guard = net::AddressGuard::any, .widget_exists = {}})) {
  must(database->migrate(all_migrations()));
  routing->set_entrance(entrance->port());
}

Process::~Process() {
  entrance->stop();
  routing->stop();
  dispatcher.stop();
  timers.stop();
  workers.stop(seconds(10));
  routing.reset();
}

void Process::start() {
  must(entrance->start());
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

Shop::Shop() {
  process_ = another_process();
  Process& p = *process_;
  tenant = must(p.write(TenantId{1}, [&](auto& tx) { return p.org.create_tenant(tx, {.name = "shop"}); })).id;
  boss = org::Org::system_actor(tenant);
  for (const auto& unit : must(p.read([&](auto& tx) { return p.org.list_units(tx, boss); })))
    if (unit.parent_id) centre_ = unit.id;
  for (const auto& role : must(p.read([&](auto& tx) { return p.org.list_roles(tx, boss); })))
    if (role.key == "agent") agent_role_ = role.id;
  care = must(p.read([&](auto& tx) { return p.org.list_teams(tx, boss); })).front().id;
  const auto team = [&](const char* name) {
    return must(p.write(tenant, [&](auto& tx) { return p.org.create_team(tx, boss, centre_, name); })).id;
  };
  sales = team("Sales");
  loans = team("Loans");
  p.start();
}

void Shop::restart() {
  process_.reset();
  process_ = another_process();
  process_->start();
}

std::unique_ptr<Process> Shop::another_process() { return std::make_unique<Process>(store, clock, ++processes_); }

void Shop::pass(DurationMs by) {
  settle();
  clock.advance(by);
  settle();
}

org::Actor Shop::make_agent(const std::string& login, std::vector<TeamId> teams, std::vector<routing::Skill> skills) {
  Process& p = *process_;
  const auto user = must(p.write(tenant, [&](auto& tx) {
    return p.org.create_user(tx, boss,
                             {.login = login,
                              .name = login,
                              .display_name = login,
                              .password_hash = {},
                              .role_id = agent_role_,
                              .unit_id = {},
                              .team_ids = teams});
  }));
  settle();
  must(p.write(tenant, [&](auto& tx) {
    return p.routing->save_profile(tx, boss, {.user_id = user.id, .skills = std::move(skills), .languages = {}});
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

void Shop::online(const org::Actor& agent) {
  must(process_->write(
      tenant, [&](auto& tx) { return process_->routing->set_state(tx, agent, routing::AgentState::online, ""); }));
  settle();
}

CustomerId Shop::make_customer(const std::string& locale, const customer::Identity& identity) {
  Process& p = *process_;
  const auto made = must(p.write(tenant, [&](auto& tx) { return p.customers.create_anonymous(tx, tenant, locale); }));
  if (!identity.external_id.empty())
    must(p.write(tenant, [&](auto& tx) { return p.customers.identify(tx, tenant, identity, made.id); }));
  return made.id;
}

conversation::Conversation Shop::say(CustomerId customer, const std::string& text, const std::string& topic) {
  conversation::InboundMessage inbound;
  inbound.tenant = tenant;
  inbound.customer = customer;
  inbound.client_msg_id = "key-" + std::to_string(++keys_);
  inbound.text = text;
  inbound.topic = topic;
  const auto accepted =
      must(process_->write(tenant, [&](auto& tx) { return process_->conversations.accept(tx, inbound); }));
  settle();
  return load(accepted.conversation.id);
}

conversation::Conversation Shop::load(ConversationId id) {
  return must(process_->read([&](auto& tx) { return process_->conversations.load(tx, tenant, id); }));
}

void Shop::close(const org::Actor& agent, ConversationId id) {
  must(process_->write(tenant, [&](auto& tx) { return process_->conversations.close(tx, agent, id, "agent", false); }));
  settle();
}

EntrancePlan Shop::save(std::vector<EntranceRule> rules, External external, std::vector<Menu> menus) {
  Process& p = *process_;
  const auto saved = must(p.write(tenant, [&](auto& tx) -> Result<EntrancePlan> {
    YD_TRY(auto plan, p.entrance->plan(tx, boss));
    plan.rules = rules;
    plan.external = external;
    plan.menus = menus;
    return p.entrance->save(tx, boss, plan);
  }));
  settle();
  return saved;
}

std::optional<EntranceRecord> Shop::why(ConversationId id) {
  return must(process_->read([&](auto& tx) { return process_->entrance->why(tx, boss, id); }));
}

ExternalStatus Shop::external() {
  return must(process_->read([&](auto& tx) { return process_->entrance->external_status(tx, boss); }));
}

std::vector<std::string> Shop::event_types(std::int64_t after) {
  std::vector<std::string> types;
  for (auto& event : must(process_->database->read_events(tenant, after, 1'000))) types.push_back(event.type);
  return types;
}

SilentProgram::SilentProgram() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (socket_ < 0 || ::bind(socket_, any, size) != 0 || ::listen(socket_, 16) != 0 ||
      ::getsockname(socket_, any, &size) != 0)
    throw std::runtime_error("no socket on the loopback");
  url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
}

SilentProgram::~SilentProgram() { ::close(socket_); }

}  // namespace yingda::entrance
