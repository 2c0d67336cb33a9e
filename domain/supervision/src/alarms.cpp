// Alarms from the event log: raised by what routing noticed, ended by what conversations tell. Each event counts once:
// the cursor is stored with its effects.
#include <algorithm>

#include "codec.hpp"
#include "impl.hpp"

namespace yingda::supervision {
namespace {

bool raises(const storage::CommittedEvent& event) {
  return event.type == "routing.alarm_raised" || event.type == "routing.queue_alarm_raised" ||
         event.type == "routing.queue_alarm_ended";
}

bool tells_conversation(const storage::CommittedEvent& event) {
  return event.type.starts_with("conversation.") || event.type.starts_with("message.");
}

}  // namespace

Status Supervision::Impl::on_events(std::span<const storage::CommittedEvent> events) {
  if (stopping) return fail(Code::cancelled, "runtime.stopping");
  const TenantId tenant = events.front().tenant;
  YD_TRY(const auto floor, floor_of(tenant));
  YD_CHECK(digest_alarms(*floor, events));
  YD_CHECK(digest_floor(tenant, *floor, events));
  for (const auto& listener : listeners) listener(tenant);
  return {};
}

Status Supervision::Impl::digest_alarms(const Floor& floor, std::span<const storage::CommittedEvent> events) {
  struct Item {
    const storage::CommittedEvent* event;
    std::optional<conversation::Conversation> conversation;
  };
  // A conversation matters when it has an open alarm, or gets one in this very batch.
  std::vector<Item> items;
  std::vector<ConversationId> raised_here;
  for (const storage::CommittedEvent& event : events) {
    if (event.type == "routing.alarm_raised") {
      YD_TRY(const auto attention, decode_attention(event.payload));
      raised_here.push_back(attention.conversation.id);
      items.push_back({&event, std::nullopt});
    } else if (raises(event)) {
      items.push_back({&event, std::nullopt});
    } else if (tells_conversation(event)) {
      YD_TRY(auto news, decode_conversation_news(event.payload));
      const ConversationId id = news.conversation.id;
      if (floor.has_alarm(id) || std::ranges::find(raised_here, id) != raised_here.end())
        items.push_back({&event, std::move(news.conversation)});
    }
  }
  if (items.empty()) return {};

  const TenantId tenant = events.front().tenant;
  return database.write(tenant, [&](storage::Transaction& tx) -> Status {
    YD_TRY(const std::int64_t cursor, store::lock_cursor(tx, tenant));
    for (const Item& item : items) {
      const storage::CommittedEvent& event = *item.event;
      if (event.seq <= cursor) continue;
      if (item.conversation) {
        YD_CHECK(end_over(tx, tenant, *item.conversation, event.at));
        continue;
      }
      if (event.type == "routing.alarm_raised") {
        YD_TRY(const auto attention, decode_attention(event.payload));
        const auto kind = parse_enum<AlarmKind>(attention.kind);
        if (!kind) continue;  // a newer routing's word
        YD_CHECK(
            raise(tx, tenant,
                  {*kind, attention.conversation.team_id, &attention.conversation, attention.waited_ms, {}, event.at}));
        continue;
      }
      YD_TRY(const auto attention, decode_queue_attention(event.payload));
      const auto kind = parse_enum<AlarmKind>(attention.kind);
      if (!kind) continue;
      const Cause cause{*kind, attention.team_id, nullptr, attention.value_ms, attention.count, event.at};
      if (event.type == "routing.queue_alarm_raised") {
        YD_CHECK(raise(tx, tenant, cause));
      } else {
        YD_TRY(auto open, store::open_alarm(tx, tenant, *kind, subject_of(cause)));
        if (open) YD_CHECK(end(tx, tenant, *std::move(open), event.at));
      }
    }
    return store::store_cursor(tx, tenant, std::max(cursor, items.back().event->seq));
  });
}

Status Supervision::Impl::raise(storage::Transaction& tx, TenantId tenant, const Cause& cause) {
  YD_TRY(const auto open, store::open_alarm(tx, tenant, cause.kind, subject_of(cause)));
  const Alarm alarm = decide_raised(open, cause, ids.next<AlarmId>());
  YD_CHECK(store::store_alarm(tx, tenant, alarm));
  tx.emit({tenant, open ? "alarm.changed" : "alarm.raised", encode_alarm(alarm)});
  if (open) return {};
  YD_CHECK(store::forget_alarms(tx, tenant, clock.now() - kAlarmsKept));
  return enqueue(tx, tenant, "alarm.raised", alarm);
}

Status Supervision::Impl::end(storage::Transaction& tx, TenantId tenant, Alarm alarm, UtcTime at) {
  alarm.ended_at_ms = at;
  YD_CHECK(store::store_alarm(tx, tenant, alarm));
  tx.emit({tenant, "alarm.ended", encode_alarm(alarm)});
  return enqueue(tx, tenant, "alarm.ended", alarm);
}

Status Supervision::Impl::end_over(storage::Transaction& tx, TenantId tenant,
                                   const conversation::Conversation& conversation, UtcTime at) {
  YD_TRY(auto open, store::open_alarms_of(tx, tenant, conversation.id));
  for (Alarm& alarm : open) {
    if (is_over(alarm, conversation)) YD_CHECK(end(tx, tenant, std::move(alarm), at));
  }
  return {};
}

Status Supervision::Impl::digest_floor(TenantId tenant, Floor& floor, std::span<const storage::CommittedEvent> events) {
  bool shape_changed = false;
  for (const storage::CommittedEvent& event : events) {
    if (event.type == "settings.changed") {
      YD_TRY(const auto area, decode_settings_area(event.payload));
      shape_changed = shape_changed || area == "teams" || area == "units" || area == "users";
      continue;
    }
    if (!floor.advance(event.seq)) continue;
    if (event.type.starts_with("alarm.")) {
      YD_TRY(const auto alarm, decode_alarm(event.payload));
      floor.put(alarm);
    } else if (tells_conversation(event)) {
      YD_TRY(const auto news, decode_conversation_news(event.payload));
      floor.put(news.conversation);
      if (news.replied && event.type == "message.accepted") floor.note_reply(*news.replied, event.at);
    }
  }
  return shape_changed ? reload_structure(tenant, floor) : Status{};
}

}  // namespace yingda::supervision
