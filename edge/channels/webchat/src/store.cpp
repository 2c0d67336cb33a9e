#include "store.hpp"

#include <utility>

#include "encode.hpp"
#include "webchat_queries.gen.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/json.hpp"
#include "yingda/webchat/limits.hpp"

namespace yingda::webchat::store {
namespace {

constexpr int kStartPage = 500;

WidgetSettings settings_of(const Widget& w) {
  WidgetSettings out;
  out.name = w.name;
  out.enabled = w.enabled;
  out.allowed_origins = w.allowed_origins;
  if (w.team_id) out.team_id = w.team_id;
  out.typing_preview = w.typing_preview;
  out.identity_required = w.identity_required;
  out.languages = w.languages;
  out.look = w.look;
  return out;
}

Result<WidgetEntry> read_widget(const storage::Row& row) {
  YD_TRY(WidgetSettings settings, json::decode<WidgetSettings>(row.text(4)));
  WidgetEntry entry;
  entry.tenant = row.id<TenantId>(0);
  entry.widget.id = row.id<WidgetId>(1);
  entry.widget.key = row.string(2);
  entry.identity_key = row.string(3);
  entry.widget.name = std::move(settings.name);
  entry.widget.enabled = settings.enabled;
  entry.widget.allowed_origins = std::move(settings.allowed_origins);
  entry.widget.team_id = settings.team_id.value_or(TeamId{});
  entry.widget.typing_preview = settings.typing_preview;
  entry.widget.identity_required = settings.identity_required;
  entry.widget.languages = std::move(settings.languages);
  entry.widget.look = std::move(settings.look);
  entry.version = row.int64(5);
  entry.config = encode_widget_config(entry.widget);
  return entry;
}

template <class... Args>
Result<std::vector<WidgetEntry>> read_all(storage::Transaction& tx, const storage::Query& query, const Args&... args) {
  std::vector<WidgetEntry> out;
  const storage::Value values[] = {storage::bind(args)...};
  YD_CHECK(tx.each(query, values, [&](const storage::Row& row) -> Status {
    YD_TRY(WidgetEntry entry, read_widget(row));
    out.push_back(std::move(entry));
    return {};
  }));
  return out;
}

std::unexpected<Error> no_widget() { return fail(Code::not_found, "webchat.widget_not_found"); }

}  // namespace

Status insert_widget(storage::Transaction& tx, const WidgetEntry& entry, UtcTime now) {
  const std::string settings = json::encode(settings_of(entry.widget));
  YD_CHECK(tx.exec(queries::insert_widget, entry.tenant, entry.widget.id, entry.widget.key, entry.identity_key,
                   entry.widget.enabled, settings, now));
  return {};
}

Status update_widget(storage::Transaction& tx, const WidgetEntry& entry, UtcTime now) {
  const std::string settings = json::encode(settings_of(entry.widget));
  YD_TRY(const auto changed,
         tx.exec(queries::update_widget, entry.tenant, entry.widget.id, entry.widget.enabled, settings, now));
  if (changed == 0) return no_widget();
  return {};
}

Status update_identity_key(storage::Transaction& tx, const WidgetEntry& entry, UtcTime now) {
  YD_TRY(const auto changed,
         tx.exec(queries::update_identity_key, entry.tenant, entry.widget.id, entry.identity_key, now));
  if (changed == 0) return no_widget();
  return {};
}

Status delete_widget(storage::Transaction& tx, TenantId tenant, WidgetId widget) {
  YD_TRY(const auto changed, tx.exec(queries::delete_widget, tenant, widget));
  if (changed == 0) return no_widget();
  return {};
}

Result<WidgetEntry> load_widget(storage::Transaction& tx, TenantId tenant, WidgetId widget) {
  YD_TRY(auto found, read_all(tx, queries::load_widget, tenant, widget));
  if (found.empty()) return no_widget();
  return std::move(found.front());
}

Result<std::vector<WidgetEntry>> list_widgets(storage::Transaction& tx, TenantId tenant) {
  return read_all(tx, queries::list_widgets, tenant, kWidgetsMax);
}

Result<std::vector<WidgetEntry>> all_widgets(storage::Transaction& tx) {
  std::vector<WidgetEntry> out;
  std::int64_t tenant = 0, widget = 0;
  for (;;) {
    YD_TRY(auto page, read_all(tx, queries::all_widgets, tenant, widget, kStartPage));
    if (page.empty()) return out;
    tenant = page.back().tenant.value;
    widget = page.back().widget.id.value;
    for (auto& entry : page) out.push_back(std::move(entry));
  }
}

Result<std::vector<Secret>> list_secrets(storage::Transaction& tx, TenantId tenant) {
  return tx.all(
      queries::list_secrets, [](const storage::Row& row) { return Secret{row.int64(0), row.string(1), row.time(2)}; },
      tenant, kSecretsKept);
}

Result<std::vector<Secret>> renew_secrets(storage::Transaction& tx, TenantId tenant, UtcTime now) {
  YD_TRY(auto secrets, list_secrets(tx, tenant));
  if (!secrets.empty() && now - secrets.front().created_at < kSecretLife) return secrets;
  const std::int64_t number = secrets.empty() ? 1 : secrets.front().number + 1;
  YD_CHECK(tx.exec(queries::insert_secret, tenant, number, crypto::random_token(32), now));
  YD_CHECK(tx.exec(queries::delete_secrets, tenant, number - kSecretsKept));
  return list_secrets(tx, tenant);
}

}  // namespace yingda::webchat::store
