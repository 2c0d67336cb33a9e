#include "poll.hpp"

#include <utility>

#include "yingda/base/json_append.hpp"
#include "yingda/realtime/error_frame.hpp"

namespace yingda::realtime {

PollOutlet::PollOutlet(net::HttpReply reply, std::int64_t since, std::function<void()> on_end)
    : reply_(std::move(reply)), on_end_(std::move(on_end)), last_seq_(since) {}

void PollOutlet::keep(const std::shared_ptr<const std::string>& frame) {
  frames_.push_back(frame);
  bytes_ += static_cast<std::int64_t>(frame->size());
}

void PollOutlet::answer(Resync resync) {
  answered_ = true;
  std::string body = R"({"events":[)";
  body.reserve(static_cast<std::size_t>(bytes_) + frames_.size() + 64);
  for (const auto& frame : frames_) {
    if (!body.ends_with('[')) body.push_back(',');
    body.append(*frame);
  }
  body.append(R"(],"last_seq":)");
  json::append_int(body, last_seq_);
  body.append(resync == Resync::yes ? R"(,"resync":true})" : R"(,"resync":false})");
  auto response = net::HttpResponse::json(200, std::move(body));
  response.set("cache-control", "no-store");
  reply_.send(std::move(response));
  frames_.clear();
  on_end_();
}

void PollOutlet::send(std::shared_ptr<const std::string> frame) {
  const std::scoped_lock lock(mutex_);
  if (answered_) return;
  keep(frame);
  if (live_) answer(Resync::no);
}

void PollOutlet::background(std::shared_ptr<const std::string> frame) {
  const std::scoped_lock lock(mutex_);
  if (!answered_ && bytes_ < kPollBytesMax) keep(frame);
}

void PollOutlet::event(std::int64_t seq, std::shared_ptr<const std::string> frame) {
  const std::scoped_lock lock(mutex_);
  if (answered_) return;
  keep(frame);
  last_seq_ = seq;
  has_event_ = true;
  // While replaying, only a full answer ends the poll: the next one goes on from here.
  if (live_ || bytes_ >= kPollBytesMax) answer(Resync::no);
}

void PollOutlet::welcome(std::int64_t last_seq, std::shared_ptr<const std::string> frame) {
  (void)frame;
  const std::scoped_lock lock(mutex_);
  if (answered_) return;
  last_seq_ = last_seq;
  live_ = true;
  if (has_event_) answer(Resync::no);
}

void PollOutlet::resync(std::shared_ptr<const std::string> frame) {
  (void)frame;
  const std::scoped_lock lock(mutex_);
  if (!answered_) answer(Resync::yes);
}

void PollOutlet::close(int code, std::string_view reason) {
  (void)code, (void)reason;
  const std::scoped_lock lock(mutex_);
  if (answered_) return;
  answered_ = true;
  reply_.send(net::error_response(Error{Code::unavailable, "runtime.stopping", {}, {}, {}}));
  on_end_();
}

void PollOutlet::expire() {
  const std::scoped_lock lock(mutex_);
  if (!answered_) answer(Resync::no);
}

}  // namespace yingda::realtime
