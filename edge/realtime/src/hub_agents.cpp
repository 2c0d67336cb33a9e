// The hub's verbs for agents: open views, presence, typing, loads of colleagues, receipts.
#include <algorithm>
#include <utility>

#include "contains.hpp"
#include "hub_impl.hpp"
#include "yingda/base/json.hpp"
#include "yingda/base/log.hpp"
#include "yingda/realtime/error_frame.hpp"
#include "yingda/supervision/supervision.hpp"

namespace yingda::realtime {
namespace {

constexpr DurationMs kPollPresenceLinger = seconds(3);
constexpr std::size_t kLoadsAtOnce = 200;     // colleagues whose load is read and pushed at one time
constexpr std::size_t kReceiptsPerJob = 128;  // receipts that share one write job

std::shared_ptr<const std::string> shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

}  // namespace

void Hub::Impl::refuse(Subscriber& who, const Error& error) {
  const auto language = who.agent->actor.locale == org::Locale::en ? messages::Language::en : messages::Language::zh_CN;
  send(who, shared(error_frame(error, language)));
}

// --- connection

SubscriberPtr Hub::open_agent(const org::Actor& actor, std::shared_ptr<Outlet> outlet, bool polling) {
  auto who = std::make_shared<Subscriber>();
  who->outlet = std::move(outlet);
  who->tenant = actor.tenant;
  who->polling = polling;
  static std::atomic<std::int64_t> connections{0};
  who->agent = std::make_unique<AgentSide>(AgentSide{actor, view_of(actor), encode_id_text(++connections)});
  if (!impl_->on_hub([who](Impl& impl) { impl.attach_agent(who); })) return nullptr;
  return who;
}

void Hub::Impl::attach_agent(const SubscriberPtr& who) {
  Hall& hall = hall_of(who->tenant);
  const auto own = hall.by_user.find(who->agent->view.user);
  if (own != hall.by_user.end() && own->second.size() >= kConnectionsPerUserMax)
    own->second.front()->outlet->close(kCloseReplaced, "replaced");
  hall.attach_agent(who);
  ++agents_now;
  connected(hall, who->agent->view.user, 1);
}

void Hub::Impl::detach_agent(const SubscriberPtr& who) {
  Hall& hall = hall_of(who->tenant);
  std::vector<ConversationId> watched;
  for (const auto& [conversation, customer] : who->agent->view.watches) watched.push_back(conversation);
  const UserId user = who->agent->view.user;
  hall.detach_agent(*who);
  --agents_now;
  if (who->polling) {
    // Between two polls the agent has not gone; his colleagues would see him flicker.
    later(kPollPresenceLinger, [tenant = who->tenant, watched](Impl& impl) {
      for (const ConversationId conversation : watched) impl.send_presence(impl.hall_of(tenant), conversation);
    });
    later(kPollLinger, [tenant = who->tenant, user](Impl& impl) { impl.connected(impl.hall_of(tenant), user, -1); });
    return;
  }
  for (const ConversationId conversation : watched) send_presence(hall, conversation);
  connected(hall, user, -1);
}

void Hub::Impl::connected(Hall& hall, UserId user, int by) {
  if (!user) return;
  int& count = hall.connected[user];
  count += by;
  if (by > 0 && count == 1) routing.agent_connected(hall.tenant, user);
  if (count > 0) return;
  hall.connected.erase(user);
  routing.agent_disconnected(hall.tenant, user);
}

void Hub::change_actor(const SubscriberPtr& who, const org::Actor& actor) {
  impl_->on_hub([who, actor](Impl& impl) {
    if (!who->attached || !who->agent) return;
    const AgentView before = who->agent->view;
    impl.hall_of(who->tenant).change_actor(*who, actor);
    const AgentView& now = who->agent->view;
    const bool same = before.teams == now.teams && before.scope_teams == now.scope_teams &&
                      before.sees_scope == now.sees_scope && before.sees_tenant == now.sees_tenant;
    if (!same) impl.resync(*who);
  });
}

void Hub::all(const SubscriberPtr& who, bool on) {
  impl_->on_hub([who, on](Impl& impl) {
    if (!who->attached) return;
    Hall& hall = impl.hall_of(who->tenant);
    hall.set_all(*who, on);
    // The answer tells from which event on the subscription counts: the list is loaded after it.
    if (who->phase == Subscriber::Phase::live) impl.finish_replay(hall, *who);
  });
}

// --- open views

void Hub::watch(const SubscriberPtr& who, ConversationId conversation, Watch watch) {
  impl_->on_hub([who, conversation, watch](Impl& impl) {
    if (!who->attached) return;
    if (watch != Watch::off) return impl.check_watches(who, {{conversation, watch == Watch::silent}}, nullptr);
    Hall& hall = impl.hall_of(who->tenant);
    if (hall.remove_watch(*who, conversation)) impl.send_presence(hall, conversation);
  });
}

/// Adds the views that the agent may see, refuses the others with an error frame, then goes on with `then`.
void Hub::Impl::check_watches(const SubscriberPtr& who, std::vector<WantedView> views,
                              std::move_only_function<void(Impl&)> then) {
  std::erase_if(views, [&](const WantedView& wanted) {
    const AgentView& view = who->agent->view;
    return view.watches_conversation(wanted.id) && view.watches_silently(wanted.id) == wanted.silent;
  });
  if (views.empty()) {
    if (then) then(*this);
    return;
  }
  struct Checked {
    WantedView view;
    Result<conversation::Conversation> conversation;
  };
  auto rest = std::make_shared<std::move_only_function<void(Impl&)>>(std::move(then));
  const bool posted = on_worker([who, views = std::move(views), actor = who->agent->actor, rest](Impl& impl) {
    auto checked = std::make_shared<std::vector<Checked>>();
    const auto check = [&](storage::Transaction& tx) -> Status {
      checked->clear();
      for (const WantedView& view : views) checked->push_back({view, impl.access_view(tx, actor, view)});
      return {};
    };
    // Silent watching leaves a trace in the audit log before the first word is seen.
    const bool writes = std::ranges::any_of(views, &WantedView::silent);
    const Status done = writes ? impl.database.write(actor.tenant, check) : impl.database.read(check);
    if (!done) {
      checked->clear();
      for (const WantedView& view : views) checked->push_back({view, std::unexpected(done.error())});
    }
    return [who, checked, rest](Impl& impl) {
      if (!who->attached) return;
      Hall& hall = impl.hall_of(who->tenant);
      for (const Checked& item : *checked) {
        if (!item.conversation) {
          impl.refuse(*who, item.conversation.error());
        } else if (who->agent->view.watches.size() >= kWatchesMax) {
          impl.refuse(*who, Error{Code::limit_exceeded, "realtime.too_many_watches", {}, {}, {}});
        } else {
          const ConversationId id = item.view.id;
          hall.add_watch(*who, id, item.conversation->customer.id, item.view.silent);
          impl.send_presence(hall, id);
          impl.send_visitor_state(hall, id, who.get());
        }
      }
      if (*rest) (*rest)(impl);
    };
  });
  if (posted) return;
  refuse(*who, Error{Code::unavailable, "runtime.busy", {}, {}, {}});
  if (*rest) (*rest)(*this);
}

Result<conversation::Conversation> Hub::Impl::access_view(storage::Transaction& tx, const org::Actor& actor,
                                                          const WantedView& view) {
  if (view.silent) {
    if (!supervision) return fail(Code::permission_denied, "auth.permission_denied");
    YD_CHECK(supervision->note_watch(tx, actor, view.id));
  }
  return conversations.access_conversation(tx, actor, view.id);
}

void Hub::Impl::send_presence(Hall& hall, ConversationId conversation) {
  const auto room = hall.rooms.find(conversation);
  if (room == hall.rooms.end()) return;
  std::vector<PresentAgent> present;
  for (const Subscriber* who : room->second.watchers) {
    const UserId user = who->agent->view.user;
    if (who->agent->view.watches_silently(conversation)) continue;
    if (!user || contains(present, user, &PresentAgent::id)) continue;
    const bool typing = contains(room->second.typists, user, &Typist::user);
    present.push_back({user, who->agent->actor.name, typing});
  }
  std::ranges::sort(present, {}, [](const PresentAgent& agent) { return agent.id; });
  const auto frame = shared(presence_frame(conversation, present));
  for (Subscriber* who : room->second.watchers) send_background(*who, frame);
}

void Hub::Impl::send_visitor_state(Hall& hall, ConversationId conversation, Subscriber* only) {
  const VisitorGroup* group = hall.group_of(conversation);
  const bool online = group && !group->connections.empty();
  static const customer::PageView kNowhere;
  const auto frame = shared(visitor_frame(conversation, online, group ? group->page : kNowhere));
  if (only) return send_background(*only, frame);
  if (group && group->thread)
    each_involved(hall, *group->thread, [&](Subscriber& who) { send_background(who, frame); });
}

// --- typing

void Hub::agent_typing(const org::Actor& actor, ConversationId conversation, bool on) {
  impl_->on_hub([actor, conversation, on](Impl& impl) { impl.take_agent_typing(actor, conversation, on); });
}

void Hub::Impl::take_agent_typing(const org::Actor& actor, ConversationId conversation, bool on) {
  Hall& hall = hall_of(actor.tenant);
  const UserId user = actor.user;
  const auto own = hall.by_user.find(user);
  const bool watches = own != hall.by_user.end() && std::ranges::any_of(own->second, [&](const Subscriber* who) {
                         const AgentView& view = who->agent->view;
                         return view.watches_conversation(conversation) && !view.watches_silently(conversation);
                       });
  VisitorGroup* group = hall.group_of(conversation);
  const bool takes_part =
      group && group->thread && (group->thread->owner == user || contains(group->thread->participants, user));
  // Views were checked when they were opened; nobody types into what he neither owns nor sees.
  if (!user || (!takes_part && !watches)) return;
  const auto room = hall.rooms.find(conversation);
  if (room != hall.rooms.end()) {
    auto& typists = room->second.typists;
    const auto known = std::ranges::find(typists, user, &Typist::user);
    const bool was = known != typists.end();
    if (on && was) known->until_ms = steady_ms() + kTypingExpires.ms;
    if (on && !was) {
      typists.push_back({user, actor.name, steady_ms() + kTypingExpires.ms});
      later(kTypingExpires, [tenant = actor.tenant, conversation, user](Impl& impl) {
        impl.expire_agent_typing(tenant, conversation, user);
      });
    }
    if (!on && was) typists.erase(known);
    if (on != was) send_presence(hall, conversation);
    const std::string by = to_string(user);
    const auto frame = shared(typing_frame({conversation, "agent", by, actor.name, {}, on}));
    for (Subscriber* colleague : room->second.watchers)
      if (colleague->agent->view.user != user) send(*colleague, frame);
  }
  const bool consulted = group && group->thread && contains(group->thread->consulted, user);
  if (!group || consulted) return;
  const auto frame = shared(visitor_typing_frame(on, actor.name));
  for (const SubscriberPtr& visitor : group->connections) send(*visitor, frame);
}

void Hub::Impl::expire_agent_typing(TenantId tenant, ConversationId conversation, UserId user) {
  Hall& hall = hall_of(tenant);
  const auto room = hall.rooms.find(conversation);
  if (room == hall.rooms.end()) return;
  const auto known = std::ranges::find(room->second.typists, user, &Typist::user);
  if (known == room->second.typists.end()) return;
  const std::int64_t left = known->until_ms - steady_ms();
  if (left > 0) {
    later(milliseconds(left), [=](Impl& impl) { impl.expire_agent_typing(tenant, conversation, user); });
    return;
  }
  const std::string name = known->name, by = to_string(user);
  room->second.typists.erase(known);
  send_presence(hall, conversation);
  const auto frame = shared(typing_frame({conversation, "agent", by, name, {}, false}));
  for (Subscriber* who : room->second.watchers) send(*who, frame);
  const VisitorGroup* group = hall.group_of(conversation);
  if (group && !(group->thread && contains(group->thread->consulted, user))) {
    const auto off = shared(visitor_typing_frame(false, name));
    for (const SubscriberPtr& visitor : group->connections) send(*visitor, off);
  }
}

// --- loads of colleagues

void Hub::Impl::note_loads(Hall& hall, const LiveEvent& live) {
  if (live.audience.subject != Subject::conversation || hall.agents.empty()) return;
  for (const UserId user : {live.audience.owner, live.audience.previous_owner})
    if (user && hall.changed_loads.size() < kLoadsAtOnce) hall.changed_loads.insert(user);
  if (hall.changed_loads.empty() || hall.loads_planned) return;
  hall.loads_planned = true;
  later(kLoadsGathered, [tenant = hall.tenant](Impl& impl) { impl.push_loads(tenant); });
}

void Hub::Impl::push_loads(TenantId tenant) {
  Hall& hall = hall_of(tenant);
  hall.loads_planned = false;
  auto users = std::exchange(hall.changed_loads, {});
  on_worker([tenant, users = std::move(users)](Impl& impl) {
    std::vector<std::shared_ptr<const std::string>> frames;
    const Status read = impl.database.read([&](storage::Transaction& tx) -> Status {
      frames.clear();
      for (const UserId user : users)
        if (auto status = impl.routing.status(tx, tenant, user))
          frames.push_back(shared(agent_frame(json::encode(*status))));
      return {};
    });
    if (!read) log::error("realtime.loads", read.error());
    return [tenant, frames = std::move(frames)](Impl& impl) {
      for (const SubscriberPtr& who : impl.hall_of(tenant).agents)
        if (!who->polling)
          for (const auto& frame : frames) impl.send(*who, frame);
    };
  });
}

// --- receipts

void Hub::agent_receipts(const org::Actor& actor, ConversationId conversation, std::int64_t delivered_seq,
                         std::int64_t read_seq) {
  impl_->on_hub(
      [=](Impl& impl) { impl.take_receipt({actor.tenant, conversation, {}, actor, delivered_seq, read_seq}); });
}

void Hub::visitor_receipts(TenantId tenant, CustomerId customer, std::int64_t delivered_seq, std::int64_t read_seq) {
  impl_->on_hub([=](Impl& impl) { impl.take_receipt({tenant, {}, customer, {}, delivered_seq, read_seq}); });
}

void Hub::Impl::take_receipt(Receipt receipt) {
  if (receipts.add(std::move(receipt)) == ReceiptBook::Added::first)
    later(kReceiptsGathered, [](Impl& impl) { impl.flush_receipts(); });
}

void Hub::Impl::flush_receipts() {
  for (auto& [tenant, list] : receipts.take()) {
    for (std::size_t at = 0; at < list.size(); at += kReceiptsPerJob) {
      const auto begin = list.begin() + static_cast<std::ptrdiff_t>(at);
      const auto end = list.begin() + static_cast<std::ptrdiff_t>(std::min(list.size(), at + kReceiptsPerJob));
      auto part =
          std::make_shared<const std::vector<Receipt>>(std::make_move_iterator(begin), std::make_move_iterator(end));
      ++in_flight;
      auto self = shared_from_this();
      database.write_async(
          tenant, [self, part](storage::Transaction& tx) { return self->write_receipts(tx, *part); },
          [self](Status status) {
            if (!status) log::error("realtime.receipts", status.error());
            --self->in_flight;
          });
    }
  }
}

Status Hub::Impl::write_receipts(storage::Transaction& tx, const std::vector<Receipt>& list) {
  for (const Receipt& receipt : list) {
    const Status marked = receipt.customer ? conversations.mark_by_customer(tx, receipt.tenant, receipt.customer,
                                                                            receipt.delivered_seq, receipt.read_seq)
                                           : conversations.mark(tx, receipt.actor, receipt.conversation,
                                                                receipt.delivered_seq, receipt.read_seq);
    if (marked) continue;
    // One person's lost right must not undo the receipts of the others; the store's failures concern all.
    const Code code = marked.error().code;
    if (code == Code::unavailable || code == Code::timeout || code == Code::internal) return marked;
  }
  return {};
}

}  // namespace yingda::realtime
