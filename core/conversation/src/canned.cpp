// Canned replies (快捷回复): shared ones of the company and everybody's own.
#include "codec.hpp"
#include "conversation_migrations.gen.hpp"
#include "conversation_queries.gen.hpp"
#include "decide.hpp"
#include "yingda/base/text.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::conversation {
namespace {

CannedReply canned_of(const storage::Row& row) {
  return {row.id<CannedReplyId>(0), row.string(1), row.string(2), row.string(3), row.id<UserId>(4), row.time(5)};
}

std::unexpected<Error> reply_not_found() { return fail(Code::not_found, "conversation.canned_not_found"); }

/// Shared ones need canned_reply_manage; own ones only their owner.
Status check_writable(const org::Actor& actor, UserId owner) {
  if (owner && owner == actor.user) return {};
  if (owner) return reply_not_found();
  return org::check_may(actor, org::Permission::canned_reply_manage);
}

Result<CannedReply> load_writable(storage::Transaction& tx, const org::Actor& actor, CannedReplyId id) {
  YD_TRY(auto found, tx.one(queries::find_canned, canned_of, actor.tenant, id));
  if (!found) return reply_not_found();
  YD_CHECK(check_writable(actor, found->owner_id));
  return *std::move(found);
}

Result<CannedReply> check_reply(const CannedReply& asked) {
  CannedReply reply = asked;
  YD_TRY(reply.shortcut, text::check_length("shortcut", asked.shortcut, 1, kShortcutCodePointsMax));
  if (reply.shortcut.find_first_of(" \t\r\n/") != std::string::npos)
    return fail_fields({{"shortcut", "conversation.invalid_shortcut"}});
  YD_TRY(reply.title, text::check_length("title", asked.title, 0, kTitleCodePointsMax));
  YD_CHECK(check_text(asked.text, TextNeed::needed));
  return reply;
}

Status check_room(storage::Transaction& tx, TenantId tenant, UserId owner) {
  YD_TRY(const auto count,
         tx.one(queries::count_canned, [](const storage::Row& row) { return row.int64(0); }, tenant, owner.value));
  if (count.value_or(0) >= kCannedRepliesMax) return fail(Code::limit_exceeded, "conversation.too_many_canned_replies");
  return {};
}

/// The consoles of colleagues refresh their shared replies.
void emit_settings(storage::Transaction& tx, TenantId tenant, CannedReplyId id) {
  tx.emit({tenant, "settings.changed", codec::encode_settings_event("canned_replies", to_string(id))});
}

}  // namespace

Conversations::Conversations(const Clock& clock, IdSource& ids, org::Org& org, customer::Customers& customers)
    : clock_(clock), ids_(ids), org_(org), customers_(customers) {}

Result<std::vector<CannedReply>> Conversations::canned_replies(storage::Transaction& tx, const org::Actor& actor) {
  return tx.all(queries::list_canned, canned_of, actor.tenant, actor.user.value, 2 * kCannedRepliesMax);
}

Result<CannedReply> Conversations::save_canned_reply(storage::Transaction& tx, const org::Actor& actor,
                                                     const CannedReply& asked) {
  YD_TRY(CannedReply reply, check_reply(asked));
  if (reply.owner_id && reply.owner_id != actor.user) return fail(Code::permission_denied, "auth.permission_denied");
  YD_CHECK(check_writable(actor, reply.owner_id));
  const bool is_new = !reply.id;
  bool shared = !reply.owner_id;
  std::optional<UserId> owner_before;
  if (!is_new) {
    YD_TRY(const auto before, load_writable(tx, actor, reply.id));
    owner_before = before.owner_id;
    shared = shared || !before.owner_id;
  }
  if (owner_before != reply.owner_id) YD_CHECK(check_room(tx, actor.tenant, reply.owner_id));
  YD_TRY(const auto holder,
         tx.one(
             queries::canned_with_shortcut, [](const storage::Row& row) { return row.id<CannedReplyId>(0); },
             actor.tenant, reply.owner_id.value, reply.shortcut));
  if (holder && *holder != reply.id) return fail(Code::conflict, "conversation.shortcut_taken");
  reply.updated_at_ms = clock_.now();
  if (is_new) reply.id = ids_.next<CannedReplyId>();
  YD_TRY(const auto count, tx.exec(is_new ? queries::insert_canned : queries::save_canned, actor.tenant, reply.id,
                                   reply.shortcut, reply.title, reply.text, reply.owner_id.value, reply.updated_at_ms));
  if (count == 0) return fail(Code::conflict, "conversation.shortcut_taken");
  if (shared) emit_settings(tx, actor.tenant, reply.id);
  return reply;
}

Status Conversations::delete_canned_reply(storage::Transaction& tx, const org::Actor& actor, CannedReplyId id) {
  YD_TRY(const auto reply, load_writable(tx, actor, id));
  YD_CHECK(tx.exec(queries::delete_canned, actor.tenant, id));
  if (!reply.owner_id) emit_settings(tx, actor.tenant, id);
  return {};
}

std::span<const storage::Migration> migrations() { return kMigrations; }

}  // namespace yingda::conversation
