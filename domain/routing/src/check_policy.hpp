// What looks wrong with a policy at the moment of editing. Pure.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/routing/advice.hpp"

namespace yingda::routing {

inline constexpr std::int64_t kSkillLevelMax = 5;

/// An agent of a team, as far as a policy's sense depends on him.
struct TeamAgent {
  std::vector<Skill> skills;
  std::int64_t capacity = 5;
};

/// A team as policies see it.
struct TeamFacts {
  std::vector<TeamAgent> agents;
  std::vector<TeamId> overflow_team_ids;  // of its saved policy
};

/// What saving would refuse: numbers out of range, lists too long, bad hours. Empty: it may be saved.
std::vector<FieldError> check_policy(const QueuePolicy& policy);

/// At most kAdviceMax, in the order of the policy's members. `teams`: all of the company.
std::vector<PolicyWarning> advise(const QueuePolicy& policy, const std::unordered_map<TeamId, TeamFacts>& teams);

}  // namespace yingda::routing
