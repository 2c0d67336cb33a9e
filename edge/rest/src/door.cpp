#include "door.hpp"

#include "yingda/base/log.hpp"
#include "yingda/rest/limits.hpp"

namespace yingda::rest {

Door::Door(storage::Database& database, org::Org& org, const Clock& clock, double rate_factor)
    : database_(database),
      org_(org),
      clock_(clock),
      actors_(kActorPerSecond * rate_factor, kActorBurst * rate_factor, kBucketsMax),
      addresses_(kAddressPerSecond * rate_factor, kAddressBurst * rate_factor, kBucketsMax) {}

Door::Credentials Door::credentials_of(const net::HttpRequest& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view authorization = request.header("authorization");
  if (authorization.starts_with(kBearer)) return {std::string(authorization.substr(kBearer.size())), true};
  return {std::string(request.cookie(kSessionCookie)), false};
}

Door::Key Door::key_of(std::string_view secret) {
  const auto digest = crypto::sha256(secret);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::optional<org::Actor> Door::remembered(const net::HttpRequest& request) {
  const auto credentials = credentials_of(request);
  if (!credentials) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  const auto at = known_.find(key_of(credentials.secret));
  if (at == known_.end() || at->second.until < clock_.now()) return std::nullopt;
  org::Actor actor = at->second.actor;
  actor.address = request.remote_address;
  return actor;
}

Result<org::Actor> Door::authenticate(const net::HttpRequest& request) {
  if (auto actor = remembered(request)) return *std::move(actor);
  const auto credentials = credentials_of(request);
  if (!credentials) return fail(Code::unauthenticated, "auth.no_session");
  const std::uint64_t epoch = epoch_.load();
  YD_TRY(auto actor, database_.read_for<org::Actor>([&](storage::Transaction& tx) {
    return credentials.token ? org_.actor_of_token(tx, credentials.secret)
                             : org_.actor_of_session(tx, credentials.secret);
  }));
  actor.address = request.remote_address;
  bool touch = false;
  if (epoch == epoch_.load()) remember(key_of(credentials.secret), actor, touch);
  if (touch) {
    database_.write_async(
        actor.tenant, [this, actor](storage::Transaction& tx) { return org_.touch_session(tx, actor); },
        [](const Status& status) {
          if (!status) log::error("rest.touch_failed", status.error());
        });
  }
  return actor;
}

void Door::remember(const Key& key, const org::Actor& actor, bool& touch) {
  const UtcTime now = clock_.now();
  const std::scoped_lock lock(mutex_);
  if (known_.size() >= kActorsCachedMax && !known_.contains(key)) {
    std::erase_if(known_, [&](const auto& entry) { return entry.second.until < now; });
    if (known_.size() >= kActorsCachedMax) known_.clear();
  }
  auto& known = known_[key];
  touch = known.touched + kTouchEvery < now;
  if (touch) known.touched = now;
  known.actor = actor;
  known.until = now + kActorCached;
}

Status Door::check_origin(const net::HttpRequest& request) {
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return {};  // no browser, or a same-site GET
  const auto scheme = origin.find("://");
  if (scheme == std::string_view::npos || origin.substr(scheme + 3) != request.header("host"))
    return fail(Code::permission_denied, "auth.wrong_origin");
  return {};
}

Status Door::check_write(const net::HttpRequest& request) {
  const auto credentials = credentials_of(request);
  if (credentials.token) return {};
  YD_CHECK(check_origin(request));
  if (!crypto::equal(request.header("x-csrf-token"), org::Org::csrf_token(credentials.secret)))
    return fail(Code::permission_denied, "auth.csrf");
  return {};
}

std::int64_t Door::take_actor(const org::Actor& actor) {
  return actors_.take(actor.token ? to_string(actor.token) : to_string(actor.session), clock_.now());
}

void Door::forget(std::string_view secret) {
  ++epoch_;
  const std::scoped_lock lock(mutex_);
  known_.erase(key_of(secret));
}

void Door::forget(TenantId tenant) {
  ++epoch_;
  const UtcTime now = clock_.now();
  const std::scoped_lock lock(mutex_);
  // Entries stay, out of date: they remember when the session was last extended.
  for (auto& [key, known] : known_)
    if (known.actor.tenant == tenant) known.until = now - milliseconds(1);
}

}  // namespace yingda::rest
