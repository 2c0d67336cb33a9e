// The settings' verbs for widgets.
#include <algorithm>
#include <utility>

#include "check.hpp"
#include "impl.hpp"
#include "store.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/json.hpp"

namespace yingda::webchat {
namespace {

struct SettingsChanged {
  std::string area;
  std::string id;
};
YD_DESCRIBE(SettingsChanged, (area, id))

constexpr std::size_t kKeyBytes = 12;  // random bytes of a public key: 16 characters
constexpr std::size_t kIdentityKeyBytes = 32;
constexpr std::size_t kKeyBytesMax = 64;  // of a key that was given

struct Change {
  std::string_view action;
  std::string before, after;
};

Status record(storage::Transaction& tx, org::Org& org, const org::Actor& actor, WidgetId widget, const Change& change) {
  const std::string id = to_string(widget);
  YD_CHECK(org.audit(tx, actor, change.action, id, change.before, change.after));
  tx.emit({actor.tenant, "settings.changed", json::encode(SettingsChanged{"widgets", id})});
  return {};
}

Status check_team(storage::Transaction& tx, org::Org& org, const org::Actor& actor, TeamId team) {
  if (!team) return {};
  YD_TRY(const auto teams, org.list_teams(tx, actor));
  if (std::ranges::find(teams, team, &org::Team::id) != teams.end()) return {};
  return fail_fields({{"team_id", "conversation.team_not_found"}});
}

/// A key stands in addresses and in the page's script line.
Status check_key(std::string_view key) {
  const bool plain = std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!plain || key.size() > kKeyBytesMax) return fail_fields({{"key", "request.invalid_characters"}});
  return {};
}

void apply_settings(Widget& widget, WidgetSettings settings) {
  widget.name = std::move(settings.name);
  widget.enabled = settings.enabled;
  widget.allowed_origins = std::move(settings.allowed_origins);
  widget.team_id = settings.team_id.value_or(TeamId{});
  widget.typing_preview = settings.typing_preview;
  widget.identity_required = settings.identity_required;
  widget.languages = std::move(settings.languages);
  widget.look = std::move(settings.look);
}

/// The memory follows at once when the change is durable.
void publish(storage::Transaction& tx, const std::weak_ptr<Webchat::Impl>& impl, const WidgetEntry& entry) {
  tx.on_commit([impl, entry] {
    if (const auto self = impl.lock()) self->registry.put(entry);
  });
}

}  // namespace

Result<std::vector<Widget>> Webchat::list_widgets(storage::Transaction& tx, const org::Actor& actor) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(auto entries, store::list_widgets(tx, actor.tenant));
  std::vector<Widget> out;
  out.reserve(entries.size());
  for (auto& entry : entries) out.push_back(std::move(entry.widget));
  return out;
}

Result<Widget> Webchat::load_widget(storage::Transaction& tx, const org::Actor& actor, WidgetId widget) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(auto entry, store::load_widget(tx, actor.tenant, widget));
  return std::move(entry.widget);
}

Result<Widget> Webchat::create_widget(storage::Transaction& tx, const org::Actor& actor, const WidgetSettings& settings,
                                      std::string_view key) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(auto checked, check_settings(settings));
  YD_CHECK(check_team(tx, impl_->org, actor, checked.team_id.value_or(TeamId{})));
  YD_CHECK(check_key(key));
  YD_TRY(const auto present, store::list_widgets(tx, actor.tenant));
  if (present.size() >= static_cast<std::size_t>(kWidgetsMax))
    return fail(Code::limit_exceeded, "webchat.too_many_widgets");
  WidgetEntry entry;
  entry.tenant = actor.tenant;
  entry.widget.id = impl_->ids.next<WidgetId>();
  entry.widget.key = key.empty() ? crypto::random_token(kKeyBytes) : std::string(key);
  entry.identity_key = crypto::random_token(kIdentityKeyBytes);
  entry.version = 1;
  apply_settings(entry.widget, std::move(checked));
  entry.config = encode_widget_config(entry.widget);
  if (auto inserted = store::insert_widget(tx, entry, impl_->clock.now()); !inserted) {
    if (inserted.error().reason == "storage.unique") return fail(Code::conflict, "webchat.key_taken");
    return std::unexpected(std::move(inserted).error());
  }
  YD_CHECK(record(tx, impl_->org, actor, entry.widget.id, {"widget.created", {}, json::encode(entry.widget)}));
  publish(tx, impl_, entry);
  return std::move(entry.widget);
}

Result<Widget> Webchat::change_widget(storage::Transaction& tx, const org::Actor& actor, WidgetId widget,
                                      const WidgetSettings& settings) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(auto checked, check_settings(settings));
  YD_CHECK(check_team(tx, impl_->org, actor, checked.team_id.value_or(TeamId{})));
  YD_TRY(WidgetEntry entry, store::load_widget(tx, actor.tenant, widget));
  const std::string before = json::encode(entry.widget);
  apply_settings(entry.widget, std::move(checked));
  entry.config = encode_widget_config(entry.widget);
  ++entry.version;
  YD_CHECK(store::update_widget(tx, entry, impl_->clock.now()));
  YD_CHECK(record(tx, impl_->org, actor, widget, {"widget.changed", before, json::encode(entry.widget)}));
  publish(tx, impl_, entry);
  return std::move(entry.widget);
}

Status Webchat::delete_widget(storage::Transaction& tx, const org::Actor& actor, WidgetId widget) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(const WidgetEntry entry, store::load_widget(tx, actor.tenant, widget));
  YD_CHECK(store::delete_widget(tx, actor.tenant, widget));
  YD_CHECK(record(tx, impl_->org, actor, widget, {"widget.deleted", json::encode(entry.widget), {}}));
  tx.on_commit([weak = std::weak_ptr(impl_), tenant = actor.tenant, widget] {
    if (const auto self = weak.lock()) self->registry.remove(tenant, widget);
  });
  return {};
}

Result<std::string> Webchat::rotate_identity_key(storage::Transaction& tx, const org::Actor& actor, WidgetId widget) {
  YD_CHECK(org::check_may(actor, org::Permission::settings_manage));
  YD_TRY(WidgetEntry entry, store::load_widget(tx, actor.tenant, widget));
  entry.identity_key = crypto::random_token(kIdentityKeyBytes);
  ++entry.version;
  YD_CHECK(store::update_identity_key(tx, entry, impl_->clock.now()));
  YD_CHECK(record(tx, impl_->org, actor, widget, {"widget.identity_key_rotated", {}, {}}));
  publish(tx, impl_, entry);
  return std::move(entry.identity_key);
}

}  // namespace yingda::webchat
