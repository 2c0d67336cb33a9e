// `yingda routing export` and `simulate`: recorded arrivals under another policy, before it goes live.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "commands.hpp"
#include "yingda/base/json.hpp"
#include "yingda/calendar/days.hpp"
#include "yingda/org/org.hpp"
#include "yingda/routing/routing.hpp"
#include "yingda/routing/simulate.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::app {

/// One line of the comparison.
struct SimulatedPolicy {
  std::string name;
  routing::SimulationReport report;
};
YD_DESCRIBE(SimulatedPolicy, (name, report))

struct Comparison {
  std::int64_t from_at_ms = 0, until_at_ms = 0;
  std::vector<SimulatedPolicy> items;
};
YD_DESCRIBE(Comparison, (from_at_ms, until_at_ms, items))

/// A policy file: one policy as the API gives it, or a list of them.
struct PolicyList {
  std::vector<routing::QueuePolicy> items;
};
YD_DESCRIBE(PolicyList, (items))

namespace {

constexpr std::uintmax_t kPolicyBytesMax = 4UL * 1024 * 1024;

struct SimulateArgs {
  std::string recording, policy;
  double target_s = 60;
  bool json = false, strategies = false;
};

Result<std::string> read_file(const std::string& path, std::uintmax_t bytes_max) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return fail(Code::not_found, "app.no_such_file", path);
  if (size > bytes_max) return fail(Code::limit_exceeded, "routing.recording_too_large", path);
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in && !in.eof()) return fail(Code::unavailable, "app.copy_failed", path);
  return text;
}

Result<std::vector<routing::QueuePolicy>> read_policies(const std::string& path) {
  YD_TRY(const auto text, read_file(path, kPolicyBytesMax));
  if (auto list = json::decode<PolicyList>(text, json::Unknown::reject); list && !list->items.empty())
    return std::move(list->items);
  YD_TRY(auto one, json::decode<routing::QueuePolicy>(text, json::Unknown::reject));
  return std::vector{std::move(one)};
}

std::string minutes_and_seconds(std::int64_t ms) { return fmt::format("{}:{:02}", ms / 60'000, ms / 1'000 % 60); }

