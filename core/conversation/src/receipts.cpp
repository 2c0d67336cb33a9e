// Receipts (送达, 已读): each side's marks only move forward.
#include "codec.hpp"
#include "decide.hpp"
#include "store.hpp"
#include "tell.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::conversation {
namespace {

Status move_receipts(storage::Transaction& tx, TenantId tenant, Conversation& view, Side side,
                     std::int64_t delivered_seq, std::int64_t read_seq) {
  const Receipts after = decide_receipts(view.receipts, side, delivered_seq, read_seq, view.last_seq);
  if (after == view.receipts) return {};
  const bool read_more = after.agent_read_seq != view.receipts.agent_read_seq;
  view.receipts = after;
  if (read_more) {
    view.unread = 0;
    if (after.agent_read_seq < view.last_seq) {
      YD_TRY(view.unread, store::count_unread(tx, tenant, view.id, after.agent_read_seq));
    }
  }
  const std::int64_t version_before = view.version++;
  YD_TRY(const bool saved, store::save_receipts(tx, tenant, view, version_before));
  if (!saved) return version_conflict();
  ReceiptsEvent event;
  event.conversation_id = view.id;
  event.receipts = view.receipts;
  event.unread = view.unread;
  event.version = view.version;
  event.customer_id = view.customer.id;
  if (view.agent) event.agent_id = view.agent->id;
  event.team_id = view.team_id;
  for (const Participant& participant : view.participants) event.participant_ids.push_back(participant.id);
  tx.emit({tenant, "receipts.moved", codec::encode_receipts_event(event)});
  return {};
}

}  // namespace

Status Conversations::mark_by_customer(storage::Transaction& tx, TenantId tenant, CustomerId customer,
                                       std::int64_t delivered_seq, std::int64_t read_seq) {
  YD_TRY(auto thread, store::find_thread_of(tx, tenant, customer, store::Lock::write));
  if (!thread) return not_found();
  return move_receipts(tx, tenant, thread->view, Side::customer, delivered_seq, read_seq);
}

Status Conversations::mark(storage::Transaction& tx, const org::Actor& actor, ConversationId id,
                           std::int64_t delivered_seq, std::int64_t read_seq) {
  YD_TRY(auto thread, lock_reached(tx, actor, id));
  // Who only watches leaves no trace: the customer learns what those who serve him have read.
  if (!reach_of(thread.view, actor).takes_part()) return {};
  return move_receipts(tx, actor.tenant, thread.view, Side::agents, delivered_seq, read_seq);
}

}  // namespace yingda::conversation
