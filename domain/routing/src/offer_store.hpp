// Rows of routing_offer <-> values, and the events of offers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/routing/offers.hpp"
#include "yingda/routing/policy.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::routing {

/// An offer as kept: the conversation by its id.
struct StoredOffer {
  OfferId id;
  ConversationId conversation;
  EpisodeId episode;
  OfferKind kind = OfferKind::ring;
  TeamId team;
  std::vector<UserId> rings, declined;
  UserId from;
  std::string from_name, note;
  Explanation why;  // of a ring: how it was when it began
  UtcTime made_at, until;
  bool open = true;

  bool rings_for(UserId agent) const;
};

/// False when the conversation has an open offer of this kind already.
Result<bool> insert_offer(storage::Transaction& tx, TenantId tenant, const StoredOffer& offer);
Result<std::optional<StoredOffer>> load_offer(storage::Transaction& tx, TenantId tenant, OfferId id);
Result<std::vector<StoredOffer>> load_open_offers(storage::Transaction& tx, TenantId tenant);
/// Who declined a ring, or let it ring to its end, since then.
struct StoredRefusal {
  ConversationId conversation;
  UserId agent;
  UtcTime at;
};
Result<std::vector<StoredRefusal>> load_refusals(storage::Transaction& tx, TenantId tenant, UtcTime since);
/// Whom it still rings for.
Status store_offer_agents(storage::Transaction& tx, TenantId tenant, const StoredOffer& offer);
/// False when it had ended before: of two who end it one wins.
Result<bool> end_offer(storage::Transaction& tx, TenantId tenant, OfferId id, OfferOutcome outcome, UserId by,
                       UtcTime now);

/// "routing.offered"
void emit_offered(storage::Transaction& tx, TenantId tenant, const Offer& offer);
/// "routing.offer_ended"
void emit_offer_ended(storage::Transaction& tx, TenantId tenant, const OfferEnded& ended);
Result<Offer> decode_offer(const std::string& payload);
Result<OfferEnded> decode_offer_ended(const std::string& payload);

Offer offer_with(const StoredOffer& offer, conversation::Conversation conversation);
/// Ends for these agents.
OfferEnded ended_for(const StoredOffer& offer, std::vector<UserId> agents, OfferOutcome outcome);

}  // namespace yingda::routing
