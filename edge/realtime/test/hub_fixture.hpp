// A hub on a whole office, and clients that keep what they get.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "office.hpp"

namespace yingda::realtime::test {

/// Keeps every frame; a cut one keeps nothing more.
class Inbox final : public Outlet {
 public:
  void send(std::shared_ptr<const std::string> frame) override {
    const std::scoped_lock lock(mutex_);
    if (!cut_) frames_.push_back(*frame);
  }
  void close(int code, std::string_view reason) override {
    (void)reason;
    const std::scoped_lock lock(mutex_);
    closed_ = code;
  }
  std::int64_t queued_bytes() const override { return queued; }
  void cut() {
    const std::scoped_lock lock(mutex_);
    cut_ = true;
  }
  std::vector<std::string> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(frames_, {});
  }
  int closed() {
    const std::scoped_lock lock(mutex_);
    return closed_;
  }
  std::atomic<std::int64_t> queued{0};

 private:
  std::mutex mutex_;
  std::vector<std::string> frames_;
  bool cut_ = false;
  int closed_ = 0;
};

class HubTest : public testing::Test {
 protected:
  void SetUp() override {
    hub.set_supervision(*office.supervision);
    must(office.supervision->start());
    must(hub.start());
    must(office.dispatcher->start());
  }
  void TearDown() override {
    hub.stop();
    office.dispatcher->stop();
    office.workers.stop(seconds(5));
  }
  struct Client {
    std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>();
    SubscriberPtr who;
  };
  Client connect(const org::Actor& actor, std::int64_t since, bool all = false,
                 std::vector<ConversationId> watch = {}) {
    Client client;
    client.who = hub.open_agent(actor, client.inbox, false);
    hub.hello(client.who, since, all, std::move(watch));
    hub.settle();
    return client;
  }
  std::int64_t last() { return must(office.db->last_seq(office.tenant)); }
  std::vector<std::string> after(Client& client) {
    hub.settle();
    return client.inbox->take();
  }

  /// Frames that hold this text.
  static std::vector<std::string> with(const std::vector<std::string>& frames, std::string_view text) {
    std::vector<std::string> out;
    for (const auto& frame : frames)
      if (frame.find(text) != std::string::npos) out.push_back(frame);
    return out;
  }
  /// Waits for a frame that holds this text, which comes by itself.
  std::string wait_for(Client& client, std::string_view text) {
    for (int i = 0; i < 1'000; ++i) {
      for (const auto& frame : after(client))
        if (frame.find(text) != std::string::npos) return frame;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("never came: " + std::string(text));
  }

  Office office;
  Hub hub{*office.db, *office.dispatcher, office.workers, office.clock, office.room, *office.routing};
};

}  // namespace yingda::realtime::test
