// Where new conversations go: the entrance's plan, trying it out, why one went where it went.
#include "api.hpp"
#include "areas.hpp"

namespace yingda::rest {

struct Why {
  std::optional<entrance::EntranceRecord> entrance;  // absent when no rule was in force
  std::vector<routing::AssignmentRecord> assignments;
};
YD_DESCRIBE(Why, (entrance, assignments))

namespace {

entrance::EntrancePlan in_words(entrance::EntrancePlan plan, messages::Language language) {
  for (entrance::Warning& warning : plan.warnings) warning.message = messages::text(warning.reason, language);
  return plan;
}

}  // namespace

void declare_entrance(Api& api, Ground ground) {
  using net::Method;
  using org::Permission;
  auto& entrance = ground.services.entrance;
  auto& routing = ground.services.routing;

  api.read(Method::get, "/entrance", "Rules, external program and menus of all entrances",
           may(Permission::settings_manage),
           [&entrance](Call& call, storage::Transaction& tx) -> Result<entrance::EntrancePlan> {
             YD_TRY(auto plan, entrance.plan(tx, call.actor));
             return in_words(std::move(plan), call.language);
           });
  api.write(Method::put, "/entrance", "Replace rules, external program and menus", may(Permission::settings_manage),
            [&entrance](Call& call, storage::Transaction& tx,
                        const entrance::EntrancePlan& input) -> Result<entrance::EntrancePlan> {
              YD_TRY(auto plan, entrance.save(tx, call.actor, input));
              return in_words(std::move(plan), call.language);
            });
  api.write(Method::post, "/entrance/try", "Where a conversation would go, and why; changes nothing",
            may(Permission::settings_manage),
            [&entrance](Call& call, storage::Transaction& tx, const entrance::Trial& input) {
              return entrance.try_out(tx, call.actor, input);
            });
  api.read(Method::get, "/entrance/external-status", "What asking the external program came to",
           may(Permission::settings_manage),
           [&entrance](Call& call, storage::Transaction& tx) { return entrance.external_status(tx, call.actor); });
  api.read(Method::get, "/conversations/{id}/why", "How a conversation came to its team and its agents", signed_in(),
           [&entrance, &routing](Call& call, storage::Transaction& tx, ConversationId id) -> Result<Why> {
             YD_TRY(auto record, entrance.why(tx, call.actor, id));
             YD_TRY(auto assignments, routing.assignments(tx, call.actor, id));
             return Why{std::move(record), std::move(assignments)};
           });
}

}  // namespace yingda::rest
