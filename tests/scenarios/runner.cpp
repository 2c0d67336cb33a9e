// Runs one scenario script (tests/scenarios/*.scn): plain text, a statement a line. See tests/scenarios/README.md for
// the words.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <regex>
#include <stdexcept>

#include "office.hpp"

namespace {

using namespace yingda;
using scenario::Office;
using Match = std::smatch;

struct Statement {
  std::regex pattern;
  std::function<Status(Office&, const Match&)> run;
};

void expect(bool holds, const std::string& otherwise) {
  if (!holds) throw std::runtime_error(otherwise);
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return *std::move(result);
}

bool contains(const std::vector<conversation::Message>& messages, const std::string& text) {
  return std::ranges::any_of(messages, [&](const auto& m) { return m.text.find(text) != std::string::npos; });
}

bool tells(const std::vector<conversation::Message>& messages, const std::string& key) {
  return std::ranges::any_of(messages, [&](const auto& m) { return m.system && m.system->key == key; });
}

Status expect_state(Office& office, const std::string& customer, const std::string& state, const std::string& owner) {
  const auto thread = must(office.thread(customer));
  const std::string is(enum_name(thread.state));
  expect(is == state, fmt::format("{} is {}, not {}", customer, is, state));
  if (!owner.empty()) {
    const std::string holder = thread.agent ? thread.agent->name : "nobody";
    expect(holder == owner, fmt::format("{} is with {}, not {}", customer, holder, owner));
  }
  return {};
}

std::int64_t span_ms(const std::string& number, const std::string& unit) {
  const std::int64_t n = std::stoll(number);
  if (unit == "ms") return n;
  if (unit == "s") return n * 1000;
  if (unit == "m") return n * 60'000;
  if (unit == "h") return n * 3'600'000;
  return n * 86'400'000;
}

std::vector<Statement> acts() {
  const auto re = [](const char* text) { return std::regex(std::string("^") + text + "$"); };
  return {
      {re(R"(team (\w+))"), [](Office& o, const Match& m) { return o.make_team(m[1]); }},
      {re(R"((agent|supervisor) (\w+) in (\w+)(?: capacity (\d+))?)"),
       [](Office& o, const Match& m) { return o.hire(m[2], m[1], m[3], m[4].matched ? std::stoll(m[4]) : 5); }},
      {re(R"(agent (\w+) goes (\w+)(?: for (\w+))?)"),
       [](Office& o, const Match& m) { return o.set_state(m[1], m[2], m[3]); }},
      {re(R"(agent (\w+) (connects|disconnects))"),
       [](Office& o, const Match& m) {
         o.connect(m[1], m[2] == "connects");
         return Status{};
       }},
      {re(R"(visitor (\w+) says \"(.*?)\"(?: with key (\w+))?)"),
       [](Office& o, const Match& m) { return o.customer_says(m[1], m[2], m[3]); }},
      {re(R"(visitor (\w+) reads everything)"), [](Office& o, const Match& m) { return o.read_all(m[1]); }},
      {re(R"(agent (\w+) says \"(.*)\" to (\w+))"),
       [](Office& o, const Match& m) { return o.agent_says(m[1], m[2], m[3], false); }},
      {re(R"(agent (\w+) notes \"(.*)\" on (\w+))"),
       [](Office& o, const Match& m) { return o.agent_says(m[1], m[2], m[3], true); }},
      {re(R"(agent (\w+) grabs (\w+))"), [](Office& o, const Match& m) { return o.grab(m[1], m[2]); }},
      {re(R"(agent (\w+) transfers (\w+) to agent (\w+))"),
       [](Office& o, const Match& m) { return o.transfer(m[1], m[2], m[3], ""); }},
      {re(R"(agent (\w+) transfers (\w+) to team (\w+))"),
       [](Office& o, const Match& m) { return o.transfer(m[1], m[2], "", m[3]); }},
      {re(R"(agent (\w+) (closes|lets close) (\w+))"),
       [](Office& o, const Match& m) { return o.close(m[1], m[3], m[2] != "closes"); }},
      {re(R"(agent (\w+) reopens (\w+))"), [](Office& o, const Match& m) { return o.reopen(m[1], m[2]); }},
      {re(R"(agent (\w+) recalls the last message to (\w+))"),
       [](Office& o, const Match& m) { return o.recall_last(m[1], m[2]); }},
      {re(R"(agent (\w+) gives (\w+) priority (\d+))"),
       [](Office& o, const Match& m) { return o.set_priority(m[1], m[2], std::stoll(m[3])); }},
      {re(R"(visitor (\w+) answers (solved|not solved)(?: with \"(.*)\")?)"),
       [](Office& o, const Match& m) { return o.rate(m[1], m[2] == "solved", {}, m[3]); }},
      {re(R"(visitor (\w+) rates (\d+)(?: with \"(.*)\")?)"),
       [](Office& o, const Match& m) { return o.rate(m[1], {}, std::stoll(m[2]), m[3]); }},
      {re(R"(supervisor (\w+) settles the complaint of (\w+))"),
       [](Office& o, const Match& m) { return o.settle_follow_ups(m[1], m[2]); }},
      {re(R"(supervisor (\w+) puts (\w+) (online|busy|away|offline))"),
       [](Office& o, const Match& m) { return o.force_state(m[1], m[2], m[3]); }},
      {re(R"(agent (\w+) ends his wrap-up)"),
       [](Office& o, const Match& m) { return o.extend_wrap_up(m[1], milliseconds(0)); }},
      {re(R"(agent (\w+) makes his wrap-up (\d+)(ms|s|m|h|d) longer)"),
       [](Office& o, const Match& m) { return o.extend_wrap_up(m[1], milliseconds(span_ms(m[2], m[3]))); }},
      {re(R"(agent (\w+) (accepts|declines) (\w+))"),
       [](Office& o, const Match& m) { return o.answer_offer(m[1], m[3], m[2] == "accepts"); }},
      {re(R"(agent (\w+) asks (\w+) to take (\w+))"),
       [](Office& o, const Match& m) { return o.ask_to_take(m[1], m[2], m[3]); }},
      {re(R"(agent (\w+) takes the transfer of (\w+) back)"),
       [](Office& o, const Match& m) { return o.take_back(m[1], m[2]); }},
      {re(R"(agent (\w+) consults (\w+) on (\w+))"),
       [](Office& o, const Match& m) { return o.consult(m[1], m[2], m[3]); }},
      {re(R"(advance (\d+)(ms|s|m|h|d))"),
       [](Office& o, const Match& m) {
         o.advance(milliseconds(span_ms(m[1], m[2])));
         return Status{};
       }},
      {re("restart"),
       [](Office& o, const Match&) {
         o.restart();
         return Status{};
       }},
  };
}

std::string joined(const auto& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

/// What a company writes into a queue's policy.
std::vector<Statement> queue_rules() {
  const auto re = [](const char* text) { return std::regex(std::string("^queue (\\w+) ") + text + "$"); };
  return {
      {re(R"(rings (\d+) at once for (\d+)(ms|s|m|h|d))"),
       [](Office& o, const Match& m) {
         return o.change_queue(m[1], [&](routing::QueuePolicy& policy) {
           policy.strategy = routing::Strategy::ring_several;
           policy.ring_count = std::stoll(m[2]);
           policy.offer_ms = span_ms(m[3], m[4]);
         });
       }},
      {re(R"(gives (\d+)(ms|s|m|h|d) of wrap-up, at most (\d+)(ms|s|m|h|d))"),
       [](Office& o, const Match& m) {
         return o.change_queue(m[1], [&](routing::QueuePolicy& policy) {
           policy.wrap_up_ms = span_ms(m[2], m[3]);
           policy.wrap_up_max_ms = span_ms(m[4], m[5]);
         });
       }},
      {re(R"(alarms when more than (\d+) wait)"),
       [](Office& o, const Match& m) {
         return o.change_queue(m[1], [&](routing::QueuePolicy& policy) { policy.alarm_length = std::stoll(m[2]); });
       }},
      {re(R"(alarms when somebody waits longer than (\d+)(ms|s|m|h|d))"),
       [](Office& o, const Match& m) {
         return o.change_queue(m[1], [&](routing::QueuePolicy& policy) { policy.alarm_wait_ms = span_ms(m[2], m[3]); });
       }},
      {re(R"(passes silent agents' customers on after (\d+)(ms|s|m|h|d), at most (\d+) times)"),
       [](Office& o, const Match& m) {
         return o.change_queue(m[1], [&](routing::QueuePolicy& policy) {
           policy.silence = routing::SilenceRules{};
           policy.silence->redispatch_ms = span_ms(m[2], m[3]);
           policy.silence->hops_max = std::stoll(m[4]);
         });
       }},
      {re(R"(reminds quiet customers after (\d+)(ms|s|m|h|d) and closes after (\d+)(ms|s|m|h|d))"),
       [](Office& o, const Match& m) {
         return o.change_queue(m[1], [&](routing::QueuePolicy& policy) {
           if (!policy.silence) policy.silence.emplace();
           policy.silence->remind_ms = span_ms(m[2], m[3]);
           policy.silence->close_ms = span_ms(m[4], m[5]);
         });
       }},
      {re(R"(overflows to (\w+) when more than (\d+) wait)"),
       [](Office& o, const Match& m) {
         return o.change_queue(m[1], [&](routing::QueuePolicy& policy) {
           policy.overflow_team_ids = {o.team(m[2])};
           policy.length_max = std::stoll(m[3]);
         });
       }},
  };
}

/// `level is "gold" and page contains "/loan"`.
std::vector<entrance::Condition> conditions_of(const std::string& text) {
  static const std::regex kOne(
      R"re((\w+)(?: called (\w+))? (is not|is given|is missing|is|contains|starts with)(?: "([^"]*)")?(?: and |$))re");
  static const std::map<std::string, entrance::Match> kMatches{{"is", entrance::Match::is},
                                                               {"is not", entrance::Match::is_not},
                                                               {"contains", entrance::Match::contains},
                                                               {"starts with", entrance::Match::starts_with},
                                                               {"is given", entrance::Match::present},
                                                               {"is missing", entrance::Match::absent}};
  std::vector<entrance::Condition> out;
  std::size_t read = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), kOne), end; it != end; ++it) {
    const Match& m = *it;
    const auto subject = parse_enum<entrance::Subject>(m[1].str());
    expect(subject.has_value(), "nothing is called " + m[1].str());
    entrance::Condition condition{.subject = *subject, .name = m[2], .match = kMatches.at(m[3]), .values = {}};
    if (m[4].matched) condition.values = {m[4]};
    out.push_back(std::move(condition));
    read += m.length();
  }
  expect(read == text.size(), "the conditions cannot be read: " + text);
  return out;
}

