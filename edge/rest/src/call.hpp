// One request on its way through the API: who, what, in which language.
#pragma once

#include <any>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/messages.hpp"
#include "yingda/net/http.hpp"
#include "yingda/org/types.hpp"
#include "yingda/rest/rest.hpp"

namespace yingda::rest {

struct Endpoint;

struct Call {
  net::HttpRequest request;
  const Endpoint* endpoint = nullptr;
  std::vector<std::string> path_args;  // values of the pattern's {…}, in order
  org::Actor actor;                    // meaningless where anyone may call
  std::string session_secret;          // of the cookie; empty for tokens
  messages::Language language = messages::Language::zh_CN;
  std::any prepared;                 // what a prepare step hands to its handler
  std::vector<net::Header> headers;  // handlers add to the answer: Set-Cookie
  std::string idempotency_key;       // empty: none
  std::string request_hash;          // sha-256 of method, address and body, hex; only with a key
};

/// An answer as bytes, before the common headers.
struct Answer {
  int status = 200;
  std::string body;
};

/// Who may call.
struct Needs {
  enum class Kind { anyone, actor, permission };
  Kind kind = Kind::actor;
  org::Permission permission{};
};
inline Needs anyone() { return {Needs::Kind::anyone, {}}; }
inline Needs signed_in() { return {Needs::Kind::actor, {}}; }
inline Needs may(org::Permission permission) { return {Needs::Kind::permission, permission}; }

/// Adds a cookie to the answer: HttpOnly, SameSite=Lax, Path=/, Secure under TLS. Empty value: deletes it.
void set_cookie(Call& call, std::string_view name, std::string_view value, DurationMs life);

inline constexpr std::string_view kSessionCookie = "yd_session";

}  // namespace yingda::rest
