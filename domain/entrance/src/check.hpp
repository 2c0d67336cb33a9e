// What is wrong with a plan that a person typed, and what is probably not meant. Pure.
#pragma once

#include <functional>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/entrance/types.hpp"

namespace yingda::entrance {

/// What the checks must know of the company.
struct Company {
  std::function<bool(TeamId)> has_team;
  std::function<bool(WidgetId)> has_widget;
  std::function<bool(TeamId)> has_agents;  // somebody of the team may answer customers
};

std::vector<FieldError> check_rules(const std::vector<EntranceRule>& rules, const Company& company);
std::vector<FieldError> check_plan(const EntrancePlan& plan, const Company& company);
/// Of a plan that check_plan accepts; messages are left empty.
std::vector<Warning> warnings_about(const EntrancePlan& plan, const Company& company);

}  // namespace yingda::entrance
