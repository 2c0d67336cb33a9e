#include "yingda/base/crypto.hpp"

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sys/random.h>

#include <cerrno>
#include <optional>

#include "yingda/base/assert.hpp"

namespace yingda::crypto {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane.
constexpr std::uint32_t kArgonPasses = 2, kArgonKiB = 19 * 1024, kArgonLanes = 1;
constexpr std::size_t kSaltBytes = 16, kHashBytes = 32;

constexpr std::int64_t kTotpStepMs = 30'000;  // RFC 6238's recommended step

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

/// Groups of `Bits` bits, most significant first, as RFC 4648 writes base32 and base64.
template <unsigned Bits>
std::string encode_bits(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() * 8 + Bits - 1) / Bits);
  std::uint32_t pending = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    pending = (pending << 8U) | static_cast<unsigned char>(c);
    count += 8;
    while (count >= Bits) {
      count -= Bits;
      out.push_back(alphabet[(pending >> count) & ((1U << Bits) - 1)]);
    }
    pending &= (1U << count) - 1;
  }
  if (count > 0) out.push_back(alphabet[(pending << (Bits - count)) & ((1U << Bits) - 1)]);
  return out;
}

/// The reverse; refuses left-over bits that are not zero, so that one value has one text.
template <unsigned Bits>
Result<std::string> decode_bits(std::string_view text, std::string_view alphabet, const char* reason) {
  std::string out;
  out.reserve(text.size() * Bits / 8);
  std::uint32_t pending = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return fail(Code::corrupt, reason);
    pending = (pending << Bits) | static_cast<std::uint32_t>(digit);
    count += Bits;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>((pending >> count) & 255U));
    }
    pending &= (1U << count) - 1;
  }
  if (count >= Bits || pending != 0) return fail(Code::corrupt, reason);
  return out;
}

std::string totp_of_step(std::string_view secret, std::int64_t step) {
  std::array<unsigned char, 8> counter;
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned size = 0;
  YD_ASSERT(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(), counter.size(), mac.data(),
                 &size) != nullptr);
  const std::size_t at = mac[size - 1] & 15U;  // dynamic truncation, RFC 4226 section 5.3
  const std::uint32_t number = ((mac[at] & 127U) << 24U) | (static_cast<std::uint32_t>(mac[at + 1]) << 16U) |
                               (static_cast<std::uint32_t>(mac[at + 2]) << 8U) | mac[at + 3];
  std::string code = std::to_string(number % 1'000'000);
  return std::string(6 - code.size(), '0') + code;
}

}  // namespace

Digest sha256(std::string_view bytes) {
  Digest digest;
  SHA256(raw(bytes), bytes.size(), digest.data());
  return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  Digest digest;
  unsigned size = 0;
  YD_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), raw(bytes), bytes.size(), digest.data(),
                 &size) != nullptr);
  return digest;
}

std::string sha1(std::string_view bytes) {
  std::string digest(SHA_DIGEST_LENGTH, '\0');
  SHA1(raw(bytes), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string hex(std::string_view bytes) { return encode_bits<4>(bytes, "0123456789abcdef"); }

std::string hex(const Digest& digest) {
  return hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::string base64url(std::string_view bytes) { return encode_bits<6>(bytes, kBase64Url); }

Result<std::string> decode_base64url(std::string_view text) {
  return decode_bits<6>(text, kBase64Url, "crypto.invalid_base64");
}

std::string base64(std::string_view bytes) {
  std::string out = encode_bits<6>(bytes, kBase64);
  out.resize((out.size() + 3) / 4 * 4, '=');
  return out;
}

std::string base32(std::string_view bytes) { return encode_bits<5>(bytes, kBase32); }

Result<std::string> decode_base32(std::string_view text) {
  return decode_bits<5>(text, kBase32, "crypto.invalid_base32");
}

bool equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t n) {
  std::string bytes(n, '\0');
  std::size_t done = 0;
  while (done < n) {
    const auto got = getrandom(bytes.data() + done, n - done, 0);
    if (got < 0 && errno == EINTR) continue;
    YD_ASSERT(got > 0);
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string random_token(std::size_t n) { return base64url(random_bytes(n)); }

std::string hash_password(std::string_view password) {
  const std::string salt = random_bytes(kSaltBytes);
  std::string phc(argon2_encodedlen(kArgonPasses, kArgonKiB, kArgonLanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int status = argon2id_hash_encoded(kArgonPasses, kArgonKiB, kArgonLanes, password.data(), password.size(),
                                           salt.data(), salt.size(), kHashBytes, phc.data(), phc.size());
  YD_ASSERT(status == ARGON2_OK);
  phc.resize(phc.find('\0'));
  return phc;
}

bool verify_password(std::string_view phc, std::string_view password) {
  const int status = argon2id_verify(std::string(phc).c_str(), password.data(), password.size());
  if (status == ARGON2_OK) return true;
  // An account without a readable hash must not answer faster than one with a wrong password.
  if (status != ARGON2_VERIFY_MISMATCH) (void)hash_password(password);
  return false;
}

std::string totp(std::string_view secret, UtcTime at) { return totp_of_step(secret, at.ms / kTotpStepMs); }

Result<std::int64_t> verify_totp(std::string_view secret, std::string_view code, UtcTime at) {
  const std::int64_t now = at.ms / kTotpStepMs;
  std::optional<std::int64_t> accepted;
  for (const std::int64_t step : {now + 1, now - 1, now}) {
    if (equal(totp_of_step(secret, step), code)) accepted = step;
  }
  if (!accepted) return fail(Code::unauthenticated, "auth.wrong_code");
  return *accepted;
}

std::string sign_token(std::string_view key, std::string_view payload) {
  const Digest mac = hmac_sha256(key, payload);
  return base64url(payload) + "." + base64url(std::string_view(reinterpret_cast<const char*>(mac.data()), mac.size()));
}

Result<std::string> verify_token(std::string_view key, std::string_view token) {
  const auto dot = token.find('.');
  if (dot == std::string_view::npos) return fail(Code::unauthenticated, "auth.invalid_token");
  auto payload = decode_base64url(token.substr(0, dot));
  const auto mac = decode_base64url(token.substr(dot + 1));
  if (!payload || !mac) return fail(Code::unauthenticated, "auth.invalid_token");
  const Digest expected = hmac_sha256(key, *payload);
  if (!equal(std::string_view(reinterpret_cast<const char*>(expected.data()), expected.size()), *mac))
    return fail(Code::unauthenticated, "auth.invalid_token");
  return *std::move(payload);
}

}  // namespace yingda::crypto
