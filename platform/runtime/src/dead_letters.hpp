// Writing dead letters; reading them is public.
#pragma once

#include "yingda/runtime/runtime.hpp"

namespace yingda::runtime {

/// Keeps the letter; of one event and handler there is one letter only.
Status store_dead_letter(storage::Transaction& tx, const DeadLetter& letter);

}  // namespace yingda::runtime
