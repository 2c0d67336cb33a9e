#include "loop.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "yingda/base/assert.hpp"
#include "yingda/base/log.hpp"
#include "yingda/net/limits.hpp"

namespace yingda::net {

void Deadline::unlink() noexcept {
  if (next_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

DeadlineWheel::Anchor::Anchor() { previous_ = next_ = this; }
bool DeadlineWheel::Anchor::empty() const noexcept { return next_ == this; }

DeadlineWheel::DeadlineWheel(asio::io_context& io) : timer_(io), slots_(kSlots) { done_tick_ = now_tick(); }

std::int64_t DeadlineWheel::now_tick() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count() / kTickMs;
}

void DeadlineWheel::link(Deadline& deadline) {
  deadline.unlink();
  // Far deadlines wait in the last slot and are linked again from there.
  const std::int64_t tick = std::min(deadline.due_tick_, done_tick_ + static_cast<std::int64_t>(kSlots) - 1);
  Anchor& slot = slots_[static_cast<std::size_t>(tick) % kSlots];
  deadline.previous_ = slot.previous_;
  deadline.next_ = &slot;
  slot.previous_->next_ = &deadline;
  slot.previous_ = &deadline;
}

void DeadlineWheel::arm(Deadline& deadline, DurationMs after) {
  const std::int64_t now = now_tick();
  if (!ticking_) done_tick_ = now;
  deadline.due_tick_ = std::max(now + (after.ms + kTickMs - 1) / kTickMs + 1, done_tick_ + 1);
  link(deadline);
  start_ticking();
}

void DeadlineWheel::start_ticking() {
  if (ticking_) return;
  ticking_ = true;
  timer_.expires_after(std::chrono::milliseconds(kTickMs));
  timer_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) tick();
  });
}

void DeadlineWheel::tick() {
  const std::int64_t now = now_tick();
  while (done_tick_ < now) {
    ++done_tick_;
    Anchor& slot = slots_[static_cast<std::size_t>(done_tick_) % kSlots];
    Anchor due;
    if (!slot.empty()) {
      due.next_ = slot.next_;
      due.previous_ = slot.previous_;
      due.next_->previous_ = &due;
      due.previous_->next_ = &due;
      slot.next_ = slot.previous_ = &slot;
    }
    while (!due.empty()) {
      Deadline& deadline = *due.next_;
      if (deadline.due_tick_ > done_tick_) {
        link(deadline);
      } else {
        deadline.unlink();
        deadline.on_deadline();
      }
    }
    due.next_ = due.previous_ = nullptr;
  }
  ticking_ = false;
  for (const auto& slot : slots_) {
    if (slot.empty()) continue;
    start_ticking();
    return;
  }
}

Loop::Loop() : io_(1), work_(io_.get_executor()), wheel_(io_), scratch_(kReadChunkBytes) {}

Loop::~Loop() { finish_stop(DurationMs{0}); }

void Loop::start() {
  thread_ = std::thread([this] {
    for (;;) {
      try {
        io_.run();
        return;
      } catch (const std::exception& error) {
        // One of the three places that catch: a defect of one job must not take the thread down.
        log::error("net.job_threw", {{"what", std::string_view(error.what())}});
      }
    }
  });
}

void Loop::wake_locked() {
  if (scheduled_) return;
  scheduled_ = true;
  asio::post(io_, [this] { drain(); });
}

bool Loop::post(Job job) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  jobs_.push_back(std::move(job));
  wake_locked();
  return true;
}

bool Loop::touch(std::shared_ptr<Session> session) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  touched_.push_back(std::move(session));
  wake_locked();
  return true;
}

void Loop::after(DurationMs delay, Job job) {
  const auto arm = [this](DurationMs in, Job then) {
    using Timer =
        asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
    auto timer = std::make_shared<Timer>(io_);
    timer->expires_after(std::chrono::milliseconds(in.ms));
    timer->async_wait([timer, then = std::move(then)](const boost::system::error_code& ec) mutable {
      if (!ec) then();
    });
  };
  if (in_thread()) return arm(delay, std::move(job));
  post([arm, delay, job = std::move(job)]() mutable { arm(delay, std::move(job)); });
}

void Loop::drain() {
  {
    const std::lock_guard lock(mutex_);
    running_jobs_.swap(jobs_);
    running_touched_.swap(touched_);
    scheduled_ = false;
  }
  // Taken out before running: a job that throws must not run again.
  auto jobs = std::exchange(running_jobs_, {});
  auto touched = std::exchange(running_touched_, {});
  for (const auto& session : touched) session->on_touched();
  for (auto& job : jobs) {
    try {
      job();
    } catch (const std::exception& error) {
      log::error("net.job_threw", {{"what", std::string_view(error.what())}});
    }
  }
  jobs.clear();
  touched.clear();
  constexpr std::size_t kKeep = 1024;
  if (jobs.capacity() <= kKeep) running_jobs_ = std::move(jobs);
  if (touched.capacity() <= kKeep) running_touched_ = std::move(touched);
}

void Loop::track(std::shared_ptr<Session> session) {
  Session& s = *session;
  s.alive_ = std::move(session);
  s.next_session_ = sessions_;
  if (sessions_ != nullptr) sessions_->previous_session_ = &s;
  sessions_ = &s;
  tracked_.fetch_add(1, std::memory_order_release);
}

void Loop::untrack(Session& session) {
  if (!session.alive_) return;
  wheel_.disarm(session);
  if (session.previous_session_ != nullptr)
    session.previous_session_->next_session_ = session.next_session_;
  else
    sessions_ = session.next_session_;
  if (session.next_session_ != nullptr) session.next_session_->previous_session_ = session.previous_session_;
  session.previous_session_ = session.next_session_ = nullptr;
  // The caller may be a member function of the session: let it return first.
  asio::post(io_, [last = std::move(session.alive_)] {});
  tracked_.fetch_sub(1, std::memory_order_release);
}

void Loop::for_each_session(const std::function<void(Session&)>& visit) {
  for (Session* session = sessions_; session != nullptr;) {
    Session* next = session->next_session_;
    visit(*session);
    session = next;
  }
}

void Loop::begin_stop() {
  post([this] { for_each_session([](Session& session) { session.on_stop(); }); });
}

void Loop::finish_stop(DurationMs limit) {
  if (!thread_.joinable()) return;
  YD_ASSERT(!in_thread());
  const auto start = std::chrono::steady_clock::now();
  const auto wait_until_empty = [&](std::chrono::milliseconds most) {
    while (tracked() > 0 && std::chrono::steady_clock::now() - start < most)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  wait_until_empty(std::chrono::milliseconds(limit.ms));
  post([this] { for_each_session([](Session& session) { session.on_cut(); }); });
  wait_until_empty(std::chrono::milliseconds(limit.ms + 2000));
  std::vector<Job> dropped_jobs;
  std::vector<std::shared_ptr<Session>> dropped;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  // What was posted before the close still runs; then the thread ends.
  asio::post(io_, [this] { io_.stop(); });
  work_.reset();
  thread_.join();
  const std::lock_guard lock(mutex_);
  dropped_jobs.swap(jobs_);
  dropped.swap(touched_);
  // Only sessions that wait for a name server can be left: nobody will call them any more.
  while (sessions_ != nullptr) {
    Session& session = *sessions_;
    sessions_ = session.next_session_;
    wheel_.disarm(session);
    session.alive_.reset();
  }
}

}  // namespace yingda::net
