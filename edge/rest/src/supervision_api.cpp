// The board, alarms and their webhooks, and taking over.
#include "api.hpp"
#include "areas.hpp"
#include "yingda/supervision/supervision.hpp"

namespace yingda::rest {

struct BoardQuery {
  std::optional<UnitId> unit_id;
};
YD_DESCRIBE(BoardQuery, (unit_id))

struct AlarmQuery {
  std::optional<bool> open;
  std::optional<std::string> after;
  std::optional<std::int64_t> limit;
};
YD_DESCRIBE(AlarmQuery, (open, after, limit))

struct WebhookTest {
  supervision::WebhookId webhook_id;
};
YD_DESCRIBE(WebhookTest, (webhook_id))

struct TakeOverInput {
  std::optional<std::string> note;
};
YD_DESCRIBE(TakeOverInput, (note))

namespace {

using net::Method;
using org::Permission;
using supervision::Alarm;
using supervision::AlarmSettings;
using supervision::Board;
using supervision::Delivery;

void declare_board(Api& api, supervision::Supervision& room) {
  using Made = std::shared_ptr<const Board>;
  api.read(Method::get, "/board", "Queues, agents, conversations at risk and open alarms, now",
           may(Permission::conversation_supervise),
           [](Call& call, storage::Transaction&, const BoardQuery&) -> Result<Board> {
             return *std::any_cast<const Made&>(call.prepared);
           })
      // Before the transaction: the board is made of memory and may have to load it first.
      .prepare(Pool::workers, [&room](Call& call, const BoardQuery& query) -> Status {
        YD_TRY(auto board, room.board(call.actor, query.unit_id.value_or(UnitId{})));
        call.prepared = std::make_shared<const Board>(std::move(board));
        return {};
      });
}

void declare_alarms(Api& api, supervision::Supervision& room) {
  api.read(Method::get, "/alarms", "Alarms of the own scope, newest first", may(Permission::conversation_supervise),
           [&room](Call& call, storage::Transaction& tx, const AlarmQuery& query) -> Result<List<Alarm>> {
             YD_TRY(const int limit, check_limit(query.limit));
             YD_TRY(auto page,
                    room.alarms(tx, call.actor, query.open.value_or(false), query.after.value_or(""), limit));
             return list_of(std::move(page));
           });
  api.write(Method::post, "/alarms/{id}/acknowledge", "Say that somebody looks after it",
            may(Permission::conversation_supervise),
            [&room](Call& call, storage::Transaction& tx, supervision::AlarmId id) {
              return room.acknowledge(tx, call.actor, id);
            });
  api.read(Method::get, "/alarm-settings", "Where alarms are told outside", may(Permission::settings_manage),
           [&room](Call& call, storage::Transaction& tx) { return room.settings(tx, call.actor); });
  api.write(Method::put, "/alarm-settings", "Replace where alarms are told outside", may(Permission::settings_manage),
            [&room](Call& call, storage::Transaction& tx, const AlarmSettings& input) {
              return room.save_settings(tx, call.actor, input);
            });
  api.write(Method::post, "/alarm-settings/test", "Send a test to a webhook", may(Permission::settings_manage),
            [&room](Call& call, storage::Transaction& tx, const WebhookTest& input) {
              return room.test_webhook(tx, call.actor, input.webhook_id);
            });
  api.read(Method::get, "/alarm-deliveries", "The newest webhook deliveries", may(Permission::settings_manage),
           [&room](Call& call, storage::Transaction& tx) -> Result<Items<Delivery>> {
             YD_TRY(auto items, room.deliveries(tx, call.actor));
             return Items<Delivery>{std::move(items)};
           });
}

}  // namespace

void declare_supervision(Api& api, Ground ground) {
  declare_board(api, ground.services.supervision);
  declare_alarms(api, ground.services.supervision);
  auto& conversations = ground.services.conversations;
  api.write(Method::post, "/conversations/{id}/take-over", "Take a conversation over as a supervisor",
            may(Permission::conversation_supervise),
            [&conversations](Call& call, storage::Transaction& tx, ConversationId id, const TakeOverInput& input) {
              return conversations.take_over(tx, call.actor, id, input.note.value_or(""));
            });
}

}  // namespace yingda::rest
