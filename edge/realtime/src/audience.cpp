#include "audience.hpp"

#include <algorithm>

#include "contains.hpp"
#include "yingda/realtime/scan.hpp"

namespace yingda::realtime {
namespace {

template <class I>
I id_at(Scanner& scan) {
  const std::string_view text = scan.string();
  if (text.empty()) return {};
  auto id = parse_id<I>(text);
  return id ? *id : I{};
}

/// The member `id` of the object at hand.
template <class I>
I id_of_object(Scanner& scan) {
  I id;
  scan.object([&](std::string_view key) {
    if (key == "id") id = id_at<I>(scan);
  });
  return id;
}

void read_participant(Scanner& scan, Audience& out) {
  UserId id;
  bool consult = false;
  scan.object([&](std::string_view key) {
    if (key == "id") id = id_at<UserId>(scan);
    if (key == "role") consult = scan.string() == "consult";
  });
  out.participants.push_back(id);
  if (consult) out.consulted.push_back(id);
}

void read_conversation(Scanner& scan, Audience& out) {
  scan.object([&](std::string_view key) {
    if (key == "id") {
      out.conversation = id_at<ConversationId>(scan);
    } else if (key == "customer") {
      out.customer = id_of_object<CustomerId>(scan);
    } else if (key == "state") {
      const std::string_view state = scan.string();
      out.assigned = state == "assigned";
      out.queued = state == "queued";
    } else if (key == "team_id") {
      out.team = id_at<TeamId>(scan);
    } else if (key == "agent") {
      out.owner = id_of_object<UserId>(scan);
    } else if (key == "participants") {
      scan.array([&] { read_participant(scan, out); });
    }
  });
}

void read_message(Scanner& scan, Audience& out) {
  scan.object([&](std::string_view key) {
    if (key == "kind") {
      const std::string_view kind = scan.string();
      out.whisper = kind == "whisper";
      out.internal = out.internal || out.whisper || kind == "note";
    } else if (key == "author") {
      out.author = id_of_object<UserId>(scan);
    } else if (key == "mentions") {
      scan.array([&] { out.heard_by.push_back(id_at<UserId>(scan)); });
    } else if (key == "system") {
      scan.object([&](std::string_view inner) {
        if (inner == "internal") out.internal = scan.boolean() || out.internal;
      });
    }
  });
}

void read_receipts(Scanner& scan, std::string_view key, Audience& out) {
  if (key == "conversation_id") {
    out.conversation = id_at<ConversationId>(scan);
  } else if (key == "customer_id") {
    out.customer = id_at<CustomerId>(scan);
  } else if (key == "agent_id") {
    out.owner = id_at<UserId>(scan);
    out.assigned = static_cast<bool>(out.owner);
  } else if (key == "team_id") {
    out.team = id_at<TeamId>(scan);
  } else if (key == "participant_ids") {
    scan.array([&] { out.participants.push_back(id_at<UserId>(scan)); });
  }
}

void read_follow_up(Scanner& scan, std::string_view key, Audience& out) {
  if (key == "team_id") {
    out.team = id_at<TeamId>(scan);
  } else if (key == "follow_up_team_id") {
    out.previous_team = id_at<TeamId>(scan);
  } else if (key == "assignee_id") {
    out.owner = id_at<UserId>(scan);
  }
}

/// Top members only: the conversation in it is for those who are asked, not for its own audience.
void read_offer(Scanner& scan, std::string_view key, Audience& out) {
  if (key == "agent_ids") {
    scan.array([&] { out.participants.push_back(id_at<UserId>(scan)); });
  } else if (key == "from_id") {
    out.owner = id_at<UserId>(scan);
  }
}

Subject subject_of(std::string_view type) {
  if (type.starts_with("conversation.")) return Subject::conversation;
  if (type.starts_with("message.")) return Subject::message;
  if (type == "receipts.moved") return Subject::receipts;
  if (type == "customer.changed") return Subject::customer;
  if (type == "agent.state_changed") return Subject::agent;
  if (type == "settings.changed") return Subject::settings;
  if (type == "rating.follow_up_changed") return Subject::follow_up;
  if (type.starts_with("rating.")) return Subject::message;
  if (type.starts_with("alarm.")) return Subject::alarm;
  if (type == "routing.offered" || type == "routing.offer_ended") return Subject::offer;
  if (type == "routing.agent_warned") return Subject::warning;
  return Subject::none;
}

template <class I>
bool holds(const std::vector<I>& sorted, I id) {
  return id && std::ranges::binary_search(sorted, id);
}

bool in_scope(const AgentView& view, const Audience& audience) {
  if (!view.sees_scope) return false;
  return view.sees_tenant || holds(view.scope_teams, audience.team) || holds(view.scope_teams, audience.previous_team);
}

/// Own team, or whatever the rights reach.
bool reaches(const AgentView& view, const Audience& audience) {
  return holds(view.teams, audience.team) || holds(view.teams, audience.previous_team) || in_scope(view, audience);
}

/// Part of the conversation by person or by team, without any subscription.
bool takes_part(const AgentView& view, const Audience& audience) {
  if (view.user) {
    if (audience.owner == view.user || audience.previous_owner == view.user) return true;
    if (contains(audience.participants, view.user)) return true;
  }
  if (holds(view.teams, audience.previous_team)) return true;
  const bool team_follows = !audience.assigned || audience.subject == Subject::conversation;
  return team_follows && (holds(view.teams, audience.team) || (view.teams.empty() && in_scope(view, audience)));
}

/// Its assignee, the team that follows up, and supervisors of its teams.
bool follows_up(const AgentView& view, const Audience& audience) {
  if (view.user && audience.owner == view.user) return true;
  return holds(view.teams, audience.previous_team) || (view.supervises && in_scope(view, audience));
}

/// Its author, whom it was said to, and supervisors of the conversation.
bool may_hear_whisper(const AgentView& view, const Audience& audience) {
  if (view.user && (audience.author == view.user || contains(audience.heard_by, view.user))) return true;
  return view.supervises && (view.sees_tenant || holds(view.scope_teams, audience.team));
}

}  // namespace

Audience read_audience(std::string_view type, std::string_view payload) {
  Audience out;
  const Subject subject = subject_of(type);
  if (subject == Subject::none) return out;
  Scanner scan(payload);
  const bool read = scan.object([&](std::string_view key) {
    if (subject == Subject::receipts) {
      read_receipts(scan, key, out);
    } else if (subject == Subject::follow_up) {
      read_follow_up(scan, key, out);
    } else if (subject == Subject::alarm) {
      if (key == "team_id") out.team = id_at<TeamId>(scan);
    } else if (subject == Subject::offer) {
      read_offer(scan, key, out);
    } else if (subject == Subject::warning) {
      if (key == "agent_id") out.owner = id_at<UserId>(scan);
    } else if (subject == Subject::customer) {
      if (key == "id") out.customer = id_at<CustomerId>(scan);
    } else if (key == "conversation") {
      read_conversation(scan, out);
    } else if (key == "message") {
      read_message(scan, out);
    } else if (key == "previous_agent_id") {
      out.previous_owner = id_at<UserId>(scan);
    } else if (key == "previous_team_id") {
      out.previous_team = id_at<TeamId>(scan);
    }
  });
  if (read) out.subject = subject;
  return out;
}

bool AgentView::watches_conversation(ConversationId id) const {
  return std::ranges::any_of(watches, [&](const auto& watch) { return watch.first == id; });
}

bool AgentView::watches_customer(CustomerId id) const {
  return std::ranges::any_of(watches, [&](const auto& watch) { return watch.second == id; });
}

bool AgentView::watches_silently(ConversationId id) const { return contains(silent, id); }

AgentView view_of(const org::Actor& actor) {
  AgentView view;
  view.user = actor.user;
  view.teams = actor.teams;
  view.scope_teams = actor.scope_teams;
  std::ranges::sort(view.teams);
  std::ranges::sort(view.scope_teams);
  view.sees_scope = actor.may(org::Permission::conversation_view) || actor.may(org::Permission::conversation_supervise);
  view.supervises = actor.may(org::Permission::conversation_supervise);
  view.sees_tenant = view.sees_scope && actor.scope == org::DataScope::tenant;
  return view;
}

bool concerns(const AgentView& view, const Audience& audience) {
  switch (audience.subject) {
    case Subject::none: return false;
    case Subject::agent:
    case Subject::settings: return true;
    case Subject::customer: return view.watches_customer(audience.customer);
    case Subject::follow_up: return follows_up(view, audience);
    case Subject::alarm: return view.supervises && (view.sees_tenant || holds(view.scope_teams, audience.team));
    case Subject::offer:
    case Subject::warning:
      return view.user && (audience.owner == view.user || contains(audience.participants, view.user));
    case Subject::conversation:
    case Subject::message:
    case Subject::receipts: break;
  }
  if (audience.whisper && !may_hear_whisper(view, audience)) return false;
  if (takes_part(view, audience)) return true;
  return (view.all || view.watches_conversation(audience.conversation)) && reaches(view, audience);
}

}  // namespace yingda::realtime
