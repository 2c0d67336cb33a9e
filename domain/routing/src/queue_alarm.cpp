#include "queue_alarm.hpp"

#include <algorithm>

namespace yingda::routing {

QueueVerdict decide_queue_alarms(const QueueScene& scene, const QueuePolicy& policy,
                                 const std::set<std::string, std::less<>>& open, UtcTime now) {
  QueueVerdict verdict;
  const auto look = [&](UtcTime at) {
    if (now < at && (!verdict.look_at || at < *verdict.look_at)) verdict.look_at = at;
  };
  const std::int64_t long_from = open.contains(kQueueLong) ? policy.alarm_length : policy.alarm_length + 1;
  if (policy.alarm_length > 0 && scene.waiting >= long_from) verdict.kinds.emplace(kQueueLong);
  if (policy.alarm_wait_ms > 0 && scene.oldest) {
    const UtcTime due = *scene.oldest + milliseconds(policy.alarm_wait_ms);
    if (now > due) verdict.kinds.emplace(kWaitLong);
    look(due + milliseconds(1));
  }
  // With hours: who opens must be there, whether somebody waits already or not. Without: only somebody who waits can
  // miss anybody.
  const bool wanted =
      scene.within_hours ? *scene.within_hours && (scene.has_agents || scene.waiting > 0) : scene.waiting > 0;
  if (wanted && !scene.anyone_here) verdict.kinds.emplace(kNobodyOnline);
  if (scene.hours_turn) look(*scene.hours_turn);
  return verdict;
}

}  // namespace yingda::routing
