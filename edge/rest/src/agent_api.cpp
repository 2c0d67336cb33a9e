// Agents' states and the queues' policies.
#include "api.hpp"
#include "areas.hpp"

namespace yingda::rest {

struct StateInput {
  routing::AgentState state = routing::AgentState::online;
  std::optional<std::string> reason;
};
YD_DESCRIBE(StateInput, (state, reason))

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
