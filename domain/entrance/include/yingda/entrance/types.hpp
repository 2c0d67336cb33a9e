// Values of the entrance (入口): rules that say where a conversation goes (条件分配), the external program that may
// decide instead, the navigation menus. API shapes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/types.hpp"
#include "yingda/entrance/limits.hpp"
#include "yingda/routing/types.hpp"

namespace yingda::entrance {

/// What of a conversation a condition looks at.
enum class Subject {
  channel,     ///< "webchat", "email" …
  widget,      ///< the chat entrance, by its id
  page,        ///< address of the last page he looked at
  region,      ///< the customer's attribute `region` or `province`, else the country his language tag names
  language,    ///< his language tag; "zh" also stands for "zh-CN"
  level,       ///< customer level
  tag,         ///< any of his tags
  attribute,   ///< his attribute called `name`
  topic,       ///< what he chose in the menu
  text,        ///< what he wrote in this episode so far
  open_hours,  ///< "open" or "closed": hours of the team called `name` by its id; "": of the rule's own team
  returning,   ///< "yes" or "no": he was served before
};
YD_DESCRIBE_ENUM(Subject, channel, widget, page, region, language, level, tag, attribute, topic, text, open_hours,
                 returning)

/// `present` and `absent` take no values; the others hold when they do for any of the values (`is_not`: for none).
/// ASCII letters count alike in both cases.
enum class Match { is, is_not, contains, starts_with, present, absent };
YD_DESCRIBE_ENUM(Match, is, is_not, contains, starts_with, present, absent)

struct Condition {
  Subject subject = Subject::channel;
  std::optional<std::string> name;  // of the attribute, or of the team whose hours are meant
  Match match = Match::is;
  std::vector<std::string> values;
  bool operator==(const Condition&) const = default;
};
YD_DESCRIBE(Condition, (subject, name, match, values))

/// All conditions must hold; none: always. The first rule with a team that matches decides the team. A rule without a
/// team adds priority, skills and language and lets the next ones be looked at.
struct EntranceRule {
  std::optional<std::string> id;  // made here when absent; stays when the plan is saved again
  std::string name;
  bool enabled = true;
  std::vector<Condition> conditions;
  std::optional<TeamId> team_id;
  std::int64_t priority = 0;            // added, 0…9
  std::vector<routing::Skill> skills;   // asked in the rule's team, beyond what its queue asks
  std::optional<std::string> language;  // of the agent; "" any
  std::optional<bool> stop;             // false: later rules may still add to this one's team; absent: true
};
YD_DESCRIBE(EntranceRule, (id, name, enabled, conditions, team_id, priority, skills, language, stop))

/// A program of the company's that is asked about each new episode; what it answers in time goes before the rules.
struct External {
  bool enabled = false;
  std::string url;                    // https://… or http://…
  std::optional<std::string> secret;  // signs the request; write only: absent leaves it, "" removes it
  std::optional<bool> has_secret;     // read only
  std::int64_t deadline_ms = kDeadlineDefault.ms;
};
YD_DESCRIBE(External, (enabled, url, secret, has_secret, deadline_ms))

/// Words in both languages; an empty one falls back to the other.
struct MenuText {
  std::string zh_CN, en;
};
YD_DESCRIBE(MenuText, (zh_CN, en))

/// One choice. It leads to further choices, to a text that answers by itself, or to people (then with its topic).
struct MenuItem {
  std::string id;  // unique within its menu
  MenuText label;
  std::optional<std::string> topic;  // "" none; unique within its menu
  std::optional<TeamId> team_id;     // where this topic goes when no rule says so
  std::optional<MenuText> answer;
  std::vector<MenuItem> items;
};
YD_DESCRIBE(MenuItem, (id, label, topic, team_id, answer, items))

/// 导航菜单 of one chat entrance, shown before the queue.
struct Menu {
  WidgetId widget_id;
  MenuText prompt;
  std::vector<MenuItem> items;
};
YD_DESCRIBE(Menu, (widget_id, prompt, items))

/// Something that works and is probably not meant.
struct Warning {
  std::string field;  // JSON path within the plan
  std::string reason;
  std::string message;  // worded by the API
  bool operator==(const Warning&) const = default;
};
YD_DESCRIBE(Warning, (field, reason, message))

/// Everything a tenant says about its entrances. Replaced whole; `version` guards against lost changes.
struct EntrancePlan {
  std::int64_t version = 0;  // of the last saving, 0 before the first
  std::vector<EntranceRule> rules;
  External external;
  std::vector<Menu> menus;
  std::vector<Warning> warnings;  // read only
};
YD_DESCRIBE(EntrancePlan, (version, rules, external, menus, warnings))

/// How one rule was judged.
struct RuleCheck {
  std::string rule_id, rule_name;
  bool matched = false;
  std::optional<std::int64_t> failed_condition;  // index of the first that did not hold
  std::optional<std::string> found;              // what it found instead; at most kFoundCodePointsMax code points
};
YD_DESCRIBE(RuleCheck, (rule_id, rule_name, matched, failed_condition, found))

/// Where a conversation would go, and why.
struct Outcome {
  std::string rule_id, rule_name;  // who decided the team; "" the default of the entrance, or a menu item
  std::string menu_item_id;        // the choice that decided the team; "" none
  TeamId team_id;                  // none only for a company without teams
  std::int64_t priority = 0;       // added by rules
  std::vector<routing::Skill> skills;
  std::string language;
  std::vector<RuleCheck> checked;  // in order, as far as rules were looked at; disabled ones are left out
};
YD_DESCRIBE(Outcome, (rule_id, rule_name, menu_item_id, team_id, priority, skills, language, checked))

/// Facts typed by a person to see what the rules would do. With `conversation_id` those of this conversation count
/// where nothing else is given.
struct Trial {
  std::optional<ConversationId> conversation_id;
  std::optional<conversation::Channel> channel;
  std::optional<WidgetId> widget_id;
  std::optional<std::string> page, language, level, topic, text;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::map<std::string, std::string>> attributes;
  std::optional<bool> returning;
  std::optional<std::vector<EntranceRule>> rules;  // unsaved ones; absent: those in force
};
YD_DESCRIBE(Trial, (conversation_id, channel, widget_id, page, language, level, topic, text, tags, attributes,
                    returning, rules))

/// How far the external program came with one episode.
enum class Asking {
  not_asked,
  waiting,
  answered,
  late,    ///< no answer before the deadline: the rules' decision stands
  failed,  ///< unreachable, refused, or its answer made no sense: the rules' decision stands
};
YD_DESCRIBE_ENUM(Asking, not_asked, waiting, answered, late, failed)

/// One decision as it was made, once an episode.
struct EntranceRecord {
  EpisodeId episode_id;
  std::int64_t plan_version = 0;
  std::string rule_id, rule_name, menu_item_id;
  TeamId team_id;
  std::int64_t priority = 0;
  std::vector<routing::Skill> skills;
  std::string language;
  std::vector<RuleCheck> checked;
  Asking external = Asking::not_asked;
  std::string external_error;  // reason of `failed`
  std::optional<UtcTime> deadline_at_ms;
  UtcTime decided_at_ms;
};
YD_DESCRIBE(EntranceRecord, (episode_id, plan_version, rule_id, rule_name, menu_item_id, team_id, priority, skills,
                             language, checked, external, external_error, deadline_at_ms, decided_at_ms))

/// What asking the external program came to since it was first switched on.
struct ExternalStatus {
  std::int64_t asked = 0, answered = 0, late = 0, failed = 0;
  std::string last_error;
  std::optional<UtcTime> last_at_ms;  // of the newest answer or failure
};
YD_DESCRIBE(ExternalStatus, (asked, answered, late, failed, last_error, last_at_ms))

}  // namespace yingda::entrance
