// What a queue publishes to its customers (信息板): opening hours, when something is reminded of and ended, limits.
// Kept in memory; encoding is pure.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/messages.hpp"
#include "yingda/base/time.hpp"
#include "yingda/calendar/calendar.hpp"
#include "yingda/routing/policy.hpp"

namespace yingda::webchat {

struct Published {
  std::optional<calendar::Calendar> calendar;  // none: no hours are published
  routing::SilenceRules rules;
  std::int64_t length_max = 0;
  bool rated = false;  // customers are asked for a rating
};
using PublishedPtr = std::shared_ptr<const Published>;

Published publish(const routing::QueuePolicy& policy);

struct InfoView {
  UtcTime now;
  messages::Language language = messages::Language::zh_CN;
  bool online = false;
};
/// Body of …/info.
std::string encode_info(const Published& queue, const InfoView& view);

struct HoursLine {
  std::string days, times;  // times empty: closed
  bool operator==(const HoursLine&) const = default;
};
YD_DESCRIBE(HoursLine, (days, times))

/// The week that counts now, equal days together, then the special days of the next weeks.
std::vector<HoursLine> hours_lines(const calendar::Schedule& schedule, const InfoView& view);

/// Thread-safe.
class PublishedQueues {
 public:
  PublishedPtr find(TenantId tenant, TeamId team) const;
  /// Grows with every `forget`.
  std::int64_t changes() const;
  /// Keeps it unless something was forgotten since `changes`, for then it may be old.
  PublishedPtr put(TenantId tenant, TeamId team, Published queue, std::int64_t changes);
  void forget(TenantId tenant);

 private:
  mutable std::mutex mutex_;
  std::int64_t changes_ = 0;
  std::map<std::pair<TenantId, TeamId>, PublishedPtr> queues_;
};

}  // namespace yingda::webchat
