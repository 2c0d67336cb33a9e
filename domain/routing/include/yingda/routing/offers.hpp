// Offers (振铃): a conversation that agents may accept before anybody has it. API shapes and events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/types.hpp"

namespace yingda::routing {

YD_ID(OfferId, "of");

/// ring: a waiting conversation for several agents at once; it keeps its place in the queue meanwhile. transfer: a
/// colleague's conversation; it stays his until it is accepted.
enum class OfferKind { ring, transfer };
YD_DESCRIBE_ENUM(OfferKind, ring, transfer)

/// "routing.offered".
struct Offer {
  OfferId id;
  conversation::Conversation conversation;
  OfferKind kind = OfferKind::ring;
  std::vector<UserId> agent_ids;  // whom it rings for; who declined is no longer among them
  std::optional<UserId> from_id;  // transfer: whose conversation it is
  std::string from_name;
  std::string note;
  UtcTime made_at_ms, until_at_ms;
  std::optional<TeamId> team_id;  // ring: the queue
};
YD_DESCRIBE(Offer, (id, conversation, kind, agent_ids, from_id, from_name, note, made_at_ms, until_at_ms, team_id))

/// withdrawn: taken back, or the conversation went elsewhere.
enum class OfferOutcome { accepted, declined, expired, withdrawn };
YD_DESCRIBE_ENUM(OfferOutcome, accepted, declined, expired, withdrawn)

/// "routing.offer_ended": for these agents it rings no longer. When one of several declines, it comes for him alone.
struct OfferEnded {
  OfferId id;
  ConversationId conversation_id;
  OfferKind kind = OfferKind::ring;
  std::vector<UserId> agent_ids;
  OfferOutcome outcome = OfferOutcome::expired;
  std::optional<UserId> by_id;    // who accepted, declined or withdrew
  std::optional<UserId> from_id;  // as the offer's
  std::string reason;             // words of who declined
};
YD_DESCRIBE(OfferEnded, (id, conversation_id, kind, agent_ids, outcome, by_id, from_id, reason))

}  // namespace yingda::routing
