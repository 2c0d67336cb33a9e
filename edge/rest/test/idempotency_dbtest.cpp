#include <gmock/gmock.h>

#include "idempotency.hpp"
#include "yingda/base/manual_clock.hpp"
#include "yingda/rest/limits.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::rest {
namespace {

constexpr TenantId kTenant{1};

class IdempotencyTest : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<storage::Migration> all(runtime::migrations().begin(), runtime::migrations().end());
    all.insert(all.end(), migrations().begin(), migrations().end());
    database_ = storage::open_test_database(clock_, all);
    timers_.emplace(*database_, clock_);
    idempotency_.emplace(*timers_, clock_);
    idempotency_->start();
    ASSERT_TRUE(timers_->start(runtime::Firing::by_hand));
  }
  void TearDown() override { timers_->stop(); }

  static Call call(std::string key, std::string body, UserId user = UserId{7}) {
    Call out;
    out.request.method = net::Method::post;
    out.request.path = "/api/v1/teams";
    out.request.body = std::move(body);
    out.request.headers = {{"idempotency-key", std::move(key)}};
    out.actor.tenant = kTenant;
    out.actor.user = user;
    EXPECT_TRUE(Idempotency::note(out));
    return out;
  }
  Status keep(const Call& call, const Answer& answer, bool secret = false) {
    return database_->write(kTenant,
                            [&](storage::Transaction& tx) { return idempotency_->keep(tx, call, answer, secret); });
  }
  Result<std::optional<Answer>> find(const Call& call) {
    return database_->write_for<std::optional<Answer>>(
        kTenant, [&](storage::Transaction& tx) { return idempotency_->find(tx, call); });
  }

  ManualClock clock_;
  std::unique_ptr<storage::Database> database_;
  std::optional<runtime::Timers> timers_;
  std::optional<Idempotency> idempotency_;
};

TEST_F(IdempotencyTest, Find_KeptAnswer_ComesBack) {
  ASSERT_TRUE(keep(call("k", "a"), {200, "{\"名\":1}"}));
  const auto found = find(call("k", "a"));
  ASSERT_TRUE(found);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->status, 200);
  EXPECT_EQ((*found)->body, "{\"名\":1}");
}

TEST_F(IdempotencyTest, Find_OtherBodyOrOtherPerson_IsNotTheSame) {
  ASSERT_TRUE(keep(call("k", "a"), {200, "{}"}));
  EXPECT_EQ(find(call("k", "b")).error().reason, "request.idempotency_conflict");
  EXPECT_FALSE(*find(call("k", "a", UserId{8})));
  EXPECT_FALSE(*find(call("other", "a")));
}

TEST_F(IdempotencyTest, Keep_SecretOrLargeAnswers_AreOnlyRememberedAsDone) {
  ASSERT_TRUE(keep(call("s", "a"), {200, "{\"secret\":1}"}, true));
  EXPECT_EQ(find(call("s", "a")).error().reason, "request.already_done");
  ASSERT_TRUE(keep(call("l", "a"), {200, std::string(kIdempotencyBodyMax + 1, 'x')}));
  EXPECT_EQ(find(call("l", "a")).error().reason, "request.already_done");
}

TEST_F(IdempotencyTest, Keep_KeyStandsAlready_IsAConflictOfTheStore) {
  ASSERT_TRUE(keep(call("k", "a"), {200, "{}"}));
  EXPECT_EQ(keep(call("k", "a"), {200, "{}"}).error().reason, "storage.unique");
}

TEST_F(IdempotencyTest, Find_AfterADay_TheKeyIsNewAgain) {
  ASSERT_TRUE(keep(call("k", "a"), {200, "{}"}));
  clock_.advance(kIdempotencyKept);
  clock_.advance(seconds(1));
  EXPECT_FALSE(*find(call("k", "b")));
  EXPECT_TRUE(keep(call("k", "b"), {200, "{}"}));
}

TEST_F(IdempotencyTest, Timer_TrimsOldAnswersAndRestsWhenNothingIsLeft) {
  ASSERT_TRUE(keep(call("k", "a"), {200, "{}"}));
  EXPECT_EQ(timers_->open(), 1U);
  for (int hour = 0; hour < 30 && timers_->open() > 0; ++hour) {
    clock_.advance(hours(1));
    timers_->run_due();
  }
  EXPECT_EQ(timers_->open(), 0U);
  EXPECT_FALSE(*find(call("k", "b"))) << "gone, not merely out of date";
  ASSERT_TRUE(keep(call("again", "a"), {200, "{}"}));
  EXPECT_EQ(timers_->open(), 1U) << "the next answer starts the timer anew";
}

TEST_F(IdempotencyTest, Note_BadKeys_AreRefused) {
  for (const auto& key : {std::string(kIdempotencyKeyMax + 1, 'k'), std::string("a b"), std::string("\xc3\xa9")}) {
    Call bad;
    bad.request.headers = {{"idempotency-key", key}};
    EXPECT_EQ(Idempotency::note(bad).error().reason, "request.invalid_key");
  }
}

}  // namespace
}  // namespace yingda::rest
