// Conversations and messages.
#include "api.hpp"
#include "areas.hpp"
#include "yingda/rest/limits.hpp"

namespace yingda::rest {

using conversation::Conversation;
using conversation::Message;

struct ConversationQuery {
  std::optional<conversation::Box> box;
  std::optional<conversation::State> state;
  std::optional<bool> closed;
  std::optional<TeamId> team_id;
  std::optional<UserId> agent_id;
  std::optional<std::string> search, after;
  std::optional<std::int64_t> limit;
};
YD_DESCRIBE(ConversationQuery, (box, state, closed, team_id, agent_id, search, after, limit))

struct ConversationList {
  std::vector<Conversation> items;
  std::string next;
  std::int64_t last_seq = 0;
};
YD_DESCRIBE(ConversationList, (items, next, last_seq))

struct ConversationDetail {
  Conversation conversation;
  customer::Customer customer;
  std::vector<customer::PageView> pages;
  std::vector<Message> messages;
  std::vector<conversation::Episode> episodes;
  std::int64_t last_seq = 0;
};
YD_DESCRIBE(ConversationDetail, (conversation, customer, pages, messages, episodes, last_seq))

struct MessageQuery {
  std::optional<std::int64_t> before_seq, after_seq, limit;
};
YD_DESCRIBE(MessageQuery, (before_seq, after_seq, limit))

struct NewMessage {
  std::string client_msg_id;
  std::optional<conversation::MessageKind> kind;
  std::optional<std::string> text;
  std::optional<FileId> file_id;
  std::optional<MessageId> quote_id;
  std::vector<UserId> mentions;
};
YD_DESCRIBE(NewMessage, (client_msg_id, kind, text, file_id, quote_id, mentions))

struct AcceptedMessage {
  Message message;
  Conversation conversation;
  bool duplicate = false;
};
YD_DESCRIBE(AcceptedMessage, (message, conversation, duplicate))

struct ReceiptsInput {
  std::optional<std::int64_t> delivered_seq, read_seq;
};
YD_DESCRIBE(ReceiptsInput, (delivered_seq, read_seq))

struct TransferInput {
  std::optional<UserId> agent_id;
  std::optional<TeamId> team_id;
  std::optional<std::string> note;
  std::optional<std::int64_t> expected_version;
  std::optional<bool> accept;  // the colleague is asked first
};
YD_DESCRIBE(TransferInput, (agent_id, team_id, note, expected_version, accept))

struct ReasonInput {
  std::optional<std::string> reason;
};
YD_DESCRIBE(ReasonInput, (reason))

struct ConversationPatch {
  std::optional<std::int64_t> priority;
};
YD_DESCRIBE(ConversationPatch, (priority))

struct ParticipantInput {
  std::optional<conversation::ParticipantRole> role;
};
YD_DESCRIBE(ParticipantInput, (role))

namespace {

using net::Method;
using org::Permission;

/// Longest close reason in code points: a phrase, not a report.
constexpr std::size_t kReasonBytesMax = 200;

Result<ConversationList> list(Services& services, Call& call, storage::Transaction& tx,
                              const ConversationQuery& query) {
  YD_TRY(const int limit, check_limit(query.limit));
  conversation::ListFilter filter;
  filter.box = query.box.value_or(conversation::Box::mine);
  filter.state = query.state;
  filter.include_closed = query.closed.value_or(query.state == conversation::State::closed);
  filter.team = query.team_id.value_or(TeamId{});
  filter.agent = query.agent_id.value_or(UserId{});
  filter.search = query.search.value_or("");
  YD_TRY(auto page, services.conversations.list(tx, call.actor, filter, query.after.value_or(""),
                                                std::min(limit, conversation::kConversationPageMax)));
  YD_TRY(const auto last_seq, services.database.last_seq(tx, call.actor.tenant));
  return ConversationList{std::move(page.items), std::move(page.next), last_seq};
}

Result<ConversationDetail> detail(Services& services, Call& call, storage::Transaction& tx, ConversationId id) {
  ConversationDetail out;
  auto& conversations = services.conversations;
  YD_TRY(out.conversation, conversations.access_conversation(tx, call.actor, id));
  const CustomerId customer = out.conversation.customer.id;
  // Who may see the conversation may see whom he talks with.
  YD_TRY(out.customer, services.customers.load(tx, call.actor.tenant, customer));
  YD_TRY(out.pages, services.customers.pages(tx, call.actor.tenant, customer, kConversationPages));
  YD_TRY(out.messages, conversations.messages(tx, call.actor, id, 0, kConversationMessages));
  YD_TRY(out.episodes, conversations.episodes(tx, call.actor, id));
  YD_TRY(out.last_seq, services.database.last_seq(tx, call.actor.tenant));
  return out;
}

void declare_reading(Api& api, Services& services) {
  api.read(Method::get, "/conversations", "Conversations of a box", signed_in(),
           [&services](Call& call, storage::Transaction& tx, const ConversationQuery& query) {
             return list(services, call, tx, query);
           });
  api.read(
      Method::get, "/conversations/{id}", "One conversation with its customer and newest messages", signed_in(),
      [&services](Call& call, storage::Transaction& tx, ConversationId id) { return detail(services, call, tx, id); });
  api.read(Method::get, "/conversations/{id}/messages", "Messages in rising seq", signed_in(),
           [&services](Call& call, storage::Transaction& tx, ConversationId id,
                       const MessageQuery& query) -> Result<Items<Message>> {
             YD_TRY(const int limit, check_limit(query.limit));
             if (query.after_seq) {
               YD_TRY(auto items, services.conversations.messages_after(tx, call.actor, id, *query.after_seq, limit));
               return Items<Message>{std::move(items)};
             }
             YD_TRY(auto items,
                    services.conversations.messages(tx, call.actor, id, query.before_seq.value_or(0), limit));
             return Items<Message>{std::move(items)};
           });
  api.read(
      Method::get, "/conversations/{id}/assignments", "Why the conversation went to whom", signed_in(),
      [&services](Call& call, storage::Transaction& tx, ConversationId id) -> Result<Items<routing::AssignmentRecord>> {
        YD_TRY(auto items, services.routing.assignments(tx, call.actor, id));
        return Items<routing::AssignmentRecord>{std::move(items)};
      });
}

void declare_messages(Api& api, conversation::Conversations& conversations) {
  api.write(Method::post, "/conversations/{id}/messages", "Answer, or write a note", signed_in(),
            [&conversations](Call& call, storage::Transaction& tx, ConversationId id,
                             const NewMessage& input) -> Result<AcceptedMessage> {
              conversation::OutboundMessage message{.client_msg_id = input.client_msg_id,
                                                    .kind = input.kind.value_or(conversation::MessageKind::text),
                                                    .text = input.text.value_or(""),
                                                    .file = input.file_id.value_or(FileId{}),
                                                    .quote = input.quote_id.value_or(MessageId{}),
                                                    .mentions = input.mentions};
              YD_TRY(auto accepted, conversations.send(tx, call.actor, id, message));
              return AcceptedMessage{std::move(accepted.message), std::move(accepted.conversation), accepted.duplicate};
            });
  api.write(Method::post, "/messages/{id}/recall", "Recall an own message", signed_in(),
            [&conversations](Call& call, storage::Transaction& tx, MessageId id) {
              return conversations.recall(tx, call.actor, id);
            });
  api.write(Method::post, "/conversations/{id}/receipts", "How far the agents' side has received and read", signed_in(),
            [&conversations](Call& call, storage::Transaction& tx, ConversationId id, const ReceiptsInput& input) {
              return conversations.mark(tx, call.actor, id, input.delivered_seq.value_or(0),
                                        input.read_seq.value_or(0));
            });
}

void declare_ownership(Api& api, conversation::Conversations& conversations, routing::Routing& routing) {
  api.write(Method::post, "/conversations/{id}/grab", "Take a waiting conversation",
            may(Permission::conversation_handle),
            [&conversations](Call& call, storage::Transaction& tx, ConversationId id) {
              return conversations.grab(tx, call.actor, id);
            });
  api.write(
      Method::post, "/conversations/{id}/transfer", "Hand over to a colleague or a team", signed_in(),
      [&conversations, &routing](Call& call, storage::Transaction& tx, ConversationId id, const TransferInput& input) {
        const conversation::Handover handover{.agent = input.agent_id.value_or(UserId{}),
                                              .team = input.team_id.value_or(TeamId{}),
                                              .reason = "routing.rule.transfer",
                                              .note = input.note.value_or(""),
                                              .expected_version = input.expected_version};
        if (input.accept.value_or(false)) return routing.offer_transfer(tx, call.actor, id, handover);
        return conversations.transfer(tx, call.actor, id, handover);
      });
  api.write(Method::post, "/conversations/{id}/close", "End the episode", signed_in(),
            [&conversations](Call& call, storage::Transaction& tx, ConversationId id,
                             const ReasonInput& input) -> Result<Conversation> {
              const std::string reason = input.reason.value_or("agent");
              if (reason.size() > kReasonBytesMax) return fail_fields({{"reason", "request.too_long"}});
              return conversations.close(tx, call.actor, id, reason, false);
            });
  api.write(Method::post, "/conversations/{id}/reopen", "Begin a new episode with the customer", signed_in(),
            [&conversations](Call& call, storage::Transaction& tx, ConversationId id) {
              return conversations.reopen(tx, call.actor, id);
            });
  api.write(Method::patch, "/conversations/{id}", "Change the priority", signed_in(),
            [&conversations](Call& call, storage::Transaction& tx, ConversationId id,
                             const ConversationPatch& input) -> Result<Conversation> {
              if (!input.priority) return conversations.access_conversation(tx, call.actor, id);
              return conversations.set_priority(tx, call.actor, id, *input.priority);
            });
  api.write(Method::put, "/conversations/{id}/participants/{user_id}", "Ask a colleague in", signed_in(),
            [&conversations](Call& call, storage::Transaction& tx, ConversationId id, UserId user,
                             const ParticipantInput& input) {
              return conversations.set_participant(tx, call.actor, id, user, true,
                                                   input.role.value_or(conversation::ParticipantRole::conference));
            });
  api.write(Method::del, "/conversations/{id}/participants/{user_id}", "Let a colleague go", signed_in(),
            [&conversations](Call& call, storage::Transaction& tx, ConversationId id, UserId user) {
              return conversations.set_participant(tx, call.actor, id, user, false);
            });
}

}  // namespace

void declare_conversations(Api& api, Ground ground) {
  declare_reading(api, ground.services);
  declare_messages(api, ground.services.conversations);
  declare_ownership(api, ground.services.conversations, ground.services.routing);
}

}  // namespace yingda::rest
