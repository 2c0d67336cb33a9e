#include "offer_store.hpp"

#include <algorithm>

#include "routing_queries.gen.hpp"
#include "yingda/base/json.hpp"

namespace yingda::routing {
namespace {

struct OfferAgents {
  std::vector<UserId> rings, declined;
};
YD_DESCRIBE(OfferAgents, (rings, declined))

/// The JSON columns of a row, read when the statement is done.
struct OfferRow {
  StoredOffer offer;
  std::string agents, why;
};

OfferRow read_row(const storage::Row& row) {
  OfferRow out;
  StoredOffer& offer = out.offer;
  offer.id = row.id<OfferId>(0);
  offer.conversation = row.id<ConversationId>(1);
  offer.episode = row.id<EpisodeId>(2);
  offer.kind = row.text(3) == enum_name(OfferKind::transfer) ? OfferKind::transfer : OfferKind::ring;
  offer.team = row.id<TeamId>(4);
  out.agents = row.string(5);
  offer.from = row.id<UserId>(6);
  offer.from_name = row.string(7);
  offer.note = row.string(8);
  out.why = row.string(9);
  offer.made_at = row.time(10);
  offer.until = row.time(11);
  offer.open = row.text(12).empty();
  return out;
}

Result<StoredOffer> finish(OfferRow row) {
  YD_TRY(auto agents, json::decode<OfferAgents>(row.agents));
  row.offer.rings = std::move(agents.rings);
  row.offer.declined = std::move(agents.declined);
  YD_TRY(row.offer.why, json::decode<Explanation>(row.why));
  return std::move(row.offer);
}

std::string encode_agents(const StoredOffer& offer) { return json::encode(OfferAgents{offer.rings, offer.declined}); }

}  // namespace

bool StoredOffer::rings_for(UserId agent) const { return std::ranges::find(rings, agent) != rings.end(); }

Result<bool> insert_offer(storage::Transaction& tx, TenantId tenant, const StoredOffer& offer) {
  YD_TRY(const auto rows, tx.exec(queries::insert_offer, tenant, offer.id, offer.conversation, offer.episode,
                                  enum_name(offer.kind), offer.team, encode_agents(offer), offer.from, offer.from_name,
                                  offer.note, json::encode(offer.why), offer.made_at, offer.until));
  return rows == 1;
}

Result<std::optional<StoredOffer>> load_offer(storage::Transaction& tx, TenantId tenant, OfferId id) {
  YD_TRY(auto row, tx.one(queries::offer, read_row, tenant, id));
  if (!row) return std::optional<StoredOffer>{};
  YD_TRY(auto offer, finish(*std::move(row)));
  return std::optional(std::move(offer));
}

Result<std::vector<StoredOffer>> load_open_offers(storage::Transaction& tx, TenantId tenant) {
  YD_TRY(auto rows, tx.all(queries::open_offers, read_row, tenant));
  std::vector<StoredOffer> out;
  for (OfferRow& row : rows) {
    YD_TRY(auto offer, finish(std::move(row)));
    out.push_back(std::move(offer));
  }
  return out;
}

Result<std::vector<StoredRefusal>> load_refusals(storage::Transaction& tx, TenantId tenant, UtcTime since) {
  struct Row {
    ConversationId conversation;
    std::string agents;
    UtcTime at;
  };
  YD_TRY(const auto rows,
         tx.all(
             queries::refused_offers,
             [](const storage::Row& row) { return Row{row.id<ConversationId>(0), row.string(1), row.time(2)}; }, tenant,
             since));
  std::vector<StoredRefusal> out;
  for (const Row& row : rows) {
    YD_TRY(const auto agents, json::decode<OfferAgents>(row.agents));
    for (const auto* list : {&agents.rings, &agents.declined})
      for (const UserId agent : *list) out.push_back({row.conversation, agent, row.at});
  }
  return out;
}

Status store_offer_agents(storage::Transaction& tx, TenantId tenant, const StoredOffer& offer) {
  return tx.exec_deferred(queries::update_offer_agents, tenant, offer.id, encode_agents(offer));
}

Result<bool> end_offer(storage::Transaction& tx, TenantId tenant, OfferId id, OfferOutcome outcome, UserId by,
                       UtcTime now) {
  YD_TRY(const auto rows, tx.exec(queries::end_offer, tenant, id, enum_name(outcome), by, now));
  return rows == 1;
}

void emit_offered(storage::Transaction& tx, TenantId tenant, const Offer& offer) {
  tx.emit({tenant, "routing.offered", json::encode(offer)});
}

void emit_offer_ended(storage::Transaction& tx, TenantId tenant, const OfferEnded& ended) {
  tx.emit({tenant, "routing.offer_ended", json::encode(ended)});
}

Result<Offer> decode_offer(const std::string& payload) { return json::decode<Offer>(payload); }
Result<OfferEnded> decode_offer_ended(const std::string& payload) { return json::decode<OfferEnded>(payload); }

Offer offer_with(const StoredOffer& offer, conversation::Conversation conversation) {
  Offer out;
  out.id = offer.id;
  out.conversation = std::move(conversation);
  out.kind = offer.kind;
  out.agent_ids = offer.rings;
  if (offer.from) out.from_id = offer.from;
  out.from_name = offer.from_name;
  out.note = offer.note;
  out.made_at_ms = offer.made_at;
  out.until_at_ms = offer.until;
  if (offer.team) out.team_id = offer.team;
  return out;
}

OfferEnded ended_for(const StoredOffer& offer, std::vector<UserId> agents, OfferOutcome outcome) {
  OfferEnded ended;
  ended.id = offer.id;
  ended.conversation_id = offer.conversation;
  ended.kind = offer.kind;
  ended.agent_ids = std::move(agents);
  ended.outcome = outcome;
  if (offer.from) ended.from_id = offer.from;
  return ended;
}

}  // namespace yingda::routing
