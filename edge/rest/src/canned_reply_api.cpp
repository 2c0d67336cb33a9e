// 快捷回复.
#include "api.hpp"
#include "areas.hpp"

namespace yingda::rest {

struct CannedReplyInput {
  std::string shortcut, title, text;
  bool shared = false;  // for the whole company: needs canned_reply_manage
};
YD_DESCRIBE(CannedReplyInput, (shortcut, title, text, shared))

namespace {

conversation::CannedReply reply_of(const org::Actor& actor, CannedReplyId id, const CannedReplyInput& input) {
  return {.id = id,
          .shortcut = input.shortcut,
          .title = input.title,
          .text = input.text,
          .owner_id = input.shared ? UserId{} : actor.user};
}

}  // namespace

void declare_canned_replies(Api& api, Ground ground) {
  using net::Method;
  auto& conversations = ground.services.conversations;

  api.read(Method::get, "/canned-replies", "Own and shared canned replies", signed_in(),
           [&conversations](Call& call, storage::Transaction& tx) -> Result<Items<conversation::CannedReply>> {
             YD_TRY(auto items, conversations.canned_replies(tx, call.actor));
             return Items<conversation::CannedReply>{std::move(items)};
           });
  api.write(Method::post, "/canned-replies", "Add a canned reply", signed_in(),
            [&conversations](Call& call, storage::Transaction& tx, const CannedReplyInput& input) {
              return conversations.save_canned_reply(tx, call.actor, reply_of(call.actor, {}, input));
            });
  api.write(Method::put, "/canned-replies/{id}", "Replace a canned reply", signed_in(),
            [&conversations](Call& call, storage::Transaction& tx, CannedReplyId id, const CannedReplyInput& input) {
              return conversations.save_canned_reply(tx, call.actor, reply_of(call.actor, id, input));
            });
  api.write(Method::del, "/canned-replies/{id}", "Remove a canned reply", signed_in(),
            [&conversations](Call& call, storage::Transaction& tx, CannedReplyId id) {
              return conversations.delete_canned_reply(tx, call.actor, id);
            });
}

}  // namespace yingda::rest
