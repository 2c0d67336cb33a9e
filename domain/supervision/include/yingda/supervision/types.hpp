// Alarms (告警), who is told of them outside (webhooks), and what became of each telling. API shapes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"

namespace yingda::supervision {

YD_ID(AlarmId, "al");
YD_ID(WebhookId, "wh");
YD_ID(DeliveryId, "dv");

/// What is wrong. Of one conversation: waiting_long (waits in the queue), agent_silent (waits for the owner's word),
/// redispatch_limit (passed on too often), nobody_to_redispatch (silent owner, nobody else there). Of one queue:
/// nobody_online, queue_full (nowhere to overflow to), queue_long (too many wait), wait_long (the oldest too long).
enum class AlarmKind {
  waiting_long,
  agent_silent,
  redispatch_limit,
  nobody_to_redispatch,
  nobody_online,
  queue_full,
  queue_long,
  wait_long,
};
YD_DESCRIBE_ENUM(AlarmKind, waiting_long, agent_silent, redispatch_limit, nobody_to_redispatch, nobody_online,
                 queue_full, queue_long, wait_long)

/// One open alarm for each (kind, subject); what happens again updates it. It ends when its cause ends; that somebody
/// saw it (acknowledged) ends nothing.
struct Alarm {
  AlarmId id;
  AlarmKind kind = AlarmKind::waiting_long;
  std::optional<TeamId> team_id;
  std::optional<ConversationId> conversation_id;  // none: of the queue
  std::optional<UserId> agent_id;                 // the owner
  std::optional<std::string> customer_name, agent_name;
  std::int64_t value_ms = 0;  // how long somebody waits, as last told
  std::int64_t count = 1;     // of a conversation: how often told; of a queue: how many wait
  UtcTime raised_at_ms;
  std::optional<UtcTime> ended_at_ms;
  std::optional<UserId> acknowledged_by_id;
  std::optional<std::string> acknowledged_by_name;
  std::optional<UtcTime> acknowledged_at_ms;
  bool operator==(const Alarm&) const = default;
};
YD_DESCRIBE(Alarm, (id, kind, team_id, conversation_id, agent_id, customer_name, agent_name, value_ms, count,
                    raised_at_ms, ended_at_ms, acknowledged_by_id, acknowledged_by_name, acknowledged_at_ms))

inline constexpr std::size_t kWebhooksMax = 5;
inline constexpr std::size_t kWebhookUrlBytesMax = 2'000;
inline constexpr std::size_t kWebhookSecretBytesMax = 200;

/// Where alarms are told. `secret` signs the bodies; it is written and never read back.
struct Webhook {
  std::optional<WebhookId> id;  // none: a new one
  std::string url;              // http:// or https://
  std::optional<std::string> secret;
  std::optional<bool> has_secret;  // in answers
  std::vector<AlarmKind> kinds;    // empty: every kind
  bool enabled = true;
};
YD_DESCRIBE(Webhook, (id, url, secret, has_secret, kinds, enabled))

struct AlarmSettings {
  std::vector<Webhook> webhooks;
};
YD_DESCRIBE(AlarmSettings, (webhooks))

/// pending: waits for its next attempt; delivered: the receiver answered 2xx; failed: given up.
enum class DeliveryState { pending, delivered, failed };
YD_DESCRIBE_ENUM(DeliveryState, pending, delivered, failed)

/// One telling of one alarm to one webhook.
struct Delivery {
  DeliveryId id;
  WebhookId webhook_id;
  std::string url;
  std::string event;  // "alarm.raised", "alarm.ended", "alarm.test"
  std::optional<AlarmId> alarm_id;
  DeliveryState state = DeliveryState::pending;
  std::int64_t attempts = 0;
  std::int64_t status = 0;  // HTTP status of the last answer; 0: none came
  std::string error;        // reason of the last failure, "" for none
  UtcTime created_at_ms;
  std::optional<UtcTime> next_at_ms;  // state pending: the next attempt
  std::optional<UtcTime> done_at_ms;
};
YD_DESCRIBE(Delivery, (id, webhook_id, url, event, alarm_id, state, attempts, status, error, created_at_ms, next_at_ms,
                       done_at_ms))

/// The body of a delivery.
struct AlarmNotice {
  std::string event;
  std::optional<Alarm> alarm;  // none: a test
  TenantId tenant_id;
  UtcTime sent_at_ms;
  DeliveryId delivery_id;  // the same at every attempt: receivers know a repeat by it
};
YD_DESCRIBE(AlarmNotice, (event, alarm, tenant_id, sent_at_ms, delivery_id))

}  // namespace yingda::supervision