/// What is known of customers before they write, and what the company makes of it.
std::vector<Statement> entrance_words() {
  const auto re = [](const char* text) { return std::regex(std::string("^") + text + "$"); };
  return {
      {re(R"(rule (\w+)(?: when (.+?))? sends to (\w+)(?: asking for (\w+) at level (\d))?)"),
       [](Office& o, const Match& m) {
         return o.change_plan([&](entrance::EntrancePlan& plan) {
           entrance::EntranceRule rule{.name = m[1], .conditions = conditions_of(m[2]), .team_id = o.team(m[3])};
           if (m[4].matched) rule.skills = {{m[4], std::stoll(m[5])}};
           plan.rules.push_back(std::move(rule));
         });
       }},
      {re(R"(rule (\w+)(?: when (.+?))? adds priority (\d))"),
       [](Office& o, const Match& m) {
         return o.change_plan([&](entrance::EntrancePlan& plan) {
           plan.rules.push_back(
               {.name = m[1], .conditions = conditions_of(m[2]), .team_id = {}, .priority = std::stoll(m[3])});
         });
       }},
      {re("no rules"),
       [](Office& o, const Match&) { return o.change_plan([](entrance::EntrancePlan& plan) { plan.rules.clear(); }); }},
      {re(R"(menu sends (\w+) to (\w+))"),
       [](Office& o, const Match& m) {
         return o.change_plan([&](entrance::EntrancePlan& plan) {
           if (plan.menus.empty()) plan.menus.emplace_back();
           plan.menus.front().items.push_back(
               {.id = m[1], .label = {m[1], ""}, .topic = m[1], .team_id = o.team(m[2]), .answer = {}, .items = {}});
         });
       }},
      {re(R"(visitor (\w+) speaks ([\w-]+))"), [](Office& o, const Match& m) { return o.know(m[1], m[2], {}); }},
      {re(R"(visitor (\w+) has level (\w+))"),
       [](Office& o, const Match& m) {
         customer::Identity facts;
         facts.level = m[2];
         return o.know(m[1], "", facts);
       }},
      {re(R"(visitor (\w+) has (\w+) \"(.*)\")"),
       [](Office& o, const Match& m) {
         customer::Identity facts;
         facts.attributes[m[2]] = m[3];
         return o.know(m[1], "", facts);
       }},
      {re(R"(visitor (\w+) looks at \"(.*)\")"), [](Office& o, const Match& m) { return o.look_at(m[1], m[2]); }},
      {re(R"(visitor (\w+) chooses (\w+) and says \"(.*)\")"),
       [](Office& o, const Match& m) { return o.customer_says(m[1], m[3], "", m[2]); }},
  };
}

