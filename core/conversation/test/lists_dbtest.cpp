#include <map>
#include <set>

#include "conversation_queries.gen.hpp"
#include "room_fixture.hpp"

namespace yingda::conversation {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Lists : public RoomTest {
 protected:
  Result<org::Page<Conversation>> list(const org::Actor& actor, const ListFilter& filter, const std::string& after = {},
                                       int limit = 50) {
    return read([&](auto& tx) { return room_.list(tx, actor, filter, after, limit); });
  }
  std::vector<ConversationId> ids(const org::Actor& actor, const ListFilter& filter) {
    std::vector<ConversationId> out;
    for (const auto& c : must(list(actor, filter)).items) out.push_back(c.id);
    return out;
  }
  /// Every page, with a change between the pages when asked.
  std::vector<ConversationId> all_pages(const org::Actor& actor, const ListFilter& filter, int limit,
                                        const std::function<void()>& between = {}) {
    std::vector<ConversationId> out;
    std::string after;
    do {
      const auto page = must(list(actor, filter, after, limit));
      EXPECT_LE(page.items.size(), static_cast<std::size_t>(limit));
      for (const auto& c : page.items) out.push_back(c.id);
      after = page.next;
      if (between) between();
    } while (!after.empty());
    return out;
  }
};

TEST_F(Lists, Mine_HoldsOwnedAndTakenPartIn) {
  const auto a = owned(shop_.anna, shop_.wang).id;
  clock_.advance(minutes(2));
  const auto b = owned(shop_.ben, shop_.zhao).id;
  EXPECT_THAT(ids(shop_.wang, {}), ElementsAre(a));
  clock_.advance(minutes(2));
  must(write([&](auto& tx) { return room_.set_participant(tx, shop_.zhao, b, shop_.wang.user, true); }));
  EXPECT_THAT(ids(shop_.wang, {}), ElementsAre(b, a));
  must(close(shop_.zhao, b));
  EXPECT_THAT(ids(shop_.wang, {}), ElementsAre(a));
  must(close(shop_.wang, a));
  EXPECT_THAT(ids(shop_.wang, {}), IsEmpty());
  ListFilter closed;
  closed.include_closed = true;
  EXPECT_THAT(ids(shop_.wang, closed), ElementsAre(a));
  closed.state = State::closed;
  EXPECT_THAT(ids(shop_.zhao, closed), ElementsAre(b));
}

TEST_F(Lists, Queue_IsByPriorityThenAge) {
  std::vector<ConversationId> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(queued(make_customer(shop_), i == 3 ? shop_.service : shop_.sales).id);
    clock_.advance(seconds(1));
  }
  must(write([&](auto& tx) { return room_.set_priority(tx, shop_.wang, waiting[2], 5); }));
  ListFilter queue;
  queue.box = Box::queue;
  EXPECT_THAT(ids(shop_.li, queue), ElementsAre(waiting[2], waiting[0], waiting[1]));
  EXPECT_THAT(all_pages(shop_.li, queue, 1), ElementsAre(waiting[2], waiting[0], waiting[1]));
  EXPECT_THAT(ids(shop_.zhao, queue), ElementsAre(waiting[3]));
  EXPECT_EQ(ids(shop_.system, queue).size(), 4U);  // no own team: his scope
  must(write([&](auto& tx) {
    return room_.promise(tx, shop_.tenant.id, waiting[0], shop_.sales, clock_.now() + hours(1), "routing.nobody");
  }));
  EXPECT_EQ(ids(shop_.li, queue).size(), 3U);
  queue.state = State::promised;
  EXPECT_THAT(ids(shop_.li, queue), ElementsAre(waiting[0]));
  queue.state.reset();
  must(grab(shop_.li, waiting[2]));
  EXPECT_THAT(ids(shop_.li, queue), ElementsAre(waiting[0], waiting[1]));
  queue.team = shop_.service;
  EXPECT_THAT(ids(shop_.li, queue), IsEmpty());
  const auto oldest_first = must(read([&](auto& tx) { return room_.waiting(tx, shop_.tenant.id, 2); }));
  ASSERT_EQ(oldest_first.size(), 2U);
  EXPECT_EQ(oldest_first[0].id, waiting[0]);
  EXPECT_EQ(oldest_first[1].id, waiting[1]);
}

