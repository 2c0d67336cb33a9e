#include "check.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "decide.hpp"
#include "yingda/base/text.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::entrance {
namespace {

std::string at(std::string_view list, std::size_t index) {
  return std::string(list) + '[' + std::to_string(index) + ']';
}

/// Collects what is wrong.
class Checker {
 public:
  explicit Checker(const Company& company) : company_(company) {}

  void say(std::string field, std::string reason) { wrong.push_back({std::move(field), std::move(reason)}); }
  void count(const std::string& field, std::size_t size, std::size_t most) {
    if (size > most) say(field, "request.too_many");
  }
  void length(const std::string& field, std::string_view text, std::size_t min, std::size_t max) {
    if (const auto checked = text::check_length(field, text, min, max); !checked)
      say(field, checked.error().fields.empty() ? checked.error().reason : checked.error().fields.front().reason);
  }
  void bytes(const std::string& field, std::string_view text, std::size_t most) {
    if (!text::is_valid_utf8(text))
      say(field, "request.invalid_utf8");
    else if (text.size() > most)
      say(field, "request.too_long");
  }
  void team(const std::string& field, const std::optional<TeamId>& team) {
    if (team && *team && !company_.has_team(*team)) say(field, "entrance.unknown_team");
  }

  void rule(const std::string& field, const EntranceRule& rule);
  void external(const External& external);
  void menu(const std::string& field, const Menu& menu);

  std::vector<FieldError> wrong;

 private:
  void condition(const std::string& field, const Condition& condition);
  void values(const std::string& field, const Condition& condition);
  void item(const std::string& field, const MenuItem& item, int depth);

