#include "check_policy.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace yingda::routing {
namespace {

using Teams = std::unordered_map<TeamId, TeamFacts>;

class Adviser {
 public:
  Adviser(const QueuePolicy& rules, const Teams& company) : policy_(rules), teams_(company) {
    const auto own = company.find(rules.team_id);
    if (own != company.end()) agents_ = &own->second.agents;
  }

  std::vector<PolicyWarning> all() {
    for (FieldError& error : check_policy(policy_))
      found_.push_back({std::move(error.field), std::move(error.reason), true});
    people();
    order();
    bounds();
    overflow();
    skills();
    weights();
    silence("silence", policy_.silence.value_or(SilenceRules{}));
    for (std::size_t i = 0; i < policy_.channel_silence.size(); ++i)
      silence(at("channel_silence", i) + ".rules", policy_.channel_silence[i].rules);
    if (found_.size() > kAdviceMax) found_.resize(kAdviceMax);
    return std::move(found_);
  }

 private:
  static std::string at(const std::string& list, std::size_t i) { return list + '[' + std::to_string(i) + ']'; }
  void warn(std::string field, std::string reason) { found_.push_back({std::move(field), std::move(reason)}); }
  bool has_agents() const { return agents_ && !agents_->empty(); }

  void people() {
    if (!has_agents()) return warn("team_id", "routing.warn.no_agents");
    const bool anyone_skilled = std::ranges::any_of(*agents_, [](const TeamAgent& a) { return !a.skills.empty(); });
    if (policy_.strategy == Strategy::skill_score && !anyone_skilled) warn("strategy", "routing.warn.nobody_skilled");
    if (policy_.strategy == Strategy::ring_several && policy_.ring_count == 1)
      warn("ring_count", "routing.warn.rings_one");
  }

  void order() {
    if (policy_.vip_priority > 0 && policy_.priority_step_ms == 0)
      warn("vip_priority", "routing.warn.priority_without_step");
    if (policy_.wait_ms_max > 0 && policy_.last_agent_wait_ms >= policy_.wait_ms_max)
      warn("last_agent_wait_ms", "routing.warn.overflow_before_last_agent");
  }

  void bounds() {
    const bool bounded = policy_.length_max > 0 || policy_.wait_ms_max > 0;
    if (!bounded && !policy_.overflow_team_ids.empty()) warn("overflow_team_ids", "routing.warn.overflow_never_used");
    if (policy_.wait_ms_max > 0 && policy_.alarm_wait_ms >= policy_.wait_ms_max && !policy_.overflow_team_ids.empty())
      warn("alarm_wait_ms", "routing.warn.alarm_after_overflow");
    if (bounded && policy_.overflow_team_ids.empty()) warn("overflow_team_ids", "routing.warn.overflow_to_nobody");
  }

  /// Following the chains from `start`, does one come back to the policy's own team?
  bool comes_back(TeamId start) const {
    std::unordered_set<TeamId> seen{start};
    std::vector<TeamId> open{start};
    while (!open.empty()) {
      const auto team = teams_.find(open.back());
      open.pop_back();
      if (team == teams_.end()) continue;
      for (const TeamId next : team->second.overflow_team_ids) {
        if (next == policy_.team_id) return true;
        if (seen.insert(next).second) open.push_back(next);
      }
    }
    return false;
  }

  void overflow() {
    std::unordered_set<TeamId> seen;
    for (std::size_t i = 0; i < policy_.overflow_team_ids.size(); ++i) {
      const TeamId id = policy_.overflow_team_ids[i];
      const std::string field = at("overflow_team_ids", i);
      if (id == policy_.team_id) {
        warn(field, "routing.warn.overflow_to_itself");
        continue;
      }
      if (!seen.insert(id).second) {
        warn(field, "routing.warn.overflow_twice");
        continue;
      }
      const auto team = teams_.find(id);
      if (team == teams_.end() || team->second.agents.empty()) warn(field, "routing.warn.overflow_without_agents");
      if (comes_back(id)) warn(field, "routing.warn.overflow_loop");
    }
  }

  std::int64_t best_level(const std::string& name) const {
    std::int64_t best = 0;
    for (const TeamAgent& agent : *agents_) {
      for (const Skill& skill : agent.skills) {
        if (skill.name == name) best = std::max(best, skill.level);
      }
    }
    return best;
  }

  void skills() {
    std::int64_t relaxed = 0;
    for (std::size_t i = 0; i < policy_.relaxations.size(); ++i) {
      const Relaxation& step = policy_.relaxations[i];
      const bool idle = std::ranges::any_of(policy_.relaxations, [&](const Relaxation& other) {
        return &other != &step && other.after_ms <= step.after_ms && other.levels >= step.levels &&
               (other.after_ms < step.after_ms || &other < &step);
      });
      if (idle) warn(at("relaxations", i), "routing.warn.relaxation_idle");
      relaxed = std::max(relaxed, step.levels);
    }
    if (!has_agents()) return;
    for (std::size_t i = 0; i < policy_.skills.size(); ++i) {
      const Skill& wanted = policy_.skills[i];
      const std::int64_t best = best_level(wanted.name);
      if (best >= wanted.level) continue;
      const std::int64_t at_last = wanted.level - relaxed;
      warn(at("skills", i),
           at_last <= 0 || best >= at_last ? "routing.warn.skill_only_relaxed" : "routing.warn.skill_nobody_has");
    }
  }

  void weights() {
    if (!has_agents()) return;
    const std::int64_t most = std::ranges::max_element(*agents_, {}, &TeamAgent::capacity)->capacity;
    for (std::size_t i = 0; i < policy_.weights.size(); ++i) {
      const ChannelWeight& one = policy_.weights[i];
      if (one.weight > most) warn(at("weights", i), "routing.warn.weight_over_capacity");
    }
  }

  void silence(const std::string& field, const SilenceRules& rules) {
    const auto after = [](std::int64_t a, std::int64_t b) { return a > 0 && b > 0 && a >= b; };
    if (after(rules.warn_ms, rules.redispatch_ms)) warn(field + ".warn_ms", "routing.warn.warned_after_redispatch");
    if (after(rules.alarm_ms, rules.redispatch_ms)) warn(field + ".alarm_ms", "routing.warn.alarm_after_redispatch");
    if (after(rules.remind_ms, rules.close_ms)) warn(field + ".remind_ms", "routing.warn.reminder_after_close");
    if (rules.warn_ms == 0 && rules.alarm_ms == 0 && rules.redispatch_ms == 0)
      warn(field, "routing.warn.silence_unwatched");
  }

  const QueuePolicy& policy_;
  const Teams& teams_;
  const std::vector<TeamAgent>* agents_ = nullptr;
  std::vector<PolicyWarning> found_;
};

}  // namespace

std::vector<PolicyWarning> advise(const QueuePolicy& policy, const Teams& teams) {
  return Adviser(policy, teams).all();
}

}  // namespace yingda::routing
