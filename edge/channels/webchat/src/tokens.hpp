// Visitor tokens and file tokens: what they say and how they are signed. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"

namespace yingda::webchat {

/// A tenant's signing secret. The highest number signs; all that are kept verify.
struct Secret {
  std::int64_t number = 0;
  std::string secret;
  UtcTime created_at;
};

/// Proves that a browser is this customer's. Says nothing about identity beyond the customer's id.
struct VisitorClaim {
  std::int64_t secret_number = 0;
  TenantId tenant;
  CustomerId customer;
  WidgetId widget;
  UtcTime issued;
};
/// Lets a browser fetch one file as this customer; whether he still may is asked at every fetch, so it needs no date.
struct FileClaim {
  std::int64_t secret_number = 0;
  TenantId tenant;
  CustomerId customer;
  FileId file;
};

std::string sign_visitor(const Secret& secret, const VisitorClaim& claim);
std::string sign_file(const Secret& secret, const FileClaim& claim);

/// What a token says, before its signature is checked: tells which secret to look for. unauthenticated
/// `auth.invalid_token`.
Result<VisitorClaim> read_visitor(std::string_view token);
Result<FileClaim> read_file(std::string_view token);
/// Checks the signature: unauthenticated `auth.invalid_token`.
Status check_signature(const Secret& secret, std::string_view token);

}  // namespace yingda::webchat
