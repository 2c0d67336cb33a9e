#include "step_database.hpp"

#include <future>
#include <iterator>
#include <utility>

namespace yingda::sim {

StepDatabase::StepDatabase(std::unique_ptr<storage::Database> inner) : inner_(std::move(inner)) {
  inner_->set_event_listener([this](std::span<const storage::CommittedEvent> events) {
    const std::scoped_lock lock(told_mutex_);
    told_.insert(told_.end(), events.begin(), events.end());
  });
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
  {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back({tenant, std::move(job), std::move(done)});
  }
  changed_.notify_all();
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
    lock.unlock();
    run(std::move(task));
    lock.lock();
  }
}

void StepDatabase::run(Task task) {
  std::promise<Status> answer;
  inner_->write_async(task.tenant, std::move(task.job), [&](const Status& status) { answer.set_value(status); });
  const Status status = answer.get_future().get();
  std::vector<storage::CommittedEvent> events;
  {
    const std::scoped_lock lock(told_mutex_);
    events = std::exchange(told_, {});
  }
  std::function<void(std::span<const storage::CommittedEvent>)> listener;
  runtime::Dispatcher* dispatcher = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    listener = listener_;
    dispatcher = dispatcher_;
  }
  if (!events.empty() && listener) listener(events);
  // Handlers of these days write only asynchronously, so they never wait for this thread.
  if (!events.empty() && dispatcher) dispatcher->drain(seconds(10));
  task.done(status);
}

}  // namespace yingda::sim
