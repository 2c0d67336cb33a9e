#include "hall.hpp"

#include <algorithm>
#include <utility>

namespace yingda::realtime {
namespace {

template <class Map, class Key>
void drop(Map& map, const Key& key, Subscriber* who) {
  const auto found = map.find(key);
  if (found == map.end()) return;
  std::erase(found->second, who);
  if (found->second.empty()) map.erase(found);
}

}  // namespace

void Hall::index_person(Subscriber& who) {
  const AgentView& view = who.agent->view;
  if (view.user) by_user[view.user].push_back(&who);
  for (const TeamId team : view.teams) by_team[team].push_back(&who);
  if (view.follows_scope_queues()) scope_queues.push_back(&who);
}

void Hall::unindex_person(Subscriber& who) {
  const AgentView& view = who.agent->view;
  if (view.user) drop(by_user, view.user, &who);
  for (const TeamId team : view.teams) drop(by_team, team, &who);
  std::erase(scope_queues, &who);
}

void Hall::attach_agent(const SubscriberPtr& who) {
  who->attached = true;
  agents.push_back(who);
  index_person(*who);
}

SubscriberPtr Hall::detach_agent(Subscriber& who) {
  const auto found = std::ranges::find(agents, &who, &SubscriberPtr::get);
  if (found == agents.end()) return nullptr;
  SubscriberPtr owner = std::move(*found);
  *found = std::move(agents.back());
  agents.pop_back();
  set_all(who, false);
  set_board(who, false, {});
  while (!who.agent->view.watches.empty()) remove_watch(who, who.agent->view.watches.back().first);
  unindex_person(who);
  who.attached = false;
  return owner;
}

void Hall::set_all(Subscriber& who, bool on) {
  if (who.agent->view.all == on) return;
  who.agent->view.all = on;
  if (on) {
    all.push_back(&who);
  } else {
    std::erase(all, &who);
  }
}

void Hall::set_board(Subscriber& who, bool on, UnitId unit) {
  AgentSide& side = *who.agent;
  if (side.board != on) {
    side.board = on;
    if (on) {
      boards.push_back(&who);
    } else {
      std::erase(boards, &who);
    }
  }
  side.board_unit = unit;
  side.board_waits = on;
}

bool Hall::add_watch(Subscriber& who, ConversationId conversation, CustomerId customer, bool silent) {
  AgentView& view = who.agent->view;
  std::erase(view.silent, conversation);
  if (silent) view.silent.push_back(conversation);
  if (view.watches_conversation(conversation)) return false;
  view.watches.emplace_back(conversation, customer);
  rooms[conversation].watchers.push_back(&who);
  if (customer) by_watched_customer[customer].push_back(&who);
  return true;
}

bool Hall::remove_watch(Subscriber& who, ConversationId conversation) {
  auto& watches = who.agent->view.watches;
  const auto found = std::ranges::find(watches, conversation, &std::pair<ConversationId, CustomerId>::first);
  if (found == watches.end()) return false;
  if (found->second) drop(by_watched_customer, found->second, &who);
  watches.erase(found);
  std::erase(who.agent->view.silent, conversation);
  const auto room = rooms.find(conversation);
  std::erase(room->second.watchers, &who);
  if (room->second.watchers.empty()) rooms.erase(room);
  return true;
}

void Hall::change_actor(Subscriber& who, const org::Actor& actor) {
  unindex_person(who);
  AgentView view = view_of(actor);
  view.all = who.agent->view.all;
  view.watches = std::move(who.agent->view.watches);
  view.silent = std::move(who.agent->view.silent);
  who.agent->actor = actor;
  who.agent->view = std::move(view);
  index_person(who);
}

VisitorGroup* Hall::group_of(CustomerId customer) {
  const auto found = visitors.find(customer);
  return found == visitors.end() ? nullptr : &found->second;
}

VisitorGroup* Hall::group_of(ConversationId conversation) {
  const auto found = customer_of.find(conversation);
  return found == customer_of.end() ? nullptr : group_of(found->second);
}

void Hall::follow(VisitorGroup& group, const Audience& audience) {
  if (audience.subject != Subject::conversation && audience.subject != Subject::message) return;
  VisitorThread thread;
  thread.conversation = audience.conversation;
  thread.team = audience.team;
  if (audience.owner) thread.owner = audience.owner;
  thread.participants = audience.participants;
  thread.consulted = audience.consulted;
  thread.queued = audience.queued;
  set_thread(audience.customer, group, std::move(thread));
}

void Hall::set_thread(CustomerId customer, VisitorGroup& group, VisitorThread thread) {
  customer_of[thread.conversation] = customer;
  if (thread.queued) {
    queued_customers.insert(customer);
  } else {
    queued_customers.erase(customer);
    group.place = {};
  }
  group.thread = std::move(thread);
}

void Hall::forget_group(CustomerId customer) {
  const auto found = visitors.find(customer);
  if (found == visitors.end()) return;
  if (const auto& thread = found->second.thread; thread) customer_of.erase(thread->conversation);
  queued_customers.erase(customer);
  visitors.erase(found);
}

}  // namespace yingda::realtime
