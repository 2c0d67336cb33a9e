#include "yingda/webchat/webchat.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "impl.hpp"
#include "origins.hpp"
#include "store.hpp"
#include "webchat_migrations.gen.hpp"
#include "yingda/base/log.hpp"
#include "yingda/files/file_store.hpp"
#include "yingda/rating/ratings.hpp"
#include "yingda/realtime/scan.hpp"

namespace yingda::webchat {
namespace {

constexpr std::string_view kPrefix = "/api/v1/webchat/";

std::string_view area_of(std::string_view payload) {
  std::string_view area;
  realtime::Scanner scan(payload);
  scan.object([&](std::string_view key) {
    if (key == "area") area = scan.string();
  });
  return area;
}

}  // namespace

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Webchat::Impl::Impl(storage::Database& database, runtime::WorkerPool& workers, const Clock& clock, IdSource& ids,
                    org::Org& org, customer::Customers& customers, conversation::Conversations& conversations,
                    routing::Routing& routing, realtime::Hub& hub, files::FileStore& files, const Options& options)
    : database(database),
      workers(workers),
      clock(clock),
      ids(ids),
      org(org),
      customers(customers),
      conversations(conversations),
      routing(routing),
      hub(hub),
      files(files),
      ratings(options.ratings),
      menu_of(options.menu_of),
      rates(options.rates),
      sends_by_visitor(rates.sends_by_visitor, kBucketsMax),
      sends_by_address(rates.sends_by_address, kBucketsMax),
      sessions_by_address(rates.sessions_by_address, kBucketsMax),
      requests_by_address(rates.requests_by_address, kBucketsMax),
      uploads_by_visitor(rates.uploads_by_visitor, kBucketsMax),
      uploads_by_address(rates.uploads_by_address, kBucketsMax) {}

Webchat::Webchat(storage::Database& database, runtime::WorkerPool& workers, const Clock& clock, IdSource& ids,
                 org::Org& org, customer::Customers& customers, conversation::Conversations& conversations,
                 routing::Routing& routing, realtime::Hub& hub, files::FileStore& files, Options options)
    : impl_(std::make_shared<Impl>(database, workers, clock, ids, org, customers, conversations, routing, hub, files,
                                   options)) {}

Webchat::~Webchat() = default;

Status Webchat::start() {
  YD_TRY(auto entries, impl_->database.read_for<std::vector<WidgetEntry>>(
                           [](storage::Transaction& tx) { return store::all_widgets(tx); }));
  // Every tenant's secrets too: after a restart all visitors come back at once, and their sockets must not need a
  // session request each because a token cannot be checked from memory.
  std::set<TenantId> tenants;
  for (auto& entry : entries) {
    tenants.insert(entry.tenant);
    impl_->registry.put(std::move(entry));
  }
  YD_CHECK(impl_->database.read([&](storage::Transaction& tx) -> Status {
    for (const TenantId tenant : tenants) {
      YD_TRY(auto secrets, store::list_secrets(tx, tenant));
      if (!secrets.empty()) impl_->registry.set_secrets(tenant, std::move(secrets));
    }
    return {};
  }));
  const std::weak_ptr weak = impl_;
  impl_->hub.set_visitor_encoder(
      [weak](const storage::CommittedEvent& event, CustomerId customer) -> std::optional<realtime::VisitorData> {
        const auto impl = weak.lock();
        if (!impl) return std::nullopt;
        return encode_event(event, impl->file_token(event.tenant, customer), impl->place_of(event.tenant));
      });
  // Another node's change; our own is in memory since its commit.
  impl_->hub.on_event([weak](const storage::CommittedEvent& event) {
    if (event.type != "settings.changed") return;
    const auto impl = weak.lock();
    if (!impl) return;
    const std::string_view area = area_of(event.payload);
    impl->published.forget(event.tenant);  // rare, and cheap to read again
    if (area != "widgets") return;
    const Status posted = impl->workers.post([impl, tenant = event.tenant] { impl->reload_widgets(tenant); });
    if (!posted) log::error("webchat.reload", posted.error());
  });
  return {};
}

void Webchat::stop() {}

void Webchat::Impl::reload_widgets(TenantId tenant) {
  auto entries = database.read_for<std::vector<WidgetEntry>>(
      [tenant](storage::Transaction& tx) { return store::list_widgets(tx, tenant); });
  if (!entries) return log::error("webchat.reload", entries.error());
  registry.replace(tenant, *std::move(entries));
}

Result<PublishedPtr> Webchat::Impl::published_of(const WidgetEntry& entry) {
  if (auto known = published.find(entry.tenant, entry.widget.team_id)) return known;
  const std::int64_t asked_at = published.changes();
  std::vector<routing::QueuePolicy> policies;
  bool rated = false;
  YD_CHECK(database.read([&](storage::Transaction& tx) -> Status {
    YD_TRY(policies, routing.policies(tx, org::Org::system_actor(entry.tenant)));
    if (!ratings) return {};
    YD_TRY(const auto settings, ratings->settings(tx, entry.tenant));
    rated = std::ranges::any_of(settings.channels, [](const rating::ChannelSettings& one) {
      return one.channel == conversation::Channel::webchat && one.enabled;
    });
    return {};
  }));
  auto policy = std::ranges::find(policies, entry.widget.team_id, &routing::QueuePolicy::team_id);
  if (policy == policies.end()) policy = policies.begin();  // as routing takes it
  auto made = publish(policy == policies.end() ? routing::QueuePolicy{} : *policy);
  made.rated = rated;
  return published.put(entry.tenant, entry.widget.team_id, std::move(made), asked_at);
}

bool Webchat::handles(std::string_view path) { return path.starts_with(kPrefix); }

std::int64_t Webchat::body_limit(net::Method method, std::string_view path, std::int64_t default_limit) {
  if (method == net::Method::post && path == "/api/v1/webchat/files")
    return conversation::kFileBytesMax + kMultipartOverheadMax;
  return default_limit;
}

TeamId Webchat::team_of_widget(TenantId tenant, WidgetId widget) const {
  const auto entry = impl_->registry.by_id(widget);
  return entry && entry->tenant == tenant ? entry->widget.team_id : TeamId{};
}

std::optional<Widget> Webchat::find_widget(TenantId tenant, WidgetId widget) const {
  const auto entry = impl_->registry.by_id(widget);
  return entry && entry->tenant == tenant ? std::optional(entry->widget) : std::nullopt;
}

bool Webchat::page_allowed(TenantId tenant, WidgetId widget, std::string_view url) const {
  const auto entry = impl_->registry.by_id(widget);
  if (!entry || entry->tenant != tenant) return false;
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view origin = url.substr(0, url.find_first_of("/?#", scheme + 3));
  // Who the address names stands behind "@": "https://shop.example@elsewhere" is elsewhere's.
  return origin.find('@') == std::string_view::npos && origin_allowed(entry->widget.allowed_origins, origin, {});
}

std::span<const storage::Migration> migrations() { return kMigrations; }

}  // namespace yingda::webchat
