// Widgets and secrets in memory, so that configuration, token checks and routing's question read no store. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokens.hpp"
#include "yingda/webchat/types.hpp"

namespace yingda::webchat {

struct WidgetEntry {
  TenantId tenant;
  Widget widget;
  std::string identity_key;
  std::int64_t version = 0;
  std::string config;  // encode_widget_config
};
using WidgetEntryPtr = std::shared_ptr<const WidgetEntry>;

class Registry {
 public:
  /// Keeps the entry unless a newer one is here.
  void put(WidgetEntry entry);
  void remove(TenantId tenant, WidgetId widget);
  /// Makes `entries` the tenant's widgets.
  void replace(TenantId tenant, std::vector<WidgetEntry> entries);
  WidgetEntryPtr by_key(std::string_view key) const;
  WidgetEntryPtr by_id(WidgetId widget) const;

  /// Newest first.
  void set_secrets(TenantId tenant, std::vector<Secret> secrets);
  /// The secret that signs.
  std::optional<Secret> signing(TenantId tenant) const;
  std::optional<Secret> secret(TenantId tenant, std::int64_t number) const;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, WidgetEntryPtr, TextHash, std::equal_to<>> by_key_;
  std::unordered_map<WidgetId, WidgetEntryPtr> by_id_;
  std::unordered_map<TenantId, std::vector<Secret>> secrets_;
};

}  // namespace yingda::webchat
