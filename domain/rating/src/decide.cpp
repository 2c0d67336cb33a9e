#include "decide.hpp"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "yingda/base/text.hpp"
#include "yingda/rating/limits.hpp"

namespace yingda::rating {
namespace {

bool score_fits(Scale scale, std::int64_t score) {
  return scale == Scale::stars ? score >= 1 && score <= kStarsMax : score == 0 || score == 1;
}

Status check_words(const std::string& words) {
  if (!text::is_valid_utf8(words)) return fail(Code::invalid_argument, "request.invalid_utf8");
  if (words.size() > kWordsCodePointsMax && text::count_code_points(words) > kWordsCodePointsMax)
    return fail(Code::invalid_argument, "rating.words_too_long");
  return {};
}

/// Reasons that were offered with this answer, each once.
Status check_reasons(const Invitation& invitation, bool complains) {
  for (std::size_t i = 0; i < invitation.reason_keys.size(); ++i) {
    const std::string& key = invitation.reason_keys[i];
    const auto offered = std::ranges::find(invitation.reasons, key, &Reason::key);
    if (offered == invitation.reasons.end() || (offered->low_only && !complains))
      return fail(Code::invalid_argument, "rating.not_offered");
    const auto earlier = std::span(invitation.reason_keys).first(i);
    if (std::ranges::find(earlier, key) != earlier.end()) return fail(Code::invalid_argument, "rating.not_offered");
  }
  return {};
}

/// Still open to him: answered and within its time, or never answered and not too old.
Status check_time(const Invitation& before, bool present, UtcTime now) {
  if (before.answered_at_ms) {
    if (before.editable_until_ms && now >= *before.editable_until_ms) return fail(Code::conflict, "rating.too_late");
    return {};
  }
  if (decide_state(before, present, now) == InvitationState::expired) return fail(Code::conflict, "rating.expired");
  return {};
}

/// The answer's own parts, over what stood there.
Status merge(Invitation& after, const Answer& answer) {
  const auto said = std::pair(after.solved, after.score);
  if (answer.score) {
    if (!score_fits(after.scale, *answer.score)) return fail(Code::invalid_argument, "rating.invalid_score");
    if (!answer.solved.value_or(after.solved.value_or(false)))
      return fail(Code::invalid_argument, "rating.solved_first");
  }
  if (answer.solved) after.solved = answer.solved;
  if (!after.solved) return fail(Code::invalid_argument, "rating.solved_first");
  if (answer.score) after.score = answer.score;
  if (!*after.solved) after.score.reset();
  if (answer.reason_keys)
    after.reason_keys = *answer.reason_keys;
  else if (std::pair(after.solved, after.score) != said)
    after.reason_keys.clear();  // they belonged to what was said before
  if (answer.words) {
    YD_CHECK(check_words(*answer.words));
    if (!after.ask_words && !answer.words->empty()) return fail(Code::invalid_argument, "rating.not_offered");
    after.words = *answer.words;
  }
  return {};
}

}  // namespace

bool decide_asked(const Ending& ending, const ChannelSettings& settings, UtcTime now) {
  return settings.enabled && ending.by_person && ending.still_closed && !ending.asked_before &&
         !ending.customer_spoke_last && ending.agent_answers > 0 && now - ending.closed_at < kAskWithin;
}

bool is_low(Scale scale, std::int64_t score, std::int64_t low_score_max) {
  return scale == Scale::stars ? score <= low_score_max : score == 0;
}

bool is_satisfied(Scale scale, std::int64_t score) {
  return scale == Scale::stars ? score >= kSatisfiedStars : score == 1;
}

InvitationState decide_state(const Invitation& stored, bool present, UtcTime now) {
  if (stored.state != InvitationState::asked) return stored.state;
  return present && now - stored.invited_at_ms < kAnswerWindow ? InvitationState::asked : InvitationState::expired;
}

Result<Outcome> decide_answer(const Invitation& before, const Answer& answer, DurationMs editable, bool present,
                              UtcTime now) {
  Outcome out{.after = before};
  Invitation& after = out.after;
  YD_CHECK(merge(after, answer));
  after.state = !*after.solved ? InvitationState::unsolved
                : after.score  ? InvitationState::rated
                               : InvitationState::solved;
  out.complains = !*after.solved || (after.score && is_low(after.scale, *after.score, after.low_score_max));
  YD_CHECK(check_reasons(after, out.complains));
  if (after == before) return out;  // a retry
  YD_CHECK(check_time(before, present, now));
  out.changed = true;
  out.goes_on = !*after.solved && before.solved != std::optional(false);
  if (!after.answered_at_ms) {
    after.answered_at_ms = now;
    after.editable_until_ms = now + editable;
  }
  return out;
}

std::vector<std::pair<UserId, std::int64_t>> decide_shares(
    ShareRule rule, UserId last_owner, const std::vector<UserId>& agents,
    const std::vector<std::pair<UserId, std::int64_t>>& answers) {
  std::vector<std::pair<UserId, std::int64_t>> weights;
  for (const UserId agent : agents) {
    std::int64_t weight = rule == ShareRule::equal || (rule == ShareRule::owner && agent == last_owner) ? 1 : 0;
    if (rule == ShareRule::by_messages) {
      for (const auto& [who, count] : answers) weight += who == agent ? count : 0;
    }
    if (weight > 0) weights.emplace_back(agent, weight);
  }
  // Nobody fits the rule: it is the last owner's, or nobody's.
  if (weights.empty()) return {{last_owner, kShareWhole}};
  const std::int64_t total = std::accumulate(weights.begin(), weights.end(), std::int64_t{0},
                                             [](std::int64_t sum, const auto& w) { return sum + w.second; });
  std::vector<std::pair<UserId, std::int64_t>> shares;
  std::vector<std::pair<std::int64_t, std::size_t>> remainders;  // negative, so that sorting puts the largest first
  std::int64_t left = kShareWhole;
  for (const auto& [agent, weight] : weights) {
    remainders.emplace_back(-(kShareWhole * weight % total), shares.size());
    shares.emplace_back(agent, kShareWhole * weight / total);
    left -= shares.back().second;
  }
  std::ranges::sort(remainders);
  for (std::size_t i = 0; left > 0; ++i, --left) ++shares[remainders[i].second].second;
  std::erase_if(shares, [](const auto& share) { return share.second == 0; });
  return shares;
}

}  // namespace yingda::rating
