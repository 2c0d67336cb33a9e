#include "decide.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "yingda/base/text.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::entrance {
namespace {

bool contains(const auto& range, const auto& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

/// A language range stands for itself and everything narrower (RFC 4647, section 3.3.1).
bool language_within(std::string_view tag, std::string_view range) {
  return tag == range || (tag.starts_with(range) && tag.size() > range.size() && tag[range.size()] == '-');
}

bool holds_for(const Condition& condition, std::string_view have, const std::string& value) {
  switch (condition.match) {
    case Match::is:
    case Match::is_not: return condition.subject == Subject::language ? language_within(have, value) : have == value;
    case Match::contains: return have.contains(value);
    case Match::starts_with: return have.starts_with(value);
    case Match::present:
    case Match::absent: return !have.empty();
  }
  return false;
}

/// `all` are the subject's values in lower case, none of them empty.
bool holds(const Condition& condition, const std::vector<std::string_view>& all) {
  if (condition.match == Match::present) return !all.empty();
  if (condition.match == Match::absent) return all.empty();
  const bool any = std::ranges::any_of(all, [&](std::string_view have) {
    return std::ranges::any_of(condition.values,
                               [&](const std::string& value) { return holds_for(condition, have, value); });
  });
  return condition.match == Match::is_not ? !any : any;
}

std::string_view hours_of(const Condition& condition, const EntranceRule& rule, const Facts& facts) {
  TeamId team = rule.team_id.value_or(TeamId{});
  if (condition.name && !condition.name->empty()) team = parse_id<TeamId>(*condition.name).value_or(TeamId{});
  if (!team) team = facts.default_team;
  return !facts.opened || facts.opened(team) ? "open" : "closed";
}

/// What the condition looks at; none of them empty. Views into `facts` and `widget`.
std::vector<std::string_view> found_for(const Condition& condition, const EntranceRule& rule, const Facts& facts,
                                        const std::string& widget) {
  const auto one = [](std::string_view value) {
    return value.empty() ? std::vector<std::string_view>{} : std::vector{value};
  };
  const auto several = [](const std::vector<std::string>& values) {
    return std::vector<std::string_view>(values.begin(), values.end());
  };
  switch (condition.subject) {
    case Subject::channel: return one(enum_name(facts.channel));
    case Subject::widget: return one(widget);
    case Subject::page: return one(facts.page);
    case Subject::region: return several(facts.regions);
    case Subject::language: return one(facts.language);
    case Subject::level: return one(facts.level);
    case Subject::tag: return several(facts.tags);
    case Subject::attribute: {
      const auto it = facts.attributes.find(condition.name.value_or(""));
      return it == facts.attributes.end() ? one({}) : one(it->second);
    }
    case Subject::topic: return one(facts.topic);
    case Subject::text: return one(facts.text);
    case Subject::open_hours: return one(hours_of(condition, rule, facts));
    case Subject::returning: return one(facts.returning ? "yes" : "no");
  }
  return {};
}

std::string joined(const std::vector<std::string_view>& values) {
  std::string out;
  for (const std::string_view value : values) {
    if (!out.empty()) out += ", ";
    out += text::first_code_points(value, kFoundCodePointsMax + 1);
  }
  return text::preview(out, kFoundCodePointsMax);
}

/// The facts as they are told, and in lower case as they are compared.
struct Seen {
  const Facts& facts;
  Facts low;
  std::string widget;
};

RuleCheck check(const EntranceRule& rule, const Seen& seen) {
  RuleCheck result{.rule_id = rule.id.value_or(""), .rule_name = rule.name};
  for (std::size_t i = 0; i < rule.conditions.size(); ++i) {
    const Condition& condition = rule.conditions[i];
    const auto have = found_for(condition, rule, seen.low, seen.widget);
    if (holds(condition, have)) continue;
    result.failed_condition = static_cast<std::int64_t>(i);
    // Hours are not asked twice: the second answer might be another one.
    const bool as_told = condition.subject != Subject::open_hours;
    result.found = joined(as_told ? found_for(condition, rule, seen.facts, seen.widget) : have);
    return result;
  }
  result.matched = true;
  return result;
}

Facts in_lower_case(Facts facts) {
  for (std::string* one : {&facts.page, &facts.language, &facts.level, &facts.topic, &facts.text})
    *one = text::lower_ascii(*one);
  for (std::string& region : facts.regions) region = text::lower_ascii(region);
  for (std::string& tag : facts.tags) tag = text::lower_ascii(tag);
  for (auto& [name, value] : facts.attributes) value = text::lower_ascii(value);
  return facts;
}

void add(Outcome& outcome, const EntranceRule& rule) {
  outcome.priority = std::min(outcome.priority + rule.priority, conversation::kPriorityMax);
  for (const routing::Skill& skill : rule.skills) {
    const auto known = std::ranges::find(outcome.skills, skill.name, &routing::Skill::name);
    if (known == outcome.skills.end())
      outcome.skills.push_back(skill);
    else
      known->level = std::max(known->level, skill.level);
  }
  if (outcome.language.empty()) outcome.language = rule.language.value_or("");
}

const MenuItem* find_topic(const std::vector<MenuItem>& items, const std::string& topic) {
  for (const MenuItem& item : items) {
    if (item.topic == topic) return &item;
    if (const MenuItem* below = find_topic(item.items, topic)) return below;
  }
  return nullptr;
}

/// Every value of `inner` is one of `outer`.
bool all_among(const std::vector<std::string>& inner, const std::vector<std::string>& outer) {
  return std::ranges::all_of(inner, [&](const std::string& value) { return contains(outer, value); });
}

/// Whether `narrow` cannot hold without `wide` holding.
bool implies(const Condition& narrow, const Condition& wide) {
  if (narrow.subject != wide.subject || narrow.name.value_or("") != wide.name.value_or("")) return false;
  if (wide.match == Match::present) return narrow.match != Match::absent && narrow.match != Match::is_not;
  if (narrow.match != wide.match) return false;
  return wide.match == Match::is_not ? all_among(wide.values, narrow.values) : all_among(narrow.values, wide.values);
}

}  // namespace

std::string region_of_language(std::string_view tag) {
  // language ["-" script] ["-" region] …: two letters or three digits behind the first subtag (RFC 5646, section 2.1).
  std::size_t at = tag.find_first_of("-_");
  while (at != std::string_view::npos) {
    const std::size_t begin = at + 1;
    at = tag.find_first_of("-_", begin);
    const std::string_view part = tag.substr(begin, at == std::string_view::npos ? at : at - begin);
    if (part.size() == 1) return {};  // extensions follow
    const auto is = [&](auto&& test) { return std::ranges::all_of(part, test); };
    const bool letters = is([](unsigned char c) { return (c | 0x20U) >= 'a' && (c | 0x20U) <= 'z'; });
    const bool digits = is([](unsigned char c) { return c >= '0' && c <= '9'; });
    if ((part.size() == 2 && letters) || (part.size() == 3 && digits)) {
      std::string region(part);
      for (char& c : region) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      return region;
    }
  }
  return {};
}

std::vector<EntranceRule> comparable(std::vector<EntranceRule> rules) {
  for (EntranceRule& rule : rules) {
    for (Condition& condition : rule.conditions) {
      for (std::string& value : condition.values) value = text::lower_ascii(text::trim(value));
    }
  }
  return rules;
}

Wanted wanted_by(const std::vector<EntranceRule>& rules) {
  Wanted wanted;
  for (const EntranceRule& rule : rules) {
    if (!rule.enabled) continue;
    for (const Condition& condition : rule.conditions) {
      switch (condition.subject) {
        case Subject::region:
        case Subject::language:
        case Subject::tag:
        case Subject::attribute: wanted.customer = true; break;
        case Subject::page: wanted.page = true; break;
        case Subject::text: wanted.text = true; break;
        default: break;
      }
    }
  }
  return wanted;
}

Outcome decide(const std::vector<EntranceRule>& rules, const std::vector<Menu>& menus, const Facts& facts) {
  Outcome outcome;
  const Seen seen{facts, in_lower_case(facts), to_string(facts.widget)};
  for (const EntranceRule& rule : rules) {
    if (!rule.enabled) continue;
    // The team is decided by the first; a later one cannot take it away.
    if (outcome.team_id && rule.team_id) continue;
    outcome.checked.push_back(check(rule, seen));
    if (!outcome.checked.back().matched) continue;
    add(outcome, rule);
    if (!rule.team_id) continue;
    outcome.team_id = *rule.team_id;
    outcome.rule_id = rule.id.value_or("");
    outcome.rule_name = rule.name;
    if (rule.stop.value_or(true)) break;
  }
  if (outcome.team_id) return outcome;
  const auto menu = std::ranges::find(menus, facts.widget, &Menu::widget_id);
  const MenuItem* item = facts.topic.empty() || menu == menus.end() ? nullptr : find_topic(menu->items, facts.topic);
  if (item && item->team_id) {
    outcome.team_id = *item->team_id;
    outcome.menu_item_id = item->id;
  } else {
    outcome.team_id = facts.default_team;
  }
  return outcome;
}

bool covers(const EntranceRule& wide, const EntranceRule& narrow) {
  return std::ranges::all_of(wide.conditions, [&](const Condition& condition) {
    // Without a name they mean the hours of their own teams.
    if (condition.subject == Subject::open_hours && condition.name.value_or("").empty() &&
        wide.team_id != narrow.team_id)
      return false;
    return std::ranges::any_of(narrow.conditions, [&](const Condition& own) { return implies(own, condition); });
  });
}

}  // namespace yingda::entrance
