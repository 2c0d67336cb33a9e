// The shell of the entrance: plans in memory, decisions in the caller's transaction, questions to external programs
// outside of any. See entrance.hpp for the face.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "check.hpp"
#include "decide.hpp"
#include "external.hpp"
#include "store.hpp"
#include "yingda/base/secret_box.hpp"
#include "yingda/entrance/entrance.hpp"

namespace yingda::entrance {

/// A tenant's plan as decisions use it. Immutable.
struct PlanInForce {
  EntrancePlan plan;   // its rules are comparable()
  std::string secret;  // of the external program, readable
  Wanted wanted;
  bool active = false;  // it can decide anything
};
using PlanPtr = std::shared_ptr<const PlanInForce>;

/// What is known of a conversation when it is judged.
struct Gathered {
  Facts facts;
  std::optional<customer::Customer> customer;
  std::optional<customer::PageView> page;
};

struct Entrance::Impl : std::enable_shared_from_this<Entrance::Impl> {
  Impl(storage::Database& given_database, runtime::Dispatcher& given_dispatcher, runtime::Timers& given_timers,
       const Clock& given_clock, IdSource& given_ids, org::Org& given_org, customer::Customers& given_customers,
       conversation::Conversations& given_conversations, routing::Routing& given_routing, SecretBox given_box,
       Options given_options);

  storage::Database& database;
  runtime::Dispatcher& dispatcher;
  runtime::Timers& timers;
  const Clock& clock;
  IdSource& ids;
  org::Org& org;
  customer::Customers& customers;
  conversation::Conversations& conversations;
  routing::Routing& routing;
  const SecretBox box;
  const Options options;

  // --- plans (plans.cpp)
  mutable std::shared_mutex plans_mutex;
  std::unordered_map<TenantId, PlanPtr> plans;
  PlanPtr find(TenantId tenant) const;
  /// Keeps it unless a newer one is here.
  void put(TenantId tenant, PlanPtr plan);
  PlanPtr in_force(TenantId tenant, const EntrancePlan& stored) const;
  Status reload(TenantId tenant);
  Result<Company> company(storage::Transaction& tx, const org::Actor& actor) const;
  std::string purpose(TenantId tenant) const;

  // --- decisions (entrance.cpp)
  Result<Gathered> gather(storage::Transaction& tx, TenantId tenant, const conversation::Conversation& conversation,
                          Wanted wanted);
  Facts facts_about(TenantId tenant) const;
  /// What the rules say, as if rules and menu items whose teams are gone were not there.
  Result<Outcome> decide_among_teams(storage::Transaction& tx, TenantId tenant, const std::vector<EntranceRule>& rules,
                                     const std::vector<Menu>& menus, const Facts& facts);
  Result<routing::EntranceDecision> decide_for(storage::Transaction& tx, TenantId tenant,
                                               conversation::Conversation& conversation);

  // --- the external program (asking.cpp)
  std::mutex client_mutex;
  std::unique_ptr<net::HttpClient> client;  // none once we stop
  std::atomic<std::int64_t> in_flight{0};   // answers on their way to the store
  /// Puts the conversation into its queue and sends the question when this is durable.
  Status ask(storage::Transaction& tx, TenantId tenant, const PlanInForce& plan, const Gathered& gathered,
             conversation::Conversation& conversation, const EntranceRecord& record);
  void send(TenantId tenant, const store::DeadlineOf& whose, net::ClientRequest request);
  void on_response(TenantId tenant, const store::DeadlineOf& whose, Result<net::ClientResponse> response);
  /// How a question ended; empty answer: the rules' word stands.
  struct Ending {
    Asking state = Asking::late;
    ExternalAnswer answer;
    std::string error;
  };
  /// Writes it down unless the question has ended already.
  Status settle(storage::Transaction& tx, TenantId tenant, const store::DeadlineOf& whose, Ending ending);
  Status apply_answer(storage::Transaction& tx, TenantId tenant, const ExternalAnswer& answer, EntranceRecord& record,
                      conversation::Conversation& conversation);
};

inline constexpr std::string_view kDeadlineTimer = "entrance.deadline";

inline bool waits(const conversation::Conversation& c) {
  return c.state == conversation::State::queued || c.state == conversation::State::promised;
}

inline routing::EntranceDecision decision_of(const EntranceRecord& record) {
  return {record.team_id, record.skills, record.language, record.external == Asking::waiting};
}

}  // namespace yingda::entrance