  const Company& company_;
  std::set<std::string, std::less<>> item_ids_, topics_;  // of the menu at hand
};

/// Whether a subject can be matched this way.
bool possible(Subject subject, Match match) {
  using enum Match;
  switch (subject) {
    case Subject::channel:
    case Subject::widget: return match == is || match == is_not;
    case Subject::returning:
    case Subject::open_hours: return match == is;
    case Subject::topic: return match != contains && match != starts_with;
    case Subject::text: return match == contains || match == starts_with;
    default: return true;
  }
}

void Checker::values(const std::string& field, const Condition& condition) {
  for (std::size_t i = 0; i < condition.values.size(); ++i) {
    const std::string& value = condition.values[i];
    const std::string place = at(field, i);
    const std::size_t before = wrong.size();
    length(place, value, 1, kValueCodePointsMax);
    if (wrong.size() > before) continue;
    switch (condition.subject) {
      case Subject::channel:
        if (!parse_enum<conversation::Channel>(value)) say(place, "request.unknown_value");
        break;
      case Subject::widget:
        if (const auto id = parse_id<WidgetId>(value); !id || !company_.has_widget(*id))
          say(place, "entrance.unknown_widget");
        break;
      case Subject::returning:
        if (value != "yes" && value != "no") say(place, "request.unknown_value");
        break;
      case Subject::open_hours:
        if (value != "open" && value != "closed") say(place, "request.unknown_value");
        break;
      default: break;
    }
  }
}

void Checker::condition(const std::string& field, const Condition& condition) {
  const std::string name = condition.name.value_or("");
  if (condition.subject == Subject::attribute && text::trim(name).empty()) say(field + ".name", "entrance.name_needed");
  length(field + ".name", name, 0, kNameCodePointsMax);
  if (condition.subject == Subject::open_hours && !name.empty()) {
    if (const auto id = parse_id<TeamId>(name); !id || !company_.has_team(*id))
      say(field + ".name", "entrance.unknown_team");
  }
  if (!possible(condition.subject, condition.match)) say(field + ".match", "entrance.match_not_possible");
  const bool bare = condition.match == Match::present || condition.match == Match::absent;
  if (bare && !condition.values.empty()) say(field + ".values", "entrance.values_without_use");
  if (!bare && condition.values.empty()) say(field + ".values", "entrance.empty_condition");
  count(field + ".values", condition.values.size(), kValuesMax);
  values(field + ".values", condition);
}

void Checker::rule(const std::string& field, const EntranceRule& rule) {
  bytes(field + ".id", rule.id.value_or(""), kRuleIdBytesMax);
  length(field + ".name", rule.name, 1, kNameCodePointsMax);
  team(field + ".team_id", rule.team_id);
  if (rule.priority < 0 || rule.priority > conversation::kPriorityMax) say(field + ".priority", "request.out_of_range");
  bytes(field + ".language", rule.language.value_or(""), kLanguageBytesMax);
  count(field + ".skills", rule.skills.size(), kSkillsMax);
  for (std::size_t i = 0; i < rule.skills.size(); ++i) {
    const std::string place = field + '.' + at("skills", i);
    length(place + ".name", rule.skills[i].name, 1, kNameCodePointsMax);
    if (rule.skills[i].level < 1 || rule.skills[i].level > 5) say(place + ".level", "request.out_of_range");
  }
  count(field + ".conditions", rule.conditions.size(), kConditionsMax);
  for (std::size_t i = 0; i < rule.conditions.size(); ++i)
    condition(field + '.' + at("conditions", i), rule.conditions[i]);
  const bool does = (rule.team_id && *rule.team_id) || rule.priority != 0 || !rule.skills.empty() ||
                    !rule.language.value_or("").empty();
  if (!does) say(field + ".team_id", "entrance.rule_does_nothing");
}

void Checker::external(const External& external) {
  const auto scheme = [&](std::string_view start) {
    return external.url.starts_with(start) && external.url.size() > start.size() &&
           external.url.find_first_of(" \t\r\n") == std::string::npos;
  };
  bytes("external.url", external.url, kUrlBytesMax);
  if ((external.enabled || !external.url.empty()) && !scheme("https://") && !scheme("http://"))
    say("external.url", "entrance.invalid_url");
  bytes("external.secret", external.secret.value_or(""), kSecretBytesMax);
  if (external.deadline_ms < kDeadlineMin.ms || external.deadline_ms > kDeadlineMax.ms)
    say("external.deadline_ms", "request.out_of_range");
}

void Checker::item(const std::string& field, const MenuItem& item, int depth) {
  const std::string topic = item.topic.value_or("");
  bytes(field + ".id", item.id, kRuleIdBytesMax);
  if (item.id.empty())
    say(field + ".id", "request.required");
  else if (!item_ids_.insert(item.id).second)
    say(field + ".id", "entrance.duplicate_id");
  if (text::trim(item.label.zh_CN).empty() && text::trim(item.label.en).empty())
    say(field + ".label", "entrance.label_missing");
  length(field + ".label.zh_CN", item.label.zh_CN, 0, kLabelCodePointsMax);
  length(field + ".label.en", item.label.en, 0, kLabelCodePointsMax);
  bytes(field + ".topic", topic, conversation::kTopicBytesMax);
  if (!topic.empty() && !topics_.insert(topic).second) say(field + ".topic", "entrance.topic_twice");
  team(field + ".team_id", item.team_id);
  if (item.team_id && *item.team_id && topic.empty()) say(field + ".topic", "entrance.topic_needed");
  bool answers = false;
  if (item.answer) {
    length(field + ".answer.zh_CN", item.answer->zh_CN, 0, kAnswerCodePointsMax);
    length(field + ".answer.en", item.answer->en, 0, kAnswerCodePointsMax);
    answers = !item.answer->zh_CN.empty() || !item.answer->en.empty();
  }
  if (topic.empty() && !answers && item.items.empty()) say(field, "entrance.item_does_nothing");
  if (!item.items.empty() && depth >= kMenuDepthMax) return say(field + ".items", "entrance.menu_too_deep");
  for (std::size_t i = 0; i < item.items.size(); ++i)
    this->item(field + '.' + at("items", i), item.items[i], depth + 1);
}

std::size_t count_items(const std::vector<MenuItem>& items) {
  std::size_t count = items.size();
  for (const MenuItem& item : items) count += count_items(item.items);
  return count;
}

void Checker::menu(const std::string& field, const Menu& menu) {
  item_ids_.clear();
  topics_.clear();
  if (!company_.has_widget(menu.widget_id)) say(field + ".widget_id", "entrance.unknown_widget");
  length(field + ".prompt.zh_CN", menu.prompt.zh_CN, 0, kPromptCodePointsMax);
  length(field + ".prompt.en", menu.prompt.en, 0, kPromptCodePointsMax);
  count(field + ".items", count_items(menu.items), kMenuItemsMax);
  for (std::size_t i = 0; i < menu.items.size(); ++i) item(field + '.' + at("items", i), menu.items[i], 1);
}

void warn_of_teams(std::vector<Warning>& out, const Company& company, const std::string& field,
                   const std::vector<MenuItem>& items) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string place = field + '.' + at("items", i);
    if (items[i].team_id && !company.has_agents(*items[i].team_id))
      out.push_back({place + ".team_id", "entrance.team_without_agents", {}});
    warn_of_teams(out, company, place, items[i].items);
  }
}

