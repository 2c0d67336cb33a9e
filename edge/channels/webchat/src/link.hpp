// What a visitor's frames do, the same for a socket and for a poll: sends with acks after the commit, receipts, typing,
// pages. One link is one connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "decode.hpp"
#include "impl.hpp"
#include "yingda/realtime/token_bucket.hpp"

namespace yingda::webchat {

/// Where a link's answers go, beside what the hub pushes. Called on network, worker and store threads.
class Answers {
 public:
  virtual ~Answers() = default;
  virtual void answer(std::string frame) = 0;
  /// Something that is answered is on its way to the store (+1), was answered (-1).
  virtual void in_flight(int by) { (void)by; }
};

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(std::weak_ptr<Webchat::Impl> impl, const Visitor& visitor, std::uint64_t address, messages::Language language,
       std::weak_ptr<Answers> answers);

  const Visitor& visitor() const { return visitor_; }
  /// From here typing and pages reach the agents; set once.
  void attach(realtime::SubscriberPtr who);
  realtime::SubscriberPtr subscriber() const;
  /// Acts on a frame (any but hello). Order of calls is the order of messages.
  void take(Frame frame);
  void refuse(const Refused& refused);

 private:
  void send(SendFrame frame);
  void nack(const std::string& client_msg_id, const Error& error, std::int64_t retry_after_ms);
  void error(const Error& error);
  void page(PageFrame frame);
  void contact(customer::Contact left);
  void answer_invitation(rating::Answer answer);
  void write(std::function<Status(storage::Transaction&)> job, std::function<void(Answers&)> then = {});

  const std::weak_ptr<Webchat::Impl> impl_;
  const std::weak_ptr<Answers> answers_;
  const Visitor visitor_;
  const std::uint64_t address_;
  const messages::Language language_;
  realtime::TokenBucket frames_;
  std::atomic<int> in_flight_{0};
  mutable std::mutex mutex_;
  realtime::SubscriberPtr who_;
};

}  // namespace yingda::webchat
