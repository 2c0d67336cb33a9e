#include "tokens.hpp"

#include <array>
#include <charconv>

#include "yingda/base/crypto.hpp"

namespace yingda::webchat {
namespace {

constexpr std::size_t kTokenBytesMax = 512;  // ours are about 150

/// The payload's fields, separated by spaces.
template <std::size_t N>
Result<std::array<std::string, N>> read_fields(std::string_view token) {
  const auto refused = [] { return fail(Code::unauthenticated, "auth.invalid_token"); };
  const auto dot = token.find('.');
  if (token.size() > kTokenBytesMax || dot == std::string_view::npos) return refused();
  const auto payload = crypto::decode_base64url(token.substr(0, dot));
  if (!payload) return refused();
  std::array<std::string, N> fields;
  std::size_t at = 0, begin = 0;
  for (std::size_t end = 0; end <= payload->size(); ++end) {
    if (end < payload->size() && (*payload)[end] != ' ') continue;
    if (at == N) return refused();
    fields[at++] = payload->substr(begin, end - begin);
    begin = end + 1;
  }
  if (at != N) return refused();
  return fields;
}

template <class I>
bool read_id(const std::string& text, I& out) {
  auto id = parse_id<I>(text);
  if (id) out = *id;
  return id.has_value();
}

bool read_number(const std::string& text, std::int64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && out >= 0;
}

}  // namespace

std::string sign_visitor(const Secret& secret, const VisitorClaim& claim) {
  return crypto::sign_token(secret.secret, "v " + std::to_string(secret.number) + " " + to_string(claim.tenant) + " " +
                                               to_string(claim.customer) + " " + to_string(claim.widget) + " " +
                                               std::to_string(claim.issued.ms));
}

std::string sign_file(const Secret& secret, const FileClaim& claim) {
  return crypto::sign_token(secret.secret, "f " + std::to_string(secret.number) + " " + to_string(claim.tenant) + " " +
                                               to_string(claim.customer) + " " + to_string(claim.file));
}

Result<VisitorClaim> read_visitor(std::string_view token) {
  YD_TRY(const auto fields, read_fields<6>(token));
  VisitorClaim claim;
  const bool valid = fields[0] == "v" && read_number(fields[1], claim.secret_number) &&
                     read_id(fields[2], claim.tenant) && read_id(fields[3], claim.customer) &&
                     read_id(fields[4], claim.widget) && read_number(fields[5], claim.issued.ms);
  if (!valid) return fail(Code::unauthenticated, "auth.invalid_token");
  return claim;
}

Result<FileClaim> read_file(std::string_view token) {
  YD_TRY(const auto fields, read_fields<5>(token));
  FileClaim claim;
  const bool valid = fields[0] == "f" && read_number(fields[1], claim.secret_number) &&
                     read_id(fields[2], claim.tenant) && read_id(fields[3], claim.customer) &&
                     read_id(fields[4], claim.file);
  if (!valid) return fail(Code::unauthenticated, "auth.invalid_token");
  return claim;
}

Status check_signature(const Secret& secret, std::string_view token) {
  auto payload = crypto::verify_token(secret.secret, token);
  if (!payload) return std::unexpected(std::move(payload).error());
  return {};
}

}  // namespace yingda::webchat
