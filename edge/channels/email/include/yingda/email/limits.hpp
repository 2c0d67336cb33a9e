// Every bound of outgoing mail, with its unit and where the number comes from.
#pragma once

#include <cstddef>
#include <cstdint>

#include "yingda/base/time.hpp"

namespace yingda::email {

inline constexpr DurationMs kAwayAfterMin = seconds(1);
inline constexpr DurationMs kAwayAfterMax = days(7);
inline constexpr DurationMs kAwayAfterDefault = minutes(2);
/// Answers older than this are no news: somebody who names his address a month later gets no heap of old answers.
inline constexpr DurationMs kAnswerAgeMax = days(2);

/// Pauses between attempts double from the first to the longest; RFC 5321 section 4.5.4.1 wants 30 minutes at first and
/// four days in all for relays; a person who waits for an answer is worth quicker tries and an earlier word to the
/// agent.
inline constexpr DurationMs kRetryFirst = seconds(15);
inline constexpr DurationMs kRetryLongest = hours(2);
inline constexpr DurationMs kGiveUpAfter = hours(48);
/// One attempt from connecting to the last reply; RFC 5321 grants servers 10 minutes for DATA, nobody uses them.
inline constexpr DurationMs kSendDeadline = seconds(60);
inline constexpr DurationMs kTestDeadline = seconds(20);
/// Mails sent at once, and handed to these threads: enough for a few a second, few enough for any mail server's limit.
inline constexpr int kSendThreads = 4;
inline constexpr int kOnTheWayMax = 32;
inline constexpr DurationMs kRoomAgain = seconds(5);  // when as many are on their way
/// A mail whose attempt left no outcome (crash, lost store) is tried again after this long: longer than kOnTheWayMax
/// mails take at kSendDeadline each.
inline constexpr DurationMs kLease = minutes(10);
/// How long ended mails stay listed.
inline constexpr DurationMs kEndedKept = days(90);

inline constexpr int kAnswersMax = 50;         // in one mail; the rest comes in the next
inline constexpr int kQuestionsMax = 5;        // customer's messages quoted, the newest
inline constexpr int kMessagesRead = 200;      // a page of the thread that one look reads
inline constexpr int kSubjectCodePoints = 40;  // of the question in the subject

inline constexpr int kUserCodePointsMax = 254;
inline constexpr int kPasswordCodePointsMax = 1'000;
inline constexpr int kNameCodePointsMax = 80;
inline constexpr std::size_t kUrlBytesMax = 2'000;
inline constexpr std::size_t kCertificateBytesMax = 64 * 1024;

}  // namespace yingda::email
