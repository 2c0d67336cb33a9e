// Web chat: everything under /api/v1/webchat (visitor sessions, socket, long-polling, files, widget configuration) and
// the verbs that settings use for widgets. Owns tables webchat_*. Does not own conversations (core), pushing (realtime)
// or the widget's own code (web/apps/widget). Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/entrance/types.hpp"
#include "yingda/net/http.hpp"
#include "yingda/net/server.hpp"
#include "yingda/org/org.hpp"
#include "yingda/realtime/hub.hpp"
#include "yingda/routing/routing.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/database.hpp"
#include "yingda/webchat/limits.hpp"
#include "yingda/webchat/types.hpp"

namespace yingda::files {
class FileStore;
}
namespace yingda::rating {
class Ratings;
}

namespace yingda::webchat {

struct Options {
  Rates rates;
  /// Asks and keeps customers' ratings; outlives the Webchat. None: nobody is asked.
  rating::Ratings* ratings = nullptr;
  /// The menu that a chat entrance shows before the queue; from memory, any thread. None: no menus.
  std::function<std::optional<entrance::Menu>(TenantId, WidgetId)> menu_of;
};

class Webchat {
 public:
  Webchat(storage::Database& database, runtime::WorkerPool& workers, const Clock& clock, IdSource& ids, org::Org& org,
          customer::Customers& customers, conversation::Conversations& conversations, routing::Routing& routing,
          realtime::Hub& hub, files::FileStore& files, Options options = {});
  ~Webchat();

  /// Loads widgets and secrets; registers with the hub: after migrate, before Gateway::start(). Blocking.
  Status start();
  void stop();

  static bool handles(std::string_view path);
  void handle(net::HttpRequest request, net::HttpReply reply);
  Result<std::unique_ptr<net::WebSocketHandler>> accept(const net::HttpRequest& request);
  /// For HttpApp::body_limit.
  static std::int64_t body_limit(net::Method method, std::string_view path, std::int64_t default_limit);

  // --- widgets, inside the caller's transaction; all need settings_manage (permission_denied
  // `auth.permission_denied`). Writes are audited and emit settings.changed {area: "widgets", id}.
  // Errors: `webchat.widget_not_found`, `webchat.too_many_widgets`, `request.invalid_fields`.
  Result<std::vector<Widget>> list_widgets(storage::Transaction& tx, const org::Actor& actor);
  Result<Widget> load_widget(storage::Transaction& tx, const org::Actor& actor, WidgetId widget);
  /// `key` empty: a new random one. Given (the demo company's "demo"): conflict `webchat.key_taken` when in use.
  Result<Widget> create_widget(storage::Transaction& tx, const org::Actor& actor, const WidgetSettings& settings,
                               std::string_view key = {});
  Result<Widget> change_widget(storage::Transaction& tx, const org::Actor& actor, WidgetId widget,
                               const WidgetSettings& settings);
  Status delete_widget(storage::Transaction& tx, const org::Actor& actor, WidgetId widget);
  /// A new HMAC key for identities; the old one stops at once. Shown only here.
  Result<std::string> rotate_identity_key(storage::Transaction& tx, const org::Actor& actor, WidgetId widget);

  /// The team a widget's conversations wait in; none when unknown or not set. From memory, for routing.
  TeamId team_of_widget(TenantId tenant, WidgetId widget) const;
  /// A widget as it is now; from memory, without rights.
  std::optional<Widget> find_widget(TenantId tenant, WidgetId widget) const;
  /// Whether a page with this address may show the widget: a link to it is a link to the company's own pages. From
  /// memory.
  bool page_allowed(TenantId tenant, WidgetId widget, std::string_view url) const;

  struct Impl;  // inside only

 private:
  std::shared_ptr<Impl> impl_;
};

std::span<const storage::Migration> migrations();

}  // namespace yingda::webchat
