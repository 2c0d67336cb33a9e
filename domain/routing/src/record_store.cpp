// Rows of routing_episode and routing_episode_agent.
#include "record.hpp"
#include "routing_queries.gen.hpp"
#include "yingda/base/json.hpp"

namespace yingda::routing {
namespace {

EpisodeFact fact_of(const storage::Row& row) {
  EpisodeFact fact;
  fact.episode = row.id<EpisodeId>(0);
  fact.conversation = row.id<ConversationId>(1);
  fact.team = row.id<TeamId>(2);
  fact.channel = parse_enum<conversation::Channel>(row.text(3)).value_or(conversation::Channel::webchat);
  fact.priority = row.int64(4);
  fact.vip = row.boolean(5);
  fact.arrived = row.time(6);
  fact.first_assigned = row.optional_time(7);
  fact.closed = row.optional_time(8);
  fact.agent = row.id<UserId>(9);
  if (!row.is_null(10)) fact.estimated_wait_ms = row.int64(10);
  fact.target_ms = row.int64(11);
  fact.handled_ms = row.int64(12);
  fact.outcome = parse_enum<Outcome>(row.text(13)).value_or(Outcome::open);
  fact.version = row.int64(14);
  return fact;
}

}  // namespace

Status store_fact(storage::Transaction& tx, TenantId tenant, const EpisodeFact& f) {
  return tx.exec_deferred(queries::upsert_episode, tenant, f.episode, f.conversation, f.team.value,
                          enum_name(f.channel), f.priority, f.vip, f.arrived, f.first_assigned, f.closed, f.agent.value,
                          f.estimated_wait_ms, f.target_ms, f.handled_ms, enum_name(f.outcome), f.version);
}

Result<std::optional<EpisodeFact>> load_fact(storage::Transaction& tx, TenantId tenant, EpisodeId episode) {
  return tx.one(queries::episode, fact_of, tenant, episode);
}

Result<std::vector<EpisodeFact>> load_facts_since(storage::Transaction& tx, TenantId tenant, UtcTime since) {
  return tx.all(queries::episodes_since, fact_of, tenant, since);
}

Result<std::vector<EpisodeFact>> load_facts(storage::Transaction& tx, TenantId tenant, UtcTime from, UtcTime until,
                                            int limit) {
  return tx.all(queries::episodes_between, fact_of, tenant, from, until, limit);
}

Status store_episode_agent(storage::Transaction& tx, TenantId tenant, const EpisodeAgent& got) {
  return tx.exec_deferred(queries::insert_episode_agent, tenant, got.episode, got.agent, got.at);
}

Result<std::vector<EpisodeAgent>> load_episode_agents_since(storage::Transaction& tx, TenantId tenant, UtcTime since) {
  return tx.all(
      queries::episode_agents_since,
      [](const storage::Row& row) { return EpisodeAgent{row.id<EpisodeId>(0), row.id<UserId>(1), row.time(2)}; },
      tenant, since);
}

Result<std::optional<std::int64_t>> load_estimate(storage::Transaction& tx, TenantId tenant,
                                                  ConversationId conversation, EpisodeId episode) {
  YD_TRY(const auto why, tx.one(
                             queries::first_explanation, [](const storage::Row& row) { return row.string(0); }, tenant,
                             conversation, episode));
  if (!why) return std::optional<std::int64_t>{};
  YD_TRY(const auto explanation, json::decode<Explanation>(*why));
  return explanation.estimated_wait_ms;
}

}  // namespace yingda::routing
