// Who of the visitors is here, and who is told when one has gone.
#include <condition_variable>
#include <mutex>

#include "hub_fixture.hpp"

namespace yingda::realtime::test {
namespace {

class LeavingTest : public HubTest {
 protected:
  void SetUp() override {
    hub.on_visitor_left([this](TenantId tenant, CustomerId customer) {
      {
        const std::scoped_lock lock(mutex_);
        left_.emplace_back(tenant, customer);
      }
      told_.notify_all();
    });
    HubTest::SetUp();
  }
  SubscriberPtr open(CustomerId customer) {
    auto who = hub.open_visitor(office.tenant, customer, std::make_shared<Inbox>(), std::nullopt);
    hub.settle();
    return who;
  }
  void close(const SubscriberPtr& who) {
    hub.close(who);
    hub.settle();
  }
  /// Waits for somebody's going, at most `limit`; gives everybody who went so far.
  std::vector<std::pair<TenantId, CustomerId>> left(DurationMs limit) {
    std::unique_lock lock(mutex_);
    told_.wait_for(lock, std::chrono::milliseconds(limit.ms), [&] { return !left_.empty(); });
    return left_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  std::vector<std::pair<TenantId, CustomerId>> left_;
};

TEST_F(LeavingTest, LastPageClosed_IsToldOnceAfterTheLinger) {
  const auto anna = office.customer(), ben = office.customer();
  EXPECT_FALSE(hub.visitor_connected(anna));
  const auto first = open(anna), second = open(anna), other = open(ben);
  EXPECT_TRUE(hub.visitor_connected(anna));
  close(first);
  close(second);
  EXPECT_TRUE(hub.visitor_connected(anna)) << "turning a page is not going";
  EXPECT_EQ(left(seconds(30)), (std::vector{std::pair{office.tenant, anna}}));
  hub.settle();
  EXPECT_FALSE(hub.visitor_connected(anna));
  EXPECT_TRUE(hub.visitor_connected(ben));
}

TEST_F(LeavingTest, BackWithinTheLinger_NobodyIsTold) {
  const auto anna = office.customer(), witness = office.customer();
  close(open(anna));
  const auto back = open(anna);
  close(open(witness));  // goes after Anna would have: when he has gone, she has not
  EXPECT_EQ(left(seconds(30)), (std::vector{std::pair{office.tenant, witness}}));
  EXPECT_TRUE(hub.visitor_connected(anna));
}

}  // namespace
}  // namespace yingda::realtime::test
