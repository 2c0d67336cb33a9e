// The wall between tenants: with another company's actor, or another company's ids, every verb gives not_found (or the
// emptiness of one's own company) and changes nothing.
#include "room_fixture.hpp"

namespace yingda::conversation {
namespace {

class Isolation : public RoomTest {
 protected:
  template <class F>
  void expect_not_found(const char* verb, F job) {
    const auto result = write(job);
    ASSERT_FALSE(result) << verb;
    EXPECT_EQ(result.error().code, Code::not_found) << verb << " " << result.error().reason;
  }
  Company other_ = make_company("other");
};

TEST_F(Isolation, AgentsVerbs_OfAnotherTenant_FindNothing) {
  const auto c = owned(shop_.anna, shop_.wang);
  const auto message = answer(shop_.wang, c.id, "private").message;
  const auto file = upload({}, shop_.wang.user);
  const auto id = c.id;
  const auto before = last_event();
  for (org::Actor actor : {other_.system, other_.wang, other_.analyst}) {
    // Even with the very same user and team numbers.
    if (actor.user == other_.wang.user) {
      actor.user = shop_.wang.user;
      actor.teams = actor.scope_teams = shop_.wang.teams;
    }
    expect_not_found("access", [&](auto& tx) { return room_.access_conversation(tx, actor, id); });
    expect_not_found("messages", [&](auto& tx) { return room_.messages(tx, actor, id, 0, 10); });
    expect_not_found("messages_after", [&](auto& tx) { return room_.messages_after(tx, actor, id, 0, 10); });
    expect_not_found("episodes", [&](auto& tx) { return room_.episodes(tx, actor, id); });
    expect_not_found("send", [&](auto& tx) { return room_.send(tx, actor, id, answers("hi")); });
    expect_not_found("note", [&](auto& tx) { return room_.send(tx, actor, id, answers("hi", MessageKind::note)); });
    expect_not_found("recall", [&](auto& tx) { return room_.recall(tx, actor, message.id); });
    expect_not_found("mark", [&](auto& tx) { return room_.mark(tx, actor, id, 1, 1); });
    expect_not_found("grab", [&](auto& tx) { return room_.grab(tx, actor, id); });
    expect_not_found("transfer", [&](auto& tx) {
      return room_.transfer(tx, actor, id, {.agent = other_.li.user, .team = {}, .reason = {}, .note = {}});
    });
    expect_not_found("close", [&](auto& tx) { return room_.close(tx, actor, id, "agent", false); });
    expect_not_found("reopen", [&](auto& tx) { return room_.reopen(tx, actor, id); });
    expect_not_found("priority", [&](auto& tx) { return room_.set_priority(tx, actor, id, 1); });
    expect_not_found("participant",
                     [&](auto& tx) { return room_.set_participant(tx, actor, id, other_.li.user, true); });
    expect_not_found("file", [&](auto& tx) { return room_.access_file(tx, actor, file.id); });
    for (const Box box : {Box::mine, Box::queue, Box::all}) {
      ListFilter filter;
      filter.box = box;
      filter.include_closed = true;
      EXPECT_TRUE(must(read([&](auto& tx) { return room_.list(tx, actor, filter, "", 10); })).items.empty());
    }
  }
  EXPECT_EQ(last_event(), before);
}

TEST_F(Isolation, CustomersAndEngineVerbs_OfAnotherTenant_FindNothing) {
  const auto c = queued(shop_.anna, shop_.sales);
  const auto message = say(shop_.anna, "mine").message;
  const auto file = upload(shop_.anna, {});
  const TenantId other = other_.tenant.id;
  const auto before = last_event();
  expect_not_found("load", [&](auto& tx) { return room_.load(tx, other, c.id); });
  expect_not_found("assign", [&](auto& tx) {
    return room_.assign(tx, other, c.id, {.agent = {}, .team = other_.sales, .reason = {}, .note = {}});
  });
  expect_not_found("promise", [&](auto& tx) { return room_.promise(tx, other, c.id, other_.sales, {}, "x"); });
  expect_not_found("mark", [&](auto& tx) { return room_.mark_by_customer(tx, other, shop_.anna, 1, 1); });
  expect_not_found("recall", [&](auto& tx) { return room_.recall_by_customer(tx, other, shop_.anna, message.id); });
  expect_not_found("file", [&](auto& tx) { return room_.file_for_customer(tx, other, shop_.anna, file.id); });
  auto inbound = says(shop_.anna, "wrong door");
  inbound.tenant = other;
  expect_not_found("accept", [&](auto& tx) { return room_.accept(tx, inbound); });
  inbound.customer = other_.anna;
  inbound.file = file.id;
  expect_not_found("accept with file", [&](auto& tx) { return room_.accept(tx, inbound); });
  inbound.file = {};
  inbound.quote = message.id;
  expect_not_found("accept with quote", [&](auto& tx) { return room_.accept(tx, inbound); });
  EXPECT_FALSE(must(read([&](auto& tx) { return room_.thread_of(tx, other, shop_.anna); })));
  EXPECT_TRUE(must(read([&](auto& tx) { return room_.messages_for_customer(tx, other, shop_.anna, 0, 10); })).empty());
  EXPECT_TRUE(must(read([&](auto& tx) { return room_.waiting(tx, other, 10); })).empty());
  EXPECT_TRUE(must(read([&](auto& tx) { return room_.loads(tx, other); })).empty());
  EXPECT_FALSE(must(write([&](auto& tx) { return room_.refresh_customer(tx, other, shop_.anna); })));
  EXPECT_EQ(last_event(), before);
}

TEST_F(Isolation, PeopleAndTeams_OfAnotherTenant_CannotBeTargets) {
  const auto c = owned(shop_.anna, shop_.wang);
  expect_not_found("agent", [&](auto& tx) {
    return room_.transfer(tx, shop_.wang, c.id, {.agent = other_.li.user, .team = {}, .reason = {}, .note = {}});
  });
  expect_not_found("team", [&](auto& tx) {
    return room_.transfer(tx, shop_.wang, c.id, {.agent = {}, .team = other_.sales, .reason = {}, .note = {}});
  });
  expect_not_found("team beside an agent", [&](auto& tx) {
    return room_.transfer(tx, shop_.wang, c.id,
                          {.agent = shop_.li.user, .team = other_.sales, .reason = {}, .note = {}});
  });
  expect_not_found("participant",
                   [&](auto& tx) { return room_.set_participant(tx, shop_.wang, c.id, other_.li.user, true); });
}

TEST_F(Isolation, CannedReplies_OfAnotherTenant_AreNotThere) {
  const CannedReply hello{{}, "hello", "Greeting", "Hello {{customer.name}}", {}, {}};
  auto saved = must(write([&](auto& tx) { return room_.save_canned_reply(tx, shop_.system, hello); }));
  EXPECT_TRUE(must(read([&](auto& tx) { return room_.canned_replies(tx, other_.system); })).empty());
  expect_not_found("save", [&](auto& tx) { return room_.save_canned_reply(tx, other_.system, saved); });
  expect_not_found("delete", [&](auto& tx) { return room_.delete_canned_reply(tx, other_.system, saved.id); });
  EXPECT_EQ(must(read([&](auto& tx) { return room_.canned_replies(tx, shop_.wang); })).size(), 1U);
}

}  // namespace
}  // namespace yingda::conversation