void collect_topics(std::set<std::string>& topics, const std::vector<MenuItem>& items) {
  for (const MenuItem& item : items) {
    if (item.topic) topics.insert(*item.topic);
    collect_topics(topics, item.items);
  }
}

void warn_of_topics(std::vector<Warning>& out, const EntrancePlan& plan) {
  std::set<std::string> topics;
  for (const Menu& menu : plan.menus) collect_topics(topics, menu.items);
  // An external program may tell topics, too, and they are not known here.
  if (plan.external.enabled) return;
  for (std::size_t i = 0; i < plan.rules.size(); ++i) {
    for (std::size_t j = 0; j < plan.rules[i].conditions.size(); ++j) {
      const Condition& condition = plan.rules[i].conditions[j];
      if (condition.subject != Subject::topic || condition.match != Match::is) continue;
      for (std::size_t k = 0; k < condition.values.size(); ++k) {
        if (!topics.contains(condition.values[k]))
          out.push_back(
              {at("rules", i) + '.' + at("conditions", j) + '.' + at("values", k), "entrance.topic_in_no_menu", {}});
      }
    }
  }
}

}  // namespace

std::vector<FieldError> check_rules(const std::vector<EntranceRule>& rules, const Company& company) {
  Checker checker(company);
  checker.count("rules", rules.size(), kRulesMax);
  std::set<std::string, std::less<>> ids;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string id = rules[i].id.value_or("");
    if (!id.empty() && !ids.insert(id).second) checker.say(at("rules", i) + ".id", "entrance.duplicate_id");
    checker.rule(at("rules", i), rules[i]);
  }
  return std::move(checker.wrong);
}

std::vector<FieldError> check_plan(const EntrancePlan& plan, const Company& company) {
  Checker checker(company);
  checker.wrong = check_rules(plan.rules, company);
  checker.external(plan.external);
  checker.count("menus", plan.menus.size(), kMenusMax);
  std::set<WidgetId> widgets;
  for (std::size_t i = 0; i < plan.menus.size(); ++i) {
    if (!widgets.insert(plan.menus[i].widget_id).second)
      checker.say(at("menus", i) + ".widget_id", "entrance.menu_twice");
    checker.menu(at("menus", i), plan.menus[i]);
  }
  return std::move(checker.wrong);
}

std::vector<Warning> warnings_about(const EntrancePlan& plan, const Company& company) {
  std::vector<Warning> out;
  for (std::size_t i = 0; i < plan.rules.size(); ++i) {
    const EntranceRule& rule = plan.rules[i];
    if (!rule.enabled) continue;
    if (rule.team_id && !company.has_agents(*rule.team_id))
      out.push_back({at("rules", i) + ".team_id", "entrance.team_without_agents", {}});
    const bool shadowed = std::any_of(plan.rules.begin(), plan.rules.begin() + static_cast<std::ptrdiff_t>(i),
                                      [&](const EntranceRule& earlier) {
                                        const bool ends = earlier.stop.value_or(true) || rule.team_id;
                                        return earlier.enabled && earlier.team_id && ends && covers(earlier, rule);
                                      });
    if (shadowed) out.push_back({at("rules", i), "entrance.rule_never_reached", {}});
  }
  for (std::size_t i = 0; i < plan.menus.size(); ++i) warn_of_teams(out, company, at("menus", i), plan.menus[i].items);
  warn_of_topics(out, plan);
  if (plan.external.enabled && plan.external.url.starts_with("http://"))
    out.push_back({"external.url", "entrance.url_not_encrypted", {}});
  if (plan.external.enabled && !plan.external.has_secret.value_or(false))
    out.push_back({"external.secret", "entrance.external_unsigned", {}});
  return out;
}

}  // namespace yingda::entrance
