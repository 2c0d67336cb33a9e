// Routing's face for advice: facts from the world, the pure part decides.
#include <algorithm>

#include "check_policy.hpp"
#include "impl.hpp"
#include "overflow.hpp"
#include "preview.hpp"

namespace yingda::routing {
namespace {

constexpr std::size_t kSkillsMax = 50;
constexpr std::size_t kTextBytesMax = 200;

Status check_request(const PreviewRequest& request) {
  std::vector<FieldError> wrong;
  for (FieldError& error : check_policy(request.policy))
    wrong.push_back({"policy." + error.field, std::move(error.reason)});
  if (request.waited_ms < 0 || request.waited_ms > days(7).ms) wrong.push_back({"waited_ms", "request.out_of_range"});
  if (request.skills.size() > kSkillsMax) wrong.push_back({"skills", "request.too_many"});
  for (const Skill& skill : request.skills) {
    if (skill.name.size() > kTextBytesMax || skill.level < 1 || skill.level > kSkillLevelMax)
      wrong.push_back({"skills", "request.out_of_range"});
  }
  if (!wrong.empty()) return fail_fields(std::move(wrong));
  return {};
}

}  // namespace

Result<std::vector<PolicyWarning>> Routing::advise_on(storage::Transaction& tx, const org::Actor& actor,
                                                      const QueuePolicy& policy) {
  if (!actor.may(org::Permission::settings_manage)) return fail(Code::permission_denied, "auth.permission_denied");
  YD_TRY(const auto saved, policies(tx, actor));
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  std::unordered_map<TeamId, TeamFacts> teams;
  {
    const std::scoped_lock lock(world->mutex);
    for (const QueuePolicy& one : saved) {
      TeamFacts& team = teams[one.team_id];
      team.overflow_team_ids = one.overflow_team_ids;
      for (const UserId id : world->board.agents_of(one.team_id)) {
        const AgentView* view = world->board.agent(id);
        team.agents.push_back({view->skills, view->capacity});
      }
    }
  }
  if (!teams.contains(policy.team_id)) return fail(Code::not_found, "org.team_not_found");
  return advise(policy, teams);
}

Result<Preview> Routing::preview(storage::Transaction& tx, const org::Actor& actor, const PreviewRequest& request) {
  if (!actor.may(org::Permission::settings_manage)) return fail(Code::permission_denied, "auth.permission_denied");
  YD_CHECK(check_request(request));
  YD_TRY(const auto teams, impl_->org.list_teams(tx, actor));
  if (std::ranges::find(teams, request.policy.team_id, &org::Team::id) == teams.end())
    return fail(Code::not_found, "org.team_not_found");
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  const UtcTime now = impl_->clock.now();
  Board part;
  std::optional<TeamId> overflow;
  {
    const std::scoped_lock lock(world->mutex);
    part = part_of(world->board, request.policy);
    overflow = first_open_team(world->board, request.policy.team_id, request.policy.overflow_team_ids, {});
  }
  Preview out = routing::preview(std::move(part), request, overflow, now);
  const std::scoped_lock lock(world->mutex);
  const auto name = [&](UserId id) {
    const auto person = world->people.find(id);
    return person == world->people.end() ? std::string() : person->second.name;
  };
  for (Candidate& one : out.candidates) one.name = name(one.agent_id);
  if (out.assignment) out.assignment->agent_name = name(out.assignment->agent_id);
  return out;
}

}  // namespace yingda::routing