std::string share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "-" : fmt::format("{:.1f} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

void print_table(const Comparison& comparison, double target_s) {
  fmt::print("{:<28}{:>9}{:>9}{:>11}{:>9}{:>9}{:>9}{:>9}{:>12}{:>11}\n", "policy", "arrivals", "served", "abandoned",
             "waiting", "mean", "p50", "p90", fmt::format("<= {:.0f} s", target_s), "occupancy");
  for (const auto& [name, r] : comparison.items) {
    fmt::print("{:<28}{:>9}{:>9}{:>11}{:>9}{:>9}{:>9}{:>9}{:>12}{:>11}\n", name, r.arrivals, r.served, r.abandoned,
               r.waiting, r.served == 0 ? "-" : minutes_and_seconds(r.wait_ms_sum / r.served),
               minutes_and_seconds(r.wait_ms_p50), minutes_and_seconds(r.wait_ms_p90),
               share(r.within_target, r.served + r.abandoned), share(r.occupied_ms, r.capacity_ms));
  }
  fmt::print("waits in minutes:seconds of those served; shares of served and abandoned\n");
}

Status run_simulation(const SimulateArgs& args) {
  YD_TRY(const auto text, read_file(args.recording, routing::kRecordingBytesMax));
  YD_TRY(const auto recording, routing::decode_recording(text));
  const auto target_ms = static_cast<std::int64_t>(args.target_s * 1000);
  Comparison comparison{recording.from_at_ms.ms, recording.until_at_ms.ms, {}};
  const auto add = [&](std::string name, const std::vector<routing::QueuePolicy>& policies) {
    fmt::print(stderr, "  {}\n", name);
    comparison.items.push_back({std::move(name), routing::simulate(recording, policies, target_ms)});
  };
  fmt::print(stderr, "replaying {} arrivals, {} agents\n", recording.items.size(), recording.agents.size());
  comparison.items.push_back({"as it was", routing::summarise(recording, target_ms)});
  add("policy of the recording", {});
  if (!args.policy.empty()) {
    YD_TRY(const auto policies, read_policies(args.policy));
    add("new policy", policies);
    if (args.strategies) {
      for (const auto strategy :
           {routing::Strategy::least_loaded, routing::Strategy::longest_idle, routing::Strategy::round_robin,
            routing::Strategy::weighted, routing::Strategy::skill_score, routing::Strategy::occupancy_balanced}) {
        auto other = policies;
        for (routing::QueuePolicy& policy : other) policy.strategy = strategy;
        add("  with " + std::string(enum_name(strategy)), other);
      }
    }
  }
  if (args.json)
    fmt::print("{}\n", json::encode(comparison));
  else
    print_table(comparison, args.target_s);
  return {};
}

/// Midnight of a date in the company's time zone.
Result<UtcTime> midnight(const org::Tenant& tenant, const std::string& date) {
  YD_TRY(const auto day, calendar::local_day(tenant.time_zone, date));
  return day.from;
}

Result<org::Tenant> choose_tenant(storage::Transaction& tx, org::Org& org, const std::string& company) {
  YD_TRY(const auto tenants, org.list_tenants(tx));
  const auto wanted = std::ranges::find_if(
      tenants, [&](const org::Tenant& one) { return one.name == company || to_string(one.id) == company; });
  if (wanted != tenants.end()) return *wanted;
  if (!company.empty() || tenants.size() != 1) return fail(Code::not_found, "org.tenant_not_found", company);
  return tenants.front();
}

struct ExportArgs {
  ServeOptions store;
  std::string company, from, until, out;
};

Status run_export(const ExportArgs& args) {
  if (std::filesystem::exists(args.out)) return fail(Code::conflict, "app.file_exists", args.out);
  static const SystemClock clock;
  IdSource ids(clock);
  org::Org org(clock, ids);
  YD_TRY(auto database, storage::open_database({.url = database_url(args.store), .readers = 1}, clock));
  YD_TRY(const auto recording,
         database->read_for<routing::Recording>([&](storage::Transaction& tx) -> Result<routing::Recording> {
           YD_TRY(const auto tenant, choose_tenant(tx, org, args.company));
           YD_TRY(const auto from, midnight(tenant, args.from));
           UtcTime until = clock.now();
           if (!args.until.empty()) {
             YD_TRY(until, midnight(tenant, args.until));
           }
           return routing::load_recording(tx, org, tenant.id, from, std::min(until, clock.now()));
         }));
  std::ofstream out(args.out, std::ios::binary);
  out << routing::encode_recording(recording);
  out.flush();
  if (!out) return fail(Code::unavailable, "app.data_unwritable", args.out);
  fmt::print("{} arrivals and {} agents written to {}\n", recording.items.size(), recording.agents.size(), args.out);
  return {};
}

}  // namespace

void add_routing_commands(CLI::App& program, Action& chosen) {
  auto* routing = program.add_subcommand("routing", "Try routing policies on recorded arrivals");
  routing->require_subcommand(1);
  const auto given = std::make_shared<ExportArgs>();
  auto* record = routing->add_subcommand(
      "export", "Write who came when, who was there and the queues' policies into a file; no customer data");
  add_store_options(*record, given->store);
  record->add_option("--company", given->company, "Name or id of the company, when the server has several");
  record->add_option("--from", given->from, "First day, YYYY-MM-DD in the company's time zone")->required();
  record->add_option("--until", given->until, "Day after the last one; without it: now");
  record->add_option("--out", given->out, "File to write; must not exist")->required();
  record->callback([given, &chosen] {
    chosen = [given] {
      const Status done = run_export(*given);
      return done ? 0 : complain(done.error());
    };
  });

  const auto args = std::make_shared<SimulateArgs>();
  auto* replay = routing->add_subcommand(
      "simulate", "Replay a recording under another policy: waits, losses and occupancy beside what happened");
  replay->add_option("--from", args->recording, "Recording made by `yingda routing export`")->required();
  replay->add_option(
      "--policy", args->policy,
      "JSON file with one queue policy, or {\"items\":[…]} with several, as GET /routing/policies gives");
  replay->add_option("--target-s", args->target_s, "A wait up to this many seconds counts as within the target")
      ->check(CLI::Range(1.0, 86'400.0))
      ->capture_default_str();
  replay->add_flag("--strategies", args->strategies, "Also the new policy with every strategy");
  replay->add_flag("--json", args->json, "One JSON object on standard output");
  replay->callback([args, &chosen] {
    chosen = [args] {
      const Status done = run_simulation(*args);
      return done ? 0 : complain(done.error());
    };
  });
}

}  // namespace yingda::app
