// Files: what was uploaded by whom, and who may fetch it. Bytes live in the caller's file store.
#include "compose.hpp"
#include "conversation_queries.gen.hpp"
#include "yingda/base/text.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::conversation {

Result<FileInfo> Conversations::add_file(storage::Transaction& tx, TenantId tenant, const FileInfo& file,
                                         CustomerId by_customer, UserId by_user, std::string_view storage_key) {
  if (file.bytes < 0 || file.bytes > kFileBytesMax) return fail(Code::limit_exceeded, "conversation.file_too_large");
  FileInfo stored = file;
  YD_TRY(stored.name, text::check_length("name", file.name, 1, kFileNameCodePointsMax));
  if (!stored.id) stored.id = ids_.next<FileId>();
  YD_CHECK(tx.exec(queries::insert_file, tenant, stored.id, stored.name, stored.content_type, stored.bytes,
                   stored.width, stored.height, stored.duration_ms, stored.thumbnail, by_customer.value, by_user.value,
                   storage_key, clock_.now()));
  return stored;
}

Result<Conversations::StoredFile> Conversations::file_for_customer(storage::Transaction& tx, TenantId tenant,
                                                                   CustomerId customer, FileId file) {
  YD_TRY(auto row, load_file(tx, tenant, file));
  if (row.by_customer != customer) {
    YD_TRY(const auto seen, tx.one(
                                queries::file_seen_by_customer, [](const storage::Row&) { return true; }, tenant,
                                file.value, customer.value));
    if (!seen) return file_not_found();
  }
  return std::move(row.stored);
}

Result<Conversations::StoredFile> Conversations::access_file(storage::Transaction& tx, const org::Actor& actor,
                                                             FileId file) {
  YD_TRY(auto row, reach_file(tx, actor, file));
  return std::move(row.stored);
}

}  // namespace yingda::conversation
