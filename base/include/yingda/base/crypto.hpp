// Hashes, signatures, password hashing, one-time codes: thin, typed wrappers over OpenSSL and libargon2.
// Thread-safe, no global state beyond the libraries' own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"

namespace yingda::crypto {

using Digest = std::array<unsigned char, 32>;

Digest sha256(std::string_view bytes);
Digest hmac_sha256(std::string_view key, std::string_view bytes);
std::string sha1(std::string_view bytes);  ///< 20 raw bytes; only for protocols that demand it (TOTP, WeChat)

std::string hex(std::string_view bytes);
std::string hex(const Digest& digest);
/// base64url without padding (RFC 4648 section 5).
std::string base64url(std::string_view bytes);
/// corrupt `crypto.invalid_base64` on any other character or an impossible length.
Result<std::string> decode_base64url(std::string_view text);
std::string base64(std::string_view bytes);
/// RFC 4648 base32 upper case without padding (TOTP secrets).
std::string base32(std::string_view bytes);
Result<std::string> decode_base32(std::string_view text);

/// Constant time for equal lengths.
bool equal(std::string_view a, std::string_view b) noexcept;

/// `n` bytes from the kernel's generator; aborts if it fails.
std::string random_bytes(std::size_t n);
/// A secret for tokens: `n` random bytes as base64url.
std::string random_token(std::size_t n = 32);

/// argon2id PHC string (19 MiB, 2 passes, 1 lane: OWASP's minimum). Blocking, about 30 ms of CPU: never on a network
/// thread or inside a transaction.
std::string hash_password(std::string_view password);
/// True when the password matches the PHC string; false also for an unreadable hash. Same cost as hash_password.
bool verify_password(std::string_view phc, std::string_view password);

/// RFC 6238 with SHA-1, 6 digits, 30 s steps. `secret` is raw bytes.
std::string totp(std::string_view secret, UtcTime at);
/// Accepts the step of `at` and one step to either side; gives the accepted step number (for replay protection) or
/// unauthenticated `auth.wrong_code`.
Result<std::int64_t> verify_totp(std::string_view secret, std::string_view code, UtcTime at);

/// Signed, readable token: base64url(payload) "." base64url(hmac). For visitor tokens and file links.
std::string sign_token(std::string_view key, std::string_view payload);
/// unauthenticated `auth.invalid_token` when malformed or not signed by `key`.
Result<std::string> verify_token(std::string_view key, std::string_view token);

}  // namespace yingda::crypto
