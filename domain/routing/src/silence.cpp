#include "silence.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace yingda::routing {
namespace {

struct Rung {
  Step step = Step::none;
  std::int64_t after_ms = 0;
};

/// The steps that are switched on, in order of time.
template <std::size_t N>
std::vector<Rung> ladder(const std::array<Rung, N>& all) {
  std::vector<Rung> on;
  for (const Rung& rung : all)
    if (rung.after_ms > 0) on.push_back(rung);
  std::ranges::sort(on, {}, [](const Rung& rung) { return std::pair(rung.after_ms, rung.step); });
  return on;
}

std::vector<Rung> steps(const Scene& scene, const SilenceRules& rules) {
  if (!scene.owner) return ladder(std::array{Rung{Step::alarm, rules.alarm_ms}});
  if (scene.waiting_since)
    return ladder(std::array{Rung{Step::warn, rules.warn_ms}, Rung{Step::alarm, rules.alarm_ms},
                             Rung{Step::redispatch, rules.redispatch_ms}});
  return ladder(std::array{Rung{Step::remind, rules.remind_ms}, Rung{Step::close, rules.close_ms}});
}

/// A step keeps its distance from the one before it also when the server was down in between: nobody is relieved of a
/// customer without having been warned that long before.
UtcTime due(const std::vector<Rung>& on, const Watch& watch) {
  const auto at = static_cast<std::size_t>(watch.stage);
  const UtcTime regular = watch.anchor + milliseconds(on[at].after_ms);
  if (at == 0) return regular;
  return std::max(regular, watch.stage_at + milliseconds(on[at].after_ms - on[at - 1].after_ms));
}

UtcTime anchor_of(const Scene& scene) {
  if (!scene.owner) return scene.queued_since;
  return std::max(scene.waiting_since.value_or(scene.quiet_since), scene.owner_since);
}

}  // namespace

DurationMs first_step(const SilenceRules& rules) {
  DurationMs first = kLookAtLeast;
  for (const std::int64_t ms : {rules.warn_ms, rules.alarm_ms, rules.redispatch_ms, rules.remind_ms, rules.close_ms})
    if (ms > 0) first.ms = std::min(first.ms, ms);
  return first;
}

const SilenceRules& rules_of(const QueuePolicy& policy, conversation::Channel channel) {
  static const SilenceRules defaults;
  const auto own = std::ranges::find(policy.channel_silence, channel, &ChannelSilence::channel);
  if (own != policy.channel_silence.end()) return own->rules;
  return policy.silence ? *policy.silence : defaults;
}

Verdict decide_silence(const Scene& scene, Watch watch, const SilenceRules& rules, UtcTime now) {
  if (watch.episode != scene.episode) watch = Watch{.episode = scene.episode};
  const bool waits = !scene.owner || scene.waiting_since.has_value();
  const UtcTime anchor = anchor_of(scene);
  if (watch.owner != scene.owner || watch.customer_waits != waits || watch.anchor != anchor) {
    watch.owner = scene.owner;
    watch.customer_waits = waits;
    watch.anchor = anchor;
    watch.stage = 0;
    watch.stage_at = {};
  }

  Verdict verdict;
  verdict.waited_ms = std::max<std::int64_t>((now - anchor).ms, 0);
  // After any word that may fall from now on, the first step is due no sooner than this.
  verdict.look_at = now + first_step(rules);
  if (scene.owner && waits && !scene.owner_reachable) {
    verdict.step = Step::leave_offline_agent;
    watch.owner = {};
    watch.stage = 0;
    verdict.after = std::move(watch);
    return verdict;
  }
  const auto on = steps(scene, rules);
  if (static_cast<std::size_t>(watch.stage) < on.size() && now >= due(on, watch)) {
    verdict.step = on[static_cast<std::size_t>(watch.stage)].step;
    if (verdict.step == Step::redispatch && watch.hops >= rules.hops_max) verdict.step = Step::give_up;
    // In the queue he would be further from an answer than with a slow agent: look again, later.
    if (verdict.step == Step::redispatch && !scene.others_online) verdict.step = Step::none;
    if (verdict.step != Step::none) {
      ++watch.stage;
      watch.stage_at = now;
    }
    if (verdict.step == Step::redispatch) {
      ++watch.hops;
      if (std::ranges::find(watch.excluded, scene.owner) == watch.excluded.end()) watch.excluded.push_back(scene.owner);
      watch.owner = {};
      watch.stage = 0;
    }
  }
  if (static_cast<std::size_t>(watch.stage) < on.size()) {
    const UtcTime next = due(on, watch);
    if (next > now || verdict.step != Step::none)
      verdict.look_at = std::min(verdict.look_at, std::max(next, now + DurationMs{1}));
  }
  verdict.after = std::move(watch);
  return verdict;
}

}  // namespace yingda::routing
