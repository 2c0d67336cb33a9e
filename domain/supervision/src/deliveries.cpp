// The outbox of webhooks. A delivery is a row and a timer; an attempt first moves the timer behind its own deadline, so
// that a crash in between only repeats it. At least once, in no promised order.
#include <algorithm>

#include "codec.hpp"
#include "impl.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/log.hpp"

namespace yingda::supervision {
namespace {

constexpr DurationMs kLeaseBeyondDeadline = seconds(10);  // for the answer's way into the store
constexpr std::int64_t kAnswerBytesMax = 64 * 1024;       // nobody reads it

std::string secret_purpose(TenantId tenant, WebhookId id) {
  return "supervision.webhook " + to_string(tenant) + " " + to_string(id);
}

DurationMs pause_after(std::int64_t attempts) {
  DurationMs pause = kDeliveryPauseFirst;
  for (std::int64_t i = 1; i < attempts && pause < kDeliveryPauseMax; ++i) pause.ms *= 2;
  return std::min(pause, kDeliveryPauseMax);
}

/// Failures that the next attempt would meet again.
bool hopeless(const std::string& error) { return error == "net.internal_address" || error == "net.invalid_url"; }

runtime::Timer timer_of(TenantId tenant, DeliveryId id, UtcTime due) {
  return {tenant, std::string(kDeliverTimer), to_string(id), due, "{}"};
}

void check_webhook(const Webhook& hook, std::size_t place, std::vector<FieldError>& errors) {
  const std::string field = "webhooks." + std::to_string(place);
  const bool http = hook.url.starts_with("http://") || hook.url.starts_with("https://");
  const bool clean = std::ranges::none_of(hook.url, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
  const std::size_t host = hook.url.find("://") + 3;
  if (!http || !clean || hook.url.size() <= host || hook.url[host] == '/')
    errors.push_back({field + ".url", "supervision.invalid_url"});
  if (hook.url.size() > kWebhookUrlBytesMax) errors.push_back({field + ".url", "request.too_long"});
  if (hook.secret && hook.secret->size() > kWebhookSecretBytesMax)
    errors.push_back({field + ".secret", "request.too_long"});
}

Webhook shown(const store::WebhookRow& row) {
  return {row.id, row.url, std::nullopt, !row.sealed_secret.empty(), row.kinds, row.enabled};
}

}  // namespace

// --- settings

Result<AlarmSettings> Supervision::settings(storage::Transaction& tx, const org::Actor& actor) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(const auto rows, store::webhooks(tx, actor.tenant));
  AlarmSettings out;
  for (const store::WebhookRow& row : rows) out.webhooks.push_back(shown(row));
  return out;
}

Result<AlarmSettings> Supervision::save_settings(storage::Transaction& tx, const org::Actor& actor,
                                                 const AlarmSettings& settings) {
  YD_TRY(const AlarmSettings before, this->settings(tx, actor));
  if (settings.webhooks.size() > kWebhooksMax) return fail_fields({{"webhooks", "supervision.too_many_webhooks"}});
  std::vector<FieldError> errors;
  for (std::size_t i = 0; i < settings.webhooks.size(); ++i) check_webhook(settings.webhooks[i], i, errors);
  if (!errors.empty()) return fail_fields(std::move(errors));

  YD_TRY(const auto known, store::webhooks(tx, actor.tenant));
  std::vector<store::WebhookRow> rows;
  for (const Webhook& hook : settings.webhooks) {
    store::WebhookRow row;
    if (hook.id) {
      const auto old = std::ranges::find(known, *hook.id, &store::WebhookRow::id);
      const bool twice = std::ranges::find(rows, *hook.id, &store::WebhookRow::id) != rows.end();
      if (old == known.end() || twice) return fail(Code::not_found, "supervision.webhook_not_found");
      row = *old;
    } else {
      row.id = impl_->ids.next<WebhookId>();
    }
    row.url = hook.url;
    row.kinds = hook.kinds;
    row.enabled = hook.enabled;
    if (hook.secret) {
      row.sealed_secret = hook.secret->empty()
                              ? std::string()
                              : impl_->options.box.seal(*hook.secret, secret_purpose(actor.tenant, row.id));
    }
    rows.push_back(std::move(row));
  }
  YD_CHECK(store::replace_webhooks(tx, actor.tenant, rows));
  AlarmSettings after;
  for (const store::WebhookRow& row : rows) after.webhooks.push_back(shown(row));
  YD_CHECK(impl_->org.audit(tx, actor, "alarm_settings.changed", "", encode_settings(before), encode_settings(after)));
  tx.emit({actor.tenant, "settings.changed", encode_settings_changed("alarms")});
  return after;
}

Result<std::vector<Delivery>> Supervision::deliveries(storage::Transaction& tx, const org::Actor& actor) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(const auto rows, store::newest_deliveries(tx, actor.tenant, kDeliveriesShown));
  std::vector<Delivery> out;
  for (const store::DeliveryRow& row : rows) out.push_back(row.shown);
  return out;
}

