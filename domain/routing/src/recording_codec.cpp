// Recordings as JSON lines.
#include <string>
#include <string_view>

#include "yingda/base/json.hpp"
#include "yingda/routing/simulate.hpp"

namespace yingda::routing {

struct RecordingLine {
  std::optional<std::int64_t> yingda_recording;
  std::optional<UtcTime> from_at_ms, until_at_ms;
  std::optional<QueuePolicy> policy;
  std::optional<RecordedAgent> agent;
  std::optional<RecordedItem> item;
};
YD_DESCRIBE(RecordingLine, (yingda_recording, from_at_ms, until_at_ms, policy, agent, item))

namespace {

constexpr std::int64_t kVersion = 1;

void append_line(std::string& out, const RecordingLine& line) {
  json::append(out, line);
  out.push_back('\n');
}

std::unexpected<Error> broken(std::int64_t line, std::string_view why) {
  return fail(Code::invalid_argument, "routing.invalid_recording",
              "line " + std::to_string(line) + ": " + std::string(why));
}

}  // namespace

std::string encode_recording(const Recording& recording) {
  std::string out;
  append_line(out, {.yingda_recording = kVersion,
                    .from_at_ms = recording.from_at_ms,
                    .until_at_ms = recording.until_at_ms,
                    .policy = {},
                    .agent = {},
                    .item = {}});
  RecordingLine line;
  for (const QueuePolicy& policy : recording.policies) {
    line.policy = policy;
    append_line(out, line);
  }
  line.policy.reset();
  for (const RecordedAgent& agent : recording.agents) {
    line.agent = agent;
    append_line(out, line);
  }
  line.agent.reset();
  for (const RecordedItem& item : recording.items) {
    line.item = item;
    append_line(out, line);
  }
  return out;
}

Result<Recording> decode_recording(std::string_view text) {
  if (text.size() > kRecordingBytesMax) return fail(Code::limit_exceeded, "routing.recording_too_large");
  Recording out;
  bool head = false;
  std::int64_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view raw = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (raw.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto line = json::decode<RecordingLine>(raw);
    if (!line) return broken(number, line.error().reason);
    if (!head) {
      if (line->yingda_recording != kVersion || !line->from_at_ms || !line->until_at_ms)
        return broken(number, "not the head of a recording");
      out.from_at_ms = *line->from_at_ms;
      out.until_at_ms = *line->until_at_ms;
      head = true;
    }
    if (line->policy) out.policies.push_back(*std::move(line->policy));
    if (line->agent) out.agents.push_back(*std::move(line->agent));
    if (line->item) {
      if (!out.items.empty() && line->item->arrived_at_ms < out.items.back().arrived_at_ms)
        return broken(number, "items are not in order of arrival");
      out.items.push_back(*std::move(line->item));
    }
    if (out.items.size() > kRecordedItemsMax || out.agents.size() > kRecordedAgentsMax)
      return fail(Code::limit_exceeded, "routing.recording_too_large");
  }
  if (!head) return broken(number, "empty");
  return out;
}

}  // namespace yingda::routing
