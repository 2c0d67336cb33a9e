// Secrets that must be kept readable (a mail account's password), sealed with AES-256-GCM under a key that lies in a
// file of its own: a copy of the database alone opens nothing. Does not own: secrets that only need comparing (those
// are hashed, see crypto.hpp), where sealed text is stored.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "yingda/base/result.hpp"

namespace yingda {

/// A value; thread-safe. Copies hold the key.
class SecretBox {
 public:
  using Key = std::array<unsigned char, 32>;

  explicit SecretBox(const Key& key) : key_(key) {}
  /// The key of the file, which is made (mode 0600, random) when it is not there. Blocking. unavailable
  /// `crypto.key_unreadable` when it can be neither read nor made, corrupt `crypto.key_invalid` when it is no key.
  static Result<SecretBox> open_file(const std::string& path);

  /// Sealed text (base64url, 28 bytes more than the secret before encoding), another one at every call. `purpose` says
  /// what it is for and whose it is; the same words open it, so that a sealed text put elsewhere stays shut.
  std::string seal(std::string_view secret, std::string_view purpose) const;
  /// corrupt `crypto.sealed_unreadable`: another key, another purpose, or changed bytes.
  Result<std::string> open(std::string_view sealed, std::string_view purpose) const;

 private:
  Key key_;
};

}  // namespace yingda
