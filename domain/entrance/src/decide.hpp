// Where a conversation goes by its tenant's rules. Pure: no store, no clock.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "yingda/entrance/types.hpp"

namespace yingda::entrance {

/// What rules may look at.
struct Facts {
  conversation::Channel channel = conversation::Channel::webchat;
  WidgetId widget;
  std::string page;
  std::vector<std::string> regions;  // all that are known, each counts
  std::string language, level, topic, text;
  std::vector<std::string> tags;
  std::map<std::string, std::string> attributes;
  bool returning = false;
  TeamId default_team;                 // of the entrance
  std::function<bool(TeamId)> opened;  // whether a team's hours are open now; none: always
};

/// What a customer's language tag says of where he is: the region subtag ("zh-HK" -> "HK"), "" when it has none.
std::string region_of_language(std::string_view tag);

/// What must be read before the rules can be judged; what nobody asks for need not be read.
struct Wanted {
  bool customer = false;  // region, language, tags, attributes
  bool page = false;
  bool text = false;
};
Wanted wanted_by(const std::vector<EntranceRule>& rules);

/// The rules as `decide` takes them: values in lower case, without space around them.
std::vector<EntranceRule> comparable(std::vector<EntranceRule> rules);

/// The first rule with a team that matches decides; rules without one add and go on. When no rule names a team, the
/// menu item with the conversation's topic does, then the entrance's default.
/// `rules` are comparable().
Outcome decide(const std::vector<EntranceRule>& rules, const std::vector<Menu>& menus, const Facts& facts);

/// Whether everything that satisfies `narrow` also satisfies `wide`, as far as that can be told from their words alone:
/// true is certain, false may be either.
bool covers(const EntranceRule& wide, const EntranceRule& narrow);

}  // namespace yingda::entrance