std::vector<Statement> expectations() {
  const auto re = [](const char* text) { return std::regex(std::string("^expect ") + text + "$"); };
  return {
      {re(R"((\w+) is (queued|promised|closed|assigned)(?: to (\w+))?)"),
       [](Office& o, const Match& m) { return expect_state(o, m[1], m[2], m[3]); }},
      {re(R"(agent (\w+) receives \"(.*)\" from (\w+))"),
       [](Office& o, const Match& m) {
         expect(contains(must(o.seen_by(m[1], m[3])), m[2]), "the agent does not see it");
         return Status{};
       }},
      {re(R"((\w+) sees \"(.*)\")"),
       [](Office& o, const Match& m) {
         expect(contains(must(o.seen_by_customer(m[1])), m[2]), "the customer does not see it");
         return Status{};
       }},
      {re(R"((\w+) does not see \"(.*)\")"),
       [](Office& o, const Match& m) {
         expect(!contains(must(o.seen_by_customer(m[1])), m[2]), "the customer sees it");
         return Status{};
       }},
      {re(R"((\w+) is told ([\w.]+))"),
       [](Office& o, const Match& m) {
         expect(tells(must(o.seen_by_customer(m[1])), m[2]), "the customer is not told");
         return Status{};
       }},
      {re(R"((\w+) sent (\d+) messages?)"),
       [](Office& o, const Match& m) {
         const auto seen = must(o.seen_by_customer(m[1]));
         const auto count = std::ranges::count_if(
             seen, [](const auto& one) { return one.author.kind == conversation::AuthorKind::customer; });
         expect(count == std::stoll(m[2]), fmt::format("{} stand there", count));
         return Status{};
       }},
      {re(R"((\w+) has load (\d+))"),
       [](Office& o, const Match& m) {
         const auto status = must(o.status(m[1]));
         expect(status.load == std::stoll(m[2]), fmt::format("load is {}", status.load));
         return Status{};
       }},
      {re(R"((\w+) is found (\w+))"),
       [](Office& o, const Match& m) {
         const std::string state(enum_name(must(o.status(m[1])).state));
         expect(state == m[2], "state is " + state);
         return Status{};
       }},
      {re(R"((\w+) stands at (\d+))"),
       [](Office& o, const Match& m) {
         const auto place = o.position(m[1]);
         expect(place == std::stoll(m[2]), fmt::format("place is {}", place));
         return Status{};
       }},
      {re(R"((\w+) waits in (\w+))"),
       [](Office& o, const Match& m) {
         const auto thread = must(o.thread(m[1]));
         expect(thread.state == conversation::State::queued && thread.team_id == o.team(m[2]), "he does not");
         return Status{};
       }},
      {re(R"((\w+) came by (?:rule (\w+)|the menu|no rule))"),
       [](Office& o, const Match& m) {
         const auto record = must(o.entered(m[1]));
         if (m[2].matched)
           expect(record && record->rule_name == m[2], "he came by " + (record ? record->rule_name : "no rule"));
         else if (m[0].str().ends_with("menu"))
           expect(record && !record->menu_item_id.empty(), "no choice of the menu decided");
         else
           expect(!record || (record->rule_id.empty() && record->menu_item_id.empty()), "a rule or the menu decided");
         return Status{};
       }},
      {re(R"((\w+) has priority (\d))"),
       [](Office& o, const Match& m) {
         const auto thread = must(o.thread(m[1]));
         expect(thread.priority == std::stoll(m[2]), fmt::format("priority is {}", thread.priority));
         return Status{};
       }},
      {re(R"((\w+) has episode (\d+))"),
       [](Office& o, const Match& m) {
         const auto thread = must(o.thread(m[1]));
         expect(thread.episode_number == std::stoll(m[2]), fmt::format("episode is {}", thread.episode_number));
         return Status{};
       }},
      {re(R"((\w+) is (not )?asked whether it is solved)"),
       [](Office& o, const Match& m) {
         const auto question = must(o.question(m[1]));
         const bool asked = question && question->state == rating::InvitationState::asked;
         expect(asked != m[2].matched, "it is the other way round");
         return Status{};
       }},
      {re(R"((\w+) was asked (\d+) times?)"),
       [](Office& o, const Match& m) {
         const auto count = must(o.questions_put(m[1]));
         expect(count == std::stoll(m[2]), fmt::format("he was asked {} times", count));
         return Status{};
       }},
      {re(R"((\w+) has rated (\d+))"),
       [](Office& o, const Match& m) {
         const auto question = must(o.question(m[1]));
         expect(question && question->score == std::stoll(m[2]), "he has not");
         return Status{};
       }},
      {re(R"((\w+) has (no|an) open complaint)"),
       [](Office& o, const Match& m) {
         expect(must(o.follow_ups(m[1])).empty() == (m[2] == "no"), "it is the other way round");
         return Status{};
       }},
      {re(R"((\w+) rings for (.+))"),
       [](Office& o, const Match& m) {
         const auto names = o.rings_for(m[1]);
         const std::string now = names.empty() ? "nobody" : joined(names);
         expect(now == m[2].str(), "it rings for " + now);
         return Status{};
       }},
      {re(R"(the queue of (\w+) stands without alarm)"),
       [](Office& o, const Match& m) {
         const auto kinds = o.alarms_of(m[1]);
         expect(kinds.empty(), "alarms stand: " + joined(kinds));
         return Status{};
       }},
      {re(R"(the alarm (\w+) stands for (\w+))"),
       [](Office& o, const Match& m) {
         const auto kinds = o.alarms_of(m[2]);
         expect(kinds.contains(m[1]), "alarms stand: " + joined(kinds));
         return Status{};
       }},
      {re(R"((\w+) was given by ([\w.]+))"),
       [](Office& o, const Match& m) {
         const auto why = o.why(m[1]);
         const std::string rule = why.empty() ? "nothing" : why.front().why.rule;
         expect(rule == m[2].str(), "it was " + rule);
         return Status{};
       }},
      {re(R"((\w+) waits for us: (yes|no))"),
       [](Office& o, const Match& m) {
         expect(must(o.thread(m[1])).waiting_since_ms.has_value() == (m[2] == "yes"), "it is the other way round");
         return Status{};
       }},
  };
}

