// Ratings' face: asks once an episode whether it is solved, takes the answer, opens follow-ups, counts. Listens to
// conversation events. Thread-safe; every verb runs inside the caller's transaction.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/org/org.hpp"
#include "yingda/rating/events.hpp"
#include "yingda/rating/limits.hpp"
#include "yingda/rating/types.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::rating {

/// With `conversation` only the rights to it count; the other filters narrow what the actor's rights reach.
struct EpisodeFilter {
  UserId agent;
  TeamId team;
  ConversationId conversation;
  std::optional<UtcTime> from, until;  // closed within [from, until)
};
struct SummaryFilter {
  UtcTime from, until;  // closed within [from, until); at most kSummarySpanMax
  SummaryGroup group = SummaryGroup::agent;
  UserId agent;
  TeamId team;
};

class Ratings {
 public:
  Ratings(storage::Database& database, runtime::Dispatcher& dispatcher, const Clock& clock, IdSource& ids,
          org::Org& org, conversation::Conversations& conversations);
  ~Ratings();
  Ratings(const Ratings&) = delete;
  Ratings& operator=(const Ratings&) = delete;

  /// Registers its handler; after migrate, before dispatcher.start().
  void start();

  // --- customer's side
  /// The question or the answer of his present episode while something can be said or changed: an unanswered one while
  /// the conversation is closed and kAnswerWindow has not passed, an answered one until `editable_until_ms`.
  Result<std::optional<Invitation>> current(storage::Transaction& tx, TenantId tenant, CustomerId customer);
  /// What he says, or changes. "Not solved" takes the conversation back into its queue, last agent first. The same
  /// answer again changes nothing. not_found `rating.not_invited`; conflict `rating.expired` (never answered in time,
  /// or a new episode began), `rating.too_late` (no longer editable); invalid_argument `rating.solved_first` (a score
  /// before "solved"), `rating.not_offered`, `rating.invalid_score`, `rating.words_too_long`, `request.invalid_utf8`.
  Result<Invitation> answer(storage::Transaction& tx, TenantId tenant, CustomerId customer, const Answer& answer);

  // --- settings
  /// Every channel, defaults where nothing was saved. No rights asked: the widget shows it.
  Result<Settings> settings(storage::Transaction& tx, TenantId tenant);
  /// settings_manage; invalid_argument with fields. Channels left out get their defaults.
  Result<Settings> save_settings(storage::Transaction& tx, const org::Actor& actor, const Settings& settings);

  // --- who rated whom. conversation_supervise or analytics_view: the data scope; everybody else: his own.
  /// Newest close first.
  Result<org::Page<RatedEpisode>> episodes(storage::Transaction& tx, const org::Actor& actor,
                                           const EpisodeFilter& filter, std::string_view after, int limit);
  /// Cost: one index range over the episodes closed in the span (about 1 µs each), by agent also their shares.
  Result<std::vector<SummaryItem>> summary(storage::Transaction& tx, const org::Actor& actor,
                                           const SummaryFilter& filter);

  // --- follow-ups. Supervisors of the conversation's or the following team, members of the following team, the
  // assignee. Newest first; `state` empty: all.
  Result<org::Page<FollowUp>> follow_ups(storage::Transaction& tx, const org::Actor& actor,
                                         std::optional<FollowUpState> state, std::string_view after, int limit);
  /// not_found `rating.follow_up_not_found`; not_found `org.user_not_found` for the assignee. Audited.
  Result<FollowUp> change_follow_up(storage::Transaction& tx, const org::Actor& actor, FollowUpId id,
                                    const FollowUpChange& change);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::span<const storage::Migration> migrations();

}  // namespace yingda::rating
