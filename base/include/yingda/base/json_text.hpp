// JSON that is carried, not looked into: event payloads, free attributes. Always valid JSON text or empty.
#pragma once

#include <string>

namespace yingda {

/// A JSON value as text. Described members of this type appear in JSON as the value itself, not as a string.
struct JsonText {
  std::string text;
  bool operator==(const JsonText&) const = default;
};

}  // namespace yingda
