// Web chat entrances.
#include "api.hpp"
#include "areas.hpp"
#include "yingda/webchat/webchat.hpp"

namespace yingda::rest {

/// What GET gave may be sent back: id and key are read and not changed.
struct WidgetInput {
  std::optional<WidgetId> id;
  std::optional<std::string> key;
  std::string name;
  bool enabled = true;
  std::vector<std::string> allowed_origins;
  std::optional<TeamId> team_id;
  bool typing_preview = false;
  bool identity_required = false;
  std::vector<std::string> languages;
  webchat::WidgetLook look;
};
YD_DESCRIBE(WidgetInput,
            (id, key, name, enabled, allowed_origins, team_id, typing_preview, identity_required, languages, look))

struct IdentityKey {
  std::string identity_key;  // shown once
};
YD_DESCRIBE(IdentityKey, (identity_key))

namespace {

webchat::WidgetSettings settings_of(const WidgetInput& input) {
  return {.name = input.name,
          .enabled = input.enabled,
          .allowed_origins = input.allowed_origins,
          .team_id = input.team_id,
          .typing_preview = input.typing_preview,
          .identity_required = input.identity_required,
          .languages = input.languages,
          .look = input.look};
}

}  // namespace

void declare_widgets(Api& api, Ground ground) {
  using net::Method;
  using org::Permission;
  using webchat::Widget;
  auto& webchat = ground.services.webchat;

  api.read(Method::get, "/widgets", "Chat entrances", may(Permission::settings_manage),
           [&webchat](Call& call, storage::Transaction& tx) -> Result<Items<Widget>> {
             YD_TRY(auto items, webchat.list_widgets(tx, call.actor));
             return Items<Widget>{std::move(items)};
           });
  api.read(Method::get, "/widgets/{id}", "One chat entrance", may(Permission::settings_manage),
           [&webchat](Call& call, storage::Transaction& tx, WidgetId id) {
             return webchat.load_widget(tx, call.actor, id);
           });
  api.write(Method::post, "/widgets", "Add a chat entrance", may(Permission::settings_manage),
            [&webchat](Call& call, storage::Transaction& tx, const WidgetInput& input) {
              return webchat.create_widget(tx, call.actor, settings_of(input));
            });
  api.write(Method::put, "/widgets/{id}", "Replace a chat entrance's settings", may(Permission::settings_manage),
            [&webchat](Call& call, storage::Transaction& tx, WidgetId id, const WidgetInput& input) {
              return webchat.change_widget(tx, call.actor, id, settings_of(input));
            });
  api.write(Method::del, "/widgets/{id}", "Remove a chat entrance", may(Permission::settings_manage),
            [&webchat](Call& call, storage::Transaction& tx, WidgetId id) {
              return webchat.delete_widget(tx, call.actor, id);
            });
  api.write(Method::post, "/widgets/{id}/identity-key", "A new key for proving customers' identities; shown once",
            may(Permission::settings_manage),
            [&webchat](Call& call, storage::Transaction& tx, WidgetId id) -> Result<IdentityKey> {
              YD_TRY(auto key, webchat.rotate_identity_key(tx, call.actor, id));
              return IdentityKey{std::move(key)};
            })
      .secret();
}

}  // namespace yingda::rest
