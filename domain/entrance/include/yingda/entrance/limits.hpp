// Every bound of the entrance, with its unit and where the number comes from.
#pragma once

#include <cstddef>
#include <cstdint>

#include "yingda/base/time.hpp"

namespace yingda::entrance {

inline constexpr std::size_t kRulesMax = 200;
inline constexpr std::size_t kConditionsMax = 20;  // a rule
inline constexpr std::size_t kValuesMax = 100;     // a condition
inline constexpr std::size_t kValueCodePointsMax = 200;
inline constexpr std::size_t kNameCodePointsMax = 80;
inline constexpr std::size_t kRuleIdBytesMax = 64;
inline constexpr std::size_t kLanguageBytesMax = 35;  // longest language tag in use (RFC 5646, section 4.4.1)
inline constexpr std::size_t kSkillsMax = 20;         // as routing asks of one item
inline constexpr std::size_t kMenusMax = 200;         // one a widget
inline constexpr std::size_t kMenuItemsMax = 100;     // of one menu, all levels together
inline constexpr int kMenuDepthMax = 3;
inline constexpr std::size_t kLabelCodePointsMax = 60;      // fits a button on a phone
inline constexpr std::size_t kPromptCodePointsMax = 200;    // one bubble
inline constexpr std::size_t kAnswerCodePointsMax = 2'000;  // self-service text of one item
inline constexpr int kVersionsKept = 50;                    // of a tenant's plan
inline constexpr DurationMs kDeadlineMin = milliseconds(200);
inline constexpr DurationMs kDeadlineMax = milliseconds(5'000);  // longer would only make the customer wait
inline constexpr DurationMs kDeadlineDefault = milliseconds(1'500);
inline constexpr std::size_t kUrlBytesMax = 2'048;
inline constexpr std::size_t kSecretBytesMax = 256;
inline constexpr std::int64_t kExternalAnswerBytesMax = 64 * 1024;
inline constexpr std::size_t kTextBytesMax = 32 * 1024;  // of what a rule on text looks at, whole messages
inline constexpr int kTextMessagesMax = 20;              // messages of the episode that a rule on text looks at
inline constexpr std::size_t kFoundCodePointsMax = 80;   // of what an explanation quotes

}  // namespace yingda::entrance
