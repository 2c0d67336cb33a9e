#include "yingda/base/secret_box.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "yingda/base/assert.hpp"
#include "yingda/base/crypto.hpp"

namespace yingda {
namespace {

// NIST SP 800-38D: 96-bit nonces, 128-bit tags. Random nonces are safe for 2^32 seals of one key.
constexpr int kNonceBytes = 12, kTagBytes = 16;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::unexpected<Error> unreadable(const std::string& path) {
  return fail(Code::unavailable, "crypto.key_unreadable", path + ": " + std::strerror(errno));
}

/// A file descriptor that closes itself.
struct File {
  explicit File(int fd) : fd(fd) {}
  ~File() {
    if (fd >= 0) ::close(fd);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd;
};

/// Makes the key beside its place and links it there, so that nobody ever sees half a key; who comes second keeps the
/// first one's.
Status make_key(const std::string& path) {
  const std::string fresh = path + "." + crypto::random_token(6);
  const std::string key = crypto::random_bytes(SecretBox::Key{}.size());
  {
    const File file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file.fd < 0) return unreadable(fresh);
    const bool written = ::write(file.fd, key.data(), key.size()) == static_cast<ssize_t>(key.size());
    if (!written || ::fsync(file.fd) != 0) {
      const auto error = unreadable(fresh);
      ::unlink(fresh.c_str());
      return error;
    }
  }
  const bool linked = ::link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST;
  const int why = errno;
  ::unlink(fresh.c_str());
  errno = why;
  return linked ? Status{} : unreadable(path);
}

}  // namespace

Result<SecretBox> SecretBox::open_file(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0) YD_CHECK(make_key(path));
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) return unreadable(path);
  // One byte more than a key, to see that nothing follows.
  std::array<char, Key{}.size() + 1> bytes{};
  const ssize_t n = ::read(file.fd, bytes.data(), bytes.size());
  if (n < 0) return unreadable(path);
  if (n != static_cast<ssize_t>(Key{}.size())) return fail(Code::corrupt, "crypto.key_invalid", path);
  Key key;
  std::copy_n(bytes.begin(), key.size(), key.begin());
  return SecretBox(key);
}

std::string SecretBox::seal(std::string_view secret, std::string_view purpose) const {
  std::string out = crypto::random_bytes(kNonceBytes);
  out.resize(kNonceBytes + secret.size() + kTagBytes);
  const Context context(EVP_CIPHER_CTX_new());
  int n = 0;
  bool ok = context && EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), raw(out)) == 1;
  ok = ok && EVP_EncryptUpdate(context.get(), nullptr, &n, raw(purpose), static_cast<int>(purpose.size())) == 1;
  ok = ok &&
       EVP_EncryptUpdate(context.get(), raw(out) + kNonceBytes, &n, raw(secret), static_cast<int>(secret.size())) == 1;
  unsigned char* tag = raw(out) + kNonceBytes + secret.size();
  ok = ok && EVP_EncryptFinal_ex(context.get(), tag, &n) == 1 && n == 0;
  ok = ok && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag) == 1;
  YD_ASSERT(ok);
  return crypto::base64url(out);
}

Result<std::string> SecretBox::open(std::string_view sealed, std::string_view purpose) const {
  constexpr const char* kReason = "crypto.sealed_unreadable";
  auto bytes = crypto::decode_base64url(sealed);
  if (!bytes || bytes->size() < kNonceBytes + kTagBytes) return fail(Code::corrupt, kReason);
  const std::size_t length = bytes->size() - kNonceBytes - kTagBytes;
  std::string out(length, '\0');
  const Context context(EVP_CIPHER_CTX_new());
  int n = 0;
  bool ok = context && EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), raw(*bytes)) == 1;
  ok = ok && EVP_DecryptUpdate(context.get(), nullptr, &n, raw(purpose), static_cast<int>(purpose.size())) == 1;
  ok = ok && EVP_DecryptUpdate(context.get(), raw(out), &n, raw(*bytes) + kNonceBytes, static_cast<int>(length)) == 1;
  ok = ok &&
       EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, raw(*bytes) + kNonceBytes + length) == 1;
  ok = ok && EVP_DecryptFinal_ex(context.get(), raw(out) + length, &n) == 1;
  if (!ok) return fail(Code::corrupt, kReason);
  return out;
}

}  // namespace yingda
