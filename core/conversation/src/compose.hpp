// What a message carries besides its text: a file and a quote, looked up and checked for the one who sends.
#pragma once

#include <string_view>

#include "yingda/base/result.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::conversation {

/// A row of conversation_file.
struct FileRow {
  Conversations::StoredFile stored;
  CustomerId by_customer;
  UserId by_user;
};
/// not_found `conversation.file_not_found`.
Result<FileRow> load_file(storage::Transaction& tx, TenantId tenant, FileId file);
inline std::unexpected<Error> file_not_found() { return fail(Code::not_found, "conversation.file_not_found"); }

/// Conversations that show the file now, at most a few (a file is sent once, or forwarded).
Result<std::vector<ConversationId>> conversations_with_file(storage::Transaction& tx, TenantId tenant, FileId file);

/// May the actor see the file: he uploaded it, or it stands in a conversation he reaches?
Result<FileRow> reach_file(storage::Transaction& tx, const org::Actor& actor, FileId file);

enum class QuoteSight { customer, answer, note };
/// The quote of a message of the same conversation; not_found `conversation.quote_not_found` also for what the reader
/// of the new message may not see (notes, internal events), for whispers, system messages and recalled ones.
Result<Quote> quote_message(storage::Transaction& tx, TenantId tenant, ConversationId conversation, MessageId quoted,
                            QuoteSight sight);

/// A message without a file lives by its text; images, files, videos and voice clips need their file. invalid_argument
/// `conversation.file_required`, `conversation.invalid_kind`, or what check_text says.
Status check_content(MessageKind kind, std::string_view text, bool has_file);

}  // namespace yingda::conversation
