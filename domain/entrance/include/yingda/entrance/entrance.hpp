// The entrance (入口): where a new episode goes. Owns the plan of rules, external program and menus, the decisions and
// their explanations. Does not own: queues and who is chosen in them (routing), what menus look like (the widget).
// Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "yingda/base/result.hpp"
#include "yingda/base/secret_box.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/entrance/types.hpp"
#include "yingda/net/client.hpp"
#include "yingda/org/org.hpp"
#include "yingda/routing/entrance.hpp"
#include "yingda/routing/routing.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::entrance {

struct Options {
  net::AddressGuard guard = net::AddressGuard::public_only;  // for the external program
  /// Whether there is such a chat entrance; from memory. None: every id is believed.
  std::function<bool(TenantId, WidgetId)> widget_exists;
};

class Entrance {
 public:
  Entrance(storage::Database& database, runtime::Dispatcher& dispatcher, runtime::Timers& timers, const Clock& clock,
           IdSource& ids, org::Org& org, customer::Customers& customers, conversation::Conversations& conversations,
           routing::Routing& routing, SecretBox box, Options options = {});
  ~Entrance();

  /// Loads the plans and registers its handlers: after migrate, before Routing::start(), timers and dispatcher.
  /// Blocking.
  Status start();
  /// Open questions to external programs are dropped; their deadlines are stored and settle them at the next start.
  void stop();

  /// For Routing::set_entrance; `default_team` is the wiring's.
  routing::EntrancePort port();

  // --- the plan; all need settings_manage (permission_denied `auth.permission_denied`)
  /// The newest, with warnings; secrets are left out.
  Result<EntrancePlan> plan(storage::Transaction& tx, const org::Actor& actor);
  /// Replaces it. conflict `entrance.version_conflict` when `version` is not the newest; invalid_argument with fields.
  /// Audited as `entrance.saved`; emits settings.changed {area: "entrance"}.
  Result<EntrancePlan> save(storage::Transaction& tx, const org::Actor& actor, const EntrancePlan& plan);
  /// Where a conversation would go. Changes nothing, asks nobody. not_found `conversation.not_found`.
  Result<Outcome> try_out(storage::Transaction& tx, const org::Actor& actor, const Trial& trial);
  Result<ExternalStatus> external_status(storage::Transaction& tx, const org::Actor& actor);

  /// How the conversation's present (or last) episode came to its team; nullopt when no rule was in force. Access as to
  /// the conversation.
  Result<std::optional<EntranceRecord>> why(storage::Transaction& tx, const org::Actor& actor, ConversationId id);

  /// The menu of a chat entrance; from memory, any thread.
  std::optional<Menu> menu_of(TenantId tenant, WidgetId widget) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

std::span<const storage::Migration> migrations();

}  // namespace yingda::entrance
