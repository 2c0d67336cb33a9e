// A queue's policy tried on what was recorded.
#include <algorithm>

#include "api.hpp"
#include "areas.hpp"
#include "yingda/routing/simulate.hpp"

namespace yingda::rest {

struct SimulationInput {
  routing::QueuePolicy policy;
  std::optional<UtcTime> from_at_ms, until_at_ms;
};
YD_DESCRIBE(SimulationInput, (policy, from_at_ms, until_at_ms))

/// recorded: what happened. before: the replay under the policies of now. after: with the policy that is tried.
struct Simulation {
  UtcTime from_at_ms, until_at_ms;
  std::int64_t arrivals = 0;
  routing::SimulationReport recorded, before, after;
};
YD_DESCRIBE(Simulation, (from_at_ms, until_at_ms, arrivals, recorded, before, after))

namespace {

constexpr DurationMs kDefaultSpan = days(7);
constexpr DurationMs kSpanMax = days(31);
constexpr std::size_t kItemsMax = 50'000;  // about a quarter of a second of replaying

Result<Simulation> run(const Services& services, const Call& call, const SimulationInput& input) {
  Simulation out;
  out.until_at_ms = std::min(input.until_at_ms.value_or(services.clock.now()), services.clock.now());
  out.from_at_ms = input.from_at_ms.value_or(out.until_at_ms - kDefaultSpan);
  if (!(out.from_at_ms < out.until_at_ms) || out.until_at_ms - out.from_at_ms > kSpanMax)
    return fail_fields({{"from_at_ms", "request.out_of_range"}});
  const TeamId team = input.policy.team_id;
  YD_TRY(const auto recording,
         services.database.read_for<routing::Recording>([&](storage::Transaction& tx) -> Result<routing::Recording> {
           YD_CHECK(services.org.load_team(tx, call.actor.tenant, team));
           return routing::load_recording(tx, services.org, call.actor.tenant, out.from_at_ms, out.until_at_ms,
                                          kItemsMax);
         }));
  const std::int64_t target = input.policy.alarm_wait_ms > 0 ? input.policy.alarm_wait_ms : minutes(3).ms;
  out.recorded = routing::summarise(recording, target, team);
  out.before = routing::simulate(recording, {}, target, team);
  out.after = routing::simulate(recording, {input.policy}, target, team);
  out.arrivals = out.recorded.arrivals;
  return out;
}

}  // namespace

void declare_simulation(Api& api, Ground ground) {
  Services& services = ground.services;
  api.write(net::Method::post, "/routing/simulate", "Replay recorded arrivals under a policy; changes nothing",
            may(org::Permission::settings_manage),
            [](Call& call, storage::Transaction&, const SimulationInput&) -> Result<Simulation> {
              return std::any_cast<Simulation>(call.prepared);
            })
      .prepare(Pool::workers, [&services](Call& call, const SimulationInput& input) -> Status {
        YD_TRY(call.prepared, run(services, call, input));
        return {};
      });
}

}  // namespace yingda::rest