Result<Delivery> Supervision::test_webhook(storage::Transaction& tx, const org::Actor& actor, WebhookId id) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(const auto rows, store::webhooks(tx, actor.tenant));
  const auto hook = std::ranges::find(rows, id, &store::WebhookRow::id);
  if (hook == rows.end()) return fail(Code::not_found, "supervision.webhook_not_found");
  return impl_->enqueue_to(tx, actor.tenant, *hook, "alarm.test", nullptr);
}

// --- outbox

Status Supervision::Impl::enqueue(storage::Transaction& tx, TenantId tenant, std::string_view event,
                                  const Alarm& alarm) {
  YD_TRY(const auto hooks, store::webhooks(tx, tenant));
  for (const store::WebhookRow& hook : hooks) {
    if (hook.wants(alarm.kind)) YD_CHECK(enqueue_to(tx, tenant, hook, event, &alarm));
  }
  return {};
}

Result<Delivery> Supervision::Impl::enqueue_to(storage::Transaction& tx, TenantId tenant, const store::WebhookRow& hook,
                                               std::string_view event, const Alarm* alarm) {
  const UtcTime now = clock.now();
  store::DeliveryRow row;
  Delivery& delivery = row.shown;
  delivery.id = ids.next<DeliveryId>();
  delivery.webhook_id = hook.id;
  delivery.url = hook.url;
  delivery.event = event;
  delivery.created_at_ms = now;
  if (alarm) {
    delivery.alarm_id = alarm->id;
    row.alarm = encode_alarm(*alarm);
  }
  YD_CHECK(store::forget_deliveries(tx, tenant, now - kDeliveriesKept));
  YD_TRY(const std::int64_t pending, store::count_pending(tx, tenant));
  if (pending >= kDeliveriesPendingMax) {
    delivery.state = DeliveryState::failed;
    delivery.error = "supervision.outbox_full";
    delivery.done_at_ms = now;
  } else {
    delivery.next_at_ms = now;
    YD_CHECK(timers.schedule(tx, timer_of(tenant, delivery.id, now)));
  }
  YD_CHECK(store::insert_delivery(tx, tenant, row));
  return delivery;
}

Status Supervision::Impl::on_due(storage::Transaction& tx, const runtime::Timer& timer) {
  YD_TRY(const auto id, parse_id<DeliveryId>(timer.key));
  YD_TRY(auto row, store::find_delivery(tx, timer.tenant, id));
  if (!row || row->shown.state != DeliveryState::pending || stopping) {
    // After a restart it goes on from here.
    return row && stopping ? timers.schedule(tx, timer_of(timer.tenant, id, clock.now() + kDeliveryPauseFirst))
                           : Status{};
  }
  const UtcTime now = clock.now();
  Delivery& delivery = row->shown;
  YD_TRY(const auto hooks, store::webhooks(tx, timer.tenant));
  const auto hook = std::ranges::find(hooks, delivery.webhook_id, &store::WebhookRow::id);
  const bool wanted = hook != hooks.end() && (hook->enabled || delivery.event == "alarm.test");
  if (!wanted) {
    delivery.state = DeliveryState::failed;
    delivery.error = "supervision.webhook_not_found";
    delivery.next_at_ms.reset();
    delivery.done_at_ms = now;
    return store::update_delivery(tx, timer.tenant, delivery);
  }
  ++delivery.attempts;
  delivery.next_at_ms = now + kDeliveryDeadline + kLeaseBeyondDeadline;
  YD_CHECK(timers.schedule(tx, timer_of(timer.tenant, id, *delivery.next_at_ms)));
  YD_CHECK(store::update_delivery(tx, timer.tenant, delivery));
  tx.on_commit([self = shared_from_this(), tenant = timer.tenant, row = *std::move(row), hook = *hook] {
    self->post(tenant, row, hook);
  });
  return {};
}