Status run_line(Office& office, const std::vector<Statement>& statements, const std::string& line) {
  for (const Statement& statement : statements) {
    if (Match match; std::regex_match(line, match, statement.pattern)) return statement.run(office, match);
  }
  throw std::runtime_error("no such statement");
}

void run_script(std::istream& script) {
  Office office;
  auto doing = acts();
  for (Statement& rule : queue_rules()) doing.push_back(std::move(rule));
  for (Statement& rule : entrance_words()) doing.push_back(std::move(rule));
  const auto expecting = expectations();
  std::string line;
  for (int number = 1; std::getline(script, line); ++number) {
    const auto begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos || line[begin] == '#') continue;
    line.erase(0, begin);
    line.erase(line.find_last_not_of(" \t\r") + 1);
    try {
      static const std::regex kRefused(R"(^refused ([\w.]+): (.*)$)");
      if (Match match; std::regex_match(line, match, kRefused)) {
        const Status status = run_line(office, doing, match[2]);
        expect(!status, "it was not refused");
        expect(status.error().reason == match[1].str(), "it was refused with " + status.error().reason);
      } else if (line.starts_with("expect ")) {
        const Status status = run_line(office, expecting, line);
        expect(status.has_value(), status ? "" : describe(status.error()));
      } else {
        const Status status = run_line(office, doing, line);
        expect(status.has_value(), status ? "" : "refused: " + describe(status.error()));
      }
    } catch (const std::exception& problem) {
      throw std::runtime_error(fmt::format("line {}: {}\n  {}", number, line, problem.what()));
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "scenario_runner SCRIPT.scn\n";
    return 2;
  }
  std::ifstream script(arguments[1]);
  if (!script) {
    std::cerr << "cannot read " << arguments[1] << "\n";
    return 2;
  }
  try {
    run_script(script);
  } catch (const std::exception& problem) {
    std::cerr << arguments[1] << ": " << problem.what() << "\n";
    return 1;
  }
  return 0;
}
