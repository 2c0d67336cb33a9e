// Events of ratings, as they stand in the tenant's log.
#pragma once

#include "yingda/base/describe.hpp"
#include "yingda/rating/types.hpp"

namespace yingda::rating {

/// "rating.invited": the customer was asked. "rating.answered": he answered, or changed his answer. Audience as of the
/// conversation's events, the customer included. "rating.follow_up_changed" is a FollowUp: for supervisors of its
/// teams, members of `follow_up_team_id`, and the assignee.
struct RatingEvent {
  conversation::Conversation conversation;
  Invitation invitation;
};
YD_DESCRIBE(RatingEvent, (conversation, invitation))

}  // namespace yingda::rating