void Supervision::Impl::post(TenantId tenant, const store::DeliveryRow& row, const store::WebhookRow& hook) {
  AlarmNotice notice;
  notice.event = row.shown.event;
  if (!row.alarm.empty()) {
    if (auto alarm = decode_alarm(row.alarm)) notice.alarm = *std::move(alarm);
  }
  notice.tenant_id = tenant;
  notice.sent_at_ms = clock.now();
  notice.delivery_id = row.shown.id;

  net::ClientRequest request;
  request.method = net::Method::post;
  request.url = hook.url;
  request.body = encode_notice(notice);
  request.deadline = kDeliveryDeadline;
  request.response_bytes_max = kAnswerBytesMax;
  request.guard = options.guard;
  request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                     {"User-Agent", "Yingda"},
                     {"X-Yingda-Event", notice.event},
                     {"X-Yingda-Delivery", to_string(notice.delivery_id)}};
  const auto answered = [weak = weak_from_this(), tenant, id = row.shown.id, attempt = row.shown.attempts](
                            std::int64_t status, std::string error) {
    const auto self = weak.lock();
    if (!self || self->stopping) return;  // the timer repeats it
    self->database.write_async(
        tenant,
        [self, tenant, id, attempt, status, error = std::move(error)](storage::Transaction& tx) {
          return self->settle(tx, tenant, id, attempt, status, error);
        },
        [](const Status& written) {
          if (!written) log::error("supervision.delivery_unwritten", written.error());
        });
  };
  if (!hook.sealed_secret.empty()) {
    const auto secret = options.box.open(hook.sealed_secret, secret_purpose(tenant, hook.id));
    // Unsigned it would be refused or, worse, believed: the administrator has to write the secret anew.
    if (!secret) return answered(0, secret.error().reason);
    request.headers.push_back(
        {"X-Yingda-Signature", "sha256=" + crypto::hex(crypto::hmac_sha256(*secret, request.body))});
  }
  options.send(std::move(request), [answered](const Result<net::ClientResponse>& response) {
    if (!response) return answered(0, response.error().reason);
    const bool taken = response->status >= 200 && response->status < 300;
    answered(response->status, taken ? std::string() : "supervision.receiver_refused");
  });
}

Status Supervision::Impl::settle(storage::Transaction& tx, TenantId tenant, DeliveryId id, std::int64_t attempt,
                                 std::int64_t status, const std::string& error) {
  YD_TRY(auto row, store::find_delivery(tx, tenant, id));
  // An answer that came after its lease: the next attempt is under way.
  if (!row || row->shown.state != DeliveryState::pending || row->shown.attempts != attempt) return {};
  const UtcTime now = clock.now();
  Delivery& delivery = row->shown;
  delivery.status = status;
  delivery.error = error;
  const bool over = now - delivery.created_at_ms >= kDeliveryTriedFor || hopeless(error);
  if (error.empty() || over) {
    delivery.state = error.empty() ? DeliveryState::delivered : DeliveryState::failed;
    delivery.next_at_ms.reset();
    delivery.done_at_ms = now;
    YD_CHECK(timers.cancel(tx, tenant, kDeliverTimer, to_string(id)));
  } else {
    delivery.next_at_ms = now + pause_after(attempt);
    YD_CHECK(timers.schedule(tx, timer_of(tenant, id, *delivery.next_at_ms)));
  }
  return store::update_delivery(tx, tenant, delivery);
}

}  // namespace yingda::supervision
