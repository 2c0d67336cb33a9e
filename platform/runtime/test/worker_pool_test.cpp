#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>

#include "yingda/runtime/runtime.hpp"

namespace yingda::runtime {
namespace {

TEST(WorkerPool, Post_FromManyThreads_RunsEveryJobOnce) {
  WorkerPool pool(4, 100'000);
  std::atomic<int> ran{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 5000; ++n) ASSERT_TRUE(pool.post([&] { ++ran; }));
      });
    }
  }
  pool.stop(minutes(1));
  EXPECT_EQ(ran, 20'000);
  EXPECT_EQ(pool.queued(), 0U);
}

TEST(WorkerPool, PostKeyed_OneKey_RunsInOrderOneAtATime) {
  WorkerPool pool(4, 100'000);
  constexpr int kKeys = 8, kJobs = 2000;
  std::vector<int> next(kKeys, 0);  // unguarded: the strand must be the guard
  std::atomic<int> wrong{0};
  for (int n = 0; n < kJobs; ++n) {
    for (int key = 0; key < kKeys; ++key) {
      ASSERT_TRUE(pool.post_keyed(static_cast<std::uint64_t>(key), [&, key, n] {
        if (next[static_cast<std::size_t>(key)]++ != n) ++wrong;
      }));
    }
  }
  pool.stop(minutes(1));
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(next, std::vector<int>(kKeys, kJobs));
}

TEST(WorkerPool, PostKeyed_ManyJobs_GivesWayToOthers) {
  WorkerPool pool(1, 100);
  std::latch gate(1);
  std::vector<int> order;
  ASSERT_TRUE(pool.post([&] { gate.wait(); }));
  for (int n = 0; n < 3; ++n) ASSERT_TRUE(pool.post_keyed(1, [&] { order.push_back(1); }));
  ASSERT_TRUE(pool.post([&] { order.push_back(2); }));
  gate.count_down();
  pool.stop(minutes(1));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 1, 1}));
}

TEST(WorkerPool, Post_FullQueue_IsBusyButSelfBoundedIsNot) {
  WorkerPool pool(1, 2);
  std::latch gate(1), began(1);
  std::atomic<int> ran{0};
  ASSERT_TRUE(pool.post([&] {
    began.count_down();
    gate.wait();
  }));
  began.wait();
  ASSERT_TRUE(pool.post([&] { ++ran; }));
  ASSERT_TRUE(pool.post_keyed(7, [&] { ++ran; }));
  EXPECT_EQ(pool.queued(), 2U);
  EXPECT_EQ(pool.post([] {}).error().reason, "runtime.busy");
  EXPECT_EQ(pool.post_keyed(7, [] {}).error().code, Code::unavailable);
  EXPECT_TRUE(pool.post_self_bounded([&] { ++ran; }));
  gate.count_down();
  pool.stop(minutes(1));
  EXPECT_EQ(ran, 3);
}

TEST(WorkerPool, Job_Throws_OthersGoOn) {
  WorkerPool pool(1, 10);
  std::atomic<int> ran{0};
  ASSERT_TRUE(pool.post([] { throw std::runtime_error("defect"); }));
  ASSERT_TRUE(pool.post_keyed(1, [] { throw 1; }));
  ASSERT_TRUE(pool.post_keyed(1, [&] { ++ran; }));
  pool.stop(minutes(1));
  EXPECT_EQ(ran, 1);
}

TEST(WorkerPool, Stop_LimitPassed_DropsWhatHasNotBegun) {
  WorkerPool pool(1, 10);
  std::latch began(1), gate(1);
  std::atomic<int> ran{0};
  ASSERT_TRUE(pool.post([&] {
    began.count_down();
    gate.wait();
    ++ran;
  }));
  const auto held = std::make_shared<int>(0);
  ASSERT_TRUE(pool.post([&ran, held] { ++ran; }));
  ASSERT_TRUE(pool.post_keyed(1, [&ran, held] { ++ran; }));
  began.wait();
  std::jthread opener([&] {
    while (pool.queued() > 0) std::this_thread::yield();
    gate.count_down();
  });
  pool.stop(milliseconds(1));
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(held.use_count(), 1) << "dropped jobs must let go of what they hold";
  EXPECT_EQ(pool.post([] {}).error().reason, "runtime.stopping");
  EXPECT_EQ(pool.post_keyed(1, [] {}).error().code, Code::cancelled);
  EXPECT_EQ(pool.post_self_bounded([] {}).error().code, Code::cancelled);
}

TEST(WorkerPool, Jobs_ThatPostJobs_AllRun) {
  WorkerPool pool(3, 1000);
  std::atomic<int> ran{0};
  std::latch all(100);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(pool.post([&] {
      for (int n = 0; n < 10; ++n) {
        (void)pool.post_keyed(static_cast<std::uint64_t>(n), [&] {
          ++ran;
          all.count_down();
        });
      }
    }));
  }
  all.wait();
  pool.stop({});
  EXPECT_EQ(ran, 100);
}

}  // namespace
}  // namespace yingda::runtime
