// Inbox lists (我的, 排队, 全部). A box is a merge of streams, each served by one index in list order; what an index
// cannot say (search, rarer filters) is checked row by row within kSearchWindow.
#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <set>
#include <tuple>

#include "decide.hpp"
#include "store.hpp"
#include "tell.hpp"
#include "yingda/base/text.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::conversation {
namespace {

using store::Openness;
using store::QueuePlace;
using store::TimePlace;

// A scope of more teams than this is served by walking the tenant's conversations and leaving out the others'.
constexpr std::size_t kTeamStreamsMax = 64;
constexpr int kChunkMax = 200;

/// Reads one stream: at most `limit` rows strictly behind `behind`.
template <class Place>
using Stream = std::function<Result<std::vector<Conversation>>(const Place& behind, int limit)>;

TimePlace first_place(TimePlace) { return {std::numeric_limits<std::int64_t>::max(), 0}; }
QueuePlace first_place(QueuePlace) { return {}; }
void place_of(const Conversation& c, TimePlace& place) { place = {store::listed_at(c), c.id.value}; }
void place_of(const Conversation& c, QueuePlace& place) {
  place = {store::queue_rank(c), c.queued_at_ms ? c.queued_at_ms->ms : 0, c.id.value};
}
bool before(const TimePlace& a, const TimePlace& b) { return a > b; }  // newest first
bool before(const QueuePlace& a, const QueuePlace& b) { return a < b; }

// Cursors: the numbers of a place, in order.
std::string encode_place(const TimePlace& p) {
  return "t" + std::to_string(p.listed_at_ms) + "." + std::to_string(p.id);
}
std::string encode_place(const QueuePlace& p) {
  return "q" + std::to_string(p.rank) + "." + std::to_string(p.queued_at_ms) + "." + std::to_string(p.id);
}
bool decode_numbers(std::string_view text, std::initializer_list<std::int64_t*> numbers) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::int64_t* number : numbers) {
    if (number != *numbers.begin() && (at == end || *at++ != '.')) return false;
    const auto [next, error] = std::from_chars(at, end, *number);
    if (error != std::errc() || *number < 0) return false;
    at = next;
  }
  return at == end;
}
bool decode_place(std::string_view text, TimePlace& p) {
  return text.starts_with('t') && decode_numbers(text.substr(1), {&p.listed_at_ms, &p.id});
}
bool decode_place(std::string_view text, QueuePlace& p) {
  return text.starts_with('q') && decode_numbers(text.substr(1), {&p.rank, &p.queued_at_ms, &p.id});
}

