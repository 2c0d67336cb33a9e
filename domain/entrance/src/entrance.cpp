#include "yingda/entrance/entrance.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "entrance_migrations.gen.hpp"
#include "impl.hpp"
#include "yingda/base/log.hpp"
#include "yingda/base/text.hpp"

namespace yingda::entrance {

Entrance::Impl::Impl(storage::Database& given_database, runtime::Dispatcher& given_dispatcher,
                     runtime::Timers& given_timers, const Clock& given_clock, IdSource& given_ids, org::Org& given_org,
                     customer::Customers& given_customers, conversation::Conversations& given_conversations,
                     routing::Routing& given_routing, SecretBox given_box, Options given_options)
    : database(given_database),
      dispatcher(given_dispatcher),
      timers(given_timers),
      clock(given_clock),
      ids(given_ids),
      org(given_org),
      customers(given_customers),
      conversations(given_conversations),
      routing(given_routing),
      box(given_box),
      options(std::move(given_options)) {}

Entrance::Entrance(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::Timers& timers,
                   const Clock& clock, IdSource& ids, org::Org& org, customer::Customers& customers,
                   conversation::Conversations& conversations, routing::Routing& routing, SecretBox box,
                   Options options)
    : impl_(std::make_shared<Impl>(database, dispatcher, timers, clock, ids, org, customers, conversations, routing,
                                   std::move(box), std::move(options))) {}

Entrance::~Entrance() { stop(); }

Status Entrance::start() {
  Impl& impl = *impl_;
  {
    const std::scoped_lock lock(impl.client_mutex);
    impl.client = std::make_unique<net::HttpClient>();
  }
  YD_TRY(const auto tenants, impl.database.read_for<std::vector<org::Tenant>>(
                                 [&](storage::Transaction& tx) { return impl.org.list_tenants(tx); }));
  for (const org::Tenant& tenant : tenants) YD_CHECK(impl.reload(tenant.id));
  impl.timers.on(std::string(kDeadlineTimer), [&impl](storage::Transaction& tx, const runtime::Timer& timer) -> Status {
    YD_TRY(const auto whose, store::decode_deadline(timer.payload));
    return impl.settle(tx, timer.tenant, whose, {.state = Asking::late, .answer = {}, .error = "net.deadline"});
  });
  impl.dispatcher.on("entrance", {"settings.changed"}, [&impl](const storage::CommittedEvent& event) -> Status {
    return store::is_entrance_change(event.payload) ? impl.reload(event.tenant) : Status{};
  });
  return {};
}

void Entrance::stop() {
  std::unique_ptr<net::HttpClient> ended;
  {
    const std::scoped_lock lock(impl_->client_mutex);
    ended = std::move(impl_->client);
  }
  ended.reset();  // its callbacks have come when it is gone
  for (int i = 0; i < 500 && impl_->in_flight > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

routing::EntrancePort Entrance::port() {
  routing::EntrancePort port;
  port.asks = [impl = impl_](TenantId tenant) { return impl->find(tenant) != nullptr; };
  port.decide = [impl = impl_](storage::Transaction& tx, TenantId tenant, conversation::Conversation& conversation) {
    return impl->decide_for(tx, tenant, conversation);
  };
  return port;
}

Facts Entrance::Impl::facts_about(TenantId tenant) const {
  Facts facts;
  facts.opened = [this, tenant](TeamId team) { return routing.is_open(tenant, team); };
  return facts;
}

namespace {

void add_customer(Facts& facts, const customer::Customer& customer) {
  facts.language = customer.locale;
  facts.tags = customer.tags;
  facts.attributes = customer.attributes;
  facts.level = customer.level;
  facts.regions.clear();
  for (const char* name : {"region", "province"}) {
    const auto it = customer.attributes.find(name);
    if (it != customer.attributes.end() && !it->second.empty()) facts.regions.push_back(it->second);
  }
  if (auto country = region_of_language(customer.locale); facts.regions.empty() && !country.empty())
    facts.regions.push_back(std::move(country));
}

}  // namespace

Result<Gathered> Entrance::Impl::gather(storage::Transaction& tx, TenantId tenant, const conversation::Conversation& c,
                                        Wanted wanted) {
  Gathered out;
  out.facts = facts_about(tenant);
  Facts& facts = out.facts;
  facts.channel = c.channel;
  facts.widget = c.widget_id;
  facts.level = c.customer.level;
  facts.topic = c.topic.value_or("");
  facts.returning = c.episode_number > 1;
  facts.default_team = routing.default_team(tenant, c.widget_id);
  if (wanted.customer) {
    YD_TRY(out.customer, customers.load(tx, tenant, c.customer.id));
    add_customer(facts, *out.customer);
  }
  if (wanted.page) {
    YD_TRY(auto pages, customers.pages(tx, tenant, c.customer.id, 1));
    if (!pages.empty()) {
      facts.page = pages.front().url;
      out.page = std::move(pages.front());
    }
  }
  if (wanted.text) {
    YD_TRY(const auto messages, conversations.messages_for_customer(tx, tenant, c.customer.id, 0, kTextMessagesMax));
    for (const conversation::Message& message : messages) {
      if (message.episode_id != c.episode_id || message.author.kind != conversation::AuthorKind::customer) continue;
      if (facts.text.size() + message.text.size() > kTextBytesMax) break;
      if (!facts.text.empty()) facts.text += '\n';
      facts.text += message.text;
    }
  }
  return out;
}

namespace {

void forget_team(std::vector<MenuItem>& items, TeamId team) {
  for (MenuItem& item : items) {
    if (item.team_id == team) item.team_id.reset();
    forget_team(item.items, team);
  }
}

}  // namespace

Result<Outcome> Entrance::Impl::decide_among_teams(storage::Transaction& tx, TenantId tenant,
                                                   const std::vector<EntranceRule>& rules,
                                                   const std::vector<Menu>& menus, const Facts& facts) {
  Outcome outcome = decide(rules, menus, facts);
  if (outcome.rule_id.empty() && outcome.rule_name.empty() && outcome.menu_item_id.empty()) return outcome;
  const auto known = org.load_team(tx, tenant, outcome.team_id);
  if (known) return outcome;
  if (known.error().code != Code::not_found) return std::unexpected(known.error());
  std::vector<EntranceRule> others = rules;
  std::erase_if(others, [&](const EntranceRule& rule) { return rule.team_id == outcome.team_id; });
  std::vector<Menu> other_menus = menus;
  for (Menu& menu : other_menus) forget_team(menu.items, outcome.team_id);
  return decide_among_teams(tx, tenant, others, other_menus, facts);
}

Result<routing::EntranceDecision> Entrance::Impl::decide_for(storage::Transaction& tx, TenantId tenant,
                                                             conversation::Conversation& c) {
  const PlanPtr plan = find(tenant);
  if (!plan) return routing::EntranceDecision{};
  YD_TRY(const auto known, store::find_decision(tx, tenant, c.id, c.episode_id));
  if (known) return decision_of(*known);
  // What stands in a queue already came there before there were rules, or by a person's hand.
  if (!plan->active || c.team_id) return routing::EntranceDecision{};

  const bool asks = plan->plan.external.enabled;
  const Wanted wanted = asks ? Wanted{true, true, true} : plan->wanted;
  YD_TRY(const auto gathered, gather(tx, tenant, c, wanted));
  YD_TRY(Outcome outcome, decide_among_teams(tx, tenant, plan->plan.rules, plan->plan.menus, gathered.facts));
  EntranceRecord record{.episode_id = c.episode_id,
                        .plan_version = plan->plan.version,
                        .rule_id = std::move(outcome.rule_id),
                        .rule_name = std::move(outcome.rule_name),
                        .menu_item_id = std::move(outcome.menu_item_id),
                        .team_id = outcome.team_id,
                        .priority = outcome.priority,
                        .skills = std::move(outcome.skills),
                        .language = std::move(outcome.language),
                        .checked = std::move(outcome.checked),
                        .external = asks ? Asking::waiting : Asking::not_asked,
                        .external_error = {},
                        .deadline_at_ms = {},
                        .decided_at_ms = clock.now()};
  if (asks) record.deadline_at_ms = clock.now() + milliseconds(plan->plan.external.deadline_ms);
  YD_TRY(const bool mine, store::insert_decision(tx, tenant, c.id, record));
  if (!mine) {  // another process was faster
    YD_TRY(const auto theirs, store::find_decision(tx, tenant, c.id, c.episode_id));
    return theirs ? decision_of(*theirs) : routing::EntranceDecision{};
  }
  if (record.priority > 0) {
    const auto raised = std::min(c.priority + record.priority, conversation::kPriorityMax);
    YD_TRY(c, conversations.set_priority(tx, org::Org::system_actor(tenant), c.id, raised));
  }
  if (asks) YD_CHECK(ask(tx, tenant, *plan, gathered, c, record));
  return decision_of(record);
}

Result<Outcome> Entrance::try_out(storage::Transaction& tx, const org::Actor& actor, const Trial& trial) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  Impl& impl = *impl_;
  const TenantId tenant = actor.tenant;
  Gathered gathered;
  gathered.facts = impl.facts_about(tenant);
  if (trial.conversation_id) {
    YD_TRY(const auto c, impl.conversations.access_conversation(tx, actor, *trial.conversation_id));
    YD_TRY(gathered, impl.gather(tx, tenant, c, {true, true, true}));
  }
  Facts& facts = gathered.facts;
  const auto take = [](auto& into, const auto& given) {
    if (given) into = *given;
  };
  take(facts.channel, trial.channel);
  take(facts.widget, trial.widget_id);
  take(facts.page, trial.page);
  take(facts.language, trial.language);
  take(facts.level, trial.level);
  take(facts.topic, trial.topic);
  take(facts.text, trial.text);
  take(facts.tags, trial.tags);
  take(facts.returning, trial.returning);
  if (trial.attributes || trial.language) {
    // A region follows from what was typed.
    customer::Customer typed;
    typed.locale = facts.language;
    typed.level = facts.level;
    typed.tags = facts.tags;
    typed.attributes = trial.attributes.value_or(facts.attributes);
    add_customer(facts, typed);
  }
  facts.default_team = impl.routing.default_team(tenant, facts.widget);
  const PlanPtr plan = impl.find(tenant);
  static const EntrancePlan kNothing;
  const EntrancePlan& saved = plan ? plan->plan : kNothing;
  if (trial.rules) {
    YD_TRY(const auto company, impl.company(tx, actor));
    if (auto wrong = check_rules(*trial.rules, company); !wrong.empty()) return fail_fields(std::move(wrong));
  }
  return impl.decide_among_teams(tx, tenant, trial.rules ? comparable(*trial.rules) : saved.rules, saved.menus, facts);
}

Result<ExternalStatus> Entrance::external_status(storage::Transaction& tx, const org::Actor& actor) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  return store::external_status(tx, actor.tenant);
}

Result<std::optional<EntranceRecord>> Entrance::why(storage::Transaction& tx, const org::Actor& actor,
                                                    ConversationId id) {
  YD_TRY(const auto c, impl_->conversations.access_conversation(tx, actor, id));
  return store::find_decision(tx, actor.tenant, id, c.episode_id);
}

std::optional<Menu> Entrance::menu_of(TenantId tenant, WidgetId widget) const {
  const PlanPtr plan = impl_->find(tenant);
  if (!plan) return std::nullopt;
  const auto menu = std::ranges::find(plan->plan.menus, widget, &Menu::widget_id);
  if (menu == plan->plan.menus.end() || menu->items.empty()) return std::nullopt;
  return *menu;
}

std::span<const storage::Migration> migrations() { return kMigrations; }

}  // namespace yingda::entrance
