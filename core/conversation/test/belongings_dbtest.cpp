// Files and canned replies.
#include "room_fixture.hpp"

namespace yingda::conversation {
namespace {

using testing::ElementsAre;

class Files : public RoomTest {
 protected:
  std::string for_customer(CustomerId customer, FileId file) {
    return reason_of(read([&](auto& tx) { return room_.file_for_customer(tx, shop_.tenant.id, customer, file); }));
  }
  std::string for_agent(const org::Actor& actor, FileId file) {
    return reason_of(read([&](auto& tx) { return room_.access_file(tx, actor, file); }));
  }
};

TEST_F(Files, Upload_OfCustomer_IsHisUntilSent) {
  const auto file = upload(shop_.anna, {});
  EXPECT_EQ(for_customer(shop_.anna, file.id), "");
  EXPECT_EQ(for_customer(shop_.ben, file.id), "conversation.file_not_found");
  EXPECT_EQ(for_agent(shop_.system, file.id), "conversation.file_not_found");
  const auto c = owned(shop_.anna, shop_.wang);
  auto inbound = says(shop_.anna, "");
  inbound.file = file.id;
  must(accept(inbound));
  EXPECT_EQ(for_agent(shop_.wang, file.id), "");
  EXPECT_EQ(for_agent(shop_.boss, file.id), "");
  EXPECT_EQ(for_agent(shop_.zhao, file.id), "conversation.file_not_found");
  EXPECT_EQ(for_customer(shop_.ben, file.id), "conversation.file_not_found");
}

TEST_F(Files, Note_WithFile_IsNotForTheCustomer) {
  const auto c = owned(shop_.anna, shop_.wang);
  const auto file = upload({}, shop_.wang.user);
  auto outbound = answers("inside", MessageKind::note);
  outbound.file = file.id;
  EXPECT_EQ(must(send(shop_.wang, c.id, outbound)).message.kind, MessageKind::note);
  EXPECT_EQ(for_customer(shop_.anna, file.id), "conversation.file_not_found");
  EXPECT_EQ(for_agent(shop_.li, file.id), "");
  outbound = answers("forwarded", MessageKind::image);
  outbound.file = file.id;
  must(send(shop_.wang, c.id, outbound));
  EXPECT_EQ(for_customer(shop_.anna, file.id), "");
}

TEST_F(Files, Upload_BeyondBounds_IsRefused) {
  const auto add = [&](const FileInfo& file) {
    return reason_of(write([&](auto& tx) { return room_.add_file(tx, shop_.tenant.id, file, shop_.anna, {}, "key"); }));
  };
  FileInfo file;
  file.name = "a";
  file.bytes = kFileBytesMax + 1;
  EXPECT_EQ(add(file), "conversation.file_too_large");
  file.bytes = 1;
  file.name = "";
  EXPECT_EQ(add(file), "request.invalid_fields");
  file.name = "\xff";
  EXPECT_EQ(add(file), "request.invalid_fields");
}

class Canned : public RoomTest {
 protected:
  Result<CannedReply> save(const org::Actor& actor, const CannedReply& reply) {
    return write([&](auto& tx) { return room_.save_canned_reply(tx, actor, reply); });
  }
  std::vector<std::string> shortcuts(const org::Actor& actor) {
    std::vector<std::string> out;
    for (const auto& reply : must(read([&](auto& tx) { return room_.canned_replies(tx, actor); })))
      out.push_back(reply.shortcut);
    return out;
  }
  Status remove(const org::Actor& actor, CannedReplyId id) {
    return write([&](auto& tx) { return room_.delete_canned_reply(tx, actor, id); });
  }
  CannedReply reply(const std::string& shortcut, UserId owner) { return {{}, shortcut, "Title", "Text", owner, {}}; }
};

TEST_F(Canned, Own_AreSeenByTheirOwnerOnly) {
  const auto own = must(save(shop_.wang, reply("mine", shop_.wang.user)));
  must(save(shop_.system, reply("all", {})));
  EXPECT_THAT(shortcuts(shop_.wang), ElementsAre("all", "mine"));
  EXPECT_THAT(shortcuts(shop_.li), ElementsAre("all"));
  EXPECT_EQ(reason_of(save(shop_.li, own)), "auth.permission_denied");
  auto stolen = own;
  stolen.owner_id = shop_.li.user;
  EXPECT_EQ(reason_of(save(shop_.li, stolen)), "conversation.canned_not_found");
  EXPECT_EQ(reason_of(remove(shop_.li, own.id)), "conversation.canned_not_found");
  EXPECT_EQ(reason_of(remove(shop_.wang, own.id)), "");
  EXPECT_THAT(shortcuts(shop_.wang), ElementsAre("all"));
}

TEST_F(Canned, Shared_NeedTheRightAndAreTold) {
  EXPECT_EQ(reason_of(save(shop_.wang, reply("all", {}))), "auth.permission_denied");
  const auto before = last_event();
  const auto shared = must(save(shop_.system, reply("all", {})));
  EXPECT_THAT(types_since(before), ElementsAre("settings.changed"));
  EXPECT_EQ(reason_of(remove(shop_.wang, shared.id)), "auth.permission_denied");
}

TEST_F(Canned, Shortcut_IsUniqueWithinItsOwner) {
  const auto first = must(save(shop_.wang, reply("hi", shop_.wang.user)));
  EXPECT_EQ(reason_of(save(shop_.wang, reply("hi", shop_.wang.user))), "conversation.shortcut_taken");
  EXPECT_EQ(reason_of(save(shop_.li, reply("hi", shop_.li.user))), "");
  auto changed = first;
  changed.text = "Other";
  EXPECT_EQ(must(save(shop_.wang, changed)).text, "Other");
  auto second = must(save(shop_.wang, reply("ho", shop_.wang.user)));
  second.shortcut = "hi";
  EXPECT_EQ(reason_of(save(shop_.wang, second)), "conversation.shortcut_taken");
}

TEST_F(Canned, BadFields_AreRefused) {
  EXPECT_EQ(reason_of(save(shop_.wang, reply("", shop_.wang.user))), "request.invalid_fields");
  EXPECT_EQ(reason_of(save(shop_.wang, reply("a b", shop_.wang.user))), "request.invalid_fields");
  auto empty = reply("x", shop_.wang.user);
  empty.text = " ";
  EXPECT_EQ(reason_of(save(shop_.wang, empty)), "conversation.empty_message");
}

}  // namespace
}  // namespace yingda::conversation