/// One chunk of the merge of all streams; complete up to its last row.
template <class Place>
Result<std::vector<Conversation>> merge_chunk(const std::vector<Stream<Place>>& streams, const Place& behind,
                                              int limit) {
  std::vector<Conversation> rows;
  for (const auto& stream : streams) {
    YD_TRY(auto part, stream(behind, limit));
    rows.insert(rows.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  }
  if (streams.size() > 1) {
    const auto earlier = [](const Conversation& a, const Conversation& b) {
      Place pa, pb;
      place_of(a, pa);
      place_of(b, pb);
      return before(pa, pb);
    };
    std::ranges::sort(rows, earlier);
    const auto same = std::ranges::unique(rows, {}, &Conversation::id);
    rows.erase(same.begin(), same.end());
  }
  if (rows.size() > static_cast<std::size_t>(limit)) rows.resize(static_cast<std::size_t>(limit));
  return rows;
}

template <class Place, class Wanted>
Result<org::Page<Conversation>> page_of(const std::vector<Stream<Place>>& streams, std::string_view after, int limit,
                                        Wanted wanted) {
  Place behind = first_place(Place{});
  if (!after.empty() && !decode_place(after, behind)) return fail(Code::invalid_argument, "request.invalid_cursor");
  org::Page<Conversation> page;
  int looked_at = 0;
  const int chunk = std::min(limit + 1, kChunkMax);
  for (bool more = !streams.empty(); more && looked_at < kSearchWindow;) {
    YD_TRY(auto rows, merge_chunk(streams, behind, chunk));
    more = rows.size() == static_cast<std::size_t>(chunk);
    looked_at += static_cast<int>(rows.size());
    for (Conversation& row : rows) {
      if (page.items.size() == static_cast<std::size_t>(limit) && wanted(row)) {
        page.next = encode_place(behind);
        return page;
      }
      place_of(row, behind);
      if (page.items.size() < static_cast<std::size_t>(limit) && wanted(row)) page.items.push_back(std::move(row));
    }
    if (more)
      page.next = encode_place(behind);
    else
      page.next.clear();
  }
  return page;
}

/// Pages begin as their index says and are shown by the exact time.
void sort_by_time(std::vector<Conversation>& items) {
  std::ranges::sort(items, [](const Conversation& a, const Conversation& b) {
    return std::tie(a.updated_at_ms, a.id) > std::tie(b.updated_at_ms, b.id);
  });
}

bool matches(const Conversation& c, const std::string& folded) {
  if (folded.empty()) return true;
  const auto holds = [&](const std::string& field) { return text::lower_ascii(field).contains(folded); };
  return holds(c.customer.name) || holds(c.customer.label) || holds(c.last_preview);
}

struct Lister {
  storage::Transaction& tx;
  const org::Actor& actor;
  const ListFilter& filter;
  std::string search;

  std::vector<Openness> opennesses() const {
    if (filter.state) return {*filter.state == State::closed ? Openness::closed : Openness::open};
    if (filter.include_closed) return {Openness::open, Openness::closed};
    return {Openness::open};
  }
  bool wanted(const Conversation& c) const {
    return (!filter.state || c.state == *filter.state) && (!filter.team || c.team_id == filter.team) &&
           (!filter.agent || filter.box == Box::mine || (c.agent && c.agent->id == filter.agent)) &&
           reach_of(c, actor).any() && matches(c, search);
  }
  bool views_all() const {
    return actor.scope == org::DataScope::tenant &&
           (actor.may(org::Permission::conversation_view) || actor.may(org::Permission::conversation_supervise));
  }
  /// Own teams, and those of the scope for who may view.
  std::set<TeamId> reached_teams() const {
    std::set<TeamId> teams(actor.teams.begin(), actor.teams.end());
    if (actor.may(org::Permission::conversation_view) || actor.may(org::Permission::conversation_supervise))
      teams.insert(actor.scope_teams.begin(), actor.scope_teams.end());
    return teams;
  }

  void add_scope(std::vector<Stream<TimePlace>>& streams, Openness openness) const {
    streams.push_back([this, openness](const TimePlace& behind, int limit) {
      return store::list_by_scope(tx, actor.tenant, openness, behind, limit);
    });
  }
  void add_team(std::vector<Stream<TimePlace>>& streams, Openness openness, TeamId team) const {
    streams.push_back([this, openness, team](const TimePlace& behind, int limit) {
      return store::list_by_team(tx, actor.tenant, openness, behind, limit, team);
    });
  }
  void add_agent(std::vector<Stream<TimePlace>>& streams, Openness openness, UserId agent) const {
    if (!agent) return;
    streams.push_back([this, openness, agent](const TimePlace& behind, int limit) {
      return store::list_by_agent(tx, actor.tenant, openness, behind, limit, agent);
    });
  }
  void add_participation(std::vector<Stream<TimePlace>>& streams, Openness openness) const {
    if (!actor.user) return;
    streams.push_back([this, openness](const TimePlace& behind, int limit) {
      return store::list_by_participant(tx, actor.tenant, openness, behind, limit, actor.user);
    });
  }

  std::vector<Stream<TimePlace>> mine() const {
    std::vector<Stream<TimePlace>> streams;
    for (const Openness openness : opennesses()) {
      add_agent(streams, openness, actor.user);
      if (openness == Openness::open) add_participation(streams, openness);
    }
    return streams;
  }
  std::vector<Stream<TimePlace>> all() const {
    std::vector<Stream<TimePlace>> streams;
    const auto teams = reached_teams();
    for (const Openness openness : opennesses()) {
      if (filter.agent) {
        add_agent(streams, openness, filter.agent);
      } else if (filter.team) {
        add_team(streams, openness, filter.team);
      } else if (views_all() || teams.size() > kTeamStreamsMax) {
        add_scope(streams, openness);
      } else {
        for (const TeamId team : teams) add_team(streams, openness, team);
        add_agent(streams, openness, actor.user);
        if (openness == Openness::open) add_participation(streams, openness);
      }
    }
    return streams;
  }
  /// Own teams; of somebody without a team, every team of his scope. With a team asked for, that one.
  std::vector<Stream<QueuePlace>> queue() const {
    std::vector<Stream<QueuePlace>> streams;
    std::set<TeamId> teams(actor.teams.begin(), actor.teams.end());
    if (filter.team) teams = {filter.team};
    if (teams.empty()) teams = reached_teams();
    const bool whole_tenant = !filter.team && actor.teams.empty() && views_all();
    if (whole_tenant || teams.size() > kTeamStreamsMax) {
      streams.push_back(
          [this](const QueuePlace& behind, int limit) { return store::list_queues(tx, actor.tenant, behind, limit); });
      return streams;
    }
    for (const TeamId team : teams)
      streams.push_back([this, team](const QueuePlace& behind, int limit) {
        return store::list_queue(tx, actor.tenant, behind, limit, team);
      });
    return streams;
  }
};

}  // namespace

Result<org::Page<Conversation>> Conversations::list(storage::Transaction& tx, const org::Actor& actor,
                                                    const ListFilter& filter, std::string_view after, int limit) {
  limit = std::clamp(limit, 1, kConversationPageMax);
  YD_TRY(const std::string search, text::check_length("search", filter.search, 0, org::kSearchCodePointsMax));
  const Lister lister{tx, actor, filter, text::lower_ascii(search)};
  const auto wanted = [&](const Conversation& c) { return lister.wanted(c); };
  if (filter.box == Box::queue) return page_of<QueuePlace>(lister.queue(), after, limit, wanted);
  YD_TRY(auto page, page_of<TimePlace>(filter.box == Box::mine ? lister.mine() : lister.all(), after, limit, wanted));
  sort_by_time(page.items);
  return page;
}

Result<std::vector<Conversation>> Conversations::waiting(storage::Transaction& tx, TenantId tenant, int limit) {
  return store::list_waiting(tx, tenant, std::max(limit, 1));
}

}  // namespace yingda::conversation
