// The words a person reads when something was refused: one catalogue, Chinese and English, keyed by `reason`.
// Does not own: words of the user interface (the clients' own), log texts.
#pragma once

#include <span>
#include <string_view>

#include "yingda/base/result.hpp"

namespace yingda::messages {

enum class Language { zh_CN, en };

/// One reason in both languages.
struct Entry {
  std::string_view reason, zh_CN, en;
};

/// The whole catalogue, sorted by reason.
std::span<const Entry> catalogue() noexcept;

/// The words for a reason, say of a field; for one that the catalogue does not have, "the request is not valid".
std::string_view text(std::string_view reason, Language language) noexcept;
/// The words for an error: those of its reason, else those of its code.
std::string_view text(const Error& error, Language language) noexcept;

/// The first language we speak in an Accept-Language header or of a tag ("zh-CN", "zh_CN", "en-GB"); else `fallback`.
Language language_of(std::string_view accept_language, Language fallback = Language::zh_CN) noexcept;

}  // namespace yingda::messages
