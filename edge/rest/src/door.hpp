// The door: who a request's cookie or token belongs to, whether a write may come from where it comes, how often.
// Owns the short memory of actors. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "call.hpp"
#include "limiter.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/result.hpp"
#include "yingda/net/http.hpp"
#include "yingda/org/org.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::rest {

class Door {
 public:
  Door(storage::Database& database, org::Org& org, const Clock& clock, double rate_factor);

  /// The credentials of a request: the bearer token wins over the cookie.
  struct Credentials {
    std::string secret;
    bool token = false;  // else session cookie
    explicit operator bool() const { return !secret.empty(); }
  };
  static Credentials credentials_of(const net::HttpRequest& request);

  /// Who it is, from memory only.
  std::optional<org::Actor> remembered(const net::HttpRequest& request);
  /// Who it is; asks the store when memory does not know. Blocking. unauthenticated `auth.no_session` … as Org says.
  /// Extends the session now and then.
  Result<org::Actor> authenticate(const net::HttpRequest& request);
  /// A write with a cookie: the CSRF token and, where a browser says it, the origin. permission_denied `auth.csrf`,
  /// `auth.wrong_origin`. Tokens need neither.
  static Status check_write(const net::HttpRequest& request);
  /// Only the origin (login and setup, which have no session yet).
  static Status check_origin(const net::HttpRequest& request);

  /// Milliseconds to wait, 0: go on.
  std::int64_t take_actor(const org::Actor& actor);
  std::int64_t take_address(const net::HttpRequest& request) {
    return addresses_.take(request.remote_address, clock_.now());
  }
  std::int64_t look_address(const net::HttpRequest& request) {
    return addresses_.look(request.remote_address, clock_.now());
  }

  /// A session or token ended here.
  void forget(std::string_view secret);
  /// Rights changed somewhere in the tenant.
  void forget(TenantId tenant);

 private:
  struct Known {
    org::Actor actor;
    UtcTime until;
    UtcTime touched;
  };
  using Key = std::string;  // sha-256 of the secret: memory dumps hold no secrets
  static Key key_of(std::string_view secret);
  void remember(const Key& key, const org::Actor& actor, bool& touch);

  storage::Database& database_;
  org::Org& org_;
  const Clock& clock_;
  Limiter actors_, addresses_;
  std::mutex mutex_;
  std::unordered_map<Key, Known> known_;
  std::atomic<std::uint64_t> epoch_{0};  // grows with every forget: a read that began before must not be remembered
};

}  // namespace yingda::rest
