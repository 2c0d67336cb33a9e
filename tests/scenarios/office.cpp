#include "office.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "yingda/storage/migrations.hpp"

namespace yingda::scenario {
namespace {

void must(const Status& status, const char* what) {
  if (!status) throw std::runtime_error(fmt::format("{}: {}", what, describe(status.error())));
}

}  // namespace

struct Office::Rooms {
  std::unique_ptr<storage::Database> database;
  runtime::WorkerPool workers{2, 10'000};
  std::unique_ptr<runtime::Timers> timers;
  std::unique_ptr<runtime::Dispatcher> dispatcher;
  std::unique_ptr<org::Org> org;
  std::unique_ptr<customer::Customers> customers;
  std::unique_ptr<conversation::Conversations> conversations;
  std::unique_ptr<routing::Routing> routing;
  std::unique_ptr<entrance::Entrance> entrance;
  std::unique_ptr<rating::Ratings> ratings;

  ~Rooms() {
    if (entrance) entrance->stop();
    if (routing) routing->stop();
    if (dispatcher) dispatcher->stop();
    if (timers) timers->stop();
    workers.stop(seconds(5));
    ratings.reset();
    entrance.reset();
    routing.reset();
    dispatcher.reset();
    timers.reset();
    database.reset();
  }
};

Office::Office() {
  std::string pattern = (std::filesystem::temp_directory_path() / "yingda-scenario-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
  folder_ = pattern;
  open_rooms();
  auto tenant = rooms_->database->write_for<org::Tenant>(
      TenantId{}, [&](storage::Transaction& tx) { return rooms_->org->create_tenant(tx, {"Office"}); });
  if (!tenant) throw std::runtime_error(describe(tenant.error()));
  tenant_ = tenant->id;
  boss_ = org::Org::system_actor(tenant_);
  must(rooms_->database->read([&](storage::Transaction& tx) -> Status {
    YD_TRY(const auto units, rooms_->org->list_units(tx, boss_));
    root_ = units.front().id;
    return {};
  }),
       "units");
}

Office::~Office() {
  rooms_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Office::open_rooms() {
  rooms_ = std::make_unique<Rooms>();
  Rooms& r = *rooms_;
  storage::DatabaseOptions options;
  options.url = "sqlite:" + folder_ + "/office.db";
  auto database = storage::open_database(options, clock_);
  if (!database) throw std::runtime_error(describe(database.error()));
  r.database = std::move(*database);
  std::vector<storage::Migration> all;
  for (const auto list :
       {storage::migrations(), runtime::migrations(), org::migrations(), customer::migrations(),
        conversation::migrations(), routing::migrations(), entrance::migrations(), rating::migrations()}) {
    all.insert(all.end(), list.begin(), list.end());
  }
  must(r.database->migrate(all), "migrate");
  r.timers = std::make_unique<runtime::Timers>(*r.database, clock_);
  r.dispatcher = std::make_unique<runtime::Dispatcher>(*r.database, r.workers, clock_);
  r.org = std::make_unique<org::Org>(clock_, ids_);
  r.customers = std::make_unique<customer::Customers>(clock_, ids_);
  r.conversations = std::make_unique<conversation::Conversations>(clock_, ids_, *r.org, *r.customers);
  r.routing =
      std::make_unique<routing::Routing>(*r.database, *r.dispatcher, *r.timers, clock_, ids_, *r.org, *r.conversations);
  r.entrance = std::make_unique<entrance::Entrance>(*r.database, *r.dispatcher, *r.timers, clock_, ids_, *r.org,
                                                    *r.customers, *r.conversations, *r.routing, SecretBox({}));
  routing::EntrancePort port = r.entrance->port();
  port.default_team = [this](TenantId, WidgetId) {
    const auto it = teams_.find(first_team_);
    return it == teams_.end() ? TeamId{} : it->second;
  };
  r.routing->set_entrance(std::move(port));
  r.ratings = std::make_unique<rating::Ratings>(*r.database, *r.dispatcher, clock_, ids_, *r.org, *r.conversations);
  r.ratings->start();
  must(r.entrance->start(), "entrance");
  must(r.routing->start(), "routing");
  must(r.timers->start(runtime::Firing::by_hand), "timers");
  must(r.dispatcher->start(), "dispatcher");
}

void Office::restart() {
  settle();
  rooms_.reset();
  open_rooms();
  settle();
}

void Office::settle() {
  if (!rooms_->routing->settle(seconds(20))) throw std::runtime_error("the office did not settle within 20 s");
}

void Office::advance(DurationMs by) {
  settle();
  clock_.advance(by);
  rooms_->timers->run_due();
  settle();
}

Status Office::make_team(const std::string& name) {
  if (first_team_.empty()) first_team_ = name;
  YD_TRY(const auto team, rooms_->database->write_for<org::Team>(tenant_, [&](storage::Transaction& tx) {
    return rooms_->org->create_team(tx, boss_, root_, name);
  }));
  teams_[name] = team.id;
  settle();
  return {};
}

Status Office::hire(const std::string& name, const std::string& role, const std::string& team, std::int64_t capacity) {
  YD_TRY(const auto user,
         rooms_->database->write_for<org::User>(tenant_, [&](storage::Transaction& tx) -> Result<org::User> {
           YD_TRY(const auto roles, rooms_->org->list_roles(tx, boss_));
           org::NewUser fresh;
           fresh.login = name;
           fresh.name = name;
           fresh.capacity = capacity;
           fresh.unit_id = root_;
           for (const org::Role& one : roles) {
             if (one.key == role) fresh.role_id = one.id;
           }
           if (!team.empty()) fresh.team_ids = {this->team(team)};
           return rooms_->org->create_user(tx, boss_, fresh);
         }));
  users_[name] = user.id;
  settle();
  return {};
}

UserId Office::user(const std::string& name) const {
  const auto it = users_.find(name);
  if (it == users_.end()) throw std::runtime_error("nobody is called " + name);
  return it->second;
}

TeamId Office::team(const std::string& name) const {
  const auto it = teams_.find(name);
  if (it == teams_.end()) throw std::runtime_error("no team is called " + name);
  return it->second;
}

Result<org::Actor> Office::actor(storage::Transaction& tx, const std::string& name) {
  org::Org::LoginCandidate candidate;
  candidate.tenant = tenant_;
  candidate.user = user(name);
  YD_TRY(const auto login, rooms_->org->finish_login(tx, candidate, "", "127.0.0.1", "scenario"));
  return rooms_->org->actor_of_session(tx, login.session_secret);
}

template <class F>
Status Office::as(const std::string& agent, const std::string& customer, F verb) {
  const auto known = customers_.find(customer);
  if (!customer.empty() && known == customers_.end()) throw std::runtime_error("no customer is called " + customer);
  auto status = rooms_->database->write(tenant_, [&](storage::Transaction& tx) -> Status {
    YD_TRY(const auto who, actor(tx, agent));
    ConversationId id;
    if (!customer.empty()) {
      YD_TRY(const auto thread, rooms_->conversations->thread_of(tx, tenant_, known->second));
      if (!thread) return fail(Code::not_found, "conversation.not_found");
      id = thread->id;
    }
    auto result = verb(tx, who, id);
    if (!result) return std::unexpected(std::move(result).error());
    return {};
  });
  settle();
  return status;
}

Status Office::set_state(const std::string& agent, const std::string& state, const std::string& reason) {
  const auto wanted = parse_enum<routing::AgentState>(state);
  if (!wanted) throw std::runtime_error("no state is called " + state);
  return as(agent, "", [&](storage::Transaction& tx, const org::Actor& who, ConversationId) {
    return rooms_->routing->set_state(tx, who, *wanted, reason);
  });
}

Status Office::force_state(const std::string& supervisor, const std::string& agent, const std::string& state) {
  const auto wanted = parse_enum<routing::AgentState>(state);
  if (!wanted) throw std::runtime_error("no state is called " + state);
  return as(supervisor, "", [&](storage::Transaction& tx, const org::Actor& who, ConversationId) {
    return rooms_->routing->force_state(tx, who, user(agent), *wanted, "");
  });
}

Status Office::extend_wrap_up(const std::string& agent, DurationMs by) {
  return as(agent, "", [&](storage::Transaction& tx, const org::Actor& who, ConversationId) {
    routing::WrapUpChange change;
    if (by.ms == 0)
      change.end = true;
    else
      change.extend_ms = by.ms;
    return rooms_->routing->change_wrap_up(tx, who, change);
  });
}

Status Office::change_queue(const std::string& name, const std::function<void(routing::QueuePolicy&)>& change) {
  auto status = rooms_->database->write(tenant_, [&](storage::Transaction& tx) -> Status {
    YD_TRY(auto policies, rooms_->routing->policies(tx, boss_));
    const auto policy = std::ranges::find(policies, team(name), &routing::QueuePolicy::team_id);
    if (policy == policies.end()) return fail(Code::not_found, "org.team_not_found");
    change(*policy);
    YD_CHECK(rooms_->routing->save_policy(tx, boss_, *policy));
    return {};
  });
  settle();
  return status;
}

Result<std::vector<routing::Offer>> Office::offers(storage::Transaction& tx, const org::Actor& actor, bool sent,
                                                   const std::string& customer) {
  YD_TRY(auto all, rooms_->routing->offers(tx, actor, sent));
  std::erase_if(all,
                [&](const routing::Offer& offer) { return offer.conversation.customer.id != customers_.at(customer); });
  return all;
}

Status Office::answer_offer(const std::string& agent, const std::string& customer, bool accepts) {
  return as(agent, customer, [&](storage::Transaction& tx, const org::Actor& who, ConversationId) -> Status {
    YD_TRY(const auto mine, offers(tx, who, false, customer));
    if (mine.empty()) return fail(Code::not_found, "routing.offer_not_found");
    if (!accepts) return rooms_->routing->decline_offer(tx, who, mine.front().id, "");
    YD_CHECK(rooms_->routing->accept_offer(tx, who, mine.front().id));
    return {};
  });
}

Status Office::ask_to_take(const std::string& agent, const std::string& colleague, const std::string& customer) {
  return as(agent, customer, [&](storage::Transaction& tx, const org::Actor& who, ConversationId id) {
    conversation::Handover handover;
    handover.agent = user(colleague);
    return rooms_->routing->offer_transfer(tx, who, id, handover);
  });
}

Status Office::take_back(const std::string& agent, const std::string& customer) {
  return as(agent, customer, [&](storage::Transaction& tx, const org::Actor& who, ConversationId) -> Status {
    YD_TRY(const auto sent, offers(tx, who, true, customer));
    if (sent.empty()) return fail(Code::not_found, "routing.offer_not_found");
    return rooms_->routing->withdraw_offer(tx, who, sent.front().id);
  });
}

Status Office::consult(const std::string& agent, const std::string& colleague, const std::string& customer) {
  return as(agent, customer, [&](storage::Transaction& tx, const org::Actor& who, ConversationId id) {
    return rooms_->conversations->set_participant(tx, who, id, user(colleague), true,
                                                  conversation::ParticipantRole::consult);
  });
}

void Office::connect(const std::string& agent, bool connected) {
  if (connected)
    rooms_->routing->agent_connected(tenant_, user(agent));
  else
    rooms_->routing->agent_disconnected(tenant_, user(agent));
  // Presence is written behind the caller's back: an empty write after it means it is there.
  must(rooms_->database->write(tenant_, [](storage::Transaction&) -> Status { return {}; }), "presence");
  settle();
}

Result<CustomerId> Office::customer(storage::Transaction& tx, const std::string& name, const std::string& locale) {
  if (const auto known = customers_.find(name); known != customers_.end()) return known->second;
  YD_TRY(const auto fresh, rooms_->customers->create_anonymous(tx, tenant_, locale));
  customer::Identity identity;
  identity.external_id = name;
  identity.name = name;
  YD_TRY(const auto made, rooms_->customers->identify(tx, tenant_, identity, fresh.id));
  return customers_.emplace(name, made.id).first->second;
}

Status Office::know(const std::string& name, const std::string& locale, const customer::Identity& facts) {
  return rooms_->database->write(tenant_, [&](storage::Transaction& tx) -> Status {
    YD_TRY(const CustomerId id, customer(tx, name, locale));
    customer::Identity identity = facts;
    identity.external_id = name;
    YD_CHECK(rooms_->customers->identify(tx, tenant_, identity, id));
    return {};
  });
}

Status Office::look_at(const std::string& name, const std::string& url) {
  return rooms_->database->write(tenant_, [&](storage::Transaction& tx) -> Status {
    YD_TRY(const CustomerId id, customer(tx, name));
    return rooms_->customers->record_page(tx, tenant_, id, {.url = url, .title = {}, .referrer = {}, .at_ms = {}});
  });
}

Status Office::change_plan(const std::function<void(entrance::EntrancePlan&)>& change) {
  auto status = rooms_->database->write(tenant_, [&](storage::Transaction& tx) -> Status {
    YD_TRY(auto plan, rooms_->entrance->plan(tx, boss_));
    change(plan);
    YD_CHECK(rooms_->entrance->save(tx, boss_, plan));
    return {};
  });
  settle();
  return status;
}

Result<std::optional<entrance::EntranceRecord>> Office::entered(const std::string& name) {
  return rooms_->database->read_for<std::optional<entrance::EntranceRecord>>(
      [&](storage::Transaction& tx) { return rooms_->entrance->why(tx, boss_, thread_id(tx, name)); });
}

Status Office::customer_says(const std::string& name, const std::string& text, const std::string& key,
                             const std::string& topic) {
  auto status = rooms_->database->write(tenant_, [&](storage::Transaction& tx) -> Status {
    conversation::InboundMessage message;
    message.tenant = tenant_;
    YD_TRY(message.customer, customer(tx, name));
    message.topic = topic;
    message.client_msg_id = key.empty() ? fmt::format("k{}", ids_.next_value()) : key;
    message.text = text;
    last_key_[name] = message.client_msg_id;
    YD_CHECK(rooms_->conversations->accept(tx, message));
    return {};
  });
  settle();
  return status;
}

Status Office::agent_says(const std::string& agent, const std::string& text, const std::string& customer, bool note) {
  return as(agent, customer, [&](storage::Transaction& tx, const org::Actor& who, ConversationId id) {
    conversation::OutboundMessage message;
    message.client_msg_id = fmt::format("k{}", ids_.next_value());
    message.kind = note ? conversation::MessageKind::note : conversation::MessageKind::text;
    message.text = text;
    return rooms_->conversations->send(tx, who, id, message);
  });
}

Status Office::grab(const std::string& agent, const std::string& customer) {
  return as(agent, customer, [&](storage::Transaction& tx, const org::Actor& who, ConversationId id) {
    return rooms_->conversations->grab(tx, who, id);
  });
}

Status Office::transfer(const std::string& agent, const std::string& customer, const std::string& to_agent,
                        const std::string& to_team) {
  conversation::Handover handover;
  if (!to_agent.empty()) handover.agent = user(to_agent);
  if (!to_team.empty()) handover.team = team(to_team);
  handover.reason = "conversation.transfer";
  return as(agent, customer, [&](storage::Transaction& tx, const org::Actor& who, ConversationId id) {
    return rooms_->conversations->transfer(tx, who, id, handover);
  });
}

Status Office::close(const std::string& agent, const std::string& customer, bool automatic) {
  return as(agent, customer, [&](storage::Transaction& tx, const org::Actor& who, ConversationId id) {
    return rooms_->conversations->close(tx, who, id, "agent", automatic);
  });
}

Status Office::reopen(const std::string& agent, const std::string& customer) {
  return as(agent, customer, [&](storage::Transaction& tx, const org::Actor& who, ConversationId id) {
    return rooms_->conversations->reopen(tx, who, id);
  });
}

Status Office::set_priority(const std::string& agent, const std::string& customer, std::int64_t priority) {
  return as(agent, customer, [&](storage::Transaction& tx, const org::Actor& who, ConversationId id) {
    return rooms_->conversations->set_priority(tx, who, id, priority);
  });
}

Status Office::recall_last(const std::string& agent, const std::string& customer) {
  YD_TRY(const auto messages, seen_by(agent, customer));
  MessageId last;
  for (const auto& message : messages) {
    if (message.author.kind == conversation::AuthorKind::agent) last = message.id;
  }
  return as(agent, customer, [&](storage::Transaction& tx, const org::Actor& who, ConversationId) {
    return rooms_->conversations->recall(tx, who, last);
  });
}

Status Office::read_all(const std::string& customer) {
  auto status = rooms_->database->write(tenant_, [&](storage::Transaction& tx) {
    return rooms_->conversations->mark_by_customer(tx, tenant_, customers_.at(customer), 1'000'000, 1'000'000);
  });
  settle();
  return status;
}

Result<conversation::Conversation> Office::thread(const std::string& customer) {
  return rooms_->database->read_for<conversation::Conversation>(
      [&](storage::Transaction& tx) -> Result<conversation::Conversation> {
        YD_TRY(auto found, rooms_->conversations->thread_of(tx, tenant_, customers_.at(customer)));
        if (!found) return fail(Code::not_found, "conversation.not_found");
        return *std::move(found);
      });
}

Result<std::vector<conversation::Message>> Office::seen_by_customer(const std::string& customer) {
  return rooms_->database->read_for<std::vector<conversation::Message>>([&](storage::Transaction& tx) {
    return rooms_->conversations->messages_for_customer(tx, tenant_, customers_.at(customer), 0, 200);
  });
}

Result<std::vector<conversation::Message>> Office::seen_by(const std::string& agent, const std::string& customer) {
  return rooms_->database->write_for<std::vector<conversation::Message>>(
      tenant_, [&](storage::Transaction& tx) -> Result<std::vector<conversation::Message>> {
        YD_TRY(const auto who, actor(tx, agent));
        YD_TRY(const auto found, rooms_->conversations->thread_of(tx, tenant_, customers_.at(customer)));
        if (!found) return fail(Code::not_found, "conversation.not_found");
        return rooms_->conversations->messages(tx, who, found->id, 0, 200);
      });
}

Result<routing::AgentStatus> Office::status(const std::string& agent) {
  return rooms_->database->read_for<routing::AgentStatus>(
      [&](storage::Transaction& tx) { return rooms_->routing->status(tx, tenant_, user(agent)); });
}

std::vector<std::string> Office::rings_for(const std::string& customer) {
  std::vector<std::string> names;
  for (const auto& [name, id] : users_) {
    const auto mine = rooms_->database->write_for<std::vector<routing::Offer>>(
        tenant_, [&](storage::Transaction& tx) -> Result<std::vector<routing::Offer>> {
          YD_TRY(const auto who, actor(tx, name));
          return offers(tx, who, false, customer);
        });
    if (mine && !mine->empty()) names.push_back(name);
  }
  return names;
}

std::set<std::string> Office::alarms_of(const std::string& name) {
  std::set<std::string> standing;
  const std::string subject = R"("team_id":")" + to_string(team(name)) + '"';
  for (std::int64_t after = 0;;) {
    const auto page = rooms_->database->read_events(tenant_, after, 1'000);
    if (!page || page->empty()) return standing;
    for (const auto& event : *page) {
      after = event.seq;
      if (!event.type.starts_with("routing.queue_alarm_") || !event.payload.contains(subject)) continue;
      const auto at = event.payload.find(R"("kind":")") + 8;
      const std::string kind = event.payload.substr(at, event.payload.find('"', at) - at);
      if (event.type == "routing.queue_alarm_raised")
        standing.insert(kind);
      else
        standing.erase(kind);
    }
  }
}

std::vector<routing::AssignmentRecord> Office::why(const std::string& customer) {
  const auto found = thread(customer);
  if (!found) return {};
  auto records = rooms_->database->read_for<std::vector<routing::AssignmentRecord>>(
      [&](storage::Transaction& tx) { return rooms_->routing->assignments(tx, boss_, found->id); });
  return records ? *std::move(records) : std::vector<routing::AssignmentRecord>{};
}

std::int64_t Office::position(const std::string& customer) {
  const auto found = thread(customer);
  return found ? rooms_->routing->queue_position(tenant_, found->id) : 0;
}

ConversationId Office::thread_id(storage::Transaction& tx, const std::string& customer) {
  const auto found = rooms_->conversations->thread_of(tx, tenant_, customers_.at(customer));
  return found && *found ? (*found)->id : ConversationId{};
}

Result<std::optional<rating::Invitation>> Office::question(const std::string& customer) {
  return rooms_->database->read_for<std::optional<rating::Invitation>>(
      [&](storage::Transaction& tx) { return rooms_->ratings->current(tx, tenant_, customers_.at(customer)); });
}

Status Office::rate(const std::string& customer, std::optional<bool> solved, std::optional<std::int64_t> score,
                    const std::string& words) {
  auto status = rooms_->database->write(tenant_, [&](storage::Transaction& tx) -> Status {
    YD_TRY(const auto rated, rooms_->ratings->episodes(tx, boss_, {.conversation = thread_id(tx, customer)}, "", 1));
    if (rated.items.empty()) return fail(Code::not_found, "rating.not_invited");
    rating::Answer answer{.episode_id = rated.items.front().invitation.episode_id, .solved = solved, .score = score};
    if (!words.empty()) answer.words = words;
    YD_CHECK(rooms_->ratings->answer(tx, tenant_, customers_.at(customer), answer));
    return {};
  });
  settle();
  return status;
}

Result<std::int64_t> Office::questions_put(const std::string& customer) {
  return rooms_->database->read_for<std::int64_t>([&](storage::Transaction& tx) -> Result<std::int64_t> {
    YD_TRY(const auto rated, rooms_->ratings->episodes(tx, boss_, {.conversation = thread_id(tx, customer)}, "", 200));
    return static_cast<std::int64_t>(rated.items.size());
  });
}

Result<std::vector<rating::FollowUp>> Office::follow_ups(const std::string& customer) {
  return rooms_->database->read_for<std::vector<rating::FollowUp>>(
      [&](storage::Transaction& tx) -> Result<std::vector<rating::FollowUp>> {
        YD_TRY(auto page, rooms_->ratings->follow_ups(tx, boss_, rating::FollowUpState::open, "", 200));
        const auto thread = thread_id(tx, customer);
        std::erase_if(page.items, [&](const auto& one) { return one.conversation_id != thread; });
        return std::move(page.items);
      });
}

Status Office::settle_follow_ups(const std::string& supervisor, const std::string& customer) {
  YD_TRY(const auto open, follow_ups(customer));
  if (open.empty()) return fail(Code::not_found, "rating.follow_up_not_found");
  auto status = rooms_->database->write(tenant_, [&](storage::Transaction& tx) -> Status {
    YD_TRY(const auto who, actor(tx, supervisor));
    for (const auto& one : open)
      YD_CHECK(rooms_->ratings->change_follow_up(tx, who, one.id, {.state = rating::FollowUpState::done}));
    return {};
  });
  settle();
  return status;
}

}  // namespace yingda::scenario
