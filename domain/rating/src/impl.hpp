// What Ratings stands on.
#pragma once

#include "store.hpp"
#include "yingda/rating/ratings.hpp"

namespace yingda::rating {

struct Ratings::Impl {
  storage::Database& database;
  runtime::Dispatcher& dispatcher;
  const Clock& clock;
  IdSource& ids;
  org::Org& org;
  conversation::Conversations& conversations;

  // An episode began or ended (endings.cpp).
  Status on_event(const storage::CommittedEvent& event);
  Status count(storage::Transaction& tx, TenantId tenant, const conversation::ConversationEvent& event, UtcTime at);
  Status invite(storage::Transaction& tx, TenantId tenant, const conversation::Conversation& present,
                const ChannelSettings& settings, EpisodeId episode);

  Result<Settings> settings(storage::Transaction& tx, TenantId tenant);

  /// Opens or renews the follow-up of an episode after what the customer said (follow_ups.cpp).
  Status follow_up(storage::Transaction& tx, TenantId tenant, const store::Asked& asked, const Invitation& said,
                   bool complains);

  /// Names for lists; "" for who is no longer there.
  Result<std::string> person_name(storage::Transaction& tx, TenantId tenant, UserId user);
  Result<std::string> team_name(storage::Transaction& tx, TenantId tenant, TeamId team);
};

}  // namespace yingda::rating
