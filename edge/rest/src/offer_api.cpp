// Offers: what rings for an agent, and his answers.
#include "api.hpp"
#include "areas.hpp"

namespace yingda::rest {

struct OfferQuery {
  std::optional<bool> sent;
};
YD_DESCRIBE(OfferQuery, (sent))

struct DeclineInput {
  std::optional<std::string> reason;
};
YD_DESCRIBE(DeclineInput, (reason))

void declare_offers(Api& api, Ground ground) {
  using net::Method;
  using org::Permission;
  using routing::OfferId;
  auto& routing = ground.services.routing;

  api.read(Method::get, "/offers", "What rings for me, or what I sent", may(Permission::conversation_handle),
           [&routing](Call& call, storage::Transaction& tx, const OfferQuery& query) -> Result<Items<routing::Offer>> {
             YD_TRY(auto items, routing.offers(tx, call.actor, query.sent.value_or(false)));
             return Items<routing::Offer>{std::move(items)};
           });
  api.write(Method::post, "/offers/{id}/accept", "Take what rings", may(Permission::conversation_handle),
            [&routing](Call& call, storage::Transaction& tx, OfferId id) {
              return routing.accept_offer(tx, call.actor, id);
            });
  api.write(Method::post, "/offers/{id}/decline", "Leave it to others", may(Permission::conversation_handle),
            [&routing](Call& call, storage::Transaction& tx, OfferId id, const DeclineInput& input) {
              return routing.decline_offer(tx, call.actor, id, input.reason.value_or(""));
            });
  api.write(Method::post, "/offers/{id}/withdraw", "Take the own transfer back", may(Permission::conversation_handle),
            [&routing](Call& call, storage::Transaction& tx, OfferId id) {
              return routing.withdraw_offer(tx, call.actor, id);
            });
}

}  // namespace yingda::rest
