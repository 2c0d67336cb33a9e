// What one pushed event costs the hub's thread, without the sockets: reading its audience, writing a client's frame.
#include <benchmark/benchmark.h>

#include "audience.hpp"
#include "frames.hpp"

namespace {

using namespace yingda;
using namespace yingda::realtime;

/// A message.accepted of an assigned conversation, as core/conversation writes it.
const std::string kPayload =
    R"({"conversation":{"id":")" + to_string(ConversationId{5}) + R"(","customer":{"id":")" + to_string(CustomerId{6}) +
    R"(","name":"","label":"4F2K","level":""},"channel":"webchat","widget_id":")" + to_string(WidgetId{7}) +
    R"(","state":"assigned","team_id":")" + to_string(TeamId{8}) + R"(","agent":{"id":")" + to_string(UserId{9}) +
    R"(","name":"王芳"},"participants":[],"episode_id":"ep_0000000000009","episode_number":1,"priority":0,"last_seq":12,)"
    R"("last_preview":"这件衣服有红色的吗？","last_author":"customer","unread":1,"waiting_since_ms":1795308881228,)"
    R"("created_at_ms":1795308880893,"updated_at_ms":1795308881228,"version":58,"receipts":{"customer_delivered_seq":41,)"
    R"("customer_read_seq":41,"agent_delivered_seq":41,"agent_read_seq":41},"assign_reason":"routing.rule.least_loaded"},)"
    R"("message":{"id":"ms_0000000000009","conversation_id":"cv_0000000000005","episode_id":"ep_0000000000009","seq":12,)"
    R"("author":{"kind":"customer","id":"cu_0000000000006","name":"4F2K"},"kind":"text","text":"这件衣服有红色的吗？",)"
    R"("mentions":[],"client_msg_id":"0b4d7f2e-5c1b-4d51-9d4c-0f4f6f0a1c55","automatic":false,)"
    R"("created_at_ms":1795308881228}})";

void read_audience_of_message(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(read_audience("message.accepted", kPayload));
}
BENCHMARK(read_audience_of_message);

void write_event_frame(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(event_frame(1'234'567, 1'234'560, {1'795'308'881'228}, "message.accepted", kPayload));
}
BENCHMARK(write_event_frame);

}  // namespace

BENCHMARK_MAIN();
