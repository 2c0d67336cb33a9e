// Routing's face: who gets the next conversation. Listens to conversation events and agents' states, decides (pure, in
// src/decide), applies through conversation's guarded verbs. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/org/org.hpp"
#include "yingda/routing/advice.hpp"
#include "yingda/routing/entrance.hpp"
#include "yingda/routing/live.hpp"
#include "yingda/routing/offers.hpp"
#include "yingda/routing/simulate.hpp"
#include "yingda/routing/states.hpp"
#include "yingda/routing/types.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::routing {

/// How long an agent's last socket may be gone before he counts as offline.
inline constexpr DurationMs kDisconnectGrace = seconds(30);

class Routing {
 public:
  Routing(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::Timers& timers, const Clock& clock,
          IdSource& ids, org::Org& org, conversation::Conversations& conversations);
  ~Routing();

  /// Rebuilds its memory from the store and begins to assign. Call after migrate, before dispatcher.start().
  Status start();
  void stop();

  // --- agents' states; each change is kept in the timeline (routing_agent_timeline) and emitted as
  // "agent.state_changed" with the whole AgentStatus.
  /// The own state. permission_denied `routing.not_an_agent`; fields: `reason` (`routing.unknown_reason_code`: for busy
  /// and away only enabled codes of that state, or none), `state` (`routing.wrap_up_only_after_work`).
  Result<AgentStatus> set_state(storage::Transaction& tx, const org::Actor& actor, AgentState state,
                                std::string_view reason);
  /// Somebody else's, by who supervises one of his teams (permission_denied `org.out_of_scope`); audited as
  /// `agent.state_forced`. not_found `routing.no_such_agent`; conflict `routing.agent_not_here`: who is offline cannot
  /// be put to work.
  Result<AgentStatus> force_state(storage::Transaction& tx, const org::Actor& actor, UserId user, AgentState state,
                                  std::string_view reason);
  /// Makes the own wrap-up longer, at most to its queue's limit (conflict `routing.wrap_up_limit`), or ends it.
  /// conflict `routing.not_in_wrap_up`.
  Result<AgentStatus> change_wrap_up(storage::Transaction& tx, const org::Actor& actor, const WrapUpChange& change);
  /// The tenant's reason codes, the built-in ones where none were saved.
  Result<std::vector<ReasonCode>> reason_codes(storage::Transaction& tx, const org::Actor& actor);
  /// All of them at once; settings_manage; invalid_argument with fields; audited.
  Result<std::vector<ReasonCode>> save_reason_codes(storage::Transaction& tx, const org::Actor& actor,
                                                    const std::vector<ReasonCode>& codes);
  /// One day of an agent: his own, or by who supervises or may see figures, of agents who share a team with his scope
  /// (permission_denied `org.out_of_scope`). `date` empty: today in the tenant's time zone. not_found
  /// `routing.no_such_agent`; fields: `date`.
  Result<AgentDay> day_of(storage::Transaction& tx, const org::Actor& actor, UserId user, std::string_view date);
  /// Everybody with conversation_handle in the tenant, bounded by org::kUsersMax; state from the store, load counted.
  Result<std::vector<AgentStatus>> agents(storage::Transaction& tx, const org::Actor& actor);
  Result<AgentStatus> status(storage::Transaction& tx, TenantId tenant, UserId user);

  // --- offers: rings of waiting conversations (Strategy::ring_several), transfers to be accepted
  /// What rings for the actor; with `sent` his own transfers that nobody has accepted yet.
  Result<std::vector<Offer>> offers(storage::Transaction& tx, const org::Actor& actor, bool sent);
  /// One winner: conflict `routing.offer_gone` for everybody else and after its time, `routing.agent_full` for who has
  /// no room for a ring. not_found `routing.offer_not_found` for whom it never rang.
  Result<conversation::Conversation> accept_offer(storage::Transaction& tx, const org::Actor& actor, OfferId offer);
  /// It rings on for the others; a transfer ends. Errors as accept_offer.
  Status decline_offer(storage::Transaction& tx, const org::Actor& actor, OfferId offer, std::string_view reason);
  /// The owner takes his transfer back.
  Status withdraw_offer(storage::Transaction& tx, const org::Actor& actor, OfferId offer);
  /// Asks a colleague to take the actor's conversation over; it stays his until then. `conversation.*` errors as a
  /// transfer's; conflict `routing.agent_not_here`, `routing.already_offered`.
  Result<conversation::Conversation> offer_transfer(storage::Transaction& tx, const org::Actor& actor,
                                                    ConversationId conversation,
                                                    const conversation::Handover& handover);

