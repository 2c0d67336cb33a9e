// Values of web chat: the widget (one entrance on a company's pages) and its look. API shapes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"

namespace yingda::webchat {

/// A text in both languages; an empty one falls back to the other, then to the client's own wording.
struct LocalText {
  std::string zh_CN, en;
};
YD_DESCRIBE(LocalText, (zh_CN, en))

enum class Side { right, left };
YD_DESCRIBE_ENUM(Side, right, left)
enum class Launcher { bubble, bar, none };
YD_DESCRIBE_ENUM(Launcher, bubble, bar, none)
/// `auto_` follows the visitor's system (in JSON `auto`).
enum class DarkMode { auto_, light, dark };
YD_DESCRIBE_ENUM(DarkMode, auto_, light, dark)

struct WidgetLook {
  std::string color = "#1677ff";  // #rrggbb
  Side side = Side::right;
  Launcher launcher = Launcher::bubble;
  LocalText launcher_text, title, subtitle, greeting;
  std::int64_t auto_open_s = 0;               // seconds until it opens by itself; 0: never
  std::string avatar_url;                     // https: or a path of this server; "" for none
  std::int64_t offset_x = 20, offset_y = 20;  // CSS pixels from the corner
  DarkMode dark = DarkMode::auto_;
  bool sound = true;
};
YD_DESCRIBE(WidgetLook, (color, side, launcher, launcher_text, title, subtitle, greeting, auto_open_s, avatar_url,
                         offset_x, offset_y, dark, sound))

struct Widget {
  WidgetId id;
  std::string name;
  std::string key;  // public name in the page's script line; made here, unique over all tenants
  bool enabled = true;
  /// "https://shop.example" or "https://*.shop.example"; empty: every page may show it.
  std::vector<std::string> allowed_origins;
  TeamId team_id;               // where its conversations wait; none: routing decides
  bool typing_preview = false;  // 输入预知
  bool identity_required = false;
  std::vector<std::string> languages;  // offered to visitors: "zh-CN", "en"
  WidgetLook look;
};
YD_DESCRIBE(Widget,
            (id, name, key, enabled, allowed_origins, team_id, typing_preview, identity_required, languages, look))

/// What an administrator writes (create and replace).
struct WidgetSettings {
  std::string name;
  bool enabled = true;
  std::vector<std::string> allowed_origins;
  std::optional<TeamId> team_id;
  bool typing_preview = false;
  bool identity_required = false;
  std::vector<std::string> languages;
  WidgetLook look;
};
YD_DESCRIBE(WidgetSettings,
            (name, enabled, allowed_origins, team_id, typing_preview, identity_required, languages, look))

}  // namespace yingda::webchat
