// The live board: who wants it gets it whole, at most twice a second after changes, made once for all who see the same.
#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hub_impl.hpp"
#include "yingda/supervision/supervision.hpp"

namespace yingda::realtime {
namespace {

// Rooms that digest the same event later than supervision are seen by one more push this long after it.
constexpr std::int64_t kSettledMs = 250;

/// Those who see the same board.
struct Group {
  org::Actor actor;
  UnitId unit;
  std::vector<SubscriberPtr> members;
  std::shared_ptr<const std::string> frame;  // none: refused
  Error refusal;
};

}  // namespace

void Hub::set_supervision(supervision::Supervision& supervision) {
  impl_->supervision = &supervision;
  supervision.on_change([weak = std::weak_ptr(impl_)](TenantId tenant) {
    if (const auto impl = weak.lock()) impl->on_hub([tenant](Impl& hub) { hub.board_changed(tenant); });
  });
}

void Hub::board(const SubscriberPtr& who, bool on, UnitId unit) {
  impl_->on_hub([who, on, unit](Impl& impl) {
    if (!who->attached || !who->agent) return;
    const bool may = impl.supervision && who->agent->actor.may(org::Permission::conversation_supervise);
    if (on && !may) return impl.refuse(*who, Error{Code::permission_denied, "auth.permission_denied", {}, {}, {}});
    Hall& hall = impl.hall_of(who->tenant);
    hall.set_board(*who, on, unit);
    if (on) impl.plan_boards(hall);
  });
}

void Hub::Impl::board_changed(TenantId tenant) {
  Hall& hall = hall_of(tenant);
  if (hall.boards.empty()) return;
  hall.board_turn.changed = true;
  hall.board_turn.changed_ms = steady_ms();
  plan_boards(hall);
}

/// Sets the time of the next push.
void Hub::Impl::plan_boards(Hall& hall) {
  Hall::BoardTurn& turn = hall.board_turn;
  if (turn.making || hall.boards.empty()) return;
  const bool soon =
      turn.changed || std::ranges::any_of(hall.boards, [](const Subscriber* who) { return who->agent->board_waits; });
  // A push at rest is planned already; a change must not wait for it.
  if (turn.planned && !soon) return;
  const std::int64_t pause =
      soon ? std::max(kBoardPause.ms, kBoardPause.ms * turn.bytes / kBoardBytesAPause) : kBoardEvery.ms;
  const std::int64_t wait = std::max<std::int64_t>(0, turn.last_ms + pause - steady_ms());
  if (soon && turn.planned_soon) return;
  turn.planned = true;
  turn.planned_soon = turn.planned_soon || soon;
  later(milliseconds(wait), [tenant = hall.tenant, number = ++turn.number](Impl& impl) {
    if (impl.hall_of(tenant).board_turn.number == number) impl.push_boards(tenant);
  });
}

void Hub::Impl::push_boards(TenantId tenant) {
  Hall& hall = hall_of(tenant);
  Hall::BoardTurn& turn = hall.board_turn;
  turn.planned = turn.planned_soon = false;
  if (turn.making || hall.boards.empty()) return;
  turn.changed = turn.changed && steady_ms() - turn.changed_ms < kSettledMs;
  turn.making = true;
  turn.last_ms = steady_ms();

  auto groups = std::make_shared<std::vector<Group>>();
  std::unordered_map<std::string, std::size_t> by_key;
  for (const SubscriberPtr& who : hall.agents) {
    if (!who->agent->board || who->outlet->queued_bytes() > kBoardQueuedBytesMax) continue;
    const UnitId unit = who->agent->board_unit;
    const auto [place, fresh] =
        by_key.try_emplace(supervision::Supervision::scope_key(who->agent->actor, unit), groups->size());
    if (fresh) groups->push_back({who->agent->actor, unit, {}, nullptr, {}});
    (*groups)[place->second].members.push_back(who);
  }
  const auto done = [tenant, groups](Impl& impl) {
    Hall& hall = impl.hall_of(tenant);
    hall.board_turn.making = false;
    hall.board_turn.bytes = 0;
    for (const Group& group : *groups) {
      for (const SubscriberPtr& who : group.members) {
        if (!who->attached || !who->agent->board || who->agent->board_unit != group.unit) continue;
        if (group.frame) {
          hall.board_turn.bytes = std::max(hall.board_turn.bytes, static_cast<std::int64_t>(group.frame->size()));
          who->agent->board_waits = false;
          impl.send_background(*who, group.frame);
        } else {
          hall.set_board(*who, false, {});
          impl.refuse(*who, group.refusal);
        }
      }
    }
    impl.plan_boards(hall);
  };
  const bool posted = on_worker([groups, done](Impl& impl) {
    for (Group& group : *groups) {
      auto board = impl.supervision->board_json(group.actor, group.unit);
      if (board && std::ssize(*board) > kBoardBytesMax) {
        group.refusal = Error{Code::limit_exceeded, "realtime.board_too_large", {}, {}, {}};
      } else if (board) {
        group.frame = std::make_shared<const std::string>(board_frame(*board, group.unit));
      } else {
        group.refusal = board.error();
      }
    }
    return done;
  });
  if (!posted) {
    // The pool is full: the next change or the next turn comes anyway.
    turn.making = false;
    plan_boards(hall);
  }
}

}  // namespace yingda::realtime
