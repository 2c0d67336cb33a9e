// Alarms told outside: signed, again after failures, over restarts.
#include "company.hpp"

namespace yingda::supervision {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class Webhooks : public SupervisionTest {};

TEST_F(Webhooks, Webhook_IsToldSignedOfRaisedAndEnded) {
  save({{hook()}});
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  queue_event("routing.queue_alarm_ended", "queue_long", 0);
  const auto requests = receiver_.requests();
  ASSERT_THAT(requests, SizeIs(2));
  const auto header = [](const net::ClientRequest& request, std::string_view name) {
    for (const auto& h : request.headers)
      if (h.name == name) return h.value;
    return std::string();
  };
  const auto notice = must(json::decode<AlarmNotice>(requests[0].body));
  EXPECT_EQ(notice.event, "alarm.raised");
  EXPECT_EQ(notice.tenant_id, tenant_);
  EXPECT_EQ(notice.alarm->kind, AlarmKind::queue_long);
  EXPECT_EQ(notice.alarm->count, 12);
  EXPECT_EQ(header(requests[0], "X-Yingda-Signature"),
            "sha256=" + crypto::hex(crypto::hmac_sha256("s3cret", requests[0].body)));
  EXPECT_EQ(requests[0].guard, net::AddressGuard::public_only);
  EXPECT_EQ(requests[0].deadline, kDeliveryDeadline);
  EXPECT_EQ(must(json::decode<AlarmNotice>(requests[1].body)).event, "alarm.ended");
  settle();
  for (const Delivery& delivery : deliveries()) {
    EXPECT_EQ(delivery.state, DeliveryState::delivered);
    EXPECT_EQ(delivery.attempts, 1);
    EXPECT_EQ(delivery.status, 200);
  }
}

TEST_F(Webhooks, Webhook_FailingReceiverIsTriedAgainWithGrowingPauses) {
  save({{hook()}});
  receiver_.status = 503;
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  settle();
  const Delivery first = deliveries().at(0);
  EXPECT_EQ(first.state, DeliveryState::pending);
  EXPECT_EQ(first.status, 503);
  EXPECT_EQ(first.error, "supervision.receiver_refused");
  EXPECT_EQ(first.next_at_ms, clock_.now() + kDeliveryPauseFirst);
  pass(milliseconds(kDeliveryPauseFirst.ms - 1));
  EXPECT_THAT(receiver_.requests(), SizeIs(1)) << "not before its time";
  pass(milliseconds(1));
  EXPECT_THAT(receiver_.requests(), SizeIs(2));
  pass(kDeliveryPauseFirst);
  EXPECT_THAT(receiver_.requests(), SizeIs(2)) << "the pause has doubled";
  receiver_.status = 204;
  pass(kDeliveryPauseFirst);
  EXPECT_EQ(deliveries().at(0).state, DeliveryState::delivered);
  EXPECT_EQ(deliveries().at(0).attempts, 3);
  const auto requests = receiver_.requests();
  EXPECT_EQ(must(json::decode<AlarmNotice>(requests[0].body)).delivery_id,
            must(json::decode<AlarmNotice>(requests[2].body)).delivery_id);
  pass(hours(1));
  EXPECT_THAT(receiver_.requests(), SizeIs(3)) << "delivered once is enough";
}

TEST_F(Webhooks, Webhook_CrashWhileSendingRepeatsItAfterTheRestart) {
  save({{hook()}});
  receiver_.silent = true;
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  restart();
  receiver_.silent = false;
  settle();
  EXPECT_THAT(receiver_.requests(), SizeIs(1)) << "its lease still runs";
  pass(seconds(16));
  EXPECT_THAT(receiver_.requests(), SizeIs(2));
  EXPECT_EQ(deliveries().at(0).state, DeliveryState::delivered);
}

TEST_F(Webhooks, Webhook_IsGivenUpAfterADay) {
  save({{hook()}});
  receiver_.unreachable = "net.unreachable";
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  for (int i = 0; i < 60; ++i) pass(minutes(31));
  const Delivery delivery = deliveries().at(0);
  EXPECT_EQ(delivery.state, DeliveryState::failed);
  EXPECT_EQ(delivery.error, "net.unreachable");
  const auto count = receiver_.requests().size();
  pass(hours(3));
  EXPECT_EQ(receiver_.requests().size(), count);
}

TEST_F(Webhooks, Webhook_RefusedByTheGuardIsNotTriedAgain) {
  save({{hook()}});
  receiver_.unreachable = "net.internal_address";
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  settle();
  EXPECT_EQ(deliveries().at(0).state, DeliveryState::failed);
  pass(hours(1));
  EXPECT_THAT(receiver_.requests(), SizeIs(1));
}

TEST_F(Webhooks, Webhook_HearsOnlyItsKindsWhileSwitchedOn) {
  Webhook some = hook();
  some.kinds = {AlarmKind::nobody_online};
  Webhook off = hook("https://example.com/off");
  off.enabled = false;
  save({{some, off}});
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  EXPECT_THAT(receiver_.requests(), IsEmpty());
  queue_event("routing.queue_alarm_raised", "nobody_online", 1);
  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  EXPECT_EQ(receiver_.requests()[0].url, "https://example.com/alarms");
}

TEST_F(Webhooks, Webhook_RemovedMeanwhileIsNoLongerTold) {
  save({{hook()}});
  receiver_.status = 500;
  queue_event("routing.queue_alarm_raised", "queue_long", 12);
  settle();
  save({});
  pass(minutes(1));
  EXPECT_THAT(receiver_.requests(), SizeIs(1));
  EXPECT_EQ(deliveries().at(0).state, DeliveryState::failed);
  EXPECT_EQ(deliveries().at(0).error, "supervision.webhook_not_found");
}

TEST_F(Webhooks, Test_IsSentAlsoToOneThatIsOff) {
  Webhook off = hook();
  off.enabled = false;
  const WebhookId id = *save({{off}}).webhooks.at(0).id;
  must(write([&](auto& tx) { return p_->room.test_webhook(tx, system_, id); }));
  settle();
  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  const auto notice = must(json::decode<AlarmNotice>(receiver_.requests()[0].body));
  EXPECT_EQ(notice.event, "alarm.test");
  EXPECT_FALSE(notice.alarm);
  EXPECT_EQ(reason_of(write([&](auto& tx) { return p_->room.test_webhook(tx, system_, WebhookId{5}); })),
            "supervision.webhook_not_found");
}

TEST_F(Webhooks, Settings_KeepSecretsAndRefuseNonsense) {
  auto saved = save({{hook()}});
  EXPECT_EQ(saved.webhooks.at(0).has_secret, true);
  EXPECT_FALSE(saved.webhooks.at(0).secret);
  saved.webhooks[0].url = "https://example.com/other";
  saved.webhooks[0].has_secret.reset();
  EXPECT_EQ(save(saved).webhooks.at(0).has_secret, true) << "what is not said stays";
  saved.webhooks[0].secret = "";
  EXPECT_EQ(save(saved).webhooks.at(0).has_secret, false);
  const auto refused = [&](const AlarmSettings& settings) {
    return reason_of(write([&](auto& tx) { return p_->room.save_settings(tx, system_, settings); }));
  };
  for (const char* url : {"", "ftp://x", "https://", "https:///path", "https://exa mple.com"})
    EXPECT_EQ(refused({{hook(url)}}), "request.invalid_fields") << url;
  EXPECT_EQ(refused({std::vector<Webhook>(6, hook())}), "request.invalid_fields");
  Webhook unknown = hook();
  unknown.id = WebhookId{77};
  EXPECT_EQ(refused({{unknown}}), "supervision.webhook_not_found");
  EXPECT_EQ(reason_of(read([&](auto& tx) { return p_->room.settings(tx, boss_); })), "auth.permission_denied");
  for (const auto& record : must(read([&](auto& tx) { return p_->org.list_audit(tx, system_, "", 100); })).items) {
    EXPECT_EQ(record.after.text.find("s3cret"), std::string::npos);
    EXPECT_EQ(record.before.text.find("s3cret"), std::string::npos);
  }
}

TEST_F(Webhooks, Secrets_AreNotInTheStoreInClear) {
  save({{hook()}});
  const auto stored = must(read([&](storage::Transaction& tx) -> Result<std::string> {
    static constexpr storage::Query kSecret{"test.secret", "SELECT secret FROM supervision_webhook", {}};
    YD_TRY(const auto text, tx.one(kSecret, [](const storage::Row& row) { return row.string(0); }));
    return text.value_or("");
  }));
  EXPECT_FALSE(stored.empty());
  EXPECT_EQ(stored.find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace yingda::supervision
