// Agents' states and the queues' policies.
#include "api.hpp"
#include "areas.hpp"

namespace yingda::rest {

struct StateInput {
  routing::AgentState state = routing::AgentState::online;
  std::optional<std::string> reason;
};
YD_DESCRIBE(StateInput, (state, reason))

struct ReasonCodesInput {
  std::vector<routing::ReasonCode> items;
};
YD_DESCRIBE(ReasonCodesInput, (items))

struct DayQuery {
  std::optional<std::string> date;
};
YD_DESCRIBE(DayQuery, (date))

void declare_agents(Api& api, Ground ground) {
  using net::Method;
  using org::Permission;
  auto& routing = ground.services.routing;

  api.read(Method::get, "/agents", "Colleagues who answer customers, with state and load", signed_in(),
           [&routing](Call& call, storage::Transaction& tx) -> Result<Items<routing::AgentStatus>> {
             YD_TRY(auto items, routing.agents(tx, call.actor));
             return Items<routing::AgentStatus>{std::move(items)};
           });
  api.write(Method::put, "/agents/me/state", "Change the own state", may(Permission::conversation_handle),
            [&routing](Call& call, storage::Transaction& tx, const StateInput& input) {
              return routing.set_state(tx, call.actor, input.state, input.reason.value_or(""));
            });
  api.write(Method::post, "/agents/me/wrap-up", "Make the own wrap-up longer, or end it",
            may(Permission::conversation_handle),
            [&routing](Call& call, storage::Transaction& tx, const routing::WrapUpChange& input) {
              return routing.change_wrap_up(tx, call.actor, input);
            });
  api.write(Method::put, "/agents/{id}/state", "Force a colleague's state", may(Permission::conversation_supervise),
            [&routing](Call& call, storage::Transaction& tx, UserId user, const StateInput& input) {
              return routing.force_state(tx, call.actor, user, input.state, input.reason.value_or(""));
            });
  api.read(Method::get, "/agents/{id}/day", "An agent's day: states and conversations", signed_in(),
           [&routing](Call& call, storage::Transaction& tx, UserId user, const DayQuery& query) {
             return routing.day_of(tx, call.actor, user, query.date.value_or(""));
           });
  api.read(Method::get, "/routing/reason-codes", "Why agents are busy or away", signed_in(),
           [&routing](Call& call, storage::Transaction& tx) -> Result<Items<routing::ReasonCode>> {
             YD_TRY(auto items, routing.reason_codes(tx, call.actor));
             return Items<routing::ReasonCode>{std::move(items)};
           });
  api.write(Method::put, "/routing/reason-codes", "Change why agents are busy or away",
            may(Permission::settings_manage),
            [&routing](Call& call, storage::Transaction& tx,
                       const ReasonCodesInput& input) -> Result<Items<routing::ReasonCode>> {
              YD_TRY(auto items, routing.save_reason_codes(tx, call.actor, input.items));
              return Items<routing::ReasonCode>{std::move(items)};
            });
  api.read(Method::get, "/routing/policies", "How each team's queue is served", signed_in(),
           [&routing](Call& call, storage::Transaction& tx) -> Result<Items<routing::QueuePolicy>> {
             YD_TRY(auto items, routing.policies(tx, call.actor));
             return Items<routing::QueuePolicy>{std::move(items)};
           });
  api.write(Method::put, "/routing/policies", "Change how a team's queue is served", may(Permission::settings_manage),
            [&routing](Call& call, storage::Transaction& tx, const routing::QueuePolicy& input) {
              return routing.save_policy(tx, call.actor, input);
            });
}

}  // namespace yingda::rest