TEST_F(Lists, All_IsWhatTheActorReaches) {
  const auto sales = queued(shop_.anna, shop_.sales).id;
  const auto service = queued(shop_.ben, shop_.service).id;
  const auto unrouted = say(make_customer(shop_), "hi").conversation.id;
  ListFilter all;
  all.box = Box::all;
  EXPECT_THAT(ids(shop_.wang, all), UnorderedElementsAre(sales));
  EXPECT_THAT(ids(shop_.boss, all), UnorderedElementsAre(sales));
  EXPECT_THAT(ids(shop_.zhao, all), UnorderedElementsAre(service));
  EXPECT_THAT(ids(shop_.analyst, all), UnorderedElementsAre(sales, service, unrouted));
  all.team = shop_.service;
  EXPECT_THAT(ids(shop_.analyst, all), ElementsAre(service));
  EXPECT_THAT(ids(shop_.boss, all), IsEmpty());
  all.team = {};
  all.agent = shop_.wang.user;
  EXPECT_THAT(ids(shop_.analyst, all), IsEmpty());
  must(grab(shop_.wang, sales));
  EXPECT_THAT(ids(shop_.analyst, all), ElementsAre(sales));
  EXPECT_THAT(ids(shop_.zhao, all), IsEmpty());
}

TEST_F(Lists, Search_FindsNameLabelAndPreview) {
  const auto a = queued(shop_.anna, shop_.sales);
  say(shop_.ben, "Where is my PARCEL?");
  ListFilter all;
  all.box = Box::all;
  all.search = "parcel";
  EXPECT_EQ(must(list(shop_.analyst, all)).items.size(), 1U);
  all.search = a.customer.label;
  EXPECT_THAT(ids(shop_.analyst, all), ElementsAre(a.id));
  all.search = "nowhere";
  EXPECT_THAT(ids(shop_.analyst, all), IsEmpty());
  all.search = std::string(500, 'x');
  EXPECT_EQ(reason_of(list(shop_.analyst, all)), "request.invalid_fields");
}

TEST_F(Lists, Cursor_OfNobody_IsRefused) {
  for (const char* bad : {"x", "t", "t1", "t1.", "t1.2.3", "q1.2", "t-1.2", "t99999999999999999999.1", "t1.2 "})
    EXPECT_EQ(reason_of(list(shop_.analyst, {.box = Box::all, .state = {}, .search = {}}, bad)),
              "request.invalid_cursor")
        << bad;
  EXPECT_EQ(reason_of(list(shop_.analyst, {.box = Box::queue, .state = {}, .search = {}}, "t1.2")),
            "request.invalid_cursor");
}

TEST_F(Lists, Pages_WhileConversationsMove_NeitherLoseNorDouble) {
  std::set<ConversationId> quiet;
  for (int i = 0; i < 30; ++i) {
    const auto c = owned(make_customer(shop_), i % 2 == 0 ? shop_.wang : shop_.zhao);
    quiet.insert(c.id);
    if (i % 3 == 0) clock_.advance(seconds(40));
  }
  clock_.advance(minutes(5));
  ListFilter all;
  all.box = Box::all;
  all.include_closed = true;
  int closed = 0;
  const auto seen = all_pages(shop_.analyst, all, 4, [&] {
    clock_.advance(minutes(1));
    say(shop_.anna, "moves to the top");
    if (++closed == 2) must(close(shop_.system, *quiet.begin()));  // the oldest moves up, too
  });
  std::map<ConversationId, int> times;
  for (const auto id : seen) ++times[id];
  for (const auto& [id, n] : times) EXPECT_EQ(n, 1);
  for (const auto id : quiet) {
    if (id != *quiet.begin()) EXPECT_EQ(times.count(id), 1U);
  }
}

TEST_F(Lists, OnePage_IsInOrderOfTheExactTime) {
  std::vector<ConversationId> newest_first;
  for (int i = 0; i < 6; ++i) {
    clock_.advance(seconds(1));
    newest_first.insert(newest_first.begin(), owned(make_customer(shop_), shop_.wang).id);
  }
  EXPECT_EQ(ids(shop_.wang, {}), newest_first);
}

