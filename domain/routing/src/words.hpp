// What the engine writes into conversations itself, in the customer's or the colleagues' language.
#pragma once

#include <cstdint>
#include <string>

#include "yingda/org/types.hpp"

namespace yingda::routing {

enum class Phrase {
  left_silent_agent,   ///< hand-over note: {agent} did not answer for {minutes}
  left_offline_agent,  ///< hand-over note: {agent} went offline
  reminder,            ///< to the customer who has not answered
  farewell,            ///< before the polite close
};

/// `agent` and `minutes` stand in where the phrase has a place for them.
std::string word(Phrase phrase, org::Locale locale, const std::string& agent = "", std::int64_t minutes = 0);

}  // namespace yingda::routing
