// Errors as values. Owns: Code, Error, Result, YD_TRY. Does not own: HTTP mapping (edge/rest), user-facing texts
// (keyed by `reason` in the clients and in base/messages).
#pragma once

#include <expected>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yingda {

/// What kind of failure it is; decides status code and whether a retry makes sense.
enum class Code {
  invalid_argument,   ///< the request is wrong; the same request will fail again
  not_found,          ///< no such object, or none that this actor may see
  conflict,           ///< the object changed or exists; read it again, then retry
  permission_denied,  ///< known actor without the right
  unauthenticated,    ///< no valid session, token or signature
  limit_exceeded,     ///< a published bound or a rate; retry later or with less
  unavailable,        ///< a part we need is down, full or busy; retry later
  timeout,            ///< a deadline passed; outcome may be unknown, retries need a key
  cancelled,          ///< we are stopping or the caller went away
  corrupt,            ///< stored or received bytes are not what they claim to be
  internal,           ///< a defect of ours
};

/// Stable snake_case name of a code as it appears in the API and in logs.
std::string_view to_string(Code code) noexcept;

/// One rejected field of a request: `field` is a JSON path (`members[2].role`), `reason` a dotted key.
struct FieldError {
  std::string field;
  std::string reason;
  bool operator==(const FieldError&) const = default;
};

/// A failure. `reason` is a stable dotted key (`routing.no_agent_online`): log key, i18n key and API error code in
/// one. `detail` is for engineers and never reaches a customer.
struct Error {
  Code code = Code::internal;
  std::string reason;
  std::string detail;
  std::vector<FieldError> fields;
  std::source_location origin;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// Makes the error side of a Result: `return fail(Code::not_found, "conversation.not_found");`
[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string reason, std::string detail = {},
                                                 std::source_location origin = std::source_location::current()) {
  return std::unexpected<Error>(Error{code, std::move(reason), std::move(detail), {}, origin});
}

/// The same for rejected fields of a request; code is invalid_argument, reason `request.invalid_fields`.
[[nodiscard]] inline std::unexpected<Error> fail_fields(std::vector<FieldError> fields,
                                                        std::source_location origin = std::source_location::current()) {
  return std::unexpected<Error>(Error{Code::invalid_argument, "request.invalid_fields", {}, std::move(fields), origin});
}

/// One line for logs: `code reason (detail) at file:line`.
std::string describe(const Error& error);

}  // namespace yingda

#define YD_CONCAT_INNER(a, b) a##b
#define YD_CONCAT(a, b) YD_CONCAT_INNER(a, b)
/// `YD_TRY(auto row, store.load(tx, id));` declares `row` or returns the error from the enclosing function.
#define YD_TRY(declaration, ...)                                                              \
  auto YD_CONCAT(yd_try_, __LINE__) = (__VA_ARGS__);                                          \
  if (!YD_CONCAT(yd_try_, __LINE__))                                                          \
    return std::unexpected<::yingda::Error>(std::move(YD_CONCAT(yd_try_, __LINE__)).error()); \
  declaration = *std::move(YD_CONCAT(yd_try_, __LINE__))
/// `YD_CHECK(store.apply(tx, change));` for Status: returns the error, if any.
#define YD_CHECK(...) \
  if (auto yd_status = (__VA_ARGS__); !yd_status) return std::unexpected<::yingda::Error>(std::move(yd_status).error())
