#include "registry.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace yingda::webchat {

void Registry::put(WidgetEntry entry) {
  const std::unique_lock lock(mutex_);
  const auto known = by_id_.find(entry.widget.id);
  if (known != by_id_.end() && known->second->version > entry.version) return;
  auto shared = std::make_shared<const WidgetEntry>(std::move(entry));
  by_key_[shared->widget.key] = shared;
  by_id_[shared->widget.id] = std::move(shared);
}

void Registry::remove(TenantId tenant, WidgetId widget) {
  const std::unique_lock lock(mutex_);
  const auto known = by_id_.find(widget);
  if (known == by_id_.end() || known->second->tenant != tenant) return;
  by_key_.erase(known->second->widget.key);
  by_id_.erase(known);
}

void Registry::replace(TenantId tenant, std::vector<WidgetEntry> entries) {
  {
    const std::unique_lock lock(mutex_);
    const auto gone = [&](const auto& item) {
      return item.second->tenant == tenant && std::ranges::none_of(entries, [&](const WidgetEntry& entry) {
               return entry.widget.id == item.second->widget.id;
             });
    };
    std::erase_if(by_key_, gone);
    std::erase_if(by_id_, gone);
  }
  for (auto& entry : entries) put(std::move(entry));
}

WidgetEntryPtr Registry::by_key(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

WidgetEntryPtr Registry::by_id(WidgetId widget) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_id_.find(widget);
  return found == by_id_.end() ? nullptr : found->second;
}

void Registry::set_secrets(TenantId tenant, std::vector<Secret> secrets) {
  const std::unique_lock lock(mutex_);
  secrets_[tenant] = std::move(secrets);
}

std::optional<Secret> Registry::signing(TenantId tenant) const {
  const std::shared_lock lock(mutex_);
  const auto found = secrets_.find(tenant);
  if (found == secrets_.end() || found->second.empty()) return std::nullopt;
  return found->second.front();
}

std::optional<Secret> Registry::secret(TenantId tenant, std::int64_t number) const {
  const std::shared_lock lock(mutex_);
  const auto found = secrets_.find(tenant);
  if (found == secrets_.end()) return std::nullopt;
  const auto secret = std::ranges::find(found->second, number, &Secret::number);
  return secret == found->second.end() ? std::nullopt : std::optional(*secret);
}

}  // namespace yingda::webchat