/// 100,000 conversations by one statement, spread over teams and agents as routing would.
class ManyRows : public Lists {
 protected:
  void fill() {
    static constexpr storage::Query kFill{"test.fill",
                                          R"(
      WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
      INSERT INTO conversation_thread (id, tenant_id, customer_id, customer_name, customer_label, customer_level, channel,
        widget_id, state, team_id, agent_id, agent_name, participants, episode_id, episode_number, priority, last_seq,
        last_preview, last_author, unread, queued_at_ms, created_at_ms, updated_at_ms, version, customer_delivered_seq,
        customer_read_seq, agent_delivered_seq, agent_read_seq, assign_reason, visible_seq, episode_opened_at_ms,
        episode_customer_messages, episode_agent_messages, episode_agents, listed_at_ms, queue_rank, is_open)
      SELECT 1000000 + i, CAST($1 AS BIGINT), 5000000 + i, 'name', 'L', '', 'webchat', 0,
        CASE WHEN i % 50 = 0 THEN 'queued' WHEN i % 10 = 1 THEN 'assigned' ELSE 'closed' END,
        CASE WHEN i % 2 = 0 THEN CAST($2 AS BIGINT) ELSE CAST($3 AS BIGINT) END,
        CASE WHEN i % 50 = 0 THEN 0 ELSE CAST($4 AS BIGINT) + i / 10 % 40 END, 'agent', '', i, 1, 0, 1, 'preview',
        'customer', 1, CASE WHEN i % 50 = 0 THEN i END, i, i * 60000, 1, 0, 0, 0, 0, '', 1, i, 1, 0, '', i * 60000, 9,
        CASE WHEN i % 50 = 0 OR i % 10 = 1 THEN 1 ELSE 0 END
      FROM n)",
                                          {}};
    must(write([&](auto& tx) -> Status {
      YD_CHECK(tx.exec(kFill, shop_.tenant.id, shop_.sales.value, shop_.service.value, shop_.wang.user.value));
      return {};
    }));
  }
  std::vector<std::string> plan(const storage::Query& query, std::vector<storage::Value> values) {
    std::vector<std::string> steps;
    const std::string text = "EXPLAIN QUERY PLAN " + std::string(query.common);
    const storage::Query explain{"test.explain", text, {}};
    must(db_->read([&](storage::Transaction& tx) {
      return tx.each(explain, values, [&](const storage::Row& row) -> Status {
        steps.push_back(row.string(3));
        return {};
      });
    }));
    return steps;
  }
};

TEST_F(ManyRows, Boxes_AreServedByIndexesWithoutSorting) {
  if (db_->engine() != storage::Engine::sqlite) GTEST_SKIP() << "query plans are read on SQLite";
  fill();
  const auto t = storage::bind(shop_.tenant.id);
  const storage::Value n = std::int64_t{1};
  const auto expect_index = [&](const storage::Query& query, std::vector<storage::Value> values,
                                const std::string& index) {
    const auto steps = plan(query, std::move(values));
    ASSERT_EQ(steps.size(), 1U) << query.name;
    EXPECT_THAT(steps[0], testing::HasSubstr(index)) << query.name;
    EXPECT_THAT(steps[0], testing::StartsWith("SEARCH")) << query.name;
  };
  expect_index(queries::list_by_scope, {t, n, n, n, n}, "conversation_thread_by_time");
  expect_index(queries::list_by_team, {t, n, n, n, n, n}, "conversation_thread_by_team");
  expect_index(queries::list_by_agent, {t, n, n, n, n, n}, "conversation_thread_by_agent");
  expect_index(queries::list_queue, {t, n, n, n, n, n}, "conversation_thread_by_queue");
  expect_index(queries::list_queues, {t, n, n, n, n}, "conversation_thread_by_rank");
  expect_index(queries::list_waiting, {t, n}, "conversation_thread_by_wait");
  expect_index(queries::count_loads, {t}, "COVERING INDEX conversation_thread_by_agent");
  expect_index(queries::find_thread_of_customer, {t, n}, "conversation_thread_by_customer");
  expect_index(queries::messages_before, {t, n, n, n}, "conversation_message_by_seq");
  expect_index(queries::count_unread, {t, n, n}, "conversation_message_by_seq");
  expect_index(queries::quoting_messages, {t, n, n, n}, "conversation_message_by_quote");
  expect_index(queries::conversations_with_file, {t, n, n}, "conversation_message_by_file");
}

TEST_F(ManyRows, Search_LooksThroughItsWindowOnly) {
  fill();
  ListFilter all;
  all.box = Box::all;
  all.include_closed = true;
  all.search = "nobody is called so";
  const auto page = must(list(shop_.analyst, all));
  EXPECT_TRUE(page.items.empty());
  EXPECT_FALSE(page.next.empty());
  all.search = "name";
  EXPECT_EQ(must(list(shop_.analyst, all, page.next, 100)).items.size(), 100U);
  ListFilter mine;
  mine.box = Box::mine;
  EXPECT_FALSE(must(list(shop_.wang, mine)).items.empty());
}

}  // namespace
}  // namespace yingda::conversation
