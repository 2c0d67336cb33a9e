// What agents can do, and advice while a queue's policy is edited.
#include "api.hpp"
#include "areas.hpp"

namespace yingda::rest {

namespace {

/// A routing::PolicyWarning in the reader's words.
struct WarningView {
  std::string field, reason, message;
  bool refused = false;
  BOOST_DESCRIBE_CLASS(WarningView, (), (field, reason, message, refused), (), ())
};
struct Advice {
  std::vector<WarningView> warnings;
  BOOST_DESCRIBE_CLASS(Advice, (), (warnings), (), ())
};
struct PolicyInput {
  routing::QueuePolicy policy;
  BOOST_DESCRIBE_CLASS(PolicyInput, (), (policy), (), ())
};

Advice worded(const std::vector<routing::PolicyWarning>& warnings, messages::Language language) {
  Advice out;
  for (const routing::PolicyWarning& one : warnings)
    out.warnings.push_back({one.field, one.reason, std::string(messages::text(one.reason, language)), one.refused});
  return out;
}

}  // namespace

void declare_profiles(Api& api, Ground ground) {
  using net::Method;
  using org::Permission;
  auto& routing = ground.services.routing;

  api.read(Method::get, "/routing/profiles", "What each agent can do: skills, languages, share", signed_in(),
           [&routing](Call& call, storage::Transaction& tx) -> Result<Items<routing::AgentProfile>> {
             YD_TRY(auto items, routing.profiles(tx, call.actor));
             return Items<routing::AgentProfile>{std::move(items)};
           });
  api.write(Method::put, "/routing/profiles", "Change what an agent can do", may(Permission::settings_manage),
            [&routing](Call& call, storage::Transaction& tx, const routing::AgentProfile& input) {
              return routing.save_profile(tx, call.actor, input);
            });
  api.write(Method::post, "/routing/policies/check", "What looks wrong with a policy; saves nothing",
            may(Permission::settings_manage),
            [&routing](Call& call, storage::Transaction& tx, const PolicyInput& input) -> Result<Advice> {
              YD_TRY(const auto warnings, routing.advise_on(tx, call.actor, input.policy));
              return worded(warnings, call.language);
            });
  api.write(Method::post, "/routing/preview", "Who would get a customer now under a policy, and why; changes nothing",
            may(Permission::settings_manage),
            [&routing](Call& call, storage::Transaction& tx, const routing::PreviewRequest& input) {
              return routing.preview(tx, call.actor, input);
            });
}

}  // namespace yingda::rest
