// One event to everybody it concerns. Candidates come from the indexes, the decision from concerns(): the same rule as
// in replays.
#include <algorithm>
#include <utility>
#include <vector>

#include "hub_impl.hpp"

namespace yingda::realtime {
namespace {

/// Frames of one event by the client's `prev`: clients that stand at the same event share one text.
class Frames {
 public:
  Frames(const storage::CommittedEvent& event, std::string_view type, std::string_view data)
      : event_(event), type_(type), data_(data) {}

  std::shared_ptr<const std::string> for_prev(std::int64_t prev) {
    for (const auto& [known, frame] : made_)
      if (known == prev) return frame;
    auto frame = std::make_shared<const std::string>(event_frame(event_.seq, prev, event_.at, type_, data_));
    if (made_.size() < 16) made_.emplace_back(prev, frame);
    return frame;
  }

 private:
  const storage::CommittedEvent& event_;
  std::string_view type_, data_;
  std::vector<std::pair<std::int64_t, std::shared_ptr<const std::string>>> made_;
};

/// Calls `f` for every agent's connection that might be concerned, some perhaps twice.
template <class F>
void each_candidate(Hall& hall, const Audience& audience, F f) {
  const auto from = [&](const auto& map, auto key) {
    const auto found = map.find(key);
    if (key && found != map.end()) std::ranges::for_each(found->second, f);
  };
  switch (audience.subject) {
    case Subject::none: return;
    case Subject::agent:
    case Subject::settings:
    case Subject::follow_up:
    case Subject::alarm:
      for (const SubscriberPtr& who : hall.agents) f(who.get());
      return;
    case Subject::customer: return from(hall.by_watched_customer, audience.customer);
    case Subject::conversation:
    case Subject::message:
    case Subject::receipts:
    case Subject::offer:
    case Subject::warning: break;
  }
  from(hall.by_user, audience.owner);
  from(hall.by_user, audience.previous_owner);
  for (const UserId user : audience.participants) from(hall.by_user, user);
  from(hall.by_team, audience.team);
  from(hall.by_team, audience.previous_team);
  const auto room = hall.rooms.find(audience.conversation);
  if (room != hall.rooms.end()) std::ranges::for_each(room->second.watchers, f);
  std::ranges::for_each(hall.all, f);
  std::ranges::for_each(hall.scope_queues, f);
}

}  // namespace

void Hub::Impl::send(Subscriber& who, std::shared_ptr<const std::string> frame) {
  if (!who.outlet) return;
  ++frames_out;
  who.outlet->send(std::move(frame));
}

void Hub::Impl::send_background(Subscriber& who, std::shared_ptr<const std::string> frame) {
  if (!who.outlet) return;
  ++frames_out;
  who.outlet->background(std::move(frame));
}

void Hub::Impl::deliver(Hall& hall, const LiveEventPtr& live) {
  const Audience& audience = live->audience;
  const std::uint64_t mark = ++deliveries;
  const auto push = [&](Subscriber& who, Frames& frames) {
    ++frames_out;
    who.outlet->event(live->event.seq, frames.for_prev(who.sent));
    who.sent = live->event.seq;
  };

  Frames frames(live->event, live->event.type, live->event.payload);
  each_candidate(hall, audience, [&](Subscriber* who) {
    if (who->mark == mark) return;
    who->mark = mark;
    if (who->phase == Subscriber::Phase::live && concerns(who->agent->view, audience)) push(*who, frames);
  });
  note_loads(hall, *live);

  VisitorGroup* group = audience.customer ? hall.group_of(audience.customer) : nullptr;
  if (!group) return;
  hall.follow(*group, audience);
  if (!hall.queued_customers.empty()) plan_positions(hall);
  if (!encoder) return;
  const auto data = encoder(live->event, audience.customer);
  if (!data) return;
  Frames visitor_frames(live->event, data->type, data->data);
  for (const SubscriberPtr& who : group->connections)
    if (who->phase == Subscriber::Phase::live) push(*who, visitor_frames);
}

}  // namespace yingda::realtime
