// A waiting long-poll as an Outlet: gathers frames, answers the request once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "yingda/net/http.hpp"
#include "yingda/realtime/hub.hpp"

namespace yingda::realtime {

class PollOutlet final : public Outlet {
 public:
  /// `on_end` runs once, when the poll was answered (on any thread).
  PollOutlet(net::HttpReply reply, std::int64_t since, std::function<void()> on_end);

  void send(std::shared_ptr<const std::string> frame) override;
  void background(std::shared_ptr<const std::string> frame) override;
  void event(std::int64_t seq, std::shared_ptr<const std::string> frame) override;
  void welcome(std::int64_t last_seq, std::shared_ptr<const std::string> frame) override;
  void resync(std::shared_ptr<const std::string> frame) override;
  void close(int code, std::string_view reason) override;
  std::int64_t queued_bytes() const override { return 0; }
  /// The wait is over: answers with what there is.
  void expire();

 private:
  enum class Resync { no, yes };
  void keep(const std::shared_ptr<const std::string>& frame);
  void answer(Resync resync);  // with mutex_ held

  std::mutex mutex_;
  net::HttpReply reply_;
  std::function<void()> on_end_;
  std::vector<std::shared_ptr<const std::string>> frames_;
  std::int64_t bytes_ = 0, last_seq_;
  bool live_ = false, has_event_ = false, answered_ = false;
};

}  // namespace yingda::realtime
