// Typed, time-ordered 64-bit ids. In JSON an id is a string with a prefix (`cv_0dq3…`), because JavaScript loses
// integers above 2^53; in the store it is a BIGINT.
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

#include "yingda/base/result.hpp"
#include "yingda/base/time.hpp"

namespace yingda {

/// An id of one kind of thing. `Tag::kPrefix` is its API prefix without the underscore. Value 0 means "none".
template <class Tag>
struct Id {
  std::int64_t value = 0;
  constexpr explicit operator bool() const { return value != 0; }
  auto operator<=>(const Id&) const = default;
};

/// 13 characters of lower-case Crockford base32, sortable as the number is.
std::string encode_id_text(std::int64_t value);
/// The reverse; invalid_argument `request.invalid_id` for anything that encode_id_text cannot have made.
Result<std::int64_t> decode_id_text(std::string_view text);

template <class Tag>
std::string to_string(Id<Tag> id) {
  return id ? std::string(Tag::kPrefix) + "_" + encode_id_text(id.value) : std::string();
}

/// Parses `cv_…`, invalid_argument `request.invalid_id` on a wrong prefix or
/// form. Never gives the id 0.
template <class Tag>
Result<Id<Tag>> parse_id(std::string_view text, std::type_identity<Id<Tag>>) {
  constexpr std::string_view prefix = Tag::kPrefix;
  if (text.size() <= prefix.size() + 1 || !text.starts_with(prefix) || text[prefix.size()] != '_')
    return fail(Code::invalid_argument, "request.invalid_id");
  YD_TRY(const auto value, decode_id_text(text.substr(prefix.size() + 1)));
  if (value <= 0) return fail(Code::invalid_argument, "request.invalid_id");
  return Id<Tag>{value};
}

/// The same with the type named: `parse_id<ConversationId>(text)`.
template <class I>
Result<I> parse_id(std::string_view text) {
  return parse_id(text, std::type_identity<I>{});
}

/// Makes ids: 41 bits of milliseconds since 2025-01-01, 10 bits of node, 12 bits of counter. Thread-safe, strictly
/// increasing within one source even when the clock steps back.
class IdSource {
 public:
  explicit IdSource(const Clock& clock, int node = 0) : clock_(clock), node_(node & 1023) {}
  std::int64_t next_value();
  template <class I>
  I next() {
    return I{next_value()};
  }

 private:
  const Clock& clock_;
  const std::int64_t node_;
  std::atomic<std::int64_t> last_{0};  // (ms << 12 | counter) of the newest id
};

#define YD_ID(Name, prefix)                            \
  struct Name##Tag {                                   \
    static constexpr std::string_view kPrefix{prefix}; \
  };                                                   \
  using Name = Id<Name##Tag>

YD_ID(TenantId, "tn");        // 租户
YD_ID(UnitId, "ou");          // node of the organisation tree: region, province, city, centre
YD_ID(TeamId, "tm");          // 班组 (leaf of the organisation tree)
YD_ID(UserId, "us");          // agent, supervisor, administrator, analyst
YD_ID(RoleId, "ro");          // role
YD_ID(SessionId, "se");       // login session
YD_ID(ApiTokenId, "at");      // API token
YD_ID(CustomerId, "cu");      // customer
YD_ID(ConversationId, "cv");  // lifelong thread of a customer
YD_ID(EpisodeId, "ep");       // 服务单元
YD_ID(MessageId, "ms");       // message
YD_ID(FileId, "fl");          // uploaded file
YD_ID(WidgetId, "wg");        // one web chat entrance
YD_ID(CannedReplyId, "cr");   // 快捷回复
YD_ID(AuditId, "au");         // audit record
YD_ID(TimerId, "ti");         // persistent timer
YD_ID(QueueId, "qu");         // routing queue
YD_ID(DeadLetterId, "dl");    // event that a handler could not digest

}  // namespace yingda

template <class Tag>
struct std::hash<yingda::Id<Tag>> {
  std::size_t operator()(yingda::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
