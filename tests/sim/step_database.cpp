#include "step_database.hpp"

#include <future>
#include <iterator>
#include <utility>

namespace yingda::sim {
namespace {

constexpr std::uint64_t kLagDice = 3;  // one commit in so many is told at once

}  // namespace

StepDatabase::StepDatabase(std::unique_ptr<storage::Database> inner) : inner_(std::move(inner)) {
  inner_->set_event_listener([this](std::span<const storage::CommittedEvent> events) {
    const std::scoped_lock lock(told_mutex_);
    told_.insert(told_.end(), events.begin(), events.end());
  });
  (void)write({}, {});  // learns blocking_
  thread_ = std::thread([this] { loop(); });
}

StepDatabase::~StepDatabase() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    held_ = false;
    dispatcher_ = nullptr;
  }
  changed_.notify_all();
  thread_.join();
}

void StepDatabase::set_dispatcher(runtime::Dispatcher* dispatcher) {
  const std::scoped_lock lock(mutex_);
  dispatcher_ = dispatcher;
}

void StepDatabase::hold() {
  const std::scoped_lock lock(mutex_);
  held_ = true;
}

void StepDatabase::release() {
  {
    const std::scoped_lock lock(mutex_);
    held_ = false;
  }
  changed_.notify_all();
}

std::size_t StepDatabase::waiting() const {
  const std::scoped_lock lock(mutex_);
  return tasks_.size();
}

void StepDatabase::write_async(TenantId tenant, Job job, Done done) {
  if (!blocking_) {
    blocking_ = &done.target_type();
    return done({});
  }
  // A handler that waits for its write is part of the digesting that the queue waits for; what it writes are its own
  // facts, which nothing else here reads.
  if (done.target_type() == *blocking_ && std::this_thread::get_id() != day_)
    return inner_->write_async(tenant, std::move(job), std::move(done));
  {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back({tenant, std::move(job), std::move(done)});
  }
  changed_.notify_all();
}

void StepDatabase::lag(std::uint64_t seed) {
  const std::scoped_lock lock(mutex_);
  lag_.emplace(seed);
}

void StepDatabase::catch_up() {
  {
    const std::scoped_lock lock(mutex_);
    lag_.reset();
  }
  (void)write({}, {});
}

void StepDatabase::wait_idle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return tasks_.empty() && !busy_; });
}

void StepDatabase::set_event_listener(std::function<void(std::span<const storage::CommittedEvent>)> listener) {
  const std::scoped_lock lock(mutex_);
  listener_ = std::move(listener);
}

void StepDatabase::loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return !held_ && (stopping_ || !tasks_.empty()); });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    busy_ = true;
    lock.unlock();
    run(std::move(task));
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

void StepDatabase::run(Task task) {
  Status status;
  if (task.job) {
    std::promise<Status> answer;
    inner_->write_async(task.tenant, std::move(task.job), [&](const Status& done) { answer.set_value(done); });
    status = answer.get_future().get();
  }
  if (!task.job || tell_now()) tell();
  task.done(status);
}

bool StepDatabase::tell_now() {
  const std::scoped_lock lock(mutex_, told_mutex_);
  // Only commits that have news throw the dice: others come in a number that threads decide.
  const std::size_t news = std::exchange(told_before_, told_.size());
  return !lag_ || (told_.size() != news && (*lag_)() % kLagDice == 0);
}

void StepDatabase::tell() {
  std::vector<storage::CommittedEvent> events;
  {
    const std::scoped_lock lock(told_mutex_);
    events = std::exchange(told_, {});
    told_before_ = 0;
  }
  if (events.empty()) return;
  std::function<void(std::span<const storage::CommittedEvent>)> listener;
  runtime::Dispatcher* dispatcher = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    listener = listener_;
    dispatcher = dispatcher_;
  }
  if (listener) listener(events);
  if (dispatcher) dispatcher->drain(seconds(10));
}

}  // namespace yingda::sim
