// Words of other rooms to the agents, in the thread.
#include "codec.hpp"
#include "decide.hpp"
#include "store.hpp"
#include "tell.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::conversation {

Status Conversations::tell_agents(storage::Transaction& tx, TenantId tenant, ConversationId id, std::string_view key,
                                  std::map<std::string, std::string> args) {
  YD_TRY(Thread thread, lock_thread(tx, tenant, id));
  const UtcTime now = clock_.now(), updated_before = thread.view.updated_at_ms;
  const std::int64_t version_before = thread.view.version;
  Teller teller(tx, ids_, tenant, now);
  const Message message = teller.system_message(thread, {std::string(key), std::move(args), true});
  touch(thread, now);
  YD_CHECK(store::insert_message(tx, tenant, message, 0));
  YD_CHECK(store::advance_thread(tx, tenant, thread, version_before, updated_before));
  teller.tell_message(codec::encode_conversation(thread.view), message);
  return {};
}

}  // namespace yingda::conversation
