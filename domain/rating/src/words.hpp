// What ratings write into conversations themselves, in the colleagues' language.
#pragma once

#include <string>

#include "yingda/org/types.hpp"

namespace yingda::rating {

/// The note for who goes on after "not solved"; `words`: the customer's own, may be empty.
std::string unsolved_note(org::Locale locale, const std::string& words);

}  // namespace yingda::rating
