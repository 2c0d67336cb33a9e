// Asking the external program: the question leaves when it is durable that we ask; its deadline is a stored timer, so
// every question ends, whatever happens to this process.
#include <algorithm>

#include "impl.hpp"
#include "yingda/base/log.hpp"

namespace yingda::entrance {

Status Entrance::Impl::ask(storage::Transaction& tx, TenantId tenant, const PlanInForce& plan, const Gathered& gathered,
                           conversation::Conversation& c, const EntranceRecord& record) {
  // Its place is written down now: what routing would still have to place could overtake a quick answer.
  if (record.team_id) {
    YD_TRY(c,
           conversations.assign(
               tx, tenant, c.id,
               {.agent = {}, .team = record.team_id, .reason = "routing.queued", .note = {}, .expected_version = {}}));
  }
  const store::DeadlineOf whose{c.id, c.episode_id};
  YD_CHECK(timers.schedule(tx, {tenant, std::string(kDeadlineTimer), to_string(c.episode_id), *record.deadline_at_ms,
                                store::encode_deadline(whose)}));
  YD_CHECK(store::count_external(tx, tenant, {.asked = 1}));
  ExternalQuestion question{tenant,
                            c,
                            *gathered.customer,
                            gathered.page,
                            gathered.facts.text,
                            {record.team_id, record.rule_id},
                            *record.deadline_at_ms};
  tx.on_commit([self = shared_from_this(), tenant, whose,
                request = encode_question(question, plan.plan.external, plan.secret, options.guard)] {
    self->send(tenant, whose, request);
  });
  return {};
}

void Entrance::Impl::send(TenantId tenant, const store::DeadlineOf& whose, net::ClientRequest request) {
  const std::scoped_lock lock(client_mutex);
  if (!client) return;  // we stop; the deadline settles it
  client->send(std::move(request), [self = shared_from_this(), tenant, whose](Result<net::ClientResponse> response) {
    self->on_response(tenant, whose, std::move(response));
  });
}

void Entrance::Impl::on_response(TenantId tenant, const store::DeadlineOf& whose,
                                 Result<net::ClientResponse> response) {
  if (!response && response.error().reason == "net.stopping") return;
  auto ending = std::make_shared<Ending>();
  auto answer = response ? decode_answer(*response) : Result<ExternalAnswer>(std::unexpected(response.error()));
  if (answer) {
    ending->state = Asking::answered;
    ending->answer = *std::move(answer);
  } else {
    const Error& error = answer.error();
    ending->state = error.code == Code::timeout ? Asking::late : Asking::failed;
    ending->error = error.detail.empty() ? error.reason : error.reason + " (" + error.detail + ')';
  }
  ++in_flight;
  database.write_async(
      tenant,
      [self = shared_from_this(), tenant, whose, ending](storage::Transaction& tx) {
        return self->settle(tx, tenant, whose, *ending);
      },
      [self = shared_from_this()](const Status& status) {
        // The deadline will settle it.
        if (!status) log::error("entrance.answer_lost", status.error());
        --self->in_flight;
      });
}

Status Entrance::Impl::apply_answer(storage::Transaction& tx, TenantId tenant, const ExternalAnswer& answer,
                                    EntranceRecord& record, conversation::Conversation& c) {
  const std::int64_t added = record.priority;
  if (answer.team_id && *answer.team_id) record.team_id = *answer.team_id;
  record.priority = answer.priority.value_or(record.priority);
  record.skills = answer.skills.value_or(record.skills);
  record.language = answer.language.value_or(record.language);
  if (!waits(c)) return {};  // somebody took it meanwhile: it is his
  if (record.priority != added) {
    const auto priority = std::clamp(c.priority - added + record.priority, std::int64_t{0}, conversation::kPriorityMax);
    YD_TRY(c, conversations.set_priority(tx, org::Org::system_actor(tenant), c.id, priority));
  }
  if (answer.topic) {
    YD_TRY(c, conversations.set_topic(tx, tenant, c.id, *answer.topic));
  }
  if (answer.team_id && *answer.team_id && c.team_id != record.team_id) {
    YD_TRY(c, conversations.assign(tx, tenant, c.id,
                                   {.agent = {},
                                    .team = record.team_id,
                                    .reason = "routing.rule.external",
                                    .note = {},
                                    .expected_version = {}}));
  }
  return {};
}

Status Entrance::Impl::settle(storage::Transaction& tx, TenantId tenant, const store::DeadlineOf& whose,
                              Ending ending) {
  YD_TRY(auto record, store::find_decision(tx, tenant, whose.conversation_id, whose.episode_id));
  if (!record || record->external != Asking::waiting) return {};
  YD_TRY(auto c, conversations.load(tx, tenant, whose.conversation_id));
  const bool current = c.episode_id == whose.episode_id;
  if (const auto team = ending.answer.team_id; ending.state == Asking::answered && team && *team) {
    const auto known = org.load_team(tx, tenant, *team);
    if (!known && known.error().code != Code::not_found) return std::unexpected(known.error());
    if (!known) ending = {.state = Asking::failed, .answer = {}, .error = "entrance.external_nonsense (team_id)"};
  }
  record->external = ending.state;
  record->external_error = ending.error;
  if (current && ending.state == Asking::answered) YD_CHECK(apply_answer(tx, tenant, ending.answer, *record, c));
  YD_CHECK(store::update_decision(tx, tenant, whose.conversation_id, *record));
  YD_CHECK(store::count_external(tx, tenant,
                                 {.asked = 0,
                                  .answered = ending.state == Asking::answered ? 1 : 0,
                                  .late = ending.state == Asking::late ? 1 : 0,
                                  .failed = ending.state == Asking::failed ? 1 : 0,
                                  .last_error = ending.error,
                                  .last_at_ms = clock.now()}));
  YD_CHECK(timers.cancel(tx, tenant, kDeadlineTimer, to_string(whose.episode_id)));
  if (current) tx.emit({tenant, "entrance.decided", store::encode_decided({std::move(c), decision_of(*record)})});
  return {};
}

}  // namespace yingda::entrance
