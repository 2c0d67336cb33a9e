// Bounds of ratings, published in docs/limits.md.
#pragma once

#include <cstddef>
#include <cstdint>

#include "yingda/base/time.hpp"

namespace yingda::rating {

inline constexpr std::size_t kWordsCodePointsMax = 1'000;  // of a customer
inline constexpr std::size_t kNoteCodePointsMax = 2'000;   // of a follow-up
inline constexpr std::size_t kReasonsMax = 20;             // of a channel
inline constexpr std::size_t kReasonKeyBytesMax = 32;
inline constexpr std::size_t kReasonLabelCodePointsMax = 40;
inline constexpr DurationMs kEditableMin = minutes(1), kEditableMax = days(30);
/// How long a question that nobody answered can still be answered.
inline constexpr DurationMs kAnswerWindow = days(7);
/// A close that is learnt of later than this (the server was down) is counted, but nobody is asked any more.
inline constexpr DurationMs kAskWithin = hours(1);
/// From this score on a customer counts as satisfied.
inline constexpr std::int64_t kStarsMax = 5, kSatisfiedStars = 4;
inline constexpr std::int64_t kShareWhole = 1'000'000;
/// The longest span of one summary.
inline constexpr DurationMs kSummarySpanMax = days(400);
/// Sums (teams by days, or by people) that one summary adds up.
inline constexpr std::size_t kSummaryRowsMax = 200'000;
/// Episodes or follow-ups that one call of a list looks through.
inline constexpr int kListWindow = 5'000;

}  // namespace yingda::rating
