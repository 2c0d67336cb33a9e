// Policies of queues and profiles of agents: reading, checking, saving.
#include <algorithm>

#include "check_policy.hpp"
#include "impl.hpp"
#include "yingda/base/text.hpp"

namespace yingda::routing {
namespace {

constexpr std::size_t kSkillsMax = 50;  // of an agent or a queue
constexpr std::size_t kLanguagesMax = 20;
constexpr std::size_t kSkillCodePointsMax = 40;
constexpr std::int64_t kWeightMax = 100;

/// Collects what is wrong with a request.
class Checker {
 public:
  std::vector<FieldError> wrong;

  void range(const std::string& field, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value < low || value > high) wrong.push_back({field, "request.out_of_range"});
  }
  void count(const std::string& field, std::size_t size, std::size_t most) {
    if (size > most) wrong.push_back({field, "request.too_many"});
  }
  void silence(const std::string& at, const SilenceRules& rules) {
    for (const auto& [field, value] : {std::pair("warn_ms", rules.warn_ms), std::pair("alarm_ms", rules.alarm_ms),
                                       std::pair("redispatch_ms", rules.redispatch_ms),
                                       std::pair("remind_ms", rules.remind_ms), std::pair("close_ms", rules.close_ms)})
      if (value != 0) range(at + '.' + field, value, kSilenceMsMin, kSilenceMsMax);
    range(at + ".hops_max", rules.hops_max, 0, kHopsMax);
  }
  void skills(const std::vector<Skill>& skills) {
    count("skills", skills.size(), kSkillsMax);
    for (std::size_t i = 0; i < skills.size(); ++i) {
      const std::string at = "skills[" + std::to_string(i) + ']';
      if (!text::check_length("name", skills[i].name, 1, kSkillCodePointsMax))
        wrong.push_back({at + ".name", "request.out_of_range"});
      range(at + ".level", skills[i].level, 1, kSkillLevelMax);
    }
  }
};

void check_all(Checker& check, const QueuePolicy& policy) {
  check.range("priority_step_ms", policy.priority_step_ms, 0, hours(24).ms);
  check.range("vip_priority", policy.vip_priority, 0, 9);
  check.range("last_agent_wait_ms", policy.last_agent_wait_ms, 0, hours(24).ms);
  check.range("ring_count", policy.ring_count, 1, 50);
  check.range("length_max", policy.length_max, 0, 100'000);
  check.range("wait_ms_max", policy.wait_ms_max, 0, days(7).ms);
  check.count("relaxations", policy.relaxations.size(), 10);
  check.count("overflow_team_ids", policy.overflow_team_ids.size(), 10);
  if (policy.silence) check.silence("silence", *policy.silence);
  check.count("channel_silence", policy.channel_silence.size(), 10);
  for (std::size_t i = 0; i < policy.channel_silence.size(); ++i)
    check.silence("channel_silence[" + std::to_string(i) + "].rules", policy.channel_silence[i].rules);
  check.range("offer_ms", policy.offer_ms, kOfferMsMin, kOfferMsMax);
  check.range("wrap_up_ms", policy.wrap_up_ms, 0, kWrapUpMsMax);
  check.range("wrap_up_max_ms", policy.wrap_up_max_ms, 0, kWrapUpMsMax);
  check.range("alarm_length", policy.alarm_length, 0, 100'000);
  check.range("alarm_wait_ms", policy.alarm_wait_ms, 0, days(7).ms);
  check.skills(policy.skills);
  check.count("weights", policy.weights.size(), 10);
  for (std::size_t i = 0; i < policy.weights.size(); ++i)
    check.range("weights[" + std::to_string(i) + "].weight", policy.weights[i].weight, 1, kWeightMax);
  if (policy.hours) {
    for (FieldError& error : calendar::check_schedule(*policy.hours))
      check.wrong.push_back({"hours." + error.field, std::move(error.reason)});
  }
}

}  // namespace

std::vector<FieldError> check_policy(const QueuePolicy& policy) {
  Checker check;
  check_all(check, policy);
  return std::move(check.wrong);
}

Result<std::vector<QueuePolicy>> Routing::policies(storage::Transaction& tx, const org::Actor& actor) {
  YD_TRY(const auto teams, impl_->org.list_teams(tx, actor));
  YD_TRY(const auto saved, load_policies(tx, actor.tenant));
  std::vector<QueuePolicy> out;
  for (const org::Team& team : teams) {
    QueuePolicy policy;
    policy.team_id = team.id;
    for (const QueuePolicy& one : saved) {
      if (one.team_id == team.id) policy = one;
    }
    out.push_back(std::move(policy));
  }
  return out;
}

Result<QueuePolicy> Routing::save_policy(storage::Transaction& tx, const org::Actor& actor, const QueuePolicy& policy) {
  if (!actor.may(org::Permission::settings_manage)) return fail(Code::permission_denied, "auth.permission_denied");
  if (auto wrong = check_policy(policy); !wrong.empty()) return fail_fields(std::move(wrong));
  YD_TRY(const auto teams, impl_->org.list_teams(tx, actor));
  const auto known = [&](TeamId id) {
    return std::ranges::any_of(teams, [&](const org::Team& team) { return team.id == id; });
  };
  if (!known(policy.team_id)) return fail(Code::not_found, "org.team_not_found");
  for (const TeamId team : policy.overflow_team_ids) {
    if (!known(team)) return fail_fields({{"overflow_team_ids", "org.team_not_found"}});
  }
  YD_CHECK(store_policy(tx, actor.tenant, policy, impl_->clock.now()));
  tx.emit({actor.tenant, "settings.changed", encode_settings_changed("routing", to_string(policy.team_id))});
  return policy;
}

Result<std::vector<AgentProfile>> Routing::profiles(storage::Transaction& tx, const org::Actor& actor) {
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  YD_TRY(const auto saved, load_profiles(tx, actor.tenant));
  std::vector<AgentProfile> out;
  {
    const std::scoped_lock lock(world->mutex);
    for (const auto& [user, person] : world->people) out.push_back(AgentProfile{.user_id = user});
  }
  std::ranges::sort(out, {}, &AgentProfile::user_id);
  for (AgentProfile& profile : out) {
    const auto own = std::ranges::find(saved, profile.user_id, &AgentProfile::user_id);
    if (own != saved.end()) profile = *own;
  }
  return out;
}

Result<AgentProfile> Routing::save_profile(storage::Transaction& tx, const org::Actor& actor,
                                           const AgentProfile& profile) {
  if (!actor.may(org::Permission::settings_manage)) return fail(Code::permission_denied, "auth.permission_denied");
  Checker check;
  check.skills(profile.skills);
  check.count("languages", profile.languages.size(), kLanguagesMax);
  for (const std::string& language : profile.languages) {
    if (!text::check_length("languages", language, 1, kSkillCodePointsMax))
      check.wrong.push_back({"languages", "request.out_of_range"});
  }
  check.range("weight", profile.weight, 1, kWeightMax);
  if (!check.wrong.empty()) return fail_fields(std::move(check.wrong));
  YD_TRY(const auto world, impl_->ensure(tx, actor.tenant));
  {
    const std::scoped_lock lock(world->mutex);
    if (!world->people.contains(profile.user_id)) return fail(Code::not_found, "routing.no_such_agent");
  }
  YD_CHECK(store_profile(tx, actor.tenant, profile, impl_->clock.now()));
  tx.emit({actor.tenant, "settings.changed", encode_settings_changed("routing", to_string(profile.user_id))});
  return profile;
}

}  // namespace yingda::routing
