// Decisions of ratings, pure: whether to ask, what an answer does, how an episode is shared.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"
#include "yingda/rating/types.hpp"

namespace yingda::rating {

/// An ended episode, as far as asking depends on it.
struct Ending {
  bool by_person = false;            // a person closed it, no timer and no program
  bool still_closed = false;         // … and nobody went on since
  bool asked_before = false;         // once an episode
  bool customer_spoke_last = false;  // he waits: rating would mock him
  std::int64_t agent_answers = 0;    // of people
  UtcTime closed_at;
};
bool decide_asked(const Ending& ending, const ChannelSettings& settings, UtcTime now);

/// What one answer changes.
struct Outcome {
  Invitation after;
  bool changed = false;
  bool complains = false;  // after it: not solved, or a low score
  bool goes_on = false;    // "not solved" is new: the conversation goes on
};
/// `present`: the episode is the conversation's newest. `editable`: how long the first answer can be changed.
Result<Outcome> decide_answer(const Invitation& before, const Answer& answer, DurationMs editable, bool present,
                              UtcTime now);

/// What the customer may still do about it: nothing with an expired one.
InvitationState decide_state(const Invitation& stored, bool present, UtcTime now);
bool is_low(Scale scale, std::int64_t score, std::int64_t low_score_max);
bool is_satisfied(Scale scale, std::int64_t score);

/// Shares of the people of an episode in their order, adding up to kShareWhole; only nobody (a none id) when there was
/// none. `answers`: how often each answered; people without answers have no part under ShareRule::by_messages. Rounding
/// goes to the largest remainders, among equal ones to who came first.
std::vector<std::pair<UserId, std::int64_t>> decide_shares(ShareRule rule, UserId last_owner,
                                                           const std::vector<UserId>& agents,
                                                           const std::vector<std::pair<UserId, std::int64_t>>& answers);

/// What is wrong with settings; `fields` as in the request.
std::vector<FieldError> check_settings(const Settings& settings);
/// Every channel in order: the saved ones, defaults for the others.
Settings complete_settings(const Settings& saved);

}  // namespace yingda::rating
