#include "compose.hpp"

#include "conversation_queries.gen.hpp"
#include "decide.hpp"
#include "store.hpp"

namespace yingda::conversation {
namespace {

constexpr int kFilePlacesMax = 20;  // conversations looked at for one file

FileRow file_of(const storage::Row& row) {
  FileRow file;
  file.stored.info = {row.id<FileId>(0), row.string(1), row.string(2), row.int64(3),
                      row.int64(4),      row.int64(5),  row.int64(6),  row.boolean(7)};
  file.by_customer = row.id<CustomerId>(8);
  file.by_user = row.id<UserId>(9);
  file.stored.storage_key = row.string(10);
  return file;
}

}  // namespace

Result<FileRow> load_file(storage::Transaction& tx, TenantId tenant, FileId file) {
  YD_TRY(auto row, tx.one(queries::find_file, file_of, tenant, file.value));
  if (!row) return file_not_found();
  return *std::move(row);
}

Result<std::vector<ConversationId>> conversations_with_file(storage::Transaction& tx, TenantId tenant, FileId file) {
  return tx.all(
      queries::conversations_with_file, [](const storage::Row& row) { return row.id<ConversationId>(0); }, tenant,
      file.value, kFilePlacesMax);
}

Result<FileRow> reach_file(storage::Transaction& tx, const org::Actor& actor, FileId file) {
  YD_TRY(auto row, load_file(tx, actor.tenant, file));
  if (actor.user && row.by_user == actor.user) return row;
  YD_TRY(const auto places, conversations_with_file(tx, actor.tenant, file));
  for (const ConversationId place : places) {
    YD_TRY(const auto thread, store::find_thread(tx, actor.tenant, place, store::Lock::none));
    if (thread && reach_of(thread->view, actor).any()) return row;
  }
  return file_not_found();
}

Result<Quote> quote_message(storage::Transaction& tx, TenantId tenant, ConversationId conversation, MessageId quoted,
                            QuoteSight sight) {
  YD_TRY(const auto message, store::find_message(tx, tenant, quoted));
  const bool quotable = message && message->conversation_id == conversation && !message->recalled_at_ms &&
                        message->kind != MessageKind::system && message->kind != MessageKind::whisper &&
                        (sight == QuoteSight::note || !store::is_internal(*message));
  if (!quotable) return fail(Code::not_found, "conversation.quote_not_found");
  return Quote{quoted, message->author.name, preview_of(*message)};
}

Status check_content(MessageKind kind, std::string_view text, bool has_file) {
  const bool by_file = kind == MessageKind::image || kind == MessageKind::file || kind == MessageKind::video ||
                       kind == MessageKind::voice;
  if (kind == MessageKind::system) return fail(Code::invalid_argument, "conversation.invalid_kind");
  if (by_file && !has_file) return fail(Code::invalid_argument, "conversation.file_required");
  return check_text(text, has_file ? TextNeed::optional : TextNeed::needed);
}

}  // namespace yingda::conversation
