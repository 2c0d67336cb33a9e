// The hub's verbs for visitors: coming and going, pages, typing with preview, places in the queue.
#include <algorithm>
#include <utility>

#include "hub_impl.hpp"
#include "yingda/base/text.hpp"

namespace yingda::realtime {
namespace {

constexpr DurationMs kPositionsGathered = milliseconds(500);  // between two rounds of places in the queue

std::shared_ptr<const std::string> shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

}  // namespace

SubscriberPtr Hub::open_visitor(TenantId tenant, CustomerId customer, std::shared_ptr<Outlet> outlet,
                                std::optional<VisitorThread> thread) {
  auto who = std::make_shared<Subscriber>();
  who->outlet = std::move(outlet);
  who->tenant = tenant;
  who->customer = customer;
  const bool posted = impl_->on_hub(
      [who, thread = std::move(thread)](Impl& impl) mutable { impl.attach_visitor(who, std::move(thread)); });
  if (!posted) return nullptr;
  return who;
}

void Hub::Impl::attach_visitor(const SubscriberPtr& who, std::optional<VisitorThread> thread) {
  Hall& hall = hall_of(who->tenant);
  VisitorGroup& group = hall.visitors[who->customer];
  who->attached = true;
  ++visitors_now;
  {
    const std::scoped_lock lock(visitors_here_mutex);
    visitors_here.insert(who->customer);
  }
  const bool came = group.connections.empty();
  group.connections.push_back(who);
  ++group.goings;
  if (!group.thread) {
    const std::int64_t as_of = thread ? thread->as_of_seq : hall.last;
    if (thread) hall.set_thread(who->customer, group, *std::move(thread));
    // What was committed between the caller's read and now.
    for (std::int64_t seq = std::max(as_of + 1, hall.ring.first()); !hall.ring.empty() && seq <= hall.ring.last();
         ++seq)
      if (hall.ring.at(seq)->audience.customer == who->customer) hall.follow(group, hall.ring.at(seq)->audience);
  }
  if (came && group.thread) send_visitor_state(hall, group.thread->conversation, nullptr);
  if (group.thread && group.thread->queued) plan_positions(hall);
}

void Hub::Impl::detach_visitor(const SubscriberPtr& who) {
  Hall& hall = hall_of(who->tenant);
  who->attached = false;
  --visitors_now;
  VisitorGroup* group = hall.group_of(who->customer);
  if (!group) return;
  std::erase(group->connections, who);
  if (!group->connections.empty()) return;
  const std::uint32_t going = ++group->goings;
  later(kVisitorLinger, [tenant = who->tenant, customer = who->customer, going](Impl& impl) {
    Hall& hall = impl.hall_of(tenant);
    VisitorGroup* group = hall.group_of(customer);
    if (!group || group->goings != going) return;
    if (group->thread) {
      if (group->typing_until_ms != 0) impl.show_visitor_typing(hall, *group, customer, false, {});
      impl.send_visitor_state(hall, group->thread->conversation, nullptr);
    }
    hall.forget_group(customer);
    {
      const std::scoped_lock lock(impl.visitors_here_mutex);
      impl.visitors_here.erase(customer);
    }
    for (const auto& told : impl.leave_listeners) told(tenant, customer);
  });
}

void Hub::visitor_page(const SubscriberPtr& who, const customer::PageView& page) {
  impl_->on_hub([who, page](Impl& impl) {
    if (!who->attached) return;
    Hall& hall = impl.hall_of(who->tenant);
    VisitorGroup* group = hall.group_of(who->customer);
    if (!group) return;
    group->page = page;
    if (group->thread) impl.send_visitor_state(hall, group->thread->conversation, nullptr);
  });
}

void Hub::visitor_typing(const SubscriberPtr& who, bool on, std::string preview) {
  impl_->on_hub([who, on, preview = std::move(preview)](Impl& impl) {
    if (who->attached) impl.take_visitor_typing(*who, on, preview);
  });
}

void Hub::Impl::take_visitor_typing(Subscriber& who, bool on, const std::string& preview) {
  Hall& hall = hall_of(who.tenant);
  VisitorGroup* group = hall.group_of(who.customer);
  if (!group || !group->thread) return;
  const bool was = group->typing_until_ms != 0;
  if (!on && !was) return;
  group->typing_until_ms = on ? steady_ms() + kTypingExpires.ms : 0;
  if (on && !was)
    later(kTypingExpires,
          [tenant = who.tenant, customer = who.customer](Impl& impl) { impl.expire_visitor_typing(tenant, customer); });
  show_visitor_typing(hall, *group, who.customer, on, preview);
}

void Hub::Impl::expire_visitor_typing(TenantId tenant, CustomerId customer) {
  Hall& hall = hall_of(tenant);
  VisitorGroup* group = hall.group_of(customer);
  if (!group || group->typing_until_ms == 0) return;
  const std::int64_t left = group->typing_until_ms - steady_ms();
  if (left > 0) {
    later(milliseconds(left), [=](Impl& impl) { impl.expire_visitor_typing(tenant, customer); });
    return;
  }
  group->typing_until_ms = 0;
  show_visitor_typing(hall, *group, customer, false, {});
}

void Hub::Impl::show_visitor_typing(Hall& hall, const VisitorGroup& group, CustomerId customer, bool on,
                                    const std::string& preview) {
  const auto& thread = group.thread;
  if (!thread) return;
  const std::string by = to_string(customer);
  const auto frame = shared(typing_frame(
      {thread->conversation, "customer", by, {}, text::first_code_points(preview, kPreviewCodePointsMax), on}));
  each_involved(hall, *thread, [&](Subscriber& who) { send(who, frame); });
}

// --- places in the queue

void Hub::Impl::plan_positions(Hall& hall) {
  if (hall.positions_planned) return;
  hall.positions_planned = true;
  later(kPositionsGathered, [tenant = hall.tenant](Impl& impl) { impl.push_positions(tenant); });
}

void Hub::Impl::push_positions(TenantId tenant) {
  Hall& hall = hall_of(tenant);
  hall.positions_planned = false;
  for (const CustomerId customer : hall.queued_customers) {
    VisitorGroup* group = hall.group_of(customer);
    if (!group || !group->thread) continue;
    const QueuePlace place = queue_place(routing, tenant, group->thread->conversation);
    if (place == group->place) continue;
    group->place = place;
    const auto frame = shared(queue_frame(place));
    for (const SubscriberPtr& who : group->connections) send(*who, frame);
  }
}

}  // namespace yingda::realtime
