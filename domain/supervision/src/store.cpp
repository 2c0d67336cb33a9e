#include "store.hpp"

#include <algorithm>

#include "codec.hpp"
#include "decide.hpp"
#include "supervision_queries.gen.hpp"

namespace yingda::supervision::store {
namespace {

using storage::Row;
using storage::Transaction;

template <class I>
std::optional<I> id_or_none(const Row& row, int column) {
  const auto id = row.id<I>(column);
  return id ? std::optional(id) : std::nullopt;
}

std::optional<std::string> text_or_none(const Row& row, int column) {
  return row.text(column).empty() ? std::nullopt : std::optional(row.string(column));
}

template <class I>
std::int64_t number(const std::optional<I>& id) {
  return id ? id->value : 0;
}

/// In the order of the queries' column lists.
Alarm alarm_of(const Row& row) {
  Alarm a;
  a.id = row.id<AlarmId>(0);
  a.kind = parse_enum<AlarmKind>(row.text(1)).value_or(AlarmKind::waiting_long);
  a.team_id = id_or_none<TeamId>(row, 2);
  a.conversation_id = id_or_none<ConversationId>(row, 3);
  a.agent_id = id_or_none<UserId>(row, 4);
  a.customer_name = text_or_none(row, 5);
  a.agent_name = text_or_none(row, 6);
  a.value_ms = row.int64(7);
  a.count = row.int64(8);
  a.raised_at_ms = row.time(9);
  a.ended_at_ms = row.optional_time(10);
  a.acknowledged_by_id = id_or_none<UserId>(row, 11);
  a.acknowledged_by_name = text_or_none(row, 12);
  a.acknowledged_at_ms = row.optional_time(13);
  return a;
}

DeliveryRow delivery_of(const Row& row) {
  DeliveryRow d;
  d.shown.id = row.id<DeliveryId>(0);
  d.shown.webhook_id = row.id<WebhookId>(1);
  d.shown.url = row.string(2);
  d.shown.event = row.string(3);
  d.shown.alarm_id = id_or_none<AlarmId>(row, 4);
  d.shown.state = parse_enum<DeliveryState>(row.text(5)).value_or(DeliveryState::failed);
  d.shown.attempts = row.int64(6);
  d.shown.status = row.int64(7);
  d.shown.error = row.string(8);
  d.shown.created_at_ms = row.time(9);
  d.shown.next_at_ms = row.optional_time(10);
  d.shown.done_at_ms = row.optional_time(11);
  d.alarm = row.string(12);
  return d;
}

}  // namespace

bool WebhookRow::wants(AlarmKind kind) const {
  return enabled && (kinds.empty() || std::ranges::find(kinds, kind) != kinds.end());
}

Result<std::int64_t> lock_cursor(Transaction& tx, TenantId tenant) {
  YD_TRY(const auto seq, tx.one(queries::lock_cursor, [](const Row& row) { return row.int64(0); }, tenant));
  return seq.value_or(0);
}

Status store_cursor(Transaction& tx, TenantId tenant, std::int64_t seq) {
  return tx.exec_deferred(queries::store_cursor, tenant, seq);
}

Result<std::optional<Alarm>> open_alarm(Transaction& tx, TenantId tenant, AlarmKind kind, std::int64_t subject) {
  return tx.one(queries::open_alarm, alarm_of, tenant, enum_name(kind), subject);
}

Result<std::vector<Alarm>> open_alarms_of(Transaction& tx, TenantId tenant, ConversationId conversation) {
  return tx.all(queries::open_alarms_of, alarm_of, tenant, conversation);
}

Result<std::vector<Alarm>> open_alarms(Transaction& tx, TenantId tenant) {
  return tx.all(queries::open_alarms, alarm_of, tenant);
}

Result<std::optional<Alarm>> find_alarm(Transaction& tx, TenantId tenant, AlarmId id) {
  return tx.one(queries::alarm, alarm_of, tenant, id);
}

Result<std::vector<Alarm>> alarms_before(Transaction& tx, TenantId tenant, Which which, std::int64_t before,
                                         int limit) {
  return tx.all(which == Which::open ? queries::open_alarms_before : queries::alarms_before, alarm_of, tenant, before,
                limit);
}

Status store_alarm(Transaction& tx, TenantId tenant, const Alarm& a) {
  return tx.exec_deferred(queries::upsert_alarm, tenant, a.id, enum_name(a.kind), subject_of(a), number(a.team_id),
                          number(a.conversation_id), number(a.agent_id), a.customer_name.value_or(""),
                          a.agent_name.value_or(""), a.value_ms, a.count, a.raised_at_ms, a.ended_at_ms,
                          number(a.acknowledged_by_id), a.acknowledged_by_name.value_or(""), a.acknowledged_at_ms);
}

Status forget_alarms(Transaction& tx, TenantId tenant, UtcTime ended_before) {
  return tx.exec_deferred(queries::forget_alarms, tenant, ended_before);
}

Result<std::vector<WebhookRow>> webhooks(Transaction& tx, TenantId tenant) {
  return tx.all(
      queries::webhooks,
      [](const Row& row) {
        return WebhookRow{row.id<WebhookId>(0), row.string(1), row.string(2), decode_kinds(row.text(3)),
                          row.boolean(4)};
      },
      tenant);
}

Status replace_webhooks(Transaction& tx, TenantId tenant, const std::vector<WebhookRow>& webhooks) {
  YD_CHECK(tx.exec_deferred(queries::delete_webhooks, tenant));
  std::int64_t place = 0;
  for (const WebhookRow& hook : webhooks) {
    YD_CHECK(tx.exec_deferred(queries::insert_webhook, tenant, hook.id, ++place, hook.url, hook.sealed_secret,
                              encode_kinds(hook.kinds), hook.enabled));
  }
  return {};
}

Status insert_delivery(Transaction& tx, TenantId tenant, const DeliveryRow& row) {
  const Delivery& d = row.shown;
  return tx.exec_deferred(queries::insert_delivery, tenant, d.id, d.webhook_id, d.url, d.event, number(d.alarm_id),
                          row.alarm, enum_name(d.state), d.attempts, d.status, d.error, d.created_at_ms, d.next_at_ms,
                          d.done_at_ms);
}

Status update_delivery(Transaction& tx, TenantId tenant, const Delivery& d) {
  return tx.exec_deferred(queries::update_delivery, tenant, d.id, enum_name(d.state), d.attempts, d.status, d.error,
                          d.next_at_ms, d.done_at_ms);
}

Result<std::optional<DeliveryRow>> find_delivery(Transaction& tx, TenantId tenant, DeliveryId id) {
  return tx.one(queries::delivery, delivery_of, tenant, id);
}

Result<std::vector<DeliveryRow>> newest_deliveries(Transaction& tx, TenantId tenant, int limit) {
  return tx.all(queries::newest_deliveries, delivery_of, tenant, limit);
}

Result<std::int64_t> count_pending(Transaction& tx, TenantId tenant) {
  YD_TRY(const auto count, tx.one(queries::count_pending, [](const Row& row) { return row.int64(0); }, tenant));
  return count.value_or(0);
}

Status forget_deliveries(Transaction& tx, TenantId tenant, UtcTime created_before) {
  return tx.exec_deferred(queries::forget_deliveries, tenant, created_before);
}

}  // namespace yingda::supervision::store
