// sim_runner [--seconds N] [--seed S] [--steps N] [--racy 1]: simulated office days until the time is over. A failure
// prints its seed; `--seed S` runs that day alone, with the same events in the same order. Even seeds are calm days,
// odd ones late days (day.hpp); the last quarter of the time goes to racy days, whose threads race and which therefore
// find more but do not happen twice.
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "day.hpp"

namespace {

using namespace yingda;

struct Options {
  std::int64_t seconds = 20;
  std::int64_t steps = 4'000;  // a day
  std::uint64_t seed = 0;
  bool one_day = false;
  bool racy = false;
};

/// The first calm and the first late day go on until here, whatever the time says: a day that hangs shows itself.
constexpr std::int64_t kStepsMin = 500;

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    std::uint64_t value = 0;
    const char* end = argv[i + 1] + std::strlen(argv[i + 1]);
    if (std::from_chars(argv[i + 1], end, value).ptr != end) return false;
    if (name == "--seconds") {
      options.seconds = static_cast<std::int64_t>(value);
    } else if (name == "--steps") {
      options.steps = static_cast<std::int64_t>(value);
    } else if (name == "--seed") {
      options.seed = value;
      options.one_day = true;
    } else if (name == "--racy") {
      options.racy = value != 0;
    } else {
      return false;
    }
  }
  return argc % 2 == 1;
}

struct Totals {
  std::int64_t days = 0, events = 0, assigned = 0, passed_on = 0, closed_quiet = 0, promised = 0, asked = 0,
               not_solved = 0, rung = 0, accepted = 0, wrapped_up = 0;
};

using Moment = std::chrono::steady_clock::time_point;

const char* name_of(sim::Pace pace) {
  return pace == sim::Pace::calm ? "calm" : pace == sim::Pace::late ? "late" : "racy";
}

bool run_day(std::uint64_t seed, sim::Pace pace, std::int64_t steps_min, std::int64_t steps, Moment until,
             Totals& totals) {
  sim::Day day(seed, pace);
  try {
    for (std::int64_t i = 0; i < steps && (i < steps_min || std::chrono::steady_clock::now() < until); ++i) day.step();
  } catch (const std::exception& violation) {
    std::printf("FAILED seed %llu after %lld events: %s\n", static_cast<unsigned long long>(seed),
                static_cast<long long>(day.events()), violation.what());
    for (const auto& line : day.diary()) std::printf("  %s\n", line.c_str());
    std::printf("again: sim_runner --seed %llu --steps %lld --seconds 600%s\n", static_cast<unsigned long long>(seed),
                static_cast<long long>(steps),
                pace == sim::Pace::racy ? " --racy 1 (the race may go another way)" : "");
    return false;
  }
  ++totals.days;
  totals.events += day.events();
  totals.assigned += day.ledger().assigned;
  totals.passed_on += day.ledger().passed_on;
  totals.closed_quiet += day.ledger().closed_quiet;
  totals.promised += day.ledger().promised;
  totals.asked += day.ledger().asked;
  totals.rung += day.ledger().rung;
  totals.accepted += day.ledger().accepted;
  totals.wrapped_up += day.ledger().wrapped_up;
  totals.not_solved += day.ledger().not_solved;
  std::printf("  seed %llu %s: %lld events, log %016llx\n", static_cast<unsigned long long>(seed), name_of(pace),
              static_cast<long long>(day.events()), static_cast<unsigned long long>(day.ledger().digest()));
  std::fflush(stdout);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: sim_runner [--seconds N] [--seed S] [--steps N] [--racy 1]\n");
    return 2;
  }
  // The store syncs every commit; on a memory file system that costs nothing.
  if (!std::getenv("TMPDIR") && ::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 0);
  const auto began = std::chrono::steady_clock::now();
  const auto until = began + std::chrono::seconds(options.seconds);
  const auto racy_from = began + std::chrono::milliseconds(750 * options.seconds);
  Totals totals;
  std::uint64_t seed = options.one_day ? options.seed : std::random_device()() % 1'000'000'000U;
  int failed = 0, days = 0;
  do {
    const bool racy = options.one_day ? options.racy : days >= 2 && std::chrono::steady_clock::now() >= racy_from;
    const auto pace = racy ? sim::Pace::racy : seed % 2 == 0 ? sim::Pace::calm : sim::Pace::late;
    const Moment end = options.one_day || racy ? until : days == 0 ? began + (racy_from - began) / 2 : racy_from;
    if (!run_day(seed++, pace, days < 2 ? kStepsMin : 0, options.steps, end, totals)) ++failed;
    ++days;
  } while (!options.one_day && failed == 0 && std::chrono::steady_clock::now() < until);
  std::printf(
      "%lld days, %lld events: %lld assigned, %lld passed on, %lld closed politely, %lld promised, "
      "%lld asked, %lld not solved\n",
      static_cast<long long>(totals.days), static_cast<long long>(totals.events),
      static_cast<long long>(totals.assigned), static_cast<long long>(totals.passed_on),
      static_cast<long long>(totals.closed_quiet), static_cast<long long>(totals.promised),
      static_cast<long long>(totals.asked), static_cast<long long>(totals.not_solved));
  std::printf("%lld rung, %lld accepted, %lld wrapped up\n", static_cast<long long>(totals.rung),
              static_cast<long long>(totals.accepted), static_cast<long long>(totals.wrapped_up));
  std::printf("%lld passed, %d failed\n", static_cast<long long>(totals.days), failed);
  return failed == 0 ? 0 : 1;
}
