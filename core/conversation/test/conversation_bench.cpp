// Messages per second through accept and send inside the store's write batches, beside the same rows written by bare
// statements: what the room costs on top of the store.
#include <benchmark/benchmark.h>

#include <atomic>
#include <stdexcept>

#include "codec.hpp"
#include "conversation_queries.gen.hpp"
#include "store.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::conversation {
namespace {

constexpr int kVisitors = 200, kAgents = 50;

template <class R>
auto must(R result) -> typename R::value_type {
  if (!result) throw std::runtime_error(describe(result.error()));
  if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
}

/// A company with visitors whose conversations are all assigned.
struct Office {
  Office() {
    std::vector<storage::Migration> all;
    for (const auto part : {org::migrations(), customer::migrations(), migrations()})
      all.insert(all.end(), part.begin(), part.end());
    db = storage::open_test_database(clock, all);
    const auto write = [&](auto job) {
      return must(db->write_for<typename std::invoke_result_t<decltype(job), storage::Transaction&>::value_type>(
          TenantId{1}, job));
    };
    tenant = write([&](storage::Transaction& tx) { return org.create_tenant(tx, {.name = "bench"}); }).id;
    const auto system = org::Org::system_actor(tenant);
    const auto team =
        must(db->read_for<std::vector<org::Team>>([&](storage::Transaction& tx) { return org.list_teams(tx, system); }))
            .at(0)
            .id;
    for (int i = 0; i < kAgents; ++i) {
      org::Actor agent;
      agent.tenant = tenant;
      agent.user = ids.next<UserId>();
      agent.name = "Agent " + std::to_string(i);
      agent.permissions = 1U << static_cast<unsigned>(org::Permission::conversation_handle);
      agent.teams = agent.scope_teams = {team};
      agents.push_back(agent);
    }
    for (int i = 0; i < kVisitors; ++i) {
      visitors.push_back(write([&](storage::Transaction& tx) -> Result<CustomerId> {
        YD_TRY(const auto customer, customers.create_anonymous(tx, tenant, "zh-CN"));
        return customer.id;
      }));
      threads.push_back(write([&](storage::Transaction& tx) -> Result<Conversation> {
        YD_TRY(const auto first, room.accept(tx, inbound(i)));
        YD_CHECK(room.assign(tx, tenant, first.conversation.id, {{}, team, "bench", {}, {}}));
        return room.grab(tx, agents[static_cast<std::size_t>(i % kAgents)], first.conversation.id);
      }));
    }
  }
  InboundMessage inbound(int visitor) {
    InboundMessage message;
    message.tenant = tenant;
    message.customer = visitors[static_cast<std::size_t>(visitor)];
    message.client_msg_id = "c-" + std::to_string(++keys);
    message.text = "我的订单什么时候发货?已经等了三天了。";
    return message;
  }
  OutboundMessage outbound() {
    OutboundMessage message;
    message.client_msg_id = "a-" + std::to_string(++keys);
    message.text = "您好,马上为您查询,请稍等。";
    return message;
  }
  /// Runs `count` jobs as the store batches them; blocks until all are durable.
  template <class Job>
  void run(int count, Job job) {
    std::atomic<int> left = count;
    for (int i = 0; i < count; ++i) {
      db->write_async(
          tenant, [job, i](storage::Transaction& tx) { return job(tx, i); },
          [&left](Status status) {
            if (!status) throw std::runtime_error(describe(status.error()));
            if (--left == 0) left.notify_one();
          });
    }
    for (int seen = left; seen != 0; seen = left) left.wait(seen);
  }

  SystemClock clock;
  IdSource ids{clock};
  org::Org org{clock, ids};
  customer::Customers customers{clock, ids};
  Conversations room{clock, ids, org, customers};
  std::unique_ptr<storage::Database> db;
  TenantId tenant;
  std::vector<org::Actor> agents;
  std::vector<CustomerId> visitors;
  std::vector<Conversation> threads;
  std::atomic<std::int64_t> keys = 0;
};

constexpr int kBurst = 4'000;

/// Every second message is an answer.
void accept_and_send(benchmark::State& state) {
  Office office;
  for (auto _ : state) {
    office.run(kBurst, [&office](storage::Transaction& tx, int i) -> Status {
      const int visitor = i / 2 % kVisitors;
      if (i % 2 == 0) {
        YD_CHECK(office.room.accept(tx, office.inbound(visitor)));
      } else {
        YD_CHECK(office.room.send(tx, office.agents[static_cast<std::size_t>(visitor % kAgents)],
                                  office.threads[static_cast<std::size_t>(visitor)].id, office.outbound()));
      }
      return {};
    });
  }
  state.SetItemsProcessed(state.iterations() * kBurst);
}
BENCHMARK(accept_and_send)->Unit(benchmark::kMillisecond)->UseRealTime();

/// The same rows and events, ready made: one message row, one thread row, one event of the same size.
void same_rows_bare(benchmark::State& state) {
  Office office;
  std::vector<Thread> threads;
  for (const Conversation& view : office.threads) {
    threads.push_back(*must(office.db->read_for<std::optional<Thread>>(
        [&](storage::Transaction& tx) { return store::find_thread(tx, office.tenant, view.id, store::Lock::none); })));
  }
  Message message;
  message.author = {AuthorKind::customer, to_string(office.visitors[0]), "9XK2"};
  message.text = "我的订单什么时候发货?已经等了三天了。";
  const std::string payload = codec::encode_message_event(codec::encode_conversation(office.threads[0]), message);
  for (auto _ : state) {
    office.run(kBurst, [&](storage::Transaction& tx, int i) -> Status {
      Thread& thread = threads[static_cast<std::size_t>(i % kVisitors)];
      message.id = office.ids.next<MessageId>();
      message.conversation_id = thread.view.id;
      message.episode_id = thread.view.episode_id;
      message.seq = ++thread.view.last_seq;
      message.client_msg_id = "r-" + std::to_string(++office.keys);
      YD_CHECK(store::insert_message(tx, office.tenant, message, 1));
      const std::int64_t before = thread.view.version++;
      YD_CHECK(store::advance_thread(tx, office.tenant, thread, before, thread.view.updated_at_ms));
      tx.emit({office.tenant, "message.accepted", payload});
      return {};
    });
  }
  state.SetItemsProcessed(state.iterations() * kBurst);
}
BENCHMARK(same_rows_bare)->Unit(benchmark::kMillisecond)->UseRealTime();

/// One verb at a time inside one transaction: its cost on the writer thread without the job around it.
void verbs_only(benchmark::State& state) {
  Office office;
  for (auto _ : state) {
    must(office.db->write(office.tenant, [&](storage::Transaction& tx) -> Status {
      for (int i = 0; i < kBurst; ++i) YD_CHECK(office.room.accept(tx, office.inbound(i % kVisitors)));
      return {};
    }));
  }
  state.SetItemsProcessed(state.iterations() * kBurst);
}
BENCHMARK(verbs_only)->Unit(benchmark::kMillisecond)->UseRealTime();

void encode_event(benchmark::State& state) {
  Office office;
  Message message;
  message.author = {AuthorKind::customer, to_string(office.visitors[0]), "9XK2"};
  message.text = "我的订单什么时候发货?已经等了三天了。";
  for (auto _ : state) {
    benchmark::DoNotOptimize(codec::encode_message_event(codec::encode_conversation(office.threads[0]), message));
  }
}
BENCHMARK(encode_event);

}  // namespace
}  // namespace yingda::conversation

BENCHMARK_MAIN();
