// The law of timers, pure: the last word decides. If the customer spoke last: warn his agent, alarm the supervisor,
// find somebody else; never close. If the agent spoke last: remind the customer, then close. See README "Looks".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/routing/policy.hpp"

namespace yingda::routing {

/// How long nobody looks at a conversation at most, whatever the rules say.
inline constexpr DurationMs kLookAtLeast = minutes(5);

/// What was done about one open conversation already. Stored once something was.
struct Watch {
  EpisodeId episode;
  UserId owner;                // whom the stage is about; none: in the queue
  bool customer_waits = true;  // whose silence it counts
  UtcTime anchor;              // the last word, or when this owner got it
  std::int64_t stage = 0;      // steps of the rules done since the anchor
  UtcTime stage_at;
  std::int64_t hops = 0;         // re-dispatches in this episode
  std::vector<UserId> excluded;  // had it and stayed silent
  bool operator==(const Watch&) const = default;
};
YD_DESCRIBE(Watch, (episode, owner, customer_waits, anchor, stage, stage_at, hops, excluded))

/// The conversation at the moment of the look.
struct Scene {
  EpisodeId episode;
  UserId owner;  // none: it waits in a queue
  bool owner_reachable = true;
  bool others_online = true;             // somebody else could take it
  std::optional<UtcTime> waiting_since;  // the customer's first unanswered word
  UtcTime owner_since;
  UtcTime quiet_since;   // the agent's last word, when the customer does not wait
  UtcTime queued_since;  // or the date that was promised, when it lies ahead
};

enum class Step { none, warn, alarm, redispatch, leave_offline_agent, give_up, remind, close };

struct Verdict {
  Step step = Step::none;
  Watch after;
  UtcTime look_at;  // when to look again
  std::int64_t waited_ms = 0;
};

Verdict decide_silence(const Scene& scene, Watch watch, const SilenceRules& rules, UtcTime now);

/// The time after which the earliest step can be due, whatever is said from now on.
DurationMs first_step(const SilenceRules& rules);

/// The rules of a queue for a channel.
const SilenceRules& rules_of(const QueuePolicy& policy, conversation::Channel channel);

}  // namespace yingda::routing
