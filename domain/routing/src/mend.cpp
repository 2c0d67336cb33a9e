// When the store fails in the middle of a decision, the board may no longer say what the store says, and no event may
// come to tell. The tenant's items are then read again, with pauses, until the store answers.
#include <chrono>

#include "impl.hpp"
#include "yingda/base/log.hpp"

namespace yingda::routing {
namespace {

constexpr auto kBreath = std::chrono::milliseconds(10);  // events under way arrive meanwhile
constexpr auto kPause = std::chrono::milliseconds(500);  // after a failure

}  // namespace

void Routing::Impl::start_mending() {
  mender = std::jthread([this](const std::stop_token& stop) {
    std::unique_lock lock(mend_mutex);
    bool failed = false;
    while (!stop.stop_requested()) {
      mend_wanted.wait(lock, [&] { return stop.stop_requested() || !torn.empty(); });
      if (stop.stop_requested()) return;
      mend_wanted.wait_for(lock, failed ? kPause : kBreath, [&] { return stop.stop_requested(); });
      const std::set<TenantId> todo = std::exchange(torn, {});
      failed = false;
      mend_working = true;
      lock.unlock();
      for (const TenantId tenant : todo) {
        if (stop.stop_requested()) break;
        if (const Status status = mend(tenant); !status) {
          log::error("routing.mend_failed", status.error());
          mend_later(tenant);
          failed = true;
        }
      }
      lock.lock();
      mend_working = false;
    }
  });
}

void Routing::Impl::stop_mending() {
  if (!mender.joinable()) return;
  mender.request_stop();
  {
    const std::scoped_lock lock(mend_mutex);
    mend_wanted.notify_all();
  }
  mender.join();
}

bool Routing::Impl::mending() {
  const std::scoped_lock lock(mend_mutex);
  return mend_working || !torn.empty();
}

void Routing::Impl::mend_later(TenantId tenant) {
  const std::scoped_lock lock(mend_mutex);
  torn.insert(tenant);
  mend_wanted.notify_all();
}

Status Routing::Impl::mend(TenantId tenant) {
  const auto world = find(tenant);
  if (!world) return {};
  {
    const std::scoped_lock lock(world->mutex);
    world->mending = true;
    world->touched.clear();
  }
  // In the write lane, so that it sees every job that was queued before it.
  auto open = std::make_shared<std::vector<conversation::Conversation>>();
  YD_CHECK(database.write(tenant, [&](storage::Transaction& tx) -> Status {
    YD_TRY(*open, load_open(tx, tenant));
    return {};
  }));
  put_items(*world, *open);
  {
    const std::scoped_lock lock(world->mutex);
    world->armed.clear();
  }
  arm_everything(world);
  serve_everything(world);
  leave_unreachable(world);
  return {};
}

}  // namespace yingda::routing