  // --- presence, from edge/realtime: the first socket of an agent came, the last one went. Not blocking.
  void agent_connected(TenantId tenant, UserId user);
  void agent_disconnected(TenantId tenant, UserId user);

  // --- policies and reasons
  /// One policy a team, defaults where none was saved.
  Result<std::vector<QueuePolicy>> policies(storage::Transaction& tx, const org::Actor& actor);
  /// settings_manage; invalid_argument with fields for numbers out of range.
  Result<QueuePolicy> save_policy(storage::Transaction& tx, const org::Actor& actor, const QueuePolicy& policy);
  /// What looks wrong with a policy, saved or not; settings_manage, not_found `org.team_not_found`.
  Result<std::vector<PolicyWarning>> advise_on(storage::Transaction& tx, const org::Actor& actor,
                                               const QueuePolicy& policy);
  /// Who would get a customer who came now under this policy, and why; changes nothing. settings_manage,
  /// invalid_argument with fields, not_found `org.team_not_found`.
  Result<Preview> preview(storage::Transaction& tx, const org::Actor& actor, const PreviewRequest& request);
  /// One profile an agent, empty where none was saved.
  Result<std::vector<AgentProfile>> profiles(storage::Transaction& tx, const org::Actor& actor);
  /// settings_manage; not_found `routing.no_such_agent`, invalid_argument with fields.
  Result<AgentProfile> save_profile(storage::Transaction& tx, const org::Actor& actor, const AgentProfile& profile);
  /// Why the conversation went to whom, newest first, at most 50; access as to the conversation.
  Result<std::vector<AssignmentRecord>> assignments(storage::Transaction& tx, const org::Actor& actor,
                                                    ConversationId conversation);
  /// Who says where new episodes go and what they need there; set by the wiring before start(). Without it they wait in
  /// the tenant's first team.
  void set_entrance(EntrancePort port);
  /// The team that new conversations of a chat entrance wait in when no rule says more; none only for a company without
  /// teams. From memory.
  TeamId default_team(TenantId tenant, WidgetId widget) const;
  /// Whether a queue is within its hours; one without hours always is. From memory.
  bool is_open(TenantId tenant, TeamId team) const;

  /// The language of an entrance's customers, for what routing itself writes to them; set by the wiring before start().
  /// Called on any thread, from memory only. None: the tenant's language.
  void set_language(std::function<std::optional<org::Locale>(TenantId, WidgetId)> language_of_widget);

  /// Someone who could take a conversation now is online in the tenant (team none: in any team). From memory.
  bool anyone_online(TenantId tenant, TeamId team) const;
  /// Place in the queue, 1-based; 0 when not queued. From memory.
  std::int64_t queue_position(TenantId tenant, ConversationId conversation) const;
  /// How long it will still wait, by the queue's pace of late; nullopt when it does not wait or the pace is unknown.
  std::optional<DurationMs> estimated_wait(TenantId tenant, ConversationId conversation) const;
  /// The queues of these teams and every agent, now and today. From memory; reads the store at the first look at a
  /// tenant and when a new day begins: not on a network thread.
  Result<Live> live(TenantId tenant, std::span<const TeamId> teams);
  /// Blocks until every event committed so far led to its assignments; for tests.
  bool settle(DurationMs limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What came into the tenant's queues within [from, until), who was online then, and the policies of now. Reads the
/// facts only; limit_exceeded `routing.recording_too_large` beyond `items_max` episodes.
Result<Recording> load_recording(storage::Transaction& tx, org::Org& org, TenantId tenant, UtcTime from, UtcTime until,
                                 std::size_t items_max = kRecordedItemsMax);

std::span<const storage::Migration> migrations();

}  // namespace yingda::routing
